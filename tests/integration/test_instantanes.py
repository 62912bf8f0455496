"""A published file replaced at its address, from the deposit to the table `qualite`.

Belongs here: what two runs on two snapshots leave: the journal, the expectation, its row in the table that is published.
Does not belong here: the comparison row by row (tests/unit/test_snapshots), suites (tests/unit/test_expectations).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from ingestion.catalogue import Catalogue, Jeu
from ingestion.expectations import evaluer
from orchestration import steps
from orchestration.settings import Reglages
from publication.quality import ecrire_qualite, lire_controles

JEU, FICHIER = "anct.lieux_mediation_numerique", "mediation-numerique-courante.csv"
CONTROLE = "lignes_instantane_precedent"


class Dossier:
    """A territory that can change and the data folder built from it."""

    def __init__(self, territoire: Path, racine: Path) -> None:
        self.depot = racine / "territoire"
        shutil.copytree(territoire, self.depot)
        self.contexte = steps.Contexte(Reglages(data=racine / "data", source="demo", depot=self.depot))
        self.publie = self.depot / JEU.replace(".", "/") / FICHIER
        self.entieres = self.publie.read_bytes().splitlines(keepends=True)

    @property
    def jeu(self) -> Jeu:
        return Catalogue().jeux[JEU]

    def publier(self, lignes: int) -> int:
        """Publish the header and the first rows only; returns the number of rows published."""
        self.publie.chmod(0o644)
        self.publie.write_bytes(b"".join(self.entieres[: lignes + 1]))
        return len(self.entieres[1 : lignes + 1])

    def relancer(self) -> pl.DataFrame:
        """Read the dataset, validate it, and give the rows of `qualite` that say how it compares."""
        with steps.ouvrir_source(self.contexte) as source:
            assert steps.ingerer(self.contexte, self.jeu, source).en_echec == []
        evaluer([self.jeu], self.contexte.donnees, demo=True)
        ecrites = self.contexte.donnees / "qualite" / "attentes.json"
        controles = lire_controles({}, {}, json.loads(ecrites.read_text(encoding="utf-8")), ecrites)
        (self.contexte.donnees / "tables").mkdir(exist_ok=True)
        ecrire_qualite(controles, self.contexte.donnees, est_demo=True)
        return pl.read_parquet(self.contexte.donnees / "tables" / "qualite.parquet").filter(controle=CONTROLE)


@pytest.fixture
def dossier(territoire_demo: Path, tmp_path: Path) -> Dossier:
    return Dossier(territoire_demo, tmp_path)


def test_un_fichier_qui_perd_un_tiers_de_ses_lignes_est_dit_et_reste_publie(dossier: Dossier) -> None:
    toutes = dossier.publier(len(dossier.entieres))
    assert dossier.relancer().is_empty()
    restantes = dossier.publier(toutes * 2 // 3)
    (ligne,) = dossier.relancer().to_dicts()
    assert (ligne["jeu"], ligne["niveau"], ligne["resultat"]) == (JEU, "avertissement", "echoue")
    variation = f"{100 * (restantes - toutes) / toutes:+.1f}\u00a0%".replace(".", ",").replace("-", "−")
    assert ligne["observe"] == f"1 écart sur 1, variation la plus forte {variation}"
    assert ligne["seuil"].startswith("de −20\u00a0% à +20\u00a0%")
    assert FICHIER in ligne["message"]
    assert f"lignes_avant = {toutes}, lignes_apres = {restantes}" in ligne["message"]
    # The same snapshot seen again is still compared with the one it replaced.
    assert dossier.relancer().to_dicts() == [ligne]


def test_un_fichier_qui_perd_une_ligne_reste_dans_les_bornes(dossier: Dossier) -> None:
    toutes = dossier.publier(len(dossier.entieres))
    dossier.relancer()
    dossier.publier(toutes - 1)
    (ligne,) = dossier.relancer().to_dicts()
    assert (ligne["resultat"], ligne["observe"][:16]) == ("reussi", "0 écart sur 1, v")
