"""Tests of what is held for review before publication (F12).

Belongs here: each threshold on both sides, the candidate kept aside, what an acceptance records.
Does not belong here: a whole refresh held (tests/faults/test_retenue), masked cells (test_publication_secrecy).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from publication_monde import Monde, une_valeur

from publication import review
from publication.checksums import verifier
from publication.contract import ErreurPublication
from publication.release import accepter
from publication.review import PublicationRetenue
from publication.shelf import courante, lister

SEUILS = {"volume_pct": 10, "couverture_pct": 5, "magnitude_facteur": 2}


@pytest.fixture
def monde(tmp_path: Path) -> Monde:
    return Monde(tmp_path, relecture=SEUILS)


def lignes_lues(monde: Monde, nombre: int) -> None:
    monde.lignes["sources"][0]["nb_lignes_lues"] = nombre


def retenue(monde: Monde) -> list[str]:
    with pytest.raises(PublicationRetenue):
        monde.publier()
    trouvee = review.lire(monde.donnees)
    assert trouvee is not None
    return trouvee.motifs


def test_une_premiere_publication_n_est_jamais_retenue(monde: Monde) -> None:
    assert courante(monde.releases) is None
    assert monde.dossier(monde.publier()) == courante(monde.releases)


@pytest.mark.parametrize(("avant", "apres"), [(1000, 1100), (1000, 900), (0, 500)])
def test_un_volume_dans_les_bornes_est_publie(monde: Monde, avant: int, apres: int) -> None:
    lignes_lues(monde, avant)
    premier = monde.publier()
    lignes_lues(monde, apres)
    assert monde.publier() != premier
    assert review.lire(monde.donnees) is None


@pytest.mark.panne("F12", attendu="a volume out of bounds is held")
@pytest.mark.parametrize(("apres", "variation"), [(1101, "+10,1"), (899, "−10,1"), (0, "−100,0")])
def test_un_volume_hors_des_bornes_est_retenu(monde: Monde, apres: int, variation: str) -> None:
    lignes_lues(monde, 1000)
    premier = monde.publier()
    lignes_lues(monde, apres)
    (motif,) = retenue(monde)
    lus = f"{apres:,}".replace(",", "\u202f")
    assert motif == (
        f"Jeu insee.qpv_revenus, millésime 2022, fichier REVN_2022.csv\u00a0: {lus} lignes lues au lieu de 1\u202f000 "
        f"({variation}\u00a0%, seuil 10\u00a0%)."
    )
    assert [(p.release_id, p.est_courante) for p in lister(monde.releases)] == [(premier, True)]
    assert verifier(monde.dossier(premier)) == []


@pytest.mark.panne("F12", attendu="a size out of bounds is held")
def test_la_taille_d_un_fichier_compte_aussi(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    monde.publier()
    monde.lignes["valeurs"][1] = une_valeur("QP961001", "2021", 42.26)
    entrepot = monde.construire()
    verrou = monde.donnees / "verrou.yml"
    verrou.write_text(verrou.read_text(encoding="utf-8").replace("taille: 1234", "taille: 617", 1), encoding="utf-8")
    from publication.release import publier

    with pytest.raises(PublicationRetenue, match="617 octets au lieu de 1\u202f234 \\(−50,0"):
        publier(entrepot, monde.donnees, cible_dbt=monde.cible, horloge=lambda: monde.maintenant, fiches=False)


def test_un_jeu_a_son_propre_seuil(monde: Monde) -> None:
    lignes_lues(monde, 1000)
    monde.publier()
    lignes_lues(monde, 1300)
    monde.relecture = {**SEUILS, "par_jeu": {"insee.qpv_revenus": 40}}
    monde.publier()
    lignes_lues(monde, 3000)
    monde.relecture = {**SEUILS, "par_jeu": {"insee.qpv_revenus": None}}
    monde.publier()


@pytest.mark.panne("F12", attendu="a shrunk coverage is held")
def test_une_couverture_qui_recule_est_retenue(monde: Monde) -> None:
    monde.lignes["valeurs"] = [une_valeur(f"QP96{i:04}", "2021", 40.0 + i / 10) for i in range(1001, 1101)]
    monde.publier()
    monde.lignes["valeurs"][:5] = [une_valeur(f"QP96{i:04}", "2021", None, "non_diffuse") for i in range(1001, 1006)]
    dans_les_bornes = monde.publier()
    monde.lignes["valeurs"] = monde.lignes["valeurs"][10:]
    (motif,) = retenue(monde)
    assert motif == (
        "Indicateur taux_pauvrete_60 (qpv, zonage 2015, 2021)\u00a0: 90 valeurs publiées au lieu de 95 "
        "(−5,3\u00a0%, seuil 5\u00a0%)."
    )
    assert courante(monde.releases) == monde.dossier(dans_les_bornes)


@pytest.mark.panne("F12", attendu="a date that disappears is held")
def test_une_date_qui_disparait_est_retenue(monde: Monde) -> None:
    monde.publier()
    del monde.lignes["valeurs"][1]
    (motif,) = retenue(monde)
    assert "(qpv, zonage 2015, 2021)\u00a0: 0 valeurs publiées au lieu de 1 (−100,0\u00a0%" in motif


@pytest.mark.panne("F12", attendu="a change of unit is held")
@pytest.mark.parametrize(
    ("periode", "valeur", "dit"),
    [("2021", 0.4225, "0,4225 en médiane des mêmes territoires au lieu de 42,25 ("), ("2022", 0.42, "0,42 en médiane des mêmes territoires au lieu de 42,25 en 2021 (")],
)  # fmt: skip
def test_un_changement_d_unite_est_retenu(monde: Monde, periode: str, valeur: float, dit: str) -> None:
    """A share published out of 1 instead of 100, at a known date and at a new one."""
    monde.publier()
    if periode == "2021":
        monde.lignes["valeurs"][1] = une_valeur("QP961001", periode, valeur)
    else:
        monde.lignes["valeurs"].append(une_valeur("QP961001", periode, valeur))
    (motif,) = retenue(monde)
    assert dit in motif


def test_un_doublement_exact_reste_publie(monde: Monde) -> None:
    monde.publier()
    monde.lignes["valeurs"][1] = une_valeur("QP961001", "2021", 84.5)
    monde.publier()


def test_le_meme_contenu_reste_retenu_et_un_autre_le_remplace(monde: Monde) -> None:
    lignes_lues(monde, 1000)
    premier = monde.publier()
    lignes_lues(monde, 500)
    retenue(monde)
    gardee = review.lire(monde.donnees)
    monde.maintenant = datetime(2026, 11, 13, tzinfo=UTC)
    retenue(monde)
    encore = review.lire(monde.donnees)
    assert gardee
    assert encore
    assert (gardee.contenu, gardee.depuis) == (encore.contenu, encore.depuis)
    lignes_lues(monde, 600)
    assert "600 lignes lues" in retenue(monde)[0]
    autre = review.lire(monde.donnees)
    assert autre
    assert autre.contenu != gardee.contenu
    assert autre.depuis == "2026-11-13T00:00:00Z"
    # The publisher repaired the file: nothing is left to accept.
    lignes_lues(monde, 1000)
    assert monde.publier() == premier
    assert review.lire(monde.donnees) is None


@pytest.mark.panne("F12", attendu="accepted: published with who, when, why")
def test_une_acceptation_publie_et_dit_qui_quand_pourquoi(monde: Monde) -> None:
    lignes_lues(monde, 1000)
    premier = monde.publier()
    lignes_lues(monde, 500)
    motifs = retenue(monde)
    contenu = review.lire(monde.donnees)
    assert contenu is not None
    release_id = accepter(
        monde.donnees, "camille", "Le producteur a retiré\nles doublons.", horloge=lambda: datetime(2026, 11, 15, tzinfo=UTC)
    )  # fmt: skip
    assert release_id == f"20261115-{contenu.contenu}" != premier
    dossier = monde.dossier(release_id)
    assert courante(monde.releases) == dossier
    assert verifier(dossier) == []
    assert review.lire(monde.donnees) is None
    accord = json.loads((dossier / "datapackage.json").read_text(encoding="utf-8"))["relecture"]
    assert accord == {
        "contenu": contenu.contenu, "qui": "camille", "quand": "2026-11-15T00:00:00Z",
        "pourquoi": "Le producteur a retiré les doublons.", "motifs": motifs,
    }  # fmt: skip
    phrase = (
        "Retenue pour relecture, acceptée le 15 novembre 2026 par camille\u00a0: Le producteur a retiré les doublons."
    )
    assert phrase in (dossier / "notes.md").read_text(encoding="utf-8")
    assert motifs[0] in (dossier / "notes.md").read_text(encoding="utf-8")
    assert phrase in (monde.releases / "journal.atom").read_text(encoding="utf-8")
    # The next run finds the same content: nothing is held, nothing is written again.
    assert monde.publier() == release_id


def test_rien_a_accepter_pas_de_raison_ou_candidat_altere(monde: Monde) -> None:
    lignes_lues(monde, 1000)
    premier = monde.publier()
    with pytest.raises(ErreurPublication, match="rien à accepter"):
        accepter(monde.donnees, "camille", "Vu.")
    lignes_lues(monde, 500)
    retenue(monde)
    with pytest.raises(ErreurPublication, match="Une raison est demandée"):
        accepter(monde.donnees, "camille", "  ")
    entrepot = monde.donnees / review.DOSSIER / "entrepot.duckdb"
    octets = bytearray(entrepot.read_bytes())
    octets[len(octets) // 2] ^= 1
    entrepot.write_bytes(octets)
    with pytest.raises(ErreurPublication, match="a été altéré"):
        accepter(monde.donnees, "camille", "Vu.")
    assert courante(monde.releases) == monde.dossier(premier)


def test_sans_seuils_rien_n_est_publie(monde: Monde) -> None:
    monde.publier()
    lignes_lues(monde, 500)
    entrepot = monde.construire()
    (monde.donnees / "catalogue" / "relecture.json").unlink()
    from publication.release import publier

    with pytest.raises(ErreurPublication, match=r"relecture\.json introuvable"):
        publier(entrepot, monde.donnees, cible_dbt=monde.cible, fiches=False)
