"""Tests of the card `catalogue/secret.yml`: what it may name, what publication is handed.

Belongs here: refusals of a wrong card, agreement with the columns of the indicators' cards.
Does not belong here: whether the partitions are true of the files (tests/data), the test itself.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ingestion.catalogue import RACINE, Catalogue, ErreurCatalogue
from ingestion.secrecy import ecrire_secret, lire

CATALOGUE = Catalogue()


@pytest.fixture
def copie(tmp_path: Path) -> Path:
    shutil.copytree(RACINE, tmp_path / "catalogue")
    return tmp_path / "catalogue"


def test_les_colonnes_sont_celles_des_fiches_des_indicateurs() -> None:
    """The counts behind a figure are the columns its card names for that dataset, or a part of them."""
    ecarts = {}
    for jeu in lire(CATALOGUE).jeux:
        for indicateur, chiffre in jeu.chiffres.items():
            declarees = {
                c.split("@")[0] for role in ("valeur", "numerateur", "denominateur") for c in getattr(chiffre, role)
            }
            fiche = {c for s in CATALOGUE.indicateurs[indicateur].sources if s.jeu == jeu.jeu for c in s.colonnes}
            if not declarees <= fiche:
                ecarts[indicateur] = declarees - fiche
    assert ecarts == {}


def test_chaque_colonne_des_chiffres_est_dans_une_repartition_ou_seule() -> None:
    """A denominator that no partition holds would leave its parts unlinked."""
    for jeu in lire(CATALOGUE).jeux:
        liees = {c for p in jeu.partitions for c in (p.total, *p.parties)}
        denominateurs = {c.split("@")[0] for chiffre in jeu.chiffres.values() for c in chiffre.denominateur}
        assert denominateurs <= liees, jeu.jeu


@pytest.mark.parametrize(
    ("ancien", "nouveau", "mot"),
    [
        ("part_defm_femmes:", "part_defm_dames:", "part_defm_dames"),
        ("- jeu: insee.qpv_revenus", "- jeu: insee.qpv_revenues", "insee.qpv_revenues"),
        ("seuil_propre: [registre]", "seuil_propre: [registres]", "registres"),
        ("exhaustive: false", "exaustive: false", "exaustive"),
    ],
)
def test_un_nom_inconnu_est_refuse(copie: Path, ancien: str, nouveau: str, mot: str) -> None:
    fichier = copie / "secret.yml"
    fichier.write_text(fichier.read_text(encoding="utf-8").replace(ancien, nouveau), encoding="utf-8")
    with pytest.raises(ErreurCatalogue, match=mot):
        lire(Catalogue(copie))


def test_publication_recoit_le_seuil_et_les_effectifs(tmp_path: Path) -> None:
    ecrire_secret(CATALOGUE, tmp_path)
    recu = json.loads((tmp_path / "catalogue" / "secret.json").read_text(encoding="utf-8"))
    assert recu["effectif_publie_min"] == 11
    assert {"defm_abc", "part_defm_femmes", "pre_enfants_suivis"} <= set(recu["effectifs"])
    assert "taux_pauvrete_60" not in recu["effectifs"]
