"""Finding a quartier by its name, its commune or its code, whatever the accents, hyphens, apostrophes and case.

Belongs here: the folding of a query, the index of the quartiers, the order of the answers.
Does not belong here: the search box and its results on screen (vues/accueil).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from publication.sheets.modele import Lien, Territoire

LONGUEUR_MAX = 80
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "Œ": "oe", "Æ": "ae"})
_ABREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_CODE = re.compile(r"^q[pn][0-9][0-9ab][0-9a-z]{0,6}$")


@dataclass(frozen=True)
class Entree:
    """One quartier, folded once: `mots` holds the words of its name, communes and code."""

    territoire: Territoire
    communes: str
    nom_plie: str
    texte_plie: str
    mots: tuple[str, ...]
    code_plie: str
    lies: tuple[str, ...]


def plier(texte: str) -> str:
    """Lower case, without accents; every sign that is neither a letter nor a digit becomes one space.

    « L’Île-aux-Moines » and « l ile aux moines » fold to the same text, « St-Jean » and « Saint Jean » too.
    """
    decompose = unicodedata.normalize("NFKD", texte.translate(_LIGATURES).casefold())
    lettres = "".join(c for c in decompose if not unicodedata.combining(c))
    mots = re.sub(r"[^0-9a-z]+", " ", lettres).split()
    return " ".join(_ABREVIATIONS.get(mot, mot) for mot in mots)


def indexer(quartiers: Iterable[Territoire], nom: Callable[[str], str], liens: Iterable[Lien]) -> list[Entree]:
    """The index of a release: `nom` gives the label of a commune code."""
    lies: dict[str, set[str]] = {}
    for lien in liens:
        lies.setdefault(lien.code_qp2015, set()).add(lien.code_qn2024)
        lies.setdefault(lien.code_qn2024, set()).add(lien.code_qp2015)
    entrees = []
    for territoire in quartiers:
        communes = ", ".join(nom(code) for code in territoire.communes)
        nom_plie = plier(territoire.libelle or "")
        texte = f"{nom_plie} {plier(communes)} {' '.join(territoire.communes).lower()}"
        code = territoire.code_territoire
        entrees.append(
            Entree(
                territoire,
                communes,
                nom_plie,
                texte,
                tuple(texte.split()),
                code.casefold(),
                tuple(sorted(lies.get(code, ()))),
            )
        )
    return entrees


def chercher(index: Iterable[Entree], requete: str, limite: int = 20) -> tuple[list[Entree], int]:
    """The quartiers that answer a query, best first, and how many there are in all.

    A code, whole or begun, finds its quartier and the quartiers linked to it in the other zoning.
    Otherwise every word of the query must begin a word of the name or of the communes.
    """
    plie = plier(requete[:LONGUEUR_MAX])
    colle = plie.replace(" ", "")
    if not colle:
        return [], 0
    trouvees: list[tuple[tuple[int, str, str], Entree]] = []
    for entree in index:
        rang = _rang_code(entree, colle) if _CODE.match(colle) or colle in ("qp", "qn") else _rang_texte(entree, plie)
        if rang is not None:
            trouvees.append(((rang, entree.nom_plie, entree.code_plie), entree))
    trouvees.sort(key=lambda element: element[0])
    return [entree for _, entree in trouvees[:limite]], len(trouvees)


def _rang_code(entree: Entree, colle: str) -> int | None:
    if entree.code_plie == colle:
        return 0
    if entree.code_plie.startswith(colle):
        return 1
    return 2 if any(code.casefold() == colle for code in entree.lies) else None


def _rang_texte(entree: Entree, plie: str) -> int | None:
    if entree.nom_plie == plie:
        return 0
    if entree.nom_plie.startswith(plie):
        return 1
    mots = plie.split()
    if not all(any(mot.startswith(debut) for mot in entree.mots) for debut in mots):
        return None
    noms = entree.nom_plie.split()
    return 2 if all(any(mot.startswith(debut) for mot in noms) for debut in mots) else 3
