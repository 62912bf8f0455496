"""A release of a few rows, for the tests of statistical secrecy: only the tables that the test reads.

Belongs here: writing rows as the Parquet tables of a release, with null where a test says nothing.
Does not belong here: assertions (test_publication_secrecy), a whole release (publication_monde).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from publication_monde import SECRET

from publication.contract import CLES
from publication.secrecy import Examen, examiner

REELS = (
    *("valeur", "numerateur", "denominateur", "borne_basse", "borne_haute", "valeur_reference", "ecart", "attendu"),
    *("ecart_defavorable", "delta_qpv", "delta_reference", "delta_ecart", "plus_petite_evolution_detectable", "seuil"),
)
ENTIERS = ("rang_departement",)
BOOLEENS = ("reference_inclut_qpv",)
COLONNES = {
    "valeurs": ("statut", "jeu", "millesime", "empreinte_sha256", "valeur_texte", *REELS[:5]),
    "ecarts": ("statut", *REELS[:1], *REELS[3:7], "ecart_defavorable", *ENTIERS, *BOOLEENS),
    "evolutions": ("etiquette", *REELS[9:]),
    "contrats": ("valeur", "numerateur", "denominateur", "jeu", "millesime"),
    "correspondances": ("type_lien",),
    "rapprochements": ("attendu",),
    "territoires": ("codes_communes", "codes_epci", "code_departement", "code_region"),
}
EMPLOI = "insee.qpv_insertion_professionnelle"
# Registered job seekers, women and men: ABC = ABC_F + ABC_H.
REGLES_EMPLOI = {
    "jeux": [
        {
            "jeu": EMPLOI,
            "chiffres": {
                "defm_abc": {"valeur": ["ABC"]},
                "part_defm_femmes": {"numerateur": ["ABC_F"], "denominateur": ["ABC"]},
                "part_defm_hommes": {"numerateur": ["ABC_H"], "denominateur": ["ABC"]},
                "indice_defm_abc": {"numerateur": ["ABC"], "denominateur": ["ABC@premiere"]},
            },
            "partitions": [{"total": "ABC", "parties": ["ABC_F", "ABC_H"], "exhaustive": True}],
        }
    ],
    "effectifs": ["defm_abc", "part_defm_femmes", "part_defm_hommes", "enfants"],
    "panels": ["indice_defm_abc"],
    "evolutions_du_producteur": {"evolution_annuelle_defm_abc": "defm_abc"},
}


@dataclass
class Essai:
    """Rows of a release; `examiner()` writes them and runs the test."""

    racine: Path
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    regles: dict[str, Any] = field(default_factory=lambda: dict(REGLES_EMPLOI))
    desordre: bool = False

    def __post_init__(self) -> None:
        for rang, commune in ((1, "96101"), (2, "96101"), (3, "96102")):
            self.ajouter(
                "territoires",
                {"niveau": "qpv", "zonage": "2015", "code_territoire": f"QP96100{rang}", "codes_communes": commune}
                | {"codes_epci": "200096000", "code_departement": "961", "code_region": "96"},
            )

    def ajouter(self, table: str, *lignes: dict[str, Any]) -> None:
        self.tables.setdefault(table, []).extend(lignes)

    def ecrire(self, nom: str = "release") -> Path:
        dossier = self.racine / nom
        (dossier / "tables").mkdir(parents=True, exist_ok=True)
        for table, autres in COLONNES.items():
            lignes = self.tables.get(table, [])
            noms = (*CLES[table], *autres)
            genres = {
                n: pl.Float64
                if n in REELS
                else pl.Int32
                if n in ENTIERS
                else pl.Boolean
                if n in BOOLEENS
                else pl.String
                for n in noms
            }
            valeurs = [{n: ligne.get(n) for n in noms} for ligne in (reversed(lignes) if self.desordre else lignes)]
            pl.DataFrame(valeurs, schema=genres).write_parquet(dossier / "tables" / f"{table}.parquet")
        return dossier

    def examiner(self, precedente: Path | None = None) -> Examen:
        (self.racine / "catalogue").mkdir(exist_ok=True)
        (self.racine / "catalogue" / "secret.json").write_text(json.dumps(SECRET | self.regles), encoding="utf-8")
        return examiner(self.ecrire(), self.racine, precedente)


def chiffre(code: str, indicateur: str, valeur: float | None, **champs: Any) -> dict[str, Any]:
    """A row of `valeurs` of a quartier of 2015; without a value it is masked."""
    niveau = "ensemble_qpv" if code.startswith("QPV") else "qpv" if code.startswith("Q") else "commune"
    return {
        "niveau": niveau,
        "code_territoire": code,
        "zonage": "" if niveau == "commune" else "2024" if code.startswith("QN") else "2015",
        "indicateur": indicateur,
        "periode": "2021-12-31",
        "valeur": valeur,
        "statut": "observe" if valeur is not None else "secret",
        "jeu": EMPLOI,
        "millesime": "2022",
        "empreinte_sha256": "a" * 64,
    } | champs


def part(code: str, indicateur: str, numerateur: float, denominateur: float, **champs: Any) -> dict[str, Any]:
    """A published share with its two counts."""
    valeur = 100 * numerateur / denominateur
    return chiffre(code, indicateur, valeur, numerateur=numerateur, denominateur=denominateur, **champs)


def observes(examen: Examen) -> dict[str, str]:
    """Check → what it found, for those that found something."""
    return {c.controle: c.observe for c in examen.controles if c.observe != "0"}
