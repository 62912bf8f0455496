"""CSV files to text, at full speed, without guessing a type or losing a line number.

Belongs here: encodings, the map of the records (where they start, how many fields they hold), the two parsers.
Does not belong here: names of columns (frames), archives (containers), what a cell means (normalise).

A file is read piece by piece, each made of whole records, so that its size does not count.
Polars parses regular pieces; from the first one with a stray quote, a blank line or a record of another length, the rest
goes to the csv module, which can say on which line the trouble is. Both give the same text.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from ingestion.catalogue import Lecture
from ingestion.frames import BLANCS, ErreurLecture, tableau

# A batch twice as large takes 300 MB more at its peak, for the same time.
MORCEAU = 1 << 23
ENREGISTREMENTS_PAR_LOT = 100_000
ENREGISTREMENTS_PAR_BLOC = 4096
OCTETS_PAR_BLOC = 1 << 18
BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
NL, CR, GUILLEMET = 10, 13, 34


class Plan(NamedTuple):
    """Records of a regular file: byte where each starts, its 1-based line, its number of fields; line ends of the whole."""

    debuts: npt.NDArray[np.int64]
    lignes: npt.NDArray[np.int64]
    champs: npt.NDArray[np.int32]
    nombre_de_sauts: int


def lots_csv(
    blocs: Iterable[bytes], nom: str, lecture: Lecture, taille_morceau: int = MORCEAU
) -> Iterator[pl.DataFrame]:
    """Reads a CSV file as text (columns of `frames.tableau`), batch by batch.

    A file with a nameless column comes in one batch: whether the column is kept depends on all its cells.

    Args:
        blocs: bytes of the file, in order; a byte order mark wins over the declared encoding.
    Raises:
        ErreurLecture: undecodable byte, unbalanced quote, record longer or shorter than the header, no header.
    """
    if len(lecture.separateur) != 1 or not lecture.separateur.isascii():
        raise ErreurLecture(
            f"{nom} : le séparateur déclaré « {lecture.separateur} » doit être un seul caractère ASCII."
        )
    lots = _lots(_morceaux(_en_utf8(blocs, nom, lecture.encodage), taille_morceau), nom, lecture)
    noms, donnees, lignes = next(lots)
    lots = itertools.chain([(noms, donnees, lignes)], lots)
    if all(n.strip(BLANCS) for n in noms):
        for _, donnees, lignes in lots:
            yield tableau(nom, noms, donnees, lignes)
        return
    cadres = list(lots)
    yield tableau(nom, noms, pl.concat([lot[1] for lot in cadres]), pl.concat([lot[2] for lot in cadres]))


# Names of the header, records, line of each.
Lot = tuple[list[str], pl.DataFrame, pl.Series]


def _lots(morceaux: Iterator[bytes], nom: str, lecture: Lecture) -> Iterator[Lot]:
    """Records of the pieces: at least one batch, possibly without any."""
    noms: list[str] | None = None
    passees = 0
    for morceau in morceaux:
        plan = _plan(morceau, ord(lecture.separateur)) if lecture.colonnes is None else None
        lot = _lire_regulier(morceau, lecture, plan, noms) if plan is not None else None
        if plan is None or lot is None:
            yield from _lire_irregulier(itertools.chain([morceau], morceaux), nom, lecture, noms, passees)
            return
        noms, donnees, lignes = lot
        yield noms, donnees, lignes + passees
        passees += plan.nombre_de_sauts + morceau.endswith(b"\n")
    if noms is None:
        yield from _lire_irregulier(iter([b""]), nom, lecture, None, 0)


def _morceaux(blocs: Iterable[bytes], taille_morceau: int) -> Iterator[bytes]:
    """The same bytes cut after whole records, every `taille_morceau` bytes or so; the line ends that close the file are left out.

    A line end is that of a record when the quotes before it are even in number; a piece where that is not so, because a
    quote is alone, is not regular, and nothing is cut after it.
    """
    reste: list[bytes] = []
    taille = 0
    for bloc in blocs:
        reste.append(bloc)
        taille += len(bloc)
        if taille < taille_morceau:
            continue
        ligne = bloc.rfind(b"\n") + 1
        tampon = b"".join([*reste[:-1], bloc[:ligne]])
        coupe = _derniere_fin(tampon)
        if coupe:
            # Most often the whole of it, which is not copied.
            yield tampon[:coupe]
        reste = [tampon[coupe:], bloc[ligne:]]
        taille = sum(map(len, reste))
    if fin := b"".join(reste).rstrip(b"\r\n"):
        yield fin


def _derniere_fin(tampon: bytes) -> int:
    """Position after the last record that is whole, 0 when there is none."""
    position = tampon.rfind(b"\n")
    guillemets = tampon.count(b'"', 0, max(position, 0))
    while position >= 0 and guillemets % 2:
        precedente = tampon.rfind(b"\n", 0, position)
        guillemets -= tampon.count(b'"', max(precedente, 0), position)
        position = precedente
    return position + 1


def _en_utf8(blocs: Iterable[bytes], nom: str, encodage: str) -> Iterator[bytes]:
    """Same text in UTF-8 without byte order mark; every byte is checked."""
    decodeur = None
    est_utf8, passees = False, 0
    for bloc, est_dernier in _avec_fin(blocs):
        if decodeur is None:
            for bom, encodage_du_bom in BOMS.items():
                if bloc.startswith(bom):
                    bloc, encodage = bloc[len(bom) :], encodage_du_bom
            est_utf8 = codecs.lookup(encodage).name in ("utf-8", "utf-8-sig")
            decodeur = codecs.getincrementaldecoder("utf-8" if est_utf8 else encodage)()
        try:
            texte = decodeur.decode(bloc, final=est_dernier)
        except UnicodeDecodeError as erreur:
            ligne = passees + erreur.object[: erreur.start].count(b"\n") + 1
            raise ErreurLecture(
                f"{nom}, ligne {ligne} : octet 0x{erreur.object[erreur.start]:02x} impossible en {encodage} ; corriger "
                "`encodage` dans la fiche (cp1252 est le plus courant) ou vérifier que le fichier n'est pas abîmé."
            ) from erreur
        passees += _nombre_de_sauts(bloc)
        yield bloc if est_utf8 else texte.encode("utf-8")


def _nombre_de_sauts(octets: bytes) -> int:
    """Line ends, twice as fast as `bytes.count` where lines are short."""
    return int(np.count_nonzero(np.frombuffer(octets, dtype=np.uint8) == NL))


def _avec_fin(blocs: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each block, and whether it is the last."""
    suivants = iter(blocs)
    if (courant := next(suivants, None)) is None:
        return
    for suivant in suivants:
        yield courant, False
        courant = suivant
    yield courant, True


def _plan(octets: bytes, separateur: int) -> Plan | None:
    """Map of the records, or None when only the csv module reads the file rightly."""
    # The line end that closes the last record starts no other one; a view, not a copy.
    fin = len(octets) - octets.endswith(b"\n")
    a = np.frombuffer(octets, dtype=np.uint8)[: fin - octets.endswith((b"\r", b"\r\n"))]
    if not a.size:
        return None
    sauts = _positions(a, NL)
    if octets.count(b"\r", 0, a.size) != np.count_nonzero(a[sauts[sauts > 0] - 1] == CR):
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
    champs = _champs(a, separateur, hors_guillemets, debuts)
    return Plan(debuts, np.searchsorted(sauts, debuts) + 1, champs, sauts.size)


def _positions(a: npt.NDArray[np.uint8], octet: int) -> npt.NDArray[np.int64]:
    """Where `octet` is, looked for by blocks that stay in the cache of the processor."""
    return np.concatenate(
        [np.flatnonzero(a[i : i + OCTETS_PAR_BLOC] == octet) + i for i in range(0, a.size, OCTETS_PAR_BLOC)]
    )


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


def _lire_regulier(octets: bytes, lecture: Lecture, plan: Plan, noms: list[str] | None) -> Lot | None:
    """The fast way; None when a record from the header on has another number of fields.

    Args:
        noms: the header, when an earlier piece held it.
    """
    premiere = 0
    if noms is None:
        entete = int(np.searchsorted(plan.lignes, lecture.ligne_entete))
        if entete + 1 >= plan.lignes.size or plan.lignes[entete] != lecture.ligne_entete:
            return None
        premiere = int(np.searchsorted(plan.lignes, lecture.premiere_ligne or lecture.ligne_entete + 1))
        ligne = octets[plan.debuts[entete] : int(plan.debuts[entete + 1])].decode("utf-8")
        noms = next(csv.reader([ligne], delimiter=lecture.separateur))
        n = int(plan.champs[entete])
    else:
        n = len(noms)
    if premiere >= plan.lignes.size or (plan.champs[premiere:] != n).any():
        return None
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
    return noms, corps, pl.Series(plan.lignes[premiere:])


class _Suite(io.RawIOBase):
    """Blocks of bytes as a file."""

    def __init__(self, blocs: Iterator[bytes]) -> None:
        self._blocs = blocs
        self._reste = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, tampon: Any) -> int:
        while not self._reste and (bloc := next(self._blocs, None)) is not None:
            self._reste = memoryview(bloc)
        lus = min(len(tampon), len(self._reste))
        tampon[:lus], self._reste = self._reste[:lus], self._reste[lus:]
        return lus


def _lire_irregulier(
    morceaux: Iterator[bytes], nom: str, lecture: Lecture, noms: list[str] | None, passees: int
) -> Iterator[Lot]:
    """The careful way: one record after the other, with its line number; `passees` lines were read before."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    flux = io.TextIOWrapper(io.BufferedReader(_Suite(morceaux)), encoding="utf-8", newline="")
    lecteur = csv.reader(flux, delimiter=lecture.separateur, strict=True)
    entete = list(noms or lecture.colonnes or [])
    enregistrements: list[list[str]] = []
    lignes: list[int] = []
    vide = True

    def lot() -> Lot:
        schema = {str(i): pl.String for i in range(len(entete))}
        donnees = pl.DataFrame(enregistrements, schema=schema, orient="row")
        return entete, donnees, pl.Series(lignes, dtype=pl.Int64)

    for ligne_lue, enregistrement in _enregistrements(lecteur, nom, passees):
        if lecture.colonnes is None and ligne_lue == lecture.ligne_entete:
            entete = enregistrement
        elif entete and enregistrement and ligne_lue >= (lecture.premiere_ligne or 0):
            enregistrements.append(
                _a_la_longueur(enregistrement, entete, nom, ligne_lue, courtes=lecture.lignes_courtes)
            )
            lignes.append(ligne_lue)
        if len(lignes) == ENREGISTREMENTS_PAR_LOT:
            yield lot()
            enregistrements, lignes, vide = [], [], False
    if not entete:
        raise ErreurLecture(
            f"{nom} : pas d'en-tête à la ligne {lecture.ligne_entete} ; corriger `ligne_entete` dans la fiche."
        )
    if lignes or (vide and not passees):
        yield lot()


def _enregistrements(lecteur: Any, nom: str, passees: int) -> Any:
    """Pairs (line where the record starts, fields)."""
    while True:
        ligne = passees + lecteur.line_num + 1
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
