"""What the ingestion does of a file of the local register: traces of persons are masked, wrong rows go to quarantine.

Belongs here: the two doors around the typing of a file, before anything is written.
Does not belong here: the rules (checks), the typing (normalise), the writing (ingest).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import polars as pl

from ingestion.catalogue import Fichier, Jeu
from ingestion.normalise import QUARANTAINE, Normalise
from ingestion.register.checks import Probleme, controler, masquer
from ingestion.register.schema import SCHEMA, table

SUITE = " ; "


def examiner(lues: pl.DataFrame, jeu: Jeu, fichier: Fichier) -> tuple[pl.DataFrame, list[Probleme]]:
    """The text of a file without traces of persons, and the problems that set a row aside.

    Whether a quartier exists is not known here: rows about an unknown one are set aside by the warehouse, where the
    contours are.
    """
    refus = [probleme for probleme in controler(lues, table(jeu, fichier)) if probleme.est_refus]
    return masquer(lues, refus), refus


def ecarter(normalise: Normalise, refus: Sequence[Probleme], jeu: Jeu, millesime: str, fichier: Fichier) -> Normalise:
    """The typed frames once the refused rows are in quarantine: no cell of theirs is kept, each problem has its sentence."""
    if not refus:
        return normalise
    motifs: dict[tuple[int, str], list[Probleme]] = defaultdict(list)
    for probleme in refus:
        motifs[probleme.ligne, probleme.colonne].append(probleme)
    par_ligne: dict[int, str] = {}
    for probleme in refus:
        phrase = f"{probleme.colonne} : {probleme.phrase}"
        par_ligne[probleme.ligne] = SUITE.join(filter(None, [par_ligne.get(probleme.ligne), phrase]))
    numeros = list(par_ligne)
    refusee = pl.col("ligne").is_in(numeros)
    lignes = normalise.lignes.with_columns(
        sort=pl.when(refusee).then(pl.lit("quarantaine")).otherwise("sort"),
        motif=pl.when(refusee)
        .then(pl.col("ligne").replace_strict(par_ligne, default=None, return_dtype=pl.String))
        .otherwise("motif"),
    )
    nouvelles = pl.DataFrame(
        [
            (jeu.jeu, millesime, fichier.nom, ligne, colonne, memes[0].lu, SUITE.join(p.phrase for p in memes))
            for (ligne, colonne), memes in motifs.items()
        ],
        schema=QUARANTAINE,
        orient="row",
    )
    # Our sentence replaces that of the typing for the same cell.
    autres = normalise.quarantaine.join(nouvelles, on=["ligne", "colonne"], how="anti")
    quarantaine = pl.concat([autres, nouvelles]).sort("ligne", "colonne", maintain_order=True)
    return Normalise(normalise.cellules.filter(~refusee), lignes, quarantaine)


@cache
def empreinte_des_regles() -> str:
    """Digest of the rules and of the code that applies them: a change reads the register again."""
    modules = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(chemin.read_bytes() for chemin in [*modules, SCHEMA])).hexdigest()
