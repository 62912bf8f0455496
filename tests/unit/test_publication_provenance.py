"""Tests of the way back from a figure to the published file.

Belongs here: the answer for one figure, the sentence when there is none, the version of the code.
Does not belong here: the descriptor that stores it (test_publication_datapackage).
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from publication_monde import REFERENCE, SHA_REVENUS, Monde, une_source, une_valeur

from publication.origins import modeles_par_indicateur, version_du_code
from publication.provenance import ProvenanceIntrouvable, provenance


@pytest.fixture
def monde(tmp_path: Path) -> Monde:
    return Monde(tmp_path)


def test_un_chiffre_remonte_a_son_fichier(monde: Monde) -> None:
    monde.lignes["sources"].append(une_source("insee.qpv_revenus", "2021", "REVN_2021.csv", "e" * 64))
    dossier = monde.dossier(monde.publier())
    (lue,) = provenance(dossier, "QP961001", "taux_pauvrete_60", "2021")
    assert (lue.valeur, lue.statut, lue.libelle) == (42.25, "observe", "Les Tilleuls")
    fichier, contours = lue.fichiers
    assert (fichier.fichier, fichier.empreinte_sha256) == ("REVN_2022.csv", SHA_REVENUS)
    assert contours.fichier == "qp2015.zip"
    assert fichier.url == "https://exemple.invalid/REVN_2022.csv"
    assert fichier.acces_le == "2026-10-03T06:00:00Z"
    assert lue.colonnes == (
        "insee.qpv_revenus\u00a0: TP6021",
        "insee.qpv_revenus\u00a0: TP60",
        "anct.qpv2015_contours\u00a0: CODE_QP",
    )
    assert lue.modeles == ("stg_insee__qpv_revenus", "int_revenus__valeurs", "fct_valeurs")
    assert lue.release_id == dossier.name
    assert lue.commit or lue.version


def test_un_chiffre_qui_tient_aux_contours_nomme_ceux_de_son_zonage(monde: Monde) -> None:
    """Neither those of the other zoning, nor a file that was never read; a commune has no outline behind its figure."""
    monde.lignes["sources"].append(une_source("anct.qpv2024_contours", "2024", "qp2024.zip", "4" * 64))
    monde.lignes["sources"].append(une_source("anct.qpv2015_contours", "2016", "futur.shp", "", statut="jamais_charge"))
    monde.lignes["valeurs"].append(une_valeur("96001", "2020", 14.6, niveau="commune", zonage=""))
    monde.lignes["territoires"].append(
        {"niveau": "commune", "zonage": "", "code_territoire": "96001", "libelle": "Commune fictive"}
    )
    dossier = monde.dossier(monde.publier())
    (lue,) = provenance(dossier, "QP961001", "taux_pauvrete_60", "2021")
    assert [f.fichier for f in lue.fichiers] == ["REVN_2022.csv", "qp2015.zip"]
    (commune,) = provenance(dossier, "96001", "taux_pauvrete_60", "2020")
    assert [f.jeu for f in commune.fichiers] == ["insee.qpv_revenus"]


def test_une_somme_de_plusieurs_fichiers_les_nomme_tous(monde: Monde) -> None:
    monde.lignes["sources"].append(une_source("insee.qpv_demographie", "2022", "DEMO_2022.csv", "e" * 64))
    somme = une_valeur("QP961002", "2022", 7.0, jeu="insee.qpv_revenus ; insee.qpv_demographie", empreinte_sha256=None)
    monde.lignes["valeurs"].append(somme)
    (lue,) = provenance(monde.dossier(monde.publier()), "QP961002", "taux_pauvrete_60", "2022")
    assert {f.fichier for f in lue.fichiers} == {"REVN_2022.csv", "DEMO_2022.csv", "qp2015.zip"}


def test_une_valeur_sans_fichier_donne_sa_page(monde: Monde) -> None:
    monde.lignes["valeurs"].append(
        une_valeur("FRM", "2020", 14.6, niveau="france", zonage="", jeu="catalogue.references", empreinte_sha256=None)
    )
    monde.lignes["territoires"].append(
        {"niveau": "france", "zonage": "", "code_territoire": "FRM", "libelle": "France"}
    )
    dossier = monde.dossier(monde.publier())
    (lue,) = provenance(dossier, "FRM", "taux_pauvrete_60", "2020")
    (page,) = lue.fichiers
    assert (page.mention, page.url, page.empreinte_sha256) == (REFERENCE["source"], REFERENCE["url"], "")
    assert f"- {REFERENCE['source']} ({REFERENCE['url']})" in (dossier / "citation.txt").read_text(encoding="utf-8")


def test_un_code_a_deux_niveaux_donne_deux_reponses(monde: Monde) -> None:
    monde.lignes["valeurs"] += [
        une_valeur("96", "2020", valeur, niveau=niveau, zonage="")
        for niveau, valeur in (("departement", 1.0), ("region", 2.0))
    ]
    monde.lignes["territoires"] += [
        {"niveau": niveau, "zonage": "", "code_territoire": "96", "libelle": nom}
        for niveau, nom in (("departement", "Département fictif"), ("region", "Région fictive"))
    ]
    lues = provenance(monde.dossier(monde.publier()), "96", "taux_pauvrete_60", "2020")
    assert [(p.niveau, p.libelle, p.valeur) for p in lues] == [
        ("departement", "Département fictif", 1.0),
        ("region", "Région fictive", 2.0),
    ]


@pytest.mark.parametrize(
    ("code", "indicateur", "periode", "attendus"),
    [
        ("QP961001", "taux_pauvrete_6", "2020", ["Aucun indicateur", "taux_pauvrete_60"]),
        ("QP961009", "taux_pauvrete_60", "2020", ["Aucun territoire", "QP961001"]),
        ("QP961001", "taux_pauvrete_60", "1999", ["Aucune valeur", "2020, 2021"]),
        ("QN96101M", "taux_pauvrete_60", "2020", ["aucune valeur pour le territoire QN96101M"]),
    ],
)
def test_ce_qui_n_existe_pas_se_dit_et_nomme_ce_qui_existe(
    monde: Monde, code: str, indicateur: str, periode: str, attendus: list[str]
) -> None:
    dossier = monde.dossier(monde.publier())
    with pytest.raises(ProvenanceIntrouvable) as absence:
        provenance(dossier, code, indicateur, periode)
    for attendu in [*attendus, dossier.name]:
        assert attendu in str(absence.value)


def test_sans_modele_qui_nomme_l_indicateur_le_chemin_le_plus_court(monde: Monde) -> None:
    monde.construire()
    manifeste = json.loads((monde.cible / "manifest.json").read_text(encoding="utf-8"))
    sources = [{"jeu": "insee.qpv_revenus", "colonnes": ["TP60"]}, {"jeu": "insee.sans_modele", "colonnes": []}]
    modeles = modeles_par_indicateur(manifeste, {"taux_pauvrete_60": sources, "taux_pauvrete": sources})
    assert modeles["taux_pauvrete_60"] == {
        "insee.qpv_revenus": ["stg_insee__qpv_revenus", "int_revenus__valeurs", "fct_valeurs"]
    }
    assert modeles["taux_pauvrete"] == {
        "insee.qpv_revenus": ["stg_insee__qpv_revenus", "int_revenus__valeurs", "int_valeurs__toutes", "fct_valeurs"]
    }


def test_hors_d_un_depot_git_la_version_du_paquet_suffit(tmp_path: Path) -> None:
    lue = version_du_code(tmp_path)
    assert lue["commit"] == ""
    assert lue["version"]


def test_dans_un_depot_git_le_commit_est_dit(tmp_path: Path) -> None:
    identite = ["-c", "user.name=essai", "-c", "user.email=essai@exemple.invalid"]
    for commande in (["init", "-q"], [*identite, "commit", "-q", "--allow-empty", "-m", "essai"]):
        subprocess.run(["git", "-C", str(tmp_path), *commande], check=True)
    attendu = subprocess.run(
        ["git", "-C", str(tmp_path), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    )
    assert version_du_code(tmp_path) | {"version": ""} == {
        "commit": attendu.stdout.strip(),
        "modifie": False,
        "version": "",
    }


def test_la_date_d_acces_est_dans_le_descripteur_pas_dans_les_tables(monde: Monde) -> None:
    dossier = monde.dossier(monde.publier())
    descripteur = json.loads((dossier / "datapackage.json").read_text(encoding="utf-8"))
    assert {f["acquis_le"] for f in descripteur["provenance"]["fichiers"]} == {"2026-10-03T06:00:00Z"}
    assert not [c.name for c in (dossier / "tables").iterdir() if b"2026-10-03" in c.read_bytes()]
