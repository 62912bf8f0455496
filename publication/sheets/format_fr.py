"""Numbers, dates and missing values written as a French reader expects them.

Belongs here: rounding at display, typographic spaces, units, ordinals, periods, the glyph, the word and the sentence of each missing value.
Does not belong here: sentences about a quartier (textes), HTML (balises), any reading of a release.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

INSECABLE = "\u00a0"
FINE = "\u202f"
MOINS = "\u2212"

MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


@dataclass(frozen=True)
class Absence:
    """How a value that is not there, or not plainly observed, is written: glyph, word read aloud, motive sentence."""

    glyphe: str
    mot: str
    phrase: str


# Glyphs and words of the gap method, §14; one sentence each, in our own words.
ABSENCES: dict[str, Absence] = {
    "estime": Absence("e", "estimé", "Valeur estimée à partir d’un autre découpage : un repère, pas une mesure."),
    "partiel": Absence("p", "partiel", "Somme à laquelle il manque des territoires non publiés."),
    "secret": Absence(
        "s",
        "secret statistique",
        "Le producteur masque la valeur : trop peu de personnes sont concernées ou la précision est insuffisante.",
    ),
    "non_diffuse": Absence(
        "nd", "non diffusé par le producteur", "Le producteur ne publie pas cette valeur pour ce territoire."
    ),
    "non_calculable": Absence(
        "nc", "non calculable", "Un des éléments du calcul manque : la valeur ne peut pas être établie."
    ),
    "non_pertinent": Absence("np", "non pertinent", "La question ne se pose pas pour cet indicateur ou ce territoire."),
    "rupture": Absence(
        "rp", "rupture de série", "La source a changé entre les deux dates : les valeurs ne se comparent pas."
    ),
    "attendu": Absence("at", "attendu", "La publication est annoncée par le producteur."),
}

# One sentence per motive of the gap method (§6); the release may carry its own wording, which then wins.
MOTIFS: dict[str, str] = {
    "perimetre_different": "le périmètre du quartier n’est pas le même aux deux dates",
    "definition_differente": "la définition de l’indicateur a changé entre les deux dates",
    "source_differente": "les deux dates ne viennent pas de la même source",
    "rupture_de_serie": "une rupture de série sépare les deux dates",
    "espacement_insuffisant": "les deux dates sont trop proches pour cette source",
    "extremite_non_publiee": "une des deux valeurs n’est pas publiée",
    "extremite_estimee": "une des deux valeurs est estimée",
    "reference_absente": "la référence n’est pas publiée pour la même date",
    "reference_changee": "le territoire de référence a changé de périmètre",
    "composition_epci_non_verifiee": "la composition de l’intercommunalité n’est pas vérifiée aux deux dates",
    "lien_2015_2024_non_identique": "les périmètres de 2015 et de 2024 ne sont pas identiques",
    "indicateur_neutre": "l’indicateur est descriptif : aucun sens favorable ou défavorable ne lui est attaché",
    "niveau_sans_ecart": "l’indicateur n’est pas publié par quartier : aucun écart n’est calculé",
    "ecart_deja_favorable": "l’écart est favorable au quartier aux deux dates",
    "precision_inconnue": "la précision de l’estimation n’est pas connue",
}


_AVANT_SIGNE = re.compile(r"[ \u00a0](?=[;:!?%‰€»](?:\W|$))")


def typographier(texte: str) -> str:
    """French spaces of a sentence: U+00A0 before `; : ? ! % €` and inside quotation marks."""
    return _AVANT_SIGNE.sub(INSECABLE, texte).replace("« ", f"«{INSECABLE}")


def arrondir(valeur: float, decimales: int) -> Decimal:
    """Half away from zero on the shortest decimal writing of the float; `decimales` may be negative (−1: to ten)."""
    quantum = Decimal(1).scaleb(-decimales)
    absolu = Decimal(repr(abs(float(valeur)))).quantize(quantum, rounding=ROUND_HALF_UP)
    return -absolu if valeur < 0 else absolu


@lru_cache(maxsize=100_000)
def nombre(valeur: float, decimales: int = 0, *, signe: bool = False) -> str:
    """`1234.5` → `1 234,5` (U+202F between thousands); with `signe`, `+` or U+2212 is always written, except on 0."""
    arrondi = arrondir(valeur, decimales)
    entier, _, fraction = f"{abs(arrondi):f}".partition(".")
    groupes = f"{int(entier):,}".replace(",", FINE)
    texte = f"{groupes},{fraction}" if fraction and decimales > 0 else groupes
    if arrondi < 0:
        return MOINS + texte
    return f"+{texte}" if signe and arrondi > 0 else texte


def decimales_affichees(unite: str, decimales: int, pas: float | None = None) -> int:
    """Decimals shown for a unit: euros per year to ten, and no more digits than the published step `pas` allows."""
    if unite.startswith("€/an"):
        return -1
    if pas is not None and pas >= 1:
        return min(decimales, 0)
    return decimales


# Units that need no word after the number, and the words of the others.
_UNITES = {"indice": "", "rapport": "", "score": "", "statut": "", "oui/non": "", "code": "", "texte": "", "": ""}
# In French the plural starts at 2.
_SINGULIERS = {
    "arrêts": "arrêt",
    "collèges": "collège",
    "écoles": "école",
    "équipements": "équipement",
    "guichets": "guichet",
    "lieux": "lieu",
    "médecins": "médecin",
    "pharmacies": "pharmacie",
    "postes": "poste",
    "quartiers": "quartier",
    "réunions": "réunion",
    "structures": "structure",
}
_SUFFIXES = {"%": "%", "‰": "‰", "€/an/UC": "€", "€/m²/mois": "€/m²", "point": "points"}


@lru_cache(maxsize=100_000)
def avec_unite(valeur: float, unite: str, decimales: int, pas: float | None = None) -> str:
    """A value with its unit: `34,7 %`, `13 160 €`, `4 383 hab.` (U+00A0 before the unit)."""
    texte = nombre(valeur, decimales_affichees(unite, decimales, pas))
    suffixe = _SUFFIXES.get(unite, _UNITES.get(unite, unite))
    if suffixe == "points":
        suffixe = mot_point(valeur, decimales)
    elif suffixe in _SINGULIERS and abs(arrondir(valeur, decimales)) < 2:
        suffixe = _SINGULIERS[suffixe]
    return f"{texte}{INSECABLE}{suffixe}" if suffixe else texte


def mot_point(valeur: float, decimales: int = 1, complement: str = "") -> str:
    """`point` or `points`: in French the plural starts at 2."""
    return ("points" if abs(arrondir(valeur, decimales)) >= 2 else "point") + complement


@lru_cache(maxsize=50_000)
def ecart(valeur: float, unite_ecart: str, decimales: int = 1) -> str:
    """A gap with its sign and unit (gap method §4): never « % » for a difference of two percentages."""
    if unite_ecart == "point":
        return f"{nombre(valeur, 1, signe=True)}{INSECABLE}{mot_point(valeur)}"
    if unite_ecart == "point_indice":
        return f"{nombre(valeur, 1, signe=True)}{INSECABLE}{mot_point(valeur, 1, ' d’indice')}"
    if unite_ecart == "pct_reference":
        return f"{nombre(valeur, 1, signe=True)}{INSECABLE}%"
    if unite_ecart == "ratio":
        return f"×{INSECABLE}{nombre(valeur, 2)}"
    return nombre(valeur, decimales, signe=True)


def ordinal(rang: int, *, feminin: bool = False) -> str:
    """`1ᵉʳ`, `1ʳᵉ`, `2ᵉ`."""
    if rang == 1:
        return "1ʳᵉ" if feminin else "1ᵉʳ"
    return f"{rang}ᵉ"


def date_longue(jour: date | None) -> str:
    """`31 décembre 2024`, `1ᵉʳ janvier 2018`; empty for no date."""
    if jour is None:
        return ""
    numero = ordinal(1) if jour.day == 1 else str(jour.day)
    return f"{numero}{INSECABLE}{MOIS[jour.month - 1]}{INSECABLE}{jour.year}"


_PERIODES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"^(\d{4})-(\d{2})-(\d{2})$"), lambda m: date_longue(date(int(m[1]), int(m[2]), int(m[3])))),
    (re.compile(r"^(\d{4})-T([1-4])$"), lambda m: f"{'1er' if m[2] == '1' else m[2] + 'e'} trimestre {m[1]}"),
    (re.compile(r"^(\d{4})-(\d{2})$"), lambda m: f"{MOIS[int(m[2]) - 1]} {m[1]}"),
    (re.compile(r"^(\d{4})-(\d{4})$"), lambda m: f"année scolaire {m[1]}-{m[2]}"),
    (re.compile(r"^(\d{4})_(\d{4})$"), lambda m: f"{m[1]}-{m[2]}"),
    (re.compile(r"^base-(\d{4})$"), lambda m: f"base {m[1]}, date non établie"),
    (re.compile(r"^base-courante$"), lambda _: "base courante, date non établie"),
)


@lru_cache(maxsize=2_000)
def periode(texte: str) -> str:
    """A period of a release as it is read: `2021-12-31` → `31 décembre 2021`, `2021-T4` → `4e trimestre 2021`."""
    for motif, ecrire in _PERIODES:
        trouve = motif.match(texte)
        if trouve:
            return ecrire(trouve)
    return texte


def annee(texte: str) -> str:
    """The year a period belongs to, for a column of the availability matrix; empty when no date is established."""
    return "" if texte.startswith("base-") else texte[-4:] if "_" in texte else texte[:4]


@lru_cache(maxsize=2_000)
def en_periode(texte: str) -> str:
    """A period after its preposition: `en 2018`, `au 31 décembre 2021`, `au 4e trimestre 2021`."""
    if re.match(r"^\d{4}$", texte):
        return f"en {texte}"
    if texte.startswith("base-"):
        return f"dans la base {texte[5:]} (date non établie)"
    if re.match(r"^\d{4}-\d{4}$", texte):
        return f"pour l’{periode(texte)}"
    if re.match(r"^\d{4}-\d{2}$", texte):
        return f"en {periode(texte)}"
    if "_" in texte:
        return f"entre {texte[:4]} et {texte[-4:]}"
    return f"au {periode(texte)}"


def intervalle(basse: float, haute: float, unite: str, decimales: int, pas: float | None = None) -> str:
    """`32,0–37,4 %`."""
    nb = decimales_affichees(unite, decimales, pas)
    return f"{nombre(basse, nb)}–{avec_unite(haute, unite, decimales, pas)}"


def octets(taille: int) -> str:
    """A file size: `812 o`, `1,4 Mo`."""
    for seuil, mot in ((10**9, "Go"), (10**6, "Mo"), (10**3, "ko")):
        if taille >= seuil:
            return f"{nombre(taille / seuil, 1)}{INSECABLE}{mot}"
    return f"{taille}{INSECABLE}o"


def compte(effectif: int, singulier: str, pluriel: str | None = None) -> str:
    """`0 quartier`, `1 quartier`, `2 quartiers`."""
    mot = singulier if effectif < 2 else (pluriel or f"{singulier}s")
    return f"{nombre(effectif)}{INSECABLE}{mot}"
