"""What two snapshots of one file do not share, by key and without one, and the journal that keeps it.

Belongs here: small frames compared, a file that changes at its address.
Does not belong here: the bytes (test_acquire), what a release changes (test_publication_diff).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from fiche_essai import bloc, fiche
from hypothesis import given
from hypothesis import strategies as st

from ingestion.acquire import SourceDepot, Verrou
from ingestion.catalogue import Fichier, Millesime
from ingestion.ingest import ingerer_jeu
from ingestion.snapshots import comparer

AVANT = pl.DataFrame({"code": ["A", "B", "C"], "valeur": ["1", "2", "3"], "_ligne": [2, 3, 4]})


def test_par_cle_une_ligne_est_ajoutee_retiree_ou_modifiee() -> None:
    apres = pl.DataFrame(
        {"code": ["D", "C", "A"], "valeur": ["4", "3", "9"], "note": ["", "", ""], "_ligne": [2, 3, 4]}
    )
    bilan = comparer(AVANT, apres, ["code"])
    # B leaves, D comes, A changes from 1 to 9, C only moves.
    assert (bilan["ajoutees"], bilan["retirees"], bilan["modifiees"]) == (1, 1, 1)
    assert bilan["exemples"] == {"ajoutees": ["D"], "retirees": ["B"], "modifiees": ["A"]}
    assert (bilan["colonnes_ajoutees"], bilan["colonnes_retirees"]) == (["note"], [])


def test_sans_cle_les_lignes_entieres_se_comptent_une_a_une() -> None:
    avant = pl.DataFrame({"x": ["1", "1", "2"]})
    apres = pl.DataFrame({"x": ["1", "1", "1", "3"]})
    bilan = comparer(avant, apres, [])
    assert (bilan["ajoutees"], bilan["retirees"], bilan["modifiees"]) == (2, 1, None)


def test_une_cle_repetee_ne_distingue_rien() -> None:
    double = pl.concat([AVANT, AVANT])
    assert comparer(double, double.head(5), ["code"])["modifiees"] is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("01")), min_size=1, max_size=8), st.randoms())
def test_l_ordre_des_lignes_ne_change_rien(lignes: list[tuple[str, str]], hasard: object) -> None:
    cadre = pl.DataFrame(lignes, schema=["code", "valeur"], orient="row")
    melangees = list(lignes)
    hasard.shuffle(melangees)  # type: ignore[attr-defined]
    bilan = comparer(cadre, pl.DataFrame(melangees, schema=["code", "valeur"], orient="row"), [])
    assert (bilan["ajoutees"], bilan["retirees"]) == (0, 0)


def test_de_nouveaux_octets_a_la_meme_adresse_laissent_une_trace_et_les_anciens(tmp_path: Path) -> None:
    declare = Fichier(fichier="x.csv", chemin="insee/essai/x.csv", statut_url="a_confirmer")
    jeu = fiche(
        [bloc()], {}, millesimes=[Millesime(millesime="2024", periodes={"filosofi": "2024"}, fichiers=[declare])]
    )
    publie = tmp_path / "depot" / "insee" / "essai" / "x.csv"
    publie.parent.mkdir(parents=True)
    donnees = tmp_path / "data"
    journal = donnees / "instantanes" / "insee" / "essai" / "2024" / "x.csv.json"
    empreintes = []
    for texte in ("CODGEO;TP60\nQP961001;41,4\nQP961002;30\n", "CODGEO;TP60\nQP961001;41,5\nQP961003;28\n"):
        publie.write_text(texte, encoding="utf-8")
        ingerer_jeu(jeu, SourceDepot(tmp_path / "depot"), donnees, lambda: datetime(2026, 11, 25, tzinfo=UTC))
        entree = Verrou(donnees / "verrou.yml").lire("insee.essai", "2024", "x.csv")
        assert entree is not None
        empreintes.append(entree.sha256)
        assert journal.exists() == (len(empreintes) == 2)
    (ecrit,) = json.loads(journal.read_text(encoding="utf-8"))
    assert [ecrit["empreinte_avant"], ecrit["empreinte_apres"]] == empreintes
    assert (ecrit["ajoutees"], ecrit["retirees"], ecrit["modifiees"]) == (1, 1, 1)
    assert all((donnees / "archive" / str(e)[:2] / str(e)).exists() for e in empreintes)
