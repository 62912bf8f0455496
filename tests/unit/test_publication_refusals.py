"""Tests of what refuses a release: each time a sentence, and the current release untouched.

Belongs here: licence, attribution, blocking checks, keys, what is missing beside the warehouse.
Does not belong here: what refuses one file alone (test_publication_formats).
"""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from publication_monde import Monde, une_source, une_valeur

from publication.checksums import empreintes
from publication.contract import ErreurPublication
from publication.release import publier
from publication.shelf import courante


@pytest.fixture
def monde(tmp_path: Path) -> Monde:
    return Monde(tmp_path)


def refus(monde: Monde) -> str:
    """Sentences of a refused publication; the release that was current must not have moved."""
    avant = courante(monde.releases)
    avant_sommes = empreintes(avant) if avant else None
    with pytest.raises(ErreurPublication) as erreur:
        monde.publier()
    assert courante(monde.releases) == avant
    assert (empreintes(avant) if avant else None) == avant_sommes
    assert not list(monde.releases.glob(".construction-*"))
    return str(erreur.value)


@pytest.mark.panne("F28", attendu="refused, the dataset and the field named")
@pytest.mark.parametrize(
    ("champ", "mot"), [("licence", "licence absente"), ("mention", "mention d'attribution absente")]
)
@pytest.mark.parametrize("vide", ["", "  ", None])
def test_sans_licence_ou_sans_mention_rien_n_est_publie(monde: Monde, champ: str, mot: str, vide: str | None) -> None:
    monde.lignes["sources"].append(une_source("insee.qpv_revenus", "2021", "REVN_2021.csv", "e" * 64))
    monde.publier()
    monde.lignes["sources"][0][champ] = vide
    phrase = refus(monde)
    assert f"Jeu insee.qpv_revenus\u00a0: {mot}" in phrase
    assert "catalogue/sources, insee" in phrase


def test_un_jeu_declare_mais_non_charge_n_empeche_rien(monde: Monde) -> None:
    vide = {"licence": "", "mention": "", "statut": "attendu", "nb_publiees": None}
    monde.lignes["sources"].append(une_source("insee.futur", "2030", "", "", **vide))
    assert monde.publier()


def test_une_valeur_sans_source_est_refusee(monde: Monde) -> None:
    monde.lignes["valeurs"].append(une_valeur("QP961002", "2019", 1.0, jeu="insee.qpv_revenus ; insee.inconnu"))
    phrase = refus(monde)
    assert "Jeu insee.inconnu" in phrase
    assert "Jeu insee.qpv_revenus" not in phrase


@pytest.mark.panne("F23", attendu="publication refuses a failed check")
@pytest.mark.parametrize("statut", ["fail", "error", "skipped"])
def test_un_controle_bloquant_refuse_la_publication(monde: Monde, statut: str) -> None:
    monde.publier()
    monde.tests_dbt["unique_fct_valeurs_cle"] = statut
    assert "Contrôle bloquant unique_fct_valeurs_cle (valeurs)" in refus(monde)


def test_un_avertissement_est_publie_et_note(monde: Monde) -> None:
    monde.tests_dbt["intervalle_fct_valeurs_valeur"] = "warn"
    dossier = monde.dossier(monde.publier())
    lignes = {ligne["controle"]: ligne for ligne in pq.read_table(dossier / "tables" / "qualite.parquet").to_pylist()}
    assert lignes["intervalle_fct_valeurs_valeur"]["resultat"] == "avertissement"
    assert lignes["intervalle_fct_valeurs_valeur"]["observe"] == "2"
    assert "intervalle_fct_valeurs_valeur (valeurs)" in (dossier / "notes.md").read_text(encoding="utf-8")


def test_une_cle_repetee_est_refusee(monde: Monde) -> None:
    monde.lignes["valeurs"].append(une_valeur("QP961001", "2020", 40.0))
    phrase = refus(monde)
    assert "la clé (niveau, code_territoire, zonage, indicateur, periode) doit être unique" in phrase
    assert "code_territoire = QP961001" in phrase


@pytest.mark.panne("F7", attendu="a warehouse with a log beside it is not published")
def test_un_journal_a_cote_de_l_entrepot_est_refuse(monde: Monde) -> None:
    entrepot = monde.construire()
    entrepot.with_name(entrepot.name + ".wal").write_bytes(b"reste d'une construction")
    with pytest.raises(ErreurPublication, match="n'est pas terminée"):
        publier(entrepot, monde.donnees, cible_dbt=monde.cible)


def test_un_entrepot_absent_se_dit_en_une_phrase(monde: Monde) -> None:
    monde.construire()
    with pytest.raises(ErreurPublication, match=r"nulle_part\.duckdb introuvable"):
        publier(monde.racine / "nulle_part.duckdb", monde.donnees, cible_dbt=monde.cible)


@pytest.mark.parametrize("fichier", ["verrou.yml", "qualite/attentes.json", "spatial/contours_2024.parquet"])
def test_ce_qui_manque_est_nomme(monde: Monde, fichier: str) -> None:
    entrepot = monde.construire()
    (monde.donnees / fichier).unlink()
    with pytest.raises(ErreurPublication, match=fichier):
        publier(entrepot, monde.donnees, cible_dbt=monde.cible)
    assert courante(monde.releases) is None
