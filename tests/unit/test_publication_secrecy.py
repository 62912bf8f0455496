"""Tests of the test that tries to rebuild masked figures: hand-made releases that leak, and their twins that do not.

Belongs here: one case per relation, what refuses, what is only said, the sentence a person reads.
Does not belong here: the calculation (test_secrecy_algebra), the real bases (tests/data).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from publication_monde import Monde, une_valeur
from secret_essai import EMPLOI, Essai, chiffre, observes, part

from publication.contract import ErreurPublication
from publication.shelf import courante

FEMMES = {"indicateur": "part_defm_femmes", "periode": "2021-12-31"}


@pytest.fixture
def essai(tmp_path: Path) -> Essai:
    return Essai(tmp_path)


def repartition(essai: Essai, **champs_hommes: Any) -> None:
    """ABC = 90 and 40 men published, women masked: women = 50."""
    essai.ajouter("valeurs", chiffre("QP961001", "defm_abc", 90), chiffre("QP961001", "part_defm_femmes", None))
    essai.ajouter("valeurs", part("QP961001", "part_defm_hommes", 40, 90, **champs_hommes))


def test_une_release_sans_fuite_ne_trouve_rien(essai: Essai) -> None:
    essai.ajouter("valeurs", chiffre("QP961001", "defm_abc", 90))
    essai.ajouter("valeurs", *(chiffre("QP961001", f"part_defm_{sexe}", None) for sexe in ("femmes", "hommes")))
    examen = essai.examiner()
    assert examen.refus == []
    assert observes(examen) == {}
    assert {(c.resultat, c.niveau) for c in examen.controles if c.controle != "secret_producteur"} == {
        ("reussi", "bloquant")
    }
    assert "0 cellule masquée reconstituable sur 2" in examen.controles[0].message


@pytest.mark.panne("F22", attendu="a total minus its parts is found")
def test_une_part_masquee_et_son_complement_publie_par_un_autre_fichier(essai: Essai) -> None:
    repartition(essai, millesime="2023")
    (phrase,) = essai.examiner().refus
    assert "part_defm_femmes de QP961001 (qpv, zonage 2015, 2021-12-31) est masqué et se reconstitue par" in phrase
    assert "ABC = ABC_F + ABC_H" in phrase
    assert "part_defm_hommes (numerateur)" in phrase
    assert "Masquez aussi l'un de ces chiffres" in phrase
    assert "50" not in phrase, "the sentence names the cell, never its value"


def test_ce_que_le_producteur_publie_dans_son_fichier_est_dit_sans_refuser(essai: Essai) -> None:
    repartition(essai)
    examen = essai.examiner()
    assert examen.refus == []
    assert observes(examen) == {"secret_producteur": "1"}
    assert "QP961001" not in "".join(c.message for c in examen.controles), "a public table never points at a cell"


def test_sous_notre_propre_seuil_le_fichier_d_un_seul_producteur_suffit_a_refuser(essai: Essai) -> None:
    essai.regles["jeux"] = [essai.regles["jeux"][0] | {"jeu": "registre.conventions"}]
    for ligne in (
        chiffre("QP961001", "defm_abc", 90),
        chiffre("QP961001", "part_defm_femmes", None),
        part("QP961001", "part_defm_hommes", 40, 90),
    ):
        essai.ajouter("valeurs", ligne | {"jeu": "registre.conventions"})
    assert len(essai.examiner().refus) == 1


def test_un_petit_total_borne_trop_ses_parties(essai: Essai) -> None:
    """ABC = 10: women, masked, are between 0 and 10, an interval of 10 < 11; with 11 it is wide enough."""
    autre = {"millesime": "2023"}
    femmes = chiffre("QP961001", "part_defm_femmes", None)
    essai.ajouter("valeurs", chiffre("QP961001", "defm_abc", 10, **autre), femmes)
    (phrase,) = essai.examiner().refus
    assert "tient dans un intervalle de moins de 11 par : ABC = ABC_F + ABC_H" in phrase
    essai.tables["valeurs"] = [chiffre("QP961001", "defm_abc", 11, **autre), femmes]
    assert essai.examiner().refus == []


@pytest.mark.parametrize(("total", "attendus"), [(150, 0), (185, 1)])
def test_un_total_de_quartiers_ne_contient_que_ses_membres_observes(essai: Essai, total: int, attendus: int) -> None:
    """90 + 60 = 150 observed; 185 holds the 35 of the third quartier, masked; the fourth is disseminated by nobody."""
    essai.ajouter("territoires", essai.tables["territoires"][0] | {"code_territoire": "QP961004"})
    essai.ajouter("valeurs", chiffre("QP961004", "defm_abc", None, statut="non_diffuse"))
    for code, valeur in (("QP961001", 90), ("QP961002", 60), ("QP961003", None)):
        essai.ajouter("valeurs", chiffre(code, "defm_abc", valeur))
    essai.ajouter("valeurs", chiffre("QPV-D961", "defm_abc", total, statut="partiel"))
    refus = essai.examiner().refus
    assert len(refus) == attendus
    assert all("defm_abc de QP961003" in phrase and "total QPV-D961" in phrase for phrase in refus)


def test_deux_membres_masques_protegent_leur_total(essai: Essai) -> None:
    """Σ = 185 with 90 observed: the two others share 95, nobody knows how; a total of one of them gives both away."""
    for code, valeur in (("QP961001", 90), ("QP961002", None), ("QP961003", None)):
        essai.ajouter("valeurs", chiffre(code, "defm_abc", valeur))
    essai.ajouter("valeurs", chiffre("QPV-FR", "defm_abc", 185, statut="partiel"))
    assert essai.examiner().refus == []
    for ligne in essai.tables["territoires"][:2]:
        ligne["code_departement"] = "962"
    essai.ajouter("valeurs", chiffre("QPV-D962", "defm_abc", 150, statut="partiel"))
    refus = essai.examiner().refus
    assert [phrase.split(" est masqué")[0] for phrase in refus] == [
        f"Secret statistique : defm_abc de {code} (qpv, zonage 2015, 2021-12-31)" for code in ("QP961002", "QP961003")
    ]


def test_un_numerateur_somme_revele_comme_une_valeur(essai: Essai) -> None:
    essai.ajouter("valeurs", part("QP961001", "enfants", 40, 80), part("QP961002", "enfants", 30, 60))
    essai.ajouter("valeurs", chiffre("QP961003", "enfants", None))
    essai.ajouter("valeurs", part("QPV-E200096000", "enfants", 90, 180, statut="partiel"))
    refus = essai.examiner().refus
    assert len(refus) == 1
    assert "enfants de QP961003" in refus[0]


@pytest.mark.parametrize(("total", "attendus"), [(90, 0), (125, 1)])
def test_un_panel_fixe_ne_compte_que_les_membres_vus_a_toutes_les_dates(
    essai: Essai, total: int, attendus: int
) -> None:
    """QP961002, masked in 2016, is no member: 90 is QP961001 alone, 125 holds the 35 of QP961003, masked in 2021."""
    connus = {
        "2016-12-31": {"QP961001": 80, "QP961002": None, "QP961003": 30},
        "2021-12-31": {"QP961001": 90, "QP961002": 60, "QP961003": None},
    }
    for periode, effectifs in connus.items():
        for code, effectif in effectifs.items():
            ligne = chiffre(code, "indice_defm_abc", None, periode=periode)
            publiee = effectif and part(code, "indice_defm_abc", effectif, 80, periode=periode)
            essai.ajouter("valeurs", publiee or ligne)
    essai.ajouter("valeurs", part("QPV-FR", "indice_defm_abc", total, 80, statut="partiel"))
    essai.regles["effectifs"] = [*essai.regles["effectifs"], "indice_defm_abc"]
    refus = essai.examiner().refus
    assert len(refus) == attendus
    assert all("indice_defm_abc de QP961003" in phrase and "total QPV-FR" in phrase for phrase in refus)


def test_la_ligne_ensemble_du_producteur_est_arrondie(essai: Essai) -> None:
    """« Ensemble » 200, so 150 to 250: with 90 + 60 observed, the third is between 0 and 100. With 190, exactly 40.

    A quartier that the file does not hold (no checksum) is not in its total.
    """
    essai.ajouter("valeurs", chiffre("QP961009", "defm_abc", None, statut="non_diffuse", empreinte_sha256=None))
    for code, valeur in (("QP961001", 90), ("QP961002", 60), ("QP961003", None)):
        essai.ajouter("valeurs", chiffre(code, "defm_abc", valeur))
    essai.ajouter(
        "rapprochements", {"jeu": EMPLOI, "millesime": "2022", "controle": "ensemble_defm_abc", "attendu": 200}
    )
    assert observes(essai.examiner()) == {}
    essai.tables["rapprochements"][0]["attendu"] = 190
    assert observes(essai.examiner()) == {"secret_producteur": "1"}, "the producer publishes both in one file"


@pytest.mark.panne("F22", attendu="a commune minus its quartiers is found")
def test_la_commune_moins_ses_autres_quartiers(essai: Essai) -> None:
    """95 in the commune, 90 in its first quartier: the second, masked, is between 0 and 5. QP961003 is elsewhere."""
    for code, valeur in (("QP961001", 90), ("QP961002", None), ("QP961003", None)):
        essai.ajouter("valeurs", chiffre(code, "enfants", valeur))
    essai.ajouter("valeurs", chiffre("96101", "enfants", 95, jeu="cnaf.communes"))
    refus = essai.examiner().refus
    assert len(refus) == 1
    assert "enfants de QP961002" in refus[0]
    assert "commune 96101 moins ses autres quartiers" in refus[0]
    essai.tables["valeurs"][-1]["valeur"] = 101.0
    assert essai.examiner().refus == []


def test_un_indice_publie_seul_rend_son_effectif(essai: Essai) -> None:
    """Index 112.5 with the base 80 published: 90."""
    essai.ajouter("valeurs", chiffre("QP961001", "defm_abc", 80, periode="2016-12-31", millesime="2017"))
    essai.ajouter("valeurs", part("QP961001", "indice_defm_abc", 80, 80, periode="2016-12-31", millesime="2017"))
    essai.ajouter("valeurs", chiffre("QP961001", "defm_abc", None))
    assert essai.examiner().refus == []
    essai.ajouter("valeurs", chiffre("QP961001", "indice_defm_abc", 112.5))
    (phrase,) = essai.examiner().refus
    assert "defm_abc de QP961001" in phrase
    assert "indice_defm_abc" in phrase


def test_l_evolution_annuelle_du_producteur_est_dite_sans_refuser(essai: Essai) -> None:
    essai.ajouter("valeurs", chiffre("QP961001", "defm_abc", 80, periode="2020-12-31", millesime="2021"))
    essai.ajouter("valeurs", chiffre("QP961001", "defm_abc", None))
    essai.ajouter("valeurs", chiffre("QP961001", "evolution_annuelle_defm_abc", -9.1, periode="2021-T4"))
    examen = essai.examiner()
    assert examen.refus == []
    assert observes(examen) == {"secret_producteur": "1"}


@pytest.mark.panne("F22", attendu="a gap that gives a masked rate is found")
def test_un_ecart_calcule_ici_entre_deux_taux(essai: Essai) -> None:
    """Women 40 points under all, all at 55 %: a masked rate of women would be 15 %."""
    essai.regles["combinaisons"] = [{"ecart_femmes": 1, "taux_femmes": -1, "taux_ensemble": 1}]
    essai.ajouter("valeurs", chiffre("QP961001", "taux_ensemble", 55.0), chiffre("QP961001", "taux_femmes", None))
    essai.ajouter("valeurs", chiffre("QP961001", "ecart_femmes", None))
    assert essai.examiner().refus == []
    essai.tables["valeurs"][-1] |= {"valeur": -40.0, "statut": "observe"}
    (phrase,) = essai.examiner().refus
    assert "taux_femmes de QP961001" in phrase


def gap(**champs: Any) -> dict[str, Any]:
    return {
        "code_qpv": "QP961001",
        "zonage": "2015",
        **FEMMES,
        "niveau_reference": "commune",
        "code_reference": "96101",
        "statut": "secret",
    } | champs


@pytest.mark.parametrize("colonne", ["valeur", "ecart", "ecart_defavorable", "borne_basse", "rang_departement"])
def test_un_ecart_ne_porte_aucun_chiffre_d_un_quartier_masque(essai: Essai, colonne: str) -> None:
    essai.ajouter("valeurs", chiffre("QP961001", "part_defm_femmes", None))
    essai.ajouter("ecarts", gap(valeur_reference=45.0), gap(code_qpv="QP961002", statut="observe", ecart=3.0))
    assert essai.examiner().refus == []
    essai.tables["ecarts"][0][colonne] = 3
    (phrase,) = essai.examiner().refus
    assert (
        f"part_defm_femmes de QP961001 (qpv, zonage 2015, 2021-12-31) est masqué, mais son écart à commune 96101 porte {colonne}."
        in phrase
    )


@pytest.mark.parametrize(
    ("niveau", "inclus", "attendus"), [("commune", True, 0), ("commune", False, 1), ("france", False, 0)]
)
def test_le_reste_de_la_commune_d_un_quartier_masque_n_est_pas_publie(
    essai: Essai, niveau: str, inclus: bool, attendus: int
) -> None:
    """A quartier overseas is not in métropole, whose rate says nothing of it."""
    essai.ajouter("valeurs", chiffre("QP961001", "part_defm_femmes", None))
    essai.ajouter("ecarts", gap(niveau_reference=niveau, reference_inclut_qpv=inclus, valeur_reference=45.0))
    refus = essai.examiner().refus
    assert len(refus) == attendus
    assert all("son écart à commune 96101 porte valeur_reference" in phrase for phrase in refus)


def test_un_ecart_ne_rend_pas_une_reference_masquee(essai: Essai) -> None:
    """Value 50 and gap 5 give the reference; one estimated from deciles is not the masked one."""
    essai.ajouter("valeurs", chiffre("96101", "part_defm_femmes", None), chiffre("QP961001", "part_defm_femmes", 50.0))
    essai.ajouter(
        "ecarts", gap(valeur=50.0), gap(code_qpv="QP961002", statut="estime", ecart=4.0, valeur_reference=46.0)
    )
    assert essai.examiner().refus == []
    essai.tables["ecarts"][0]["ecart"] = 5.0
    (phrase,) = essai.examiner().refus
    assert "part_defm_femmes de 96101 (commune, 2021-12-31) est masqué, mais l'écart de QP961001 porte ecart" in phrase


def evolution(**champs: Any) -> dict[str, Any]:
    return {
        "code_qpv": "QP961001",
        "zonage": "2015",
        "indicateur": "part_defm_femmes",
        "periode_debut": "2020-12-31",
        "periode_fin": "2021-12-31",
        "niveau_reference": "commune",
        "code_reference": "96101",
    } | champs


@pytest.mark.panne("F22", attendu="a change with a masked end is found")
@pytest.mark.parametrize("masquee", ["2020-12-31", "2021-12-31"])
@pytest.mark.parametrize("colonne", ["delta_qpv", "delta_ecart", "plus_petite_evolution_detectable", "etiquette"])
def test_une_evolution_ne_porte_aucun_chiffre_d_un_bout_masque(essai: Essai, masquee: str, colonne: str) -> None:
    essai.ajouter("valeurs", chiffre("QP961001", "part_defm_femmes", None, periode=masquee))
    essai.ajouter("evolutions", evolution(delta_reference=1.0), evolution(code_qpv="QP961002", delta_qpv=2.0))
    assert essai.examiner().refus == []
    essai.tables["evolutions"][0][colonne] = "stable" if colonne == "etiquette" else 1.5
    (phrase,) = essai.examiner().refus
    assert f"{masquee}) est masqué, mais son évolution de 2020-12-31 à 2021-12-31 porte {colonne}" in phrase


def test_une_evolution_ne_rend_pas_une_reference_masquee(essai: Essai) -> None:
    essai.ajouter("valeurs", chiffre("96101", "part_defm_femmes", None))
    essai.ajouter("evolutions", evolution(delta_qpv=1.0))
    assert essai.examiner().refus == []
    essai.tables["evolutions"][0]["delta_reference"] = 2.0
    assert len(essai.examiner().refus) == 1


def test_un_perimetre_inchange_n_est_pas_publie_sous_son_autre_code(essai: Essai) -> None:
    essai.ajouter("correspondances", {"code_qp2015": "QP961001", "code_qn2024": "QN96101I", "type_lien": "proche"})
    essai.ajouter(
        "valeurs", chiffre("QP961001", "taux_pauvrete_60", 41.0), chiffre("QN96101I", "taux_pauvrete_60", None)
    )
    assert essai.examiner().refus == []
    essai.tables["correspondances"][0]["type_lien"] = "identique"
    (phrase,) = essai.examiner().refus
    assert "QN96101I (qpv, zonage 2024, 2021-12-31) est masqué, mais le même périmètre, QP961001 porte valeur" in phrase
    # The linked series carries the end of 2015 under the code of 2024.
    essai.tables["valeurs"] = [chiffre("QP961001", "part_defm_femmes", None, periode="2020-12-31")]
    essai.ajouter("evolutions", evolution(code_qpv="QN96101I", zonage="2024", delta_qpv=1.0))
    assert len(essai.examiner().refus) == 1


@pytest.mark.parametrize(("contrat", "attendus"), [("CN961001", 1), ("CN962001", 0), ("CV-ANCIEN", 1)])
def test_un_total_de_contrat_n_entoure_pas_un_quartier_masque(essai: Essai, contrat: str, attendus: int) -> None:
    masque = {"jeu": "registre.conventions", "periode": "2025"}
    essai.ajouter("valeurs", chiffre("QN96101M", "enfants", None, **masque))
    total = {"code_contrat": contrat, "indicateur": "enfants", "periode": "2025", "jeu": "registre.conventions"}
    essai.ajouter("contrats", total | {"valeur": 40.0})
    refus = essai.examiner().refus
    assert len(refus) == attendus
    assert all(f"le total du contrat {contrat} est publié" in phrase for phrase in refus)
    essai.tables["contrats"][0]["valeur"] = None
    assert essai.examiner().refus == []


@pytest.mark.parametrize("colonne", ["valeur", "numerateur", "borne_haute", "valeur_texte"])
def test_une_ligne_masquee_ne_porte_pas_son_chiffre(essai: Essai, colonne: str) -> None:
    essai.ajouter("valeurs", chiffre("QP961001", "taux_pauvrete_60", None))
    assert essai.examiner().refus == []
    essai.tables["valeurs"][0][colonne] = "41" if colonne == "valeur_texte" else 41.0
    assert any(f"est masqué, mais sa propre ligne porte {colonne}" in phrase for phrase in essai.examiner().refus)


def test_une_cellule_publiee_hier_et_masquee_aujourd_hui_est_retenue(essai: Essai) -> None:
    essai.ajouter("valeurs", chiffre("QP961001", "part_defm_femmes", 52.0))
    avant = essai.ecrire("avant")
    assert essai.examiner(avant).refus == []
    essai.tables["valeurs"] = [chiffre("QP961001", "part_defm_femmes", None)]
    examen = essai.examiner(avant)
    (phrase,) = examen.refus
    assert phrase.startswith("Publication retenue : part_defm_femmes de QP961001")
    assert "masques_apres_publication (catalogue/secret.yml)" in phrase
    essai.regles["masques_apres_publication"] = [{**FEMMES, "motif": "Fichier corrigé", "date": "2026-12-01"}]
    accepte = essai.examiner(avant)
    assert accepte.refus == []
    assert accepte == essai.examiner(None), "what is published does not depend on the previous release"


def test_l_ordre_des_lignes_ne_change_rien(essai: Essai) -> None:
    repartition(essai, millesime="2023")
    for code, valeur in (("QP961002", 60), ("QP961003", None)):
        essai.ajouter("valeurs", chiffre(code, "defm_abc", valeur))
    essai.ajouter("valeurs", chiffre("QPV-FR", "defm_abc", 185, statut="partiel"))
    essai.ajouter("ecarts", gap(ecart=1.0))
    endroit = essai.examiner()
    essai.desordre = True
    assert essai.examiner() == endroit
    assert len(endroit.refus) == 3


def test_sans_les_relations_declarees_rien_n_est_publie(tmp_path: Path) -> None:
    monde = Monde(tmp_path)
    entrepot = monde.construire()
    (monde.donnees / "catalogue" / "secret.json").unlink()
    from publication.release import publier

    with pytest.raises(ErreurPublication, match=r"secret\.json introuvable"):
        publier(entrepot, monde.donnees, cible_dbt=monde.cible)


@pytest.mark.panne("F22", attendu="last good")
def test_une_fuite_laisse_la_version_precedente_en_ligne(tmp_path: Path) -> None:
    monde = Monde(tmp_path)
    publiee = monde.publier()
    qualite = pq.read_table(monde.dossier(publiee) / "tables" / "qualite.parquet").to_pylist()
    lignes = {q["controle"]: q for q in qualite if q["controle"].startswith("secret_")}
    assert len(lignes) == 9
    assert lignes["secret_reconstitution"]["message"].startswith("0 cellule masquée reconstituable sur 1.")
    monde.lignes["ecarts"].append(monde.lignes["ecarts"][0] | {"code_qpv": "QP961002"})
    with pytest.raises(
        ErreurPublication, match=r"taux_pauvrete_60 de QP961002 .* est masqué, mais son écart à commune 96101"
    ):
        monde.publier()
    avant = courante(monde.releases)
    assert avant is not None
    assert avant.name == publiee


def test_une_publication_retenue_puis_acceptee_garde_son_identifiant(tmp_path: Path) -> None:
    monde = Monde(tmp_path)
    monde.publier()
    monde.lignes["valeurs"][1] = une_valeur("QP961001", "2021", None, "secret")
    with pytest.raises(ErreurPublication, match="Publication retenue"):
        monde.publier()
    monde.secret["masques_apres_publication"] = [
        {"indicateur": "taux_pauvrete_60", "periode": "2021", "motif": "Fichier corrigé", "date": "2026-12-01"}
    ]
    acceptee = monde.publier()
    assert monde.publier() == acceptee
    (modifie,) = json.loads((monde.dossier(acceptee) / "diff.json").read_text(encoding="utf-8"))["chiffres"]["listes"][
        "modifies"
    ]
    assert modifie["avant"] == {"valeur": None, "valeur_texte": None, "statut": "observe"}, "42.25 is masked now"
