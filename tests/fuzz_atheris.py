"""Coverage-guided fuzzing of the parsers (Linux): `python tests/fuzz_atheris.py -runs=100000 -seed=6 -timeout=30`, part of `make fuzz`.

Belongs here: one target over bytes: numbers, csv dialects and encodings, json, sdmx, archives; never a file of a deposit.
Does not belong here: mutated published files (campagne_fuzz), the failures that were found (faults/test_fuzz.py).
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["ingestion", "zipfile", "csv"]):
    import polars as pl

    from ingestion.catalogue import Lecture
    from ingestion.numbers import nombre, texte
    from ingestion.read import ErreurLecture, lire
    from ingestion.verify import ErreurOctets, verifier

LECTURES = [Lecture(format="csv", separateur=s, encodage=e) for s in ";,\t" for e in ("utf-8", "cp1252", "utf-16")]
LECTURES += [Lecture(format="json"), Lecture(format="json", cle_objet="code"), Lecture(format="geojson")]
LECTURES += [Lecture(format="sdmx"), Lecture(format="shapefile"), Lecture(format="parquet")]


def cible(octets: bytes) -> None:
    """The first byte chooses the card, the others are the file; anything but a sentence ends the campaign."""
    if len(octets) < 2:
        return
    lecture, contenu = LECTURES[octets[0] % len(LECTURES)], octets[1:]
    try:
        verifier(contenu, "essai", lecture)
        lues = lire(contenu, "essai", lecture)
    except (ErreurOctets, ErreurLecture) as erreur:
        if "essai" not in str(erreur):
            raise RuntimeError(f"refus sans fichier : {erreur}") from erreur
        return
    # Only declared names reach polars: a published « * » or « ^a$ » would be a pattern there.
    pl.DataFrame({"cellule": lues.to_series(0)}).select(nombre(texte("cellule")))


if __name__ == "__main__":
    atheris.Setup(sys.argv, cible)
    atheris.Fuzz()
