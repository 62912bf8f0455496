"""The data dictionary, generated from the descriptions of the marts.

Belongs here: `dictionnaire.csv` and `.parquet`, and the comparison of the dictionary with what was really written.
Does not belong here: the descriptions themselves (YAML of the marts; geo and quality for what publication writes).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa

from publication import geo, quality
from publication.contract import PREFIXES, TYPES_SQL, ErreurPublication, type_de
from publication.extracts import TableExtraite
from publication.parquet import ecrire_parquet
from publication.spreadsheet import ecrire_csv

CLE = ("table", "colonne")


@dataclass(frozen=True)
class Definition:
    """One published column; `nom_source` is the publisher's own column name, `;`-joined, or empty."""

    table: str
    colonne: str
    type: str
    unite: str
    definition: str
    nom_source: str


SCHEMA = pa.schema([pa.field(champ.name, pa.string()) for champ in fields(Definition)])


def construire(manifeste: Mapping[str, Any]) -> list[Definition]:
    """Definitions of every published column, by table then in the order of the columns.

    Args:
        manifeste: content of dbt's `target/manifest.json`.
    Raises:
        ErreurPublication: a column has no description or no type of the contract.
    """
    lignes, refus = [], []
    for noeud in manifeste["nodes"].values():
        table = _table(noeud)
        if table is None or table == quality.NOM:
            continue
        for nom, colonne in noeud["columns"].items():
            ligne, manque = _definition(table, nom, colonne)
            lignes.append(ligne)
            refus += [f"Modèle {noeud['name']}, colonne {nom} : {phrase}" for phrase in manque]
    if refus:
        raise ErreurPublication(*refus)
    for table, schema, definitions in _tables_de_publication():
        lignes += [_definition_interne(table, champ, definitions) for champ in schema]
    rang_table = {ligne.table: None for ligne in sorted(lignes, key=lambda ligne: ligne.table)}
    return [ligne for table in rang_table for ligne in lignes if ligne.table == table]


def derive(definitions: Iterable[Definition], tables: Iterable[TableExtraite]) -> list[str]:
    """Differences between the dictionary and the Parquet schemas, in both directions, one French sentence each."""
    ecrit = {(d.table, d.colonne): d.type for d in definitions}
    reel = {(t.nom, champ.name): type_de(champ.type) for t in tables for champ in t.schema}
    decrites = {table for table, _ in ecrit}
    phrases = [
        f"Dictionnaire : la table {table} est publiée et manifest.json ne la décrit pas ; l'entrepôt et le manifeste "
        "doivent venir de la même construction, relancez dbt build."
        for table in sorted({table for table, _ in reel} - decrites)
    ]
    phrases += [
        f"Dictionnaire : la colonne {colonne} de la table {table} est publiée sans définition ; décrivez-la dans le YAML du modèle."
        for table, colonne in sorted(set(reel) - set(ecrit))
        if table in decrites
    ]
    phrases += [
        f"Dictionnaire : la colonne {colonne} est décrite pour la table {table}, qui ne la contient pas ; retirez-la du YAML du modèle."
        for table, colonne in sorted(set(ecrit) - set(reel))
    ]
    for cle in sorted(set(ecrit) & set(reel)):
        connu = reel[cle]
        if connu is None or connu.dictionnaire != ecrit[cle]:
            lu = connu.dictionnaire if connu else "type non admis"
            phrases.append(
                f"Dictionnaire : la colonne {cle[1]} de la table {cle[0]} est décrite comme {ecrit[cle]} et publiée comme {lu}."
            )
    return phrases


def ecrire_dictionnaire(definitions: list[Definition], dossier: Path, *, est_demo: bool) -> None:
    """Write `dictionnaire.csv` (reading order) and `dictionnaire.parquet` (sorted by key) at the root of the release."""
    table = pa.Table.from_pylist([asdict(ligne) for ligne in definitions], schema=SCHEMA)
    ecrire_csv(dossier / "dictionnaire.csv", table)
    triee = table.sort_by([(colonne, "ascending") for colonne in CLE])
    ecrire_parquet(dossier / "dictionnaire.parquet", triee.to_batches(), SCHEMA, CLE, est_demo=est_demo)


def _table(noeud: Mapping[str, Any]) -> str | None:
    if noeud.get("resource_type") != "model":
        return None
    nom = str(noeud["name"])
    return next((nom[len(prefixe) :] for prefixe in PREFIXES if nom.startswith(prefixe)), None)


def _definition(table: str, nom: str, colonne: Mapping[str, Any]) -> tuple[Definition, list[str]]:
    meta = {**(colonne.get("meta") or {}), **((colonne.get("config") or {}).get("meta") or {})}
    declare = str(colonne.get("data_type") or "").lower().split("(")[0].strip()
    connu = TYPES_SQL.get(declare)
    texte = " ".join(str(colonne.get("description") or "").split())
    manque = []
    if not texte:
        manque.append("description absente ; écrivez-la dans le YAML du modèle.")
    if connu is None:
        manque.append(f"data_type {declare or 'absent'}, attendu l'un de {', '.join(sorted(TYPES_SQL))}.")
    source = meta.get("nom_source", "")
    noms = ";".join(source) if isinstance(source, list) else str(source)
    return Definition(table, nom, connu.dictionnaire if connu else "", str(meta.get("unite", "")), texte, noms), manque


def _tables_de_publication() -> list[tuple[str, pa.Schema, dict[str, tuple[str, str, str]]]]:
    contours = [(f"contours_{zonage}", geo.SCHEMA, geo.DEFINITIONS) for zonage in geo.ZONAGES]
    return [*contours, (quality.NOM, quality.SCHEMA, quality.DEFINITIONS)]


def _definition_interne(table: str, champ: pa.Field, definitions: Mapping[str, tuple[str, str, str]]) -> Definition:
    unite, texte, nom_source = definitions[champ.name]
    connu = type_de(champ.type)
    return Definition(table, champ.name, connu.dictionnaire if connu else "", unite, texte, nom_source)
