"""Reasons to refuse a release before readers see it.

Belongs here: a dataset used without licence or attribution, a blocking check that did not pass, a figure without a source.
Does not belong here: integrity of the bytes (checksums), shape of the tables (extracts, parquet), drift of the dictionary (dictionary).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from publication.contract import JEU_REFERENCES, SANS_FICHIER
from publication.quality import REFUS, Controle

MONTRES = 10


def refus_de_controle(controles: list[Controle]) -> list[str]:
    """One sentence per blocking check that failed or did not run."""
    echecs = [c for c in controles if c.niveau == "bloquant" and c.resultat in REFUS]
    phrases = [
        f"Contrôle bloquant {c.controle} ({c.jeu}) : {c.resultat}, observé {c.observe or 'rien'}, attendu {c.seuil or 'la réussite'}. {c.message}".strip()
        for c in echecs[:MONTRES]
    ]
    if len(echecs) > MONTRES:
        phrases.append(f"… et {len(echecs) - MONTRES} autres contrôles bloquants en échec.")
    return phrases


def refus_de_licence(dossier: Path) -> list[str]:
    """One sentence per dataset that is used without a licence or without an attribution line.

    A dataset is used when one of its rows is published (`sources.nb_publiees`) or a value names it (`valeurs.jeu`).
    """
    colonnes = ["jeu", "licence", "mention", "statut", "nb_publiees"]
    sources = pq.read_table(dossier / "tables" / "sources.parquet", columns=colonnes).to_pylist()
    cites = jeux_cites(dossier)
    par_jeu: dict[str, list[dict[str, Any]]] = {}
    for ligne in sources:
        par_jeu.setdefault(ligne["jeu"], []).append(ligne)
    phrases = [
        f"Jeu {jeu} : des valeurs publiées en viennent, la table sources ne le contient pas ; ajoutez sa fiche au catalogue."
        for jeu in sorted(cites - set(par_jeu))
    ]
    for jeu, lignes in sorted(par_jeu.items()):
        utilise = jeu in cites or any(ligne["nb_publiees"] for ligne in lignes if ligne["statut"] not in SANS_FICHIER)
        for champ, mot in (("licence", "licence"), ("mention", "mention d'attribution")):
            if utilise and any(not (ligne[champ] or "").strip() for ligne in lignes):
                phrases.append(
                    f"Jeu {jeu} : {mot} absente ; complétez `{champ}` dans sa fiche (catalogue/sources, {jeu.split('.')[0]}), "
                    "aucune donnée n'est publiée sans elle."
                )
    return phrases


def jeux_cites(dossier: Path) -> set[str]:
    """Datasets named by `valeurs.jeu`; a value made from several names them `;`-joined.

    Values of catalogue/references.yml belong to no dataset: their card demands a source and an address, one by one.
    """
    cites: set[str] = set()
    with pq.ParquetFile(dossier / "tables" / "valeurs.parquet") as fichier:
        for lot in fichier.iter_batches(columns=["jeu"]):
            for texte in pc.unique(lot.column(0)).to_pylist():
                cites |= {jeu.strip() for jeu in (texte or "").split(";") if jeu.strip()}
    return cites - {JEU_REFERENCES}
