"""A dataset that exists nowhere, declared as a card, and the bounds of the client in tests.

Belongs here: what the tests of the network share.
Does not belong here: the local publisher (editeur), the assertions.
"""

from __future__ import annotations

from ingestion.catalogue import Attendus, Bloc, Cle, Fichier, Jeu, Lecture, Licence, Millesime, Variable
from ingestion.http import Reglages

URL = "https://www.insee.fr/fr/statistiques/fichier/0000000/essai_csv.csv"
STABLE = "https://www.data.gouv.fr/api/1/datasets/r/942d4ee8"
DATEE = "https://static.data.gouv.fr/resources/essai/20260115/essai.csv"
TEXTE = b"CODGEO;TP60\nQP961001;12,5\n" * 200
AUTRE = TEXTE + b"QP961002;13,0\n"
# The bounds of production, with waits a test can afford.
REGLAGES = Reglages(
    connexion_s=2,
    lecture_s=2,
    total_s=5,
    intervalle_s=0,
    intervalles_s={},
    essais=3,
    attente_initiale_s=0.01,
    attente_max_s=0.02,
    gigue_s=0,
)


def fichier(url: str | None = URL, lecture: Lecture | None = None, nom: str = "essai.csv") -> Fichier:
    return Fichier(fichier=nom, chemin=f"insee/essai/{nom}", url=url, statut_url="vu", lecture=lecture)


def declarer(declares: list[Fichier]) -> tuple[Jeu, Millesime]:
    millesime = Millesime(millesime="2022", periodes={"filosofi": "2018"}, fichiers=declares)
    variables = {"taux_pauvrete_60": Variable(colonnes=["TP60"], type="taux")}
    jeu = Jeu(
        jeu="insee.essai",
        titre="Essai",
        producteur="Insee",
        theme="revenus",
        description="Jeu d'essai",
        page="https://www.insee.fr/fr/statistiques/0000000",
        statut_page="a_confirmer",
        licence=Licence(nom="Licence Ouverte 2.0", statut="a_confirmer"),
        cadence="annuelle",
        mention="Source : essai",
        zonage="2015",
        niveau="qpv",
        lecture=Lecture(format="csv"),
        cle=Cle(colonnes=["CODGEO"], type="qpv2015"),
        blocs=[Bloc(nom="filosofi", regle_vide="secret", variables=variables)],
        attendus=Attendus(description="lignes écrites dans ce test"),
        millesimes=[millesime],
    )
    return jeu, millesime
