"""`datapackage.json`: the release described for machines (Frictionless Data Package v1).

Belongs here: resources with their fields, licences, sources, checksums and provenance; everything dated, since dates are
kept out of the tables.
Does not belong here: the dictionary for readers (dictionary), the wording of the citation (citation).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict
from datetime import UTC
from typing import Any

from publication.contract import MENTION_DEMO, VERSION_SCHEMA, type_de
from publication.dictionary import SCHEMA as SCHEMA_DICTIONNAIRE
from publication.edition import NOM_OBSERVATOIRE, Edition
from publication.extracts import TableExtraite

PROFIL = "data-package"
# Open Definition identifiers; other licences are named from their own title.
LICENCES = {
    "licence ouverte 2.0": {"name": "etalab-2.0", "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence"},
}
PARQUET = "application/vnd.apache.parquet"
UNITE_DICTIONNAIRE = {
    "table": "Table ou couche décrite.",
    "colonne": "Colonne décrite.",
    "type": "texte, entier, nombre, booleen, date ou geometrie.",
    "unite": "Unité de la colonne, vide quand elle n'en a pas.",
    "definition": "Ce que contient la colonne.",
    "nom_source": "Nom de la colonne chez le producteur.",
}


def construire(edition: Edition, sommes: dict[str, str]) -> dict[str, Any]:
    """Descriptor of the release.

    Args:
        sommes: relative path → SHA-256 of the files written so far (`tables/`, `geo/`, `dictionnaire.*`).
    """
    ressources = [_ressource_table(edition, table, sommes) for _, table in sorted(edition.tables.items())]
    ressources += [
        _ressource_geojson(edition, chemin, sommes) for chemin in sorted(sommes) if chemin.endswith(".geojson")
    ]
    ressources += [_ressource_dictionnaire(edition, forme, sommes) for forme in ("csv", "parquet")]
    description = (
        "Indicateurs des quartiers prioritaires de la politique de la ville, écarts à leurs territoires de référence, "
        "sources et contrôles. Une valeur absente porte toujours un statut."
    )
    descripteur: dict[str, Any] = {
        "profile": PROFIL,
        "name": "observatoire-qpv" + ("-demonstration" if edition.est_demo else ""),
        "id": f"observatoire-qpv:{edition.release_id}",
        "title": edition.titre,
        "description": f"{MENTION_DEMO}. {description}" if edition.est_demo else description,
        "version": edition.release_id,
        "created": edition.publiee_le.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "keywords": ["quartiers prioritaires", "politique de la ville", "QPV"],
        "contributors": [{"title": NOM_OBSERVATOIRE, "role": "publisher"}],
        "version_schema": VERSION_SCHEMA,
        "origine": edition.origine,
        "licenses": _licences(edition),
        "sources": _sources(edition),
        "resources": ressources,
        "qualite": {"execute_le": edition.executions},
        "relecture": edition.differences.get("relecture", []),
        "provenance": {
            "code": edition.code,
            "fichiers": [asdict(acces) for acces in edition.acces],
            "indicateurs": edition.colonnes,
            "references": edition.references,
            "modeles": edition.modeles,
        },
    }
    # The profile wants these lists absent rather than empty.
    return {cle: valeur for cle, valeur in descripteur.items() if valeur != []}


def _fichier(edition: Edition, chemin: str, sommes: dict[str, str]) -> dict[str, Any]:
    return {
        "path": chemin,
        "bytes": (edition.dossier / chemin).stat().st_size,
        "hash": f"sha256:{sommes[chemin]}",
    }


def _ressource_table(edition: Edition, table: TableExtraite, sommes: dict[str, str]) -> dict[str, Any]:
    definitions = {d.colonne: d for d in edition.definitions if d.table == table.nom}
    champs = []
    for champ in table.schema:
        connu, definition = type_de(champ.type), definitions[champ.name]
        decrit: dict[str, Any] = {
            "name": champ.name,
            "type": connu.frictionless if connu else "any",
            "description": definition.definition,
        }
        if connu and connu.dictionnaire == "geometrie":
            decrit["format"] = "binary"
        if definition.unite:
            decrit["unit"] = definition.unite
        if definition.nom_source:
            decrit["nom_source"] = definition.nom_source
        if champ.name in table.cle:
            decrit["constraints"] = {"required": True}
        champs.append(decrit)
    return {
        "profile": "data-resource",
        "name": table.nom,
        "title": table.nom,
        "description": edition.descriptions.get(table.nom, ""),
        **_fichier(edition, table.chemin, sommes),
        "format": "parquet",
        "mediatype": PARQUET,
        "rows": table.lignes,
        "schema": {"fields": champs, "primaryKey": list(table.cle)},
    }


def _ressource_geojson(edition: Edition, chemin: str, sommes: dict[str, str]) -> dict[str, Any]:
    nom = chemin.rsplit("/", maxsplit=1)[-1].removesuffix(".geojson")
    return {
        "profile": "data-resource",
        "name": f"{nom}.geojson",
        "title": nom,
        "description": edition.descriptions.get(nom, ""),
        **_fichier(edition, chemin, sommes),
        "format": "geojson",
        "mediatype": "application/geo+json",
        "encoding": "utf-8",
    }


def _ressource_dictionnaire(edition: Edition, forme: str, sommes: dict[str, str]) -> dict[str, Any]:
    champs = [
        {"name": c.name, "type": "string", "description": UNITE_DICTIONNAIRE[c.name]} for c in SCHEMA_DICTIONNAIRE
    ]
    ressource = {
        "profile": "tabular-data-resource" if forme == "csv" else "data-resource",
        "name": "dictionnaire" if forme == "csv" else "dictionnaire.parquet",
        "title": "dictionnaire",
        "description": "Toutes les colonnes publiées : type, unité, définition, nom chez le producteur.",
        **_fichier(edition, f"dictionnaire.{forme}", sommes),
        "format": forme,
        "mediatype": "text/csv" if forme == "csv" else PARQUET,
        "schema": {"fields": champs, "primaryKey": ["table", "colonne"]},
    }
    if forme == "csv":
        ressource |= {"encoding": "utf-8", "dialect": {"delimiter": ",", "lineTerminator": "\n", "header": True}}
    return ressource


def _licences(edition: Edition) -> list[dict[str, str]]:
    """One entry per licence met among the files used."""
    noms = sorted({str(source["licence"]).strip() for source in edition.sources_chargees if source["licence"]})
    return [{"name": _slug(nom), "title": nom} | LICENCES.get(nom.lower(), {}) for nom in noms]


def _sources(edition: Edition) -> list[dict[str, Any]]:
    """One entry per dataset used, with its attribution line and its vintages."""
    par_jeu: dict[str, dict[str, Any]] = {}
    for ligne in edition.sources_chargees:
        entree = par_jeu.setdefault(
            ligne["jeu"],
            {
                "title": ligne["titre"] or ligne["jeu"],
                "path": ligne["page"] or ligne["url"],
                "jeu": ligne["jeu"],
                "producteur": ligne["producteur"],
                "licence": ligne["licence"],
                "mention": ligne["mention"],
                "millesimes": [],
            },
        )
        if ligne["millesime"] not in entree["millesimes"]:
            entree["millesimes"].append(ligne["millesime"])
    return [{cle: valeur for cle, valeur in entree.items() if valeur} for entree in par_jeu.values()]


def _slug(titre: str) -> str:
    """Licence name in the characters that the profile admits (letters, digits, `-`, `.`, `_`)."""
    plat = unicodedata.normalize("NFKD", titre).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._]+", "-", plat).strip("-").lower() or "licence"
