"""What a release must hold: its tables, their keys, the types a column may have.

Belongs here: names, keys and types that every reader of a release relies on, and the error that refuses a release.
Does not belong here: the columns themselves (the marts and their contracts in dbt_project), how files are written (extracts).
"""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

VERSION_SCHEMA = 1
MENTION_DEMO = "Données fictives de démonstration"
PREFIXES = ("dim_", "fct_")
# `valeurs.jeu` of the published values that no file holds (catalogue/references.yml): each carries its own source and URL.
JEU_REFERENCES = "catalogue.references"
# `sources.statut` of a declared file that was never read: it stands behind no figure.
SANS_FICHIER = ("attendu", "jamais_charge")

# Table → key, in the order rows are sorted by. A release without one of them is refused.
CLES: dict[str, tuple[str, ...]] = {
    "associations": ("code_qpv", "identifiant", "annee"),
    "comparables": ("code_qpv", "rang"),
    "comparables_medianes": ("code_qpv", "indicateur", "periode"),
    "conseils_citoyens": ("code_qpv", "identifiant", "annee"),
    "contrats": ("code_contrat", "indicateur", "periode"),
    "correspondances": ("code_qp2015", "code_qn2024"),
    "discordances_education_prioritaire": ("zonage", "identifiant", "millesime"),
    "disponibilites": ("indicateur", "zonage", "periode"),
    "dispositifs": ("code_qpv", "identifiant"),
    "ecarts": ("code_qpv", "zonage", "indicateur", "periode", "niveau_reference", "code_reference"),
    "engagements": ("code_qpv", "identifiant"),
    "errata": ("identifiant",),
    "etablissements": ("identifiant", "millesime"),
    "evolutions": (
        "code_qpv",
        "zonage",
        "indicateur",
        "periode_debut",
        "periode_fin",
        "niveau_reference",
        "code_reference",
    ),
    "feuilles_de_route": ("code_qpv", "identifiant"),
    "indicateurs": ("indicateur",),
    "mouvements": ("code_qpv", "zonage"),
    "presence_humaine": ("code_qpv", "identifiant", "annee"),
    "proximites": ("code_qpv", "zonage", "identifiant", "millesime"),
    "qualite": ("controle", "jeu"),
    "quarantaine": ("jeu", "millesime", "fichier", "ligne", "colonne"),
    "rapprochements": ("jeu", "millesime", "fichier", "controle"),
    "ruptures": ("indicateur", "date_rupture"),
    "services": ("identifiant", "millesime"),
    "sources": ("jeu", "millesime", "fichier"),
    "tendances": ("code_qpv", "zonage", "indicateur"),
    "territoires": ("niveau", "code_territoire", "zonage"),
    "territoires_suivis": ("nature", "identifiant", "code_commune", "indicateur"),
    "valeurs": ("niveau", "code_territoire", "zonage", "indicateur", "periode"),
    "veille_active": ("code_qpv", "identifiant"),
}

# Written by publication itself, so no mart is asked for.
TABLES_DE_PUBLICATION = ("qualite",)


class Type(NamedTuple):
    """One type of column under its three names."""

    arrow: pa.DataType
    dictionnaire: str
    frictionless: str


TEXTE = Type(pa.string(), "texte", "string")
BOOLEEN = Type(pa.bool_(), "booleen", "boolean")
ENTIER_COURT = Type(pa.int32(), "entier", "integer")
ENTIER = Type(pa.int64(), "entier", "integer")
NOMBRE = Type(pa.float64(), "nombre", "number")
DATE = Type(pa.date32(), "date", "date")
GEOMETRIE = Type(pa.binary(), "geometrie", "string")


class ErreurPublication(Exception):
    """The release is refused and the previous one stays current; the message is made of sentences, one per line."""

    def __init__(self, *phrases: str) -> None:
        super().__init__("\n".join(phrases))
        self.phrases = phrases


def type_de(arrow: pa.DataType) -> Type | None:
    """Type of a column of the warehouse, None when a release does not admit it (decimals, timestamps, lists…)."""
    if pa.types.is_string(arrow) or pa.types.is_large_string(arrow) or pa.types.is_dictionary(arrow):
        return TEXTE
    if pa.types.is_boolean(arrow):
        return BOOLEEN
    if arrow in (pa.int8(), pa.int16(), pa.int32(), pa.uint8(), pa.uint16()):
        return ENTIER_COURT
    if arrow in (pa.int64(), pa.uint32()):
        return ENTIER
    if arrow in (pa.float32(), pa.float64()):
        return NOMBRE
    if pa.types.is_date32(arrow):
        return DATE
    return GEOMETRIE if pa.types.is_binary(arrow) else None


# `data_type` of a dbt contract, in lower case, without its parameters → type.
TYPES_SQL: dict[str, Type] = {
    **dict.fromkeys(("varchar", "text", "string", "char", "bpchar"), TEXTE),
    **dict.fromkeys(("boolean", "bool", "logical"), BOOLEEN),
    **dict.fromkeys(("tinyint", "smallint", "integer", "int", "int4", "int2", "utinyint", "usmallint"), ENTIER_COURT),
    **dict.fromkeys(("bigint", "int8", "long", "uinteger"), ENTIER),
    **dict.fromkeys(("double", "double precision", "float8", "float", "real", "float4"), NOMBRE),
    "date": DATE,
    **dict.fromkeys(("blob", "bytea", "binary", "varbinary"), GEOMETRIE),
}
