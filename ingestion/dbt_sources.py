"""The sources file of the dbt project, generated from the cards.

Belongs here: one dbt source per producer and one table per dataset, the tables of the ingestion, of the cards, of the contours and of the places.
Does not belong here: staging models (dbt_project), the cards themselves (catalogue).

`python -m ingestion.dbt_sources` writes the file; a test fails when the committed one is stale.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ingestion.catalogue import RACINE, Catalogue, Jeu

SORTIE = RACINE.parent / "dbt_project" / "models" / "staging" / "sources.yml"
DONNEES = "{{ env_var('OBSERVATOIRE_DATA', 'data') }}"
ENTETE = "# Generated from catalogue/ by `python -m ingestion.dbt_sources`: change the cards, not this file.\n"

INGESTION = {
    "lignes": "Une ligne par ligne de chaque fichier lu : retenue, exclue ou mise en quarantaine, avec le motif.",
    "quarantaine": "Codes et cellules qui n'ont pas pu être lus, avec la valeur telle qu'elle est publiée.",
}
FICHES = {
    "indicateurs": "Fiche de chaque indicateur, dans l'ordre de présentation.",
    "indicateur_jeux": "Jeux de données de chaque indicateur, par ordre de priorité.",
    "indicateur_references": "Niveaux de référence auxquels chaque indicateur peut se comparer.",
    "ruptures": "Ruptures de série de chaque indicateur.",
    "errata": "Erreurs de chiffres publiés, dites à côté du chiffre.",
    "sources": "Chaque fichier déclaré : titre, licence, adresse, dates, empreinte et état du dernier chargement.",
    "avertissements": "Mises en garde des producteurs, dans nos mots, avec leur adresse.",
    "references": "Valeurs publiées qu'aucun fichier ne contient, chacune avec son adresse.",
    "methode": "Paramètres de la méthode des écarts, sur une seule ligne.",
    "motifs": "Phrase affichée pour chaque motif d'absence.",
    "controles": "Totaux publiés que les données chargées doivent redonner.",
    "hors_couverture": "Communes qu'un fichier de lieux laisse de côté, avec le motif.",
}
SPATIAL = {
    "surfaces": "Surface et point intérieur de chaque quartier, calculés d'après les contours.",
    "recouvrements": "Surfaces communes aux quartiers de 2015 et de 2024.",
    "contours_2015": "Contours des quartiers de 2015 (WGS84, réparés).",
    "contours_2024": "Contours des quartiers de 2024 (WGS84, réparés).",
    "points": "Établissements et services dont les coordonnées sont utilisables, avec les attributs que leur jeu publie.",
    "proximites": "Distance des quartiers des deux zonages aux établissements et services proches.",
    "rejets_points": "Établissements et services qui ne peuvent pas être placés, avec le motif.",
}


def texte_des_sources(catalogue: Catalogue) -> str:
    """The text of `models/staging/sources.yml`: same cards, same text.

    Every table reads Parquet files of `$OBSERVATOIRE_DATA` through the `external_location` of dbt-duckdb.
    """
    sources = [
        _source(
            nom,
            f"Jeux de données de {nom}, en cellules typées.",
            f"normalise/{nom}/{{name}}/*/*.cellules.parquet",
            _jeux(fiches.jeux),
        )
        for nom, fiches in catalogue.producteurs.items()
    ]
    sources.append(
        _source(
            "ingestion",
            "Ce que la lecture a fait de chaque ligne.",
            "normalise/*/*/*/*.{name}.parquet",
            _tables(INGESTION),
        )
    )
    sources.append(
        _source("catalogue", "Les fiches, sous forme de tables.", "catalogue/{name}.parquet", _tables(FICHES))
    )
    sources.append(
        _source("spatial", "Calculs sur les contours et les lieux.", "spatial/{name}.parquet", _tables(SPATIAL))
    )
    contenu = {"version": 2, "sources": sources}
    return ENTETE + yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False, width=1000)


def _source(nom: str, description: str, chemin: str, tables: list[dict[str, Any]]) -> dict[str, Any]:
    meta = {"external_location": f"{DONNEES}/{chemin}"}
    return {"name": nom, "schema": nom, "description": description, "config": {"meta": meta}, "tables": tables}


def _jeux(jeux: list[Jeu]) -> list[dict[str, Any]]:
    return [
        {
            "name": jeu.jeu.split(".")[1],
            "description": f"{jeu.titre}. {jeu.description}",
            "config": {
                "meta": {"jeu": jeu.jeu, "producteur": jeu.producteur, "licence": jeu.licence.nom, "page": jeu.page}
            },
        }
        for jeu in jeux
    ]


def _tables(tables: dict[str, str]) -> list[dict[str, Any]]:
    return [{"name": nom, "description": description} for nom, description in tables.items()]


def main(sortie: Path = SORTIE) -> None:
    """Writes the sources file of the dbt project."""
    sortie.write_text(texte_des_sources(Catalogue()), encoding="utf-8")
    print(f"écrit : {sortie}")


if __name__ == "__main__":
    main()
