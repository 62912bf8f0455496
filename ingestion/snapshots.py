"""What changed between two snapshots of one published file.

Belongs here: rows added, removed and changed, by key or as whole rows; the journal of a file, written and read.
Does not belong here: keeping the bytes (acquire: the archive holds both), what a release changes (publication.diff).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from ingestion.archive import ecrire_atomique
from ingestion.catalogue import Fichier, Jeu, Millesime
from ingestion.frames import AUDIT
from ingestion.parquet import NATURES, chemin_type, mention_de

EXEMPLES = 5
PASSAGE = ("empreinte_avant", "empreinte_apres")
SEPARATEUR = "\x1f"


def chemin_journal(donnees: Path, jeu: Jeu, millesime: Millesime, fichier: Fichier) -> Path:
    """`<data>/instantanes/<producteur>/<jeu>/<millesime>/<fichier>.json`."""
    return donnees / "instantanes" / jeu.dossier / millesime.millesime / f"{fichier.nom}.json"


def comparer(ancien: pl.DataFrame, nouveau: pl.DataFrame, cle: list[str]) -> dict[str, Any]:
    """Counts and first examples of what two frames of text do not share.

    Args:
        ancien, nouveau: raw layers; the columns that we add (`AUDIT`) count for nothing.
        cle: published columns that tell the rows apart; when they do not (or are not in both), whole rows are compared.
    Returns:
        lignes_avant, lignes_apres, ajoutees, retirees, modifiees (None without a key), colonnes_ajoutees,
        colonnes_retirees, exemples (`ajoutees`, `retirees`, `modifiees`: keys, or beginnings of rows).
    """
    avant, apres = _publiees(ancien), _publiees(nouveau)
    communes = [c for c in apres.columns if c in avant.columns]
    bilan: dict[str, Any] = {
        "lignes_avant": avant.height,
        "lignes_apres": apres.height,
        "colonnes_ajoutees": [c for c in apres.columns if c not in avant.columns],
        "colonnes_retirees": [c for c in avant.columns if c not in apres.columns],
    }
    a_cle = bool(cle) and all(c in communes for c in cle) and _unique(avant, cle) and _unique(apres, cle)
    gauche, droite = (_resumer(cadre, communes, cle if a_cle else communes) for cadre in (avant, apres))
    ajoutees = droite.join(gauche, on="cle", how="anti")
    retirees = gauche.join(droite, on="cle", how="anti")
    modifiees = droite.join(gauche, on="cle", suffix="_avant").filter(pl.col("ligne") != pl.col("ligne_avant"))
    if not a_cle:
        # Equal rows are told apart by their number: one more of a repeated row is one row added.
        return bilan | {
            "ajoutees": ajoutees.height, "retirees": retirees.height, "modifiees": None,
            "exemples": {"ajoutees": _exemples(ajoutees), "retirees": _exemples(retirees)},
        }  # fmt: skip
    return bilan | {
        "ajoutees": ajoutees.height, "retirees": retirees.height, "modifiees": modifiees.height,
        "exemples": {n: _exemples(c) for n, c in (("ajoutees", ajoutees), ("retirees", retirees), ("modifiees", modifiees))},
    }  # fmt: skip


def journaliser(chemin: Path, entree: dict[str, Any]) -> None:
    """Puts an entry at the top of the journal of a file.

    The same passage from one snapshot to the next is written once: a run stopped between the journal and the layers
    sees it again at the next run.

    Args:
        entree: `date`, `empreinte_avant`, `empreinte_apres`, `taille_avant` and `taille_apres` (bytes), and what
            `comparer` returns.
    """
    passees = _lire(chemin)
    if passees and all(passees[0][cle] == entree[cle] for cle in PASSAGE):
        return
    ecrire_atomique(chemin, (json.dumps([entree, *passees], ensure_ascii=False, indent=1) + "\n").encode())


def lignes_precedentes(donnees: Path, jeu: Jeu) -> list[tuple[str, str, int, int]]:
    """Rows of the files in use beside those of the snapshot that each replaced: millésime, fichier, before, now.

    A file that replaced nothing is not in the list.
    """
    comptes = []
    for millesime in jeu.millesimes:
        for fichier in millesime.fichiers:
            passages = _lire(chemin_journal(donnees, jeu, millesime, fichier))
            en_usage = mention_de(chemin_type(donnees, jeu, millesime, fichier, NATURES[-1])).get("sha256")
            # A passage that was journalled and never completed says nothing of the layer in use.
            if passages and passages[0]["empreinte_apres"] == en_usage:
                avant, apres = passages[0]["lignes_avant"], passages[0]["lignes_apres"]
                comptes.append((millesime.millesime, fichier.nom, avant, apres))
    return comptes


def _lire(chemin: Path) -> list[dict[str, Any]]:
    entrees: list[dict[str, Any]] = json.loads(chemin.read_text(encoding="utf-8")) if chemin.exists() else []
    return entrees


def _publiees(cadre: pl.DataFrame) -> pl.DataFrame:
    return cadre.select([c for c in cadre.columns if c not in AUDIT])


def _unique(cadre: pl.DataFrame, cle: list[str]) -> bool:
    return not cadre.select(cle).is_duplicated().any()


def _resumer(cadre: pl.DataFrame, colonnes: list[str], cle: list[str]) -> pl.DataFrame:
    """Key and content of each row as text; repeated keys are numbered."""
    # A place without a position has null coordinates, which would make the whole row null.
    textes = cadre.select(pl.all().cast(pl.String).fill_null(""))
    lignes = textes.select(
        pl.concat_str(cle, separator=SEPARATEUR).alias("cle"),
        pl.concat_str(colonnes, separator=SEPARATEUR).alias("ligne"),
    )
    return lignes.with_columns(
        cle=pl.concat_str("cle", pl.int_range(pl.len()).over("cle").cast(pl.String), separator=SEPARATEUR)
    )


def _exemples(cadre: pl.DataFrame) -> list[str]:
    return [" · ".join(cle.split(SEPARATEUR)[:-1])[:120] for cle in cadre["cle"].head(EXEMPLES)]
