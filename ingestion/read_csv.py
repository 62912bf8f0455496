"""CSV files to text, at full speed, without guessing a type or losing a line number.

Belongs here: encodings, the map of the records (where they start, how many fields they hold), the two parsers.
Does not belong here: names of columns (frames), archives (containers), what a cell means (normalise).

Polars parses regular files; a file with a stray quote, a blank line or a record of another length goes to the csv
module, which can say on which line the trouble is. Both give the same text.
"""

from __future__ import annotations

import codecs
import csv
import io
import sys
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from ingestion.catalogue import Lecture
from ingestion.frames import BLANCS, ErreurLecture, tableau

BLOC = 1 << 24
ENREGISTREMENTS_PAR_BLOC = 4096
BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
NL, CR, GUILLEMET = 10, 13, 34


class Plan(NamedTuple):
    """Records of a regular file: byte where each starts, its 1-based line, its number of fields."""

    debuts: npt.NDArray[np.int64]
    lignes: npt.NDArray[np.int64]
    champs: npt.NDArray[np.int32]


def lire_csv(contenu: bytes, nom: str, lecture: Lecture) -> pl.DataFrame:
    """Reads a CSV file as text (columns of `frames.tableau`).

    Args:
        contenu: bytes of the file; a byte order mark wins over the declared encoding.
    Raises:
        ErreurLecture: undecodable byte, unbalanced quote, record longer or shorter than the header, no header.
    """
    if len(lecture.separateur) != 1 or not lecture.separateur.isascii():
        raise ErreurLecture(
            f"{nom} : le séparateur déclaré « {lecture.separateur} » doit être un seul caractère ASCII."
        )
    octets = _en_utf8(contenu, nom, lecture.encodage).rstrip(b"\r\n")
    plan = _plan(octets, ord(lecture.separateur)) if lecture.colonnes is None else None
    regulier = _lire_regulier(octets, nom, lecture, plan) if plan is not None else None
    return regulier if regulier is not None else _lire_irregulier(octets, nom, lecture)


def _en_utf8(contenu: bytes, nom: str, encodage: str) -> bytes:
    """Same text in UTF-8 without byte order mark; every byte is checked."""
    for bom, encodage_du_bom in BOMS.items():
        if contenu.startswith(bom):
            contenu, encodage = contenu[len(bom) :], encodage_du_bom
    position = 0
    try:
        if codecs.lookup(encodage).name not in ("utf-8", "utf-8-sig"):
            return contenu.decode(encodage).encode("utf-8")
        decodeur = codecs.getincrementaldecoder("utf-8")()
        for position in range(0, len(contenu), BLOC):
            decodeur.decode(contenu[position : position + BLOC], final=position + BLOC >= len(contenu))
    except UnicodeDecodeError as erreur:
        ligne = contenu.count(b"\n", 0, position + erreur.start) + 1
        raise ErreurLecture(
            f"{nom}, ligne {ligne} : octet 0x{erreur.object[erreur.start]:02x} impossible en {encodage} ; corriger "
            "`encodage` dans la fiche (cp1252 est le plus courant) ou vérifier que le fichier n'est pas abîmé."
        ) from erreur
    return contenu


def _plan(octets: bytes, separateur: int) -> Plan | None:
    """Map of the records, or None when only the csv module reads the file rightly."""
    if not octets:
        return None
    a = np.frombuffer(octets, dtype=np.uint8)
    sauts = np.flatnonzero(a == NL)
    if octets.count(b"\r") != np.count_nonzero(a[sauts[sauts > 0] - 1] == CR):
        return None
    fins, hors_guillemets = sauts, None
    if b'"' in octets:
        hors_guillemets = _hors_guillemets(a, separateur)
        if hors_guillemets is None:
            return None
        fins = sauts[hors_guillemets[sauts]]
    debuts = np.concatenate(([0], fins + 1))
    longueurs = np.diff(np.append(debuts, a.size + 1)) - 1
    blanches = (longueurs == 0) | ((longueurs == 1) & (a[np.minimum(debuts, a.size - 1)] == CR))
    if blanches.any():
        return None
    return Plan(debuts, np.searchsorted(sauts, debuts) + 1, _champs(a, separateur, hors_guillemets, debuts))


def _champs(
    a: npt.NDArray[np.uint8],
    separateur: int,
    hors_guillemets: npt.NDArray[np.bool_] | None,
    debuts: npt.NDArray[np.int64],
) -> npt.NDArray[np.int32]:
    """Number of fields of each record, by blocks that stay in the cache of the processor."""
    champs = np.empty(debuts.size, dtype=np.int32)
    for premier in range(0, debuts.size, ENREGISTREMENTS_PAR_BLOC):
        ici = debuts[premier : premier + ENREGISTREMENTS_PAR_BLOC]
        suivant = premier + ici.size
        octets = slice(ici[0], debuts[suivant] if suivant < debuts.size else a.size)
        separateurs = a[octets] == separateur
        if hors_guillemets is not None:
            separateurs &= hors_guillemets[octets]
        champs[premier:suivant] = np.add.reduceat(separateurs, ici - ici[0], dtype=np.int32) + 1
    return champs


def _hors_guillemets(a: npt.NDArray[np.uint8], separateur: int) -> npt.NDArray[np.bool_] | None:
    """Where bytes are structure and not quoted text; None when a quote is neither at the edge of a field nor doubled.

    A quote that opens follows a separator, a line end or (second of a pair) a quote; a quote that closes precedes them.
    """
    guillemets = a == GUILLEMET
    # Only the parity counts, so a counter of 8 bits that wraps around is enough.
    dedans = (np.cumsum(guillemets, dtype=np.uint8) & 1).astype(bool)
    if dedans[-1]:
        return None
    positions = np.flatnonzero(guillemets)
    ouvrants, fermants = positions[dedans[positions]], positions[~dedans[positions]]
    bords = np.array([separateur, NL, CR, GUILLEMET], dtype=np.uint8)
    avant, apres = a[ouvrants[ouvrants > 0] - 1], a[fermants[fermants < a.size - 1] + 1]
    return ~dedans if np.isin(avant, bords).all() and np.isin(apres, bords).all() else None


def _lire_regulier(octets: bytes, nom: str, lecture: Lecture, plan: Plan) -> pl.DataFrame | None:
    """The fast way; None when a record from the header on has another number of fields."""
    entete = int(np.searchsorted(plan.lignes, lecture.ligne_entete))
    if entete >= plan.lignes.size or plan.lignes[entete] != lecture.ligne_entete:
        return None
    premiere = int(np.searchsorted(plan.lignes, lecture.premiere_ligne or lecture.ligne_entete + 1))
    n = int(plan.champs[entete])
    if premiere >= plan.lignes.size or (plan.champs[premiere:] != n).any():
        return None
    fin = int(plan.debuts[entete + 1])
    noms = next(csv.reader([octets[plan.debuts[entete] : fin].decode("utf-8")], delimiter=lecture.separateur))
    corps = pl.read_csv(
        octets[plan.debuts[premiere] :] if plan.debuts[premiere] else octets,
        separator=lecture.separateur,
        quote_char='"' if b'"' in octets else None,
        has_header=False,
        empty_string_is_null=False,
        schema={str(i): pl.String for i in range(n)},
    )
    if corps.height != plan.lignes.size - premiere:
        return None
    return tableau(nom, noms, corps, pl.Series(plan.lignes[premiere:]))


def _lire_irregulier(octets: bytes, nom: str, lecture: Lecture) -> pl.DataFrame:
    """The careful way: one record after the other, with its line number."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    lecteur = csv.reader(io.StringIO(octets.decode("utf-8"), newline=""), delimiter=lecture.separateur, strict=True)
    noms: list[str] = list(lecture.colonnes or [])
    enregistrements: list[list[str]] = []
    lignes: list[int] = []
    for ligne, enregistrement in _enregistrements(lecteur, nom):
        if lecture.colonnes is None and ligne == lecture.ligne_entete:
            noms = enregistrement
        elif noms and enregistrement and ligne >= (lecture.premiere_ligne or 0):
            enregistrements.append(_a_la_longueur(enregistrement, noms, nom, ligne, courtes=lecture.lignes_courtes))
            lignes.append(ligne)
    if not noms:
        raise ErreurLecture(
            f"{nom} : pas d'en-tête à la ligne {lecture.ligne_entete} ; corriger `ligne_entete` dans la fiche."
        )
    schema = {str(i): pl.String for i in range(len(noms))}
    return tableau(
        nom, noms, pl.DataFrame(enregistrements, schema=schema, orient="row"), pl.Series(lignes, dtype=pl.Int64)
    )


def _enregistrements(lecteur: Any, nom: str) -> Any:
    """Pairs (line where the record starts, fields)."""
    while True:
        ligne = lecteur.line_num + 1
        try:
            yield ligne, next(lecteur)
        except StopIteration:
            return
        except csv.Error as erreur:
            raise ErreurLecture(
                f"{nom}, ligne {ligne} : guillemet mal placé ou jamais refermé ({erreur}) ; le fichier est sans doute tronqué."
            ) from erreur


def _a_la_longueur(enregistrement: list[str], noms: list[str], nom: str, ligne: int, *, courtes: bool) -> list[str]:
    """The record with as many fields as the header: only empty surplus and nameless missing fields are let through.

    `courtes`: a shorter record is of another kind, its missing fields are empty.
    """
    surplus, manquants = enregistrement[len(noms) :], noms[len(enregistrement) :]
    tronquee = not courtes and any(n.strip(BLANCS) for n in manquants)
    if tronquee or any(champ.strip(BLANCS) for champ in surplus):
        raise ErreurLecture(
            f"{nom}, ligne {ligne} : {len(enregistrement)} champs lus, {len(noms)} attendus d'après l'en-tête ; "
            "séparateur non protégé dans un libellé, ou ligne tronquée."
        )
    return enregistrement[: len(noms)] + [""] * len(manquants)
