"""Figures of the derived tables that only a masked value can have given.

Belongs here: gaps, changes, previous release, the same perimeter under its other code, rows that hold both a mask and a figure.
Does not belong here: sums and partitions (relations, sums): there the figures alone do not say what was hidden.

A gap, its reference and the value give one another away, in every form of the gap; so do a change and its two ends.
None of them may therefore hold a figure when one of the values behind it is masked: no algebra is needed, only joins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from publication.secrecy.masked import CELLULE, LUES, Publiees, colonnes

CHIFFRES_ECART = ("ecart", "ecart_defavorable", "borne_basse", "borne_haute")
RANGS = ("rang_departement", "rang_meilleur", "rang_pire", "quintile_departement")
# The smallest detectable change is computed from the rates of both ends.
CHIFFRES_EVOLUTION = ("delta_ecart", "seuil", "plus_petite_evolution_detectable", "etiquette")
MONTRES = ("valeur", "numerateur", "borne_basse", "borne_haute", "valeur_texte")
# Levels published as a whole too; outside them, a reference without the quartier is another place.
ENGLOBANTS = ("commune", "epci", "departement", "region")
TEXTES = ("code_qpv", "zonage", "indicateur", "niveau_reference", "code_reference")
GENRES_ECARTS: dict[str, type[pl.DataType]] = {
    **dict.fromkeys((*TEXTES, "periode", "statut"), pl.String),
    "reference_inclut_qpv": pl.Boolean,
    **dict.fromkeys(("valeur", "valeur_reference", *CHIFFRES_ECART, *RANGS), pl.Float64),
}
GENRES_EVOLUTIONS: dict[str, type[pl.DataType]] = {
    **dict.fromkeys((*TEXTES, "periode_debut", "periode_fin", "etiquette"), pl.String),
    **dict.fromkeys(("delta_qpv", "delta_reference", *CHIFFRES_EVOLUTION[:-1]), pl.Float64),
}


@dataclass(frozen=True)
class Fuites:
    """One row per leak: the masked cell (`CELLULE`), `ou` (the row that holds the figure), `chiffres` (its columns)."""

    lignes: pl.DataFrame

    @property
    def nombre(self) -> int:
        return self.lignes.height


def _fuites(table: pl.LazyFrame, ou: pl.Expr, chiffres: tuple[str, ...]) -> pl.LazyFrame:
    """Rows of `table` (which holds the masked cell as `CELLULE`) where one of `chiffres` is filled."""
    noms = pl.concat_str(
        [pl.when(pl.col(nom).is_not_null()).then(pl.lit(nom)) for nom in chiffres], separator=", ", ignore_nulls=True
    )
    remplie = pl.any_horizontal(pl.col(nom).is_not_null() for nom in chiffres)
    return table.filter(remplie).select(*CELLULE, ou=ou, chiffres=noms)


def _rassembler(fuites: list[pl.LazyFrame]) -> Fuites:
    rien = pl.LazyFrame(schema=dict.fromkeys((*CELLULE, "ou", "chiffres"), pl.String))
    fuites = [rien, *(f.cast(pl.String) for f in fuites)]
    return Fuites(pl.concat(fuites).unique().sort(*CELLULE, "ou", "chiffres").collect(engine="streaming"))


def valeurs_masquees_remplies(publiees: Publiees) -> Fuites:
    """A masked row of `valeurs` that still holds its value, its numerator or its interval."""
    return _rassembler([_fuites(publiees.masquees.lazy(), pl.lit("sa propre ligne"), MONTRES)])


def _masques_des_quartiers(publiees: Publiees) -> pl.LazyFrame:
    """Masked quartiers under the names of the derived tables: `code_qpv`, `zonage_qpv`."""
    masques = publiees.masquees.lazy().filter(pl.col("niveau") == "qpv").select(CELLULE)
    return masques.with_columns(code_qpv="code_territoire", zonage_qpv="zonage")


def _zonage_de_la_reference(zonage: str) -> pl.Expr:
    """Outside « ensemble des QPV », a reference has no zoning."""
    est_ensemble = pl.col("niveau_reference") == "ensemble_qpv"
    return pl.when(est_ensemble).then(pl.col(zonage)).otherwise(pl.lit("")).alias("zonage_reference")


def _masques_des_references(publiees: Publiees) -> pl.LazyFrame:
    masques = publiees.masquees.lazy().filter(pl.col("niveau") != "qpv").select(CELLULE)
    nommes = masques.with_columns(niveau_reference="niveau", code_reference="code_territoire")
    return nommes.with_columns(_zonage_de_la_reference("zonage"))


def ecarts_revelateurs(publiees: Publiees) -> Fuites:
    """Rows of `ecarts` with a figure that holds a masked quartier or a masked reference.

    A reference estimated from deciles (`estime`) is not the masked one: it stays, with its own interval.
    """
    quartiers = _masques_des_quartiers(publiees).collect()
    references = _masques_des_references(publiees).collect()
    groupes = _groupes(publiees, "ecarts", GENRES_ECARTS)
    return _rassembler([f.lazy() for groupe in groupes for f in _ecarts_du_groupe(groupe, quartiers, references)])


def _groupes(publiees: Publiees, table: str, genres: Mapping[str, type[pl.DataType]]) -> Iterator[pl.DataFrame]:
    """The row groups of a table, one at a time: 3 M gaps would take half a gigabyte at once."""
    with pq.ParquetFile(publiees.dossier / "tables" / f"{table}.parquet") as fichier:
        lues = [nom for nom in fichier.schema_arrow.names if nom in genres]
        for rang in range(fichier.num_row_groups):
            groupe = pl.DataFrame(pl.from_arrow(fichier.read_row_group(rang, columns=lues)))
            yield colonnes(groupe.lazy(), genres).collect()


def _ecarts_du_groupe(
    ecarts: pl.DataFrame, quartiers: pl.DataFrame, references: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    ou = pl.format("son écart à {} {}", "niveau_reference", "code_reference")
    lignes = ecarts.lazy().rename({"zonage": "zonage_qpv"}).with_columns(_zonage_de_la_reference("zonage_qpv"))
    joints = lignes.join(quartiers.lazy(), on=["code_qpv", "zonage_qpv", "indicateur", "periode"])
    yield _fuites(joints, ou, ("valeur", *CHIFFRES_ECART, *RANGS)).collect()
    # The rest of a territory: its difference with the whole is the quartier.
    restes = joints.filter(~pl.col("reference_inclut_qpv"), pl.col("niveau_reference").is_in(ENGLOBANTS))
    yield _fuites(restes, ou, ("valeur_reference",)).collect()
    joints = lignes.filter(pl.col("statut") != "estime").join(
        references.lazy(), on=["niveau_reference", "code_reference", "zonage_reference", "indicateur", "periode"]
    )
    yield _fuites(joints, pl.format("l'écart de {}", "code_qpv"), ("valeur_reference", *CHIFFRES_ECART)).collect()


def evolutions_revelatrices(publiees: Publiees) -> Fuites:
    """Rows of `evolutions` with a figure computed from a masked end, of the quartier or of the reference."""
    quartiers = pl.concat([_masques_des_quartiers(publiees), _masques_lies(publiees)], how="diagonal").collect()
    references = _masques_des_references(publiees).collect()
    groupes = _groupes(publiees, "evolutions", GENRES_EVOLUTIONS)
    return _rassembler([f.lazy() for groupe in groupes for f in _evolutions_du_groupe(groupe, quartiers, references)])


def _evolutions_du_groupe(
    evolutions: pl.DataFrame, quartiers: pl.DataFrame, references: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    ou = pl.format("son évolution de {} à {}", "periode_debut", "periode_fin")
    ou_reference = pl.format("l'évolution de {} de {} à {}", "code_qpv", "periode_debut", "periode_fin")
    lignes = evolutions.lazy().rename({"zonage": "zonage_qpv"}).with_columns(_zonage_de_la_reference("zonage_qpv"))
    for bout in ("periode_debut", "periode_fin"):
        a_ce_bout = lignes.with_columns(periode=bout)
        joints = a_ce_bout.join(quartiers.lazy(), on=["code_qpv", "zonage_qpv", "indicateur", "periode"])
        yield _fuites(joints, ou, ("delta_qpv", *CHIFFRES_EVOLUTION)).collect()
        joints = a_ce_bout.join(
            references.lazy(), on=["niveau_reference", "code_reference", "zonage_reference", "indicateur", "periode"]
        )
        yield _fuites(joints, ou_reference, ("delta_reference", *CHIFFRES_EVOLUTION)).collect()


def _liens_identiques(publiees: Publiees) -> pl.LazyFrame:
    """Both codes of a perimeter that did not change: `code`, `zonage`, `code_lie`, `zonage_lie`, in both directions."""
    genres = dict.fromkeys(("code_qp2015", "code_qn2024", "type_lien"), pl.String)
    liens = publiees.table("correspondances", genres).filter(pl.col("type_lien") == "identique")
    zonages = {"2015": "code_qp2015", "2024": "code_qn2024"}
    return pl.concat(
        liens.select(code=zonages[zonage], zonage=pl.lit(zonage), code_lie=zonages[autre], zonage_lie=pl.lit(autre))
        for zonage, autre in (("2015", "2024"), ("2024", "2015"))
    )


def _masques_lies(publiees: Publiees) -> pl.LazyFrame:
    """Masked quartiers under the other code of their perimeter, which carries the linked series."""
    masques = publiees.masquees.lazy().filter(pl.col("niveau") == "qpv").select(CELLULE)
    return masques.join(
        _liens_identiques(publiees), left_on=["code_territoire", "zonage"], right_on=["code", "zonage"]
    ).rename({"code_lie": "code_qpv", "zonage_lie": "zonage_qpv"})


def perimetres_identiques(publiees: Publiees) -> Fuites:
    """A masked quartier whose perimeter, unchanged, is published under its other code for the same period."""
    masques = publiees.masquees.lazy().filter(pl.col("niveau") == "qpv").select(CELLULE)
    lies = masques.join(_liens_identiques(publiees), left_on=["code_territoire", "zonage"], right_on=["code", "zonage"])
    autres = publiees.valeurs.filter(pl.col("niveau") == "qpv").select(
        "indicateur", "periode", "valeur", "numerateur", code_lie="code_territoire", zonage_lie="zonage"
    )
    joints = autres.join(lies, on=["code_lie", "zonage_lie", "indicateur", "periode"])
    return _rassembler([_fuites(joints, pl.format("le même périmètre, {}", "code_lie"), ("valeur", "numerateur"))])


def publiees_avant(publiees: Publiees, precedente: Path | None) -> Fuites:
    """Cells masked now that the previous release published, except those a person has accepted."""
    masques = publiees.masquees.lazy().select(CELLULE)
    if precedente is None:
        return _rassembler([])
    avant = colonnes(pl.scan_parquet(precedente / "tables" / "valeurs.parquet"), LUES)
    joints = avant.select(*CELLULE, *MONTRES[:2]).join(masques, on=CELLULE)
    fuites = _rassembler([_fuites(joints, pl.lit("la version précédente"), MONTRES[:2])])
    acceptes = pl.DataFrame(
        sorted(publiees.regles.acceptes), schema={"indicateur": pl.String, "periode": pl.String}, orient="row"
    )
    return Fuites(fuites.lignes.join(acceptes, on=["indicateur", "periode"], how="anti"))


def evolutions_du_producteur(publiees: Publiees) -> int:
    """Masked counts whose change over one year is published by the same producer, beside the count of the year before.

    The change is measured on a constant file and a quarter, the count at one date: it is an approximation, and the
    producer publishes both columns of it.
    """
    total = 0
    annee = pl.col("periode").str.slice(0, 4).cast(pl.Int32, strict=False)
    for evolution, effectif in sorted(publiees.regles.evolutions_du_producteur.items()):
        qpv = publiees.valeurs.filter((pl.col("niveau") == "qpv") & pl.col("valeur").is_not_null())
        lieu = ["code_territoire", "zonage"]
        masques = publiees.masquees.lazy().filter((pl.col("niveau") == "qpv") & (pl.col("indicateur") == effectif))
        total += (
            masques.select(*lieu, annee=annee)
            .join(
                qpv.filter(pl.col("indicateur") == evolution).select(*lieu, annee=annee),
                on=[*lieu, "annee"],
                how="semi",
            )
            .join(
                qpv.filter(pl.col("indicateur") == effectif).select(*lieu, annee=annee + 1),
                on=[*lieu, "annee"],
                how="semi",
            )
            .select(pl.len())
            .collect()
            .item()
        )
    return total
