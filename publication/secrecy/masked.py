"""Masked cells of a release, and the figures published beside them.

Belongs here: which rows of `valeurs` hide something, the few others that an exact calculation needs.
Does not belong here: the relations between them (relations, sums), the tables derived from `valeurs` (derived).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from publication.secrecy.rules import ROLES, Regles

CELLULE = ["niveau", "code_territoire", "zonage", "indicateur", "periode"]
LUES = {
    **dict.fromkeys((*CELLULE, "statut", "jeu", "millesime", "empreinte_sha256", "valeur_texte"), pl.String),
    **dict.fromkeys((*ROLES, "borne_basse", "borne_haute"), pl.Float64),
}
TERRITOIRE = {
    **dict.fromkeys(("niveau", "zonage", "code_territoire", "code_departement", "code_region"), pl.String),
    **dict.fromkeys(("codes_communes", "codes_epci"), pl.String),
}


def colonnes(table: pl.LazyFrame, voulues: Mapping[str, type[pl.DataType]]) -> pl.LazyFrame:
    """The wanted columns of a table, null where a release of another age lacks one; no zoning is empty text."""
    presentes = table.collect_schema().names()
    choisies = [
        (pl.col(nom) if nom in presentes else pl.lit(None)).cast(genre).alias(nom) for nom, genre in voulues.items()
    ]
    return table.select(choisies).with_columns(pl.col("zonage").fill_null("") for nom in voulues if nom == "zonage")


@dataclass(frozen=True)
class Publiees:
    """The tables of one release, read lazily: 661,000 values and millions of gaps are never held at once."""

    dossier: Path
    regles: Regles

    def table(self, nom: str, voulues: Mapping[str, type[pl.DataType]]) -> pl.LazyFrame:
        return colonnes(pl.scan_parquet(self.dossier / "tables" / f"{nom}.parquet"), voulues)

    @property
    def valeurs(self) -> pl.LazyFrame:
        return self.table("valeurs", LUES)

    @cached_property
    def masquees(self) -> pl.DataFrame:
        """Rows of `valeurs` under statistical secrecy."""
        return self.valeurs.filter(pl.col("statut") == "secret").sort(CELLULE).collect(engine="streaming")

    @cached_property
    def comptees(self) -> pl.DataFrame:
        """The masked quartiers whose indicator adds up: those that a total may give away."""
        return self.masquees.filter(
            (pl.col("niveau") == "qpv") & pl.col("indicateur").is_in(self.regles.effectifs)
        ).select([*CELLULE, "jeu", "millesime"])

    @cached_property
    def territoires(self) -> pl.DataFrame:
        return self.table("territoires", TERRITOIRE).collect()

    @cached_property
    def premieres(self) -> dict[str, str]:
        """First period of each indicator with a column written `@premiere`."""
        noms = self.regles.indicateurs_a_base
        lignes = (
            self.valeurs.filter((pl.col("niveau") == "qpv") & pl.col("indicateur").is_in(sorted(noms)))
            .group_by("indicateur")
            .agg(pl.col("periode").min())
            .collect(engine="streaming")
        )
        return dict.fromkeys(noms, "") | dict(lignes.iter_rows())

    @cached_property
    def rapports(self) -> set[str]:
        """Indicators with a numerator and a denominator, declared or read in the release."""
        lus = self.valeurs.filter(pl.col("denominateur").is_not_null()).select("indicateur").unique()
        declares = {cle[1] for cle in self.regles.chiffres if cle[2] == "denominateur"}
        return declares | set(lus.collect(engine="streaming")["indicateur"])

    @cached_property
    def voisines(self) -> pl.DataFrame:
        """Every figure of a declared indicator where one is hidden: same territory, same period or first period."""
        lies = pl.col("indicateur").is_in(sorted(self.regles.indicateurs_lies))
        famille = pl.col("jeu").replace(self.regles.familles)
        lieu = ["niveau", "code_territoire", "zonage", "famille"]
        touches = self.masquees.filter(lies).select(*lieu[:3], "periode", famille=famille).unique()
        bases = sorted(set(self.premieres.values()))
        touches = pl.concat([touches, *(touches.with_columns(periode=pl.lit(base)) for base in bases)]).unique()
        figures = self.valeurs.filter(lies).select(*CELLULE, "statut", "jeu", "millesime", *ROLES, famille=famille)
        return figures.join(touches.lazy(), on=[*lieu, "periode"], how="semi").sort(CELLULE).collect(engine="streaming")

    @cached_property
    def membres(self) -> pl.DataFrame:
        """The quartiers of each indicator, zoning and period where a count is masked."""
        cle = ["zonage", "indicateur", "periode"]
        concernes = self.comptees.select(cle).unique()
        return (
            self.valeurs.filter(pl.col("niveau") == "qpv")
            .select(*CELLULE, "statut", "jeu", "millesime", "empreinte_sha256", *ROLES)
            .join(concernes.lazy(), on=cle, how="semi")
            .collect(engine="streaming")
        )
