"""Tests of what changed between two releases, and of how the notes say it.

Belongs here: counts, lists, wording of the changes.
Does not belong here: building a release (test_publication_release).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from publication_monde import SHA_REVENUS, Monde, une_source, une_valeur

from publication import diff
from publication.release import comparer

CLE = {"niveau": "qpv", "zonage": "2015", "indicateur": "taux_pauvrete_60"}


@pytest.fixture
def monde(tmp_path: Path) -> Monde:
    return Monde(tmp_path)


def chiffres(monde: Monde) -> dict[str, Any]:
    """Publish again and read the `chiffres` of the release's own diff.json."""
    lu = json.loads((monde.dossier(monde.publier()) / "diff.json").read_text(encoding="utf-8"))
    resultat: dict[str, Any] = lu["chiffres"]
    return resultat


def comptes(lus: dict[str, Any]) -> tuple[int, int, int, int]:
    return lus["ajoutes"], lus["modifies"], lus["supprimes"], lus["provenance_seule"]


def test_premiere_version(monde: Monde) -> None:
    lus = chiffres(monde)
    assert comptes(lus) == (3, 0, 0, 0)
    assert lus["par_indicateur"] == {"taux_pauvrete_60": {"ajoutes": 3, "modifies": 0, "supprimes": 0}}


def test_une_cellule_changee_donne_exactement_cette_difference(monde: Monde) -> None:
    premier = monde.publier()
    monde.lignes["valeurs"][1] = une_valeur("QP961001", "2021", 42.5)
    second = monde.dossier(monde.publier())
    lu = json.loads((second / "diff.json").read_text(encoding="utf-8"))
    assert (lu["avant"], lu["apres"]) == (premier, second.name)
    assert lu["sources"] == {"ajoutees": [], "retirees": [], "modifiees": []}
    assert comptes(lu["chiffres"]) == (0, 1, 0, 0)
    assert lu["chiffres"]["listes"] == {
        "ajoutes": [],
        "modifies": [
            CLE
            | {
                "code_territoire": "QP961001",
                "periode": "2021",
                "avant": {"valeur": 42.25, "valeur_texte": None, "statut": "observe"},
                "apres": {"valeur": 42.5, "valeur_texte": None, "statut": "observe"},
            }
        ],
        "supprimes": [],
    }
    assert [t for t, etat in lu["tables"].items() if not etat["identique"]] == ["valeurs"]


def test_un_secret_leve_est_une_modification(monde: Monde) -> None:
    monde.publier()
    monde.lignes["valeurs"][2] = une_valeur("QP961002", "2020", 38.0)
    (modifie,) = chiffres(monde)["listes"]["modifies"]
    assert (modifie["avant"]["statut"], modifie["avant"]["valeur"]) == ("secret", None)
    assert (modifie["apres"]["statut"], modifie["apres"]["valeur"]) == ("observe", 38.0)


def test_un_statut_seul_est_une_modification(monde: Monde) -> None:
    monde.publier()
    monde.lignes["valeurs"][2] = une_valeur("QP961002", "2020", None, "non_diffuse")
    assert comptes(chiffres(monde)) == (0, 1, 0, 0)


def test_un_numerateur_qui_apparait_est_une_modification(monde: Monde) -> None:
    """From nothing to something: `<>` would not see it."""
    monde.publier()
    monde.lignes["valeurs"][0] = une_valeur("QP961001", "2020", 41.5, numerateur=83.0)
    assert comptes(chiffres(monde)) == (0, 1, 0, 0)


def test_ajouts_et_suppressions_par_indicateur(monde: Monde) -> None:
    monde.publier()
    monde.lignes["valeurs"].pop(0)
    monde.lignes["valeurs"] += [
        une_valeur("QP961002", p, 1.0, indicateur="taux_emploi_15_64") for p in ("2018", "2019")
    ]
    lus = chiffres(monde)
    assert comptes(lus) == (2, 0, 1, 0)
    assert lus["par_indicateur"] == {
        "taux_emploi_15_64": {"ajoutes": 2, "modifies": 0, "supprimes": 0},
        "taux_pauvrete_60": {"ajoutes": 0, "modifies": 0, "supprimes": 1},
    }
    assert [c["periode"] for c in lus["listes"]["ajoutes"]] == ["2018", "2019"]
    assert "apres" not in lus["listes"]["supprimes"][0]


def test_un_nouveau_fichier_au_meme_contenu_ne_change_aucun_chiffre(monde: Monde) -> None:
    monde.publier()
    monde.lignes["sources"][0]["empreinte_sha256"] = "c" * 64
    monde.lignes["valeurs"] = [ligne | {"empreinte_sha256": "c" * 64} for ligne in monde.lignes["valeurs"]]
    dossier = monde.dossier(monde.publier())
    lu = json.loads((dossier / "diff.json").read_text(encoding="utf-8"))
    assert comptes(lu["chiffres"]) == (0, 0, 0, 3)
    assert lu["chiffres"]["par_indicateur"] == {}
    assert lu["sources"]["modifiees"] == [
        {
            "jeu": "insee.qpv_revenus",
            "millesime": "2022",
            "fichier": "REVN_2022.csv",
            "champs": {"empreinte_sha256": [SHA_REVENUS, "c" * 64]},
        }
    ]
    assert "3 chiffres identiques viennent d'un nouveau fichier" in (dossier / "notes.md").read_text(encoding="utf-8")


def test_les_listes_sont_bornees_les_comptes_sont_entiers(monde: Monde) -> None:
    monde.publier()
    nombre = diff.PLAFOND + 7
    monde.lignes["valeurs"] += [une_valeur(f"QP96{rang:04d}", "2022", float(rang)) for rang in range(nombre)]
    lus = chiffres(monde)
    assert lus["ajoutes"] == nombre
    assert len(lus["listes"]["ajoutes"]) == diff.PLAFOND
    assert lus["par_indicateur"]["taux_pauvrete_60"]["ajoutes"] == nombre


def test_comparer_deux_livraisons_dans_les_deux_sens(monde: Monde) -> None:
    premier = monde.dossier(monde.publier())
    monde.lignes["valeurs"].append(une_valeur("QP961002", "2021", 12.0))
    monde.lignes["sources"].append(une_source("insee.qpv_revenus", "2023", "REVN_2023.csv", "d" * 64))
    second = monde.dossier(monde.publier())
    aller, retour = comparer(premier, second), comparer(second, premier)
    assert comptes(aller["chiffres"]) == (1, 0, 0, 0)
    assert comptes(retour["chiffres"]) == (0, 0, 1, 0)
    assert aller["sources"]["ajoutees"] == retour["sources"]["retirees"]
    assert [s["fichier"] for s in aller["sources"]["ajoutees"]] == ["REVN_2023.csv"]
    assert comptes(comparer(premier, premier)["chiffres"]) == (0, 0, 0, 0)


def test_les_notes_comptent_en_francais(monde: Monde) -> None:
    premier = monde.publier()
    monde.lignes["valeurs"][0] = une_valeur("QP961001", "2020", 41.0)
    monde.lignes["valeurs"] += [une_valeur(f"QP96{rang:04d}", "2022", float(rang)) for rang in range(1200)]
    monde.lignes["sources"][0]["prochaine_publication"] = "juin 2027"
    notes = (monde.dossier(monde.publier()) / "notes.md").read_text(encoding="utf-8")
    assert f"Depuis la version {premier}\u00a0: 1\u202f200 chiffres ajoutés, 1 modifié, 0 supprimé." in notes
    assert "| Taux de pauvreté | 1\u202f200 | 1 | 0 |" in notes
    assert "- Titre de insee.qpv_revenus\u00a0: juin 2027" in notes
