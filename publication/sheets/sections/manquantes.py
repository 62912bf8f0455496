"""« Données manquantes »: what this sheet cannot say, each with its glyph, its word and its sentence.

Belongs here: the counted lists of missing values and of indicators without any value per quartier.
Does not belong here: the words of each status (format_fr), the reason of one indicator (textes).
"""

from __future__ import annotations

from collections import Counter

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche
from publication.sheets.format_fr import ABSENCES, INSECABLE, compte, periode
from publication.sheets.modele import Indicateur, Valeur
from publication.sheets.textes import raison_absence


def section_manquantes(fiche: Fiche) -> Html:
    """Counts by motive, then the masked values, then the indicators that have nothing for this quartier, by reason."""
    masquees, absents = _masquees(fiche), _absents(fiche)
    dates: dict[tuple[str, str], list[str]] = {}
    for i, v in masquees:
        dates.setdefault((i.libelle, v.statut), []).append(periode(v.periode))
    lignes_masquees = [
        (libelle, " ; ".join(quand), b.absence(statut), ABSENCES.get(statut, ABSENCES["non_diffuse"]).mot)
        for (libelle, statut), quand in dates.items()
    ]
    raisons: dict[tuple[str, str], list[str]] = {}
    for i, statut, phrase in absents:
        raisons.setdefault((statut, phrase), []).append(i.libelle)
    lignes_absents = [
        (phrase, b.absence(statut), ABSENCES[statut].mot, " ; ".join(noms))
        for (statut, phrase), noms in raisons.items()
    ]
    morceaux: list[object] = [
        b.balise("h2", "Données manquantes", id="donnees-manquantes"),
        _resume(masquees, absents),
    ]
    if lignes_masquees:
        titre = f"Valeurs masquées ou non diffusées ({len(masquees)})"
        morceaux.append(
            b.repli(
                titre,
                b.tableau(
                    "Valeurs masquées ou non diffusées de ce quartier",
                    ("Indicateur", "Dates", "Signe", "Motif"),
                    lignes_masquees,
                ),
            )
        )
    if lignes_absents:
        titre = f"Indicateurs sans valeur pour ce quartier ({len(absents)})"
        morceaux.append(
            b.repli(
                titre,
                b.tableau(
                    "Indicateurs sans valeur pour ce quartier",
                    ("Raison", "Signe", "Motif", "Indicateurs"),
                    lignes_absents,
                ),
            )
        )
    morceaux.append(
        b.balise(
            "p",
            f"Discriminations, sentiment d’insécurité{INSECABLE}: aucune mesure par quartier n’existe ; la fiche le dit plutôt que d’emprunter un chiffre voisin.",
        )
    )
    return b.joindre(morceaux)


def resume(fiche: Fiche) -> Html:
    """How many values cannot be given, by motive: each sign, its word, its count and what it means."""
    return _resume(_masquees(fiche), _absents(fiche))


def _resume(masquees: list[tuple[Indicateur, Valeur]], absents: list[tuple[Indicateur, str, str]]) -> Html:
    compteur = Counter([v.statut for _, v in masquees] + [statut for _, statut, _ in absents])
    total = sum(compteur.values())
    phrase = f"{compte(total, 'valeur')} ne {'peut' if total < 2 else 'peuvent'} pas être {'donnée' if total < 2 else 'données'} pour ce quartier. Une valeur masquée n’est jamais remplacée par un zéro ni recalculée."
    table = b.tableau(
        "Valeurs manquantes par motif",
        ("Signe", "Motif", "Nombre", "Ce que cela veut dire"),
        [
            (b.e(ABSENCES[s].glyphe), ABSENCES[s].mot, str(n), ABSENCES[s].phrase)
            for s, n in compteur.most_common()
            if s in ABSENCES
        ],
        numeriques=(2,),
    )
    return b.joindre((b.balise("p", phrase), table))


def _masquees(fiche: Fiche) -> list[tuple[Indicateur, Valeur]]:
    """Published rows without a figure."""
    return [
        (indicateur, v)
        for indicateur in fiche.registre.indicateurs_en_ordre
        if indicateur.sur_la_fiche
        for v in fiche.valeurs.get(indicateur.indicateur, [])
        if not v.est_lisible
    ]


def _absents(fiche: Fiche) -> list[tuple[Indicateur, str, str]]:
    """Indicators without any row, each with its status and its sentence."""
    return [
        (i, *raison_absence(fiche, i))
        for i in fiche.registre.indicateurs_en_ordre
        if i.sur_la_fiche and i.indicateur not in fiche.valeurs and not _est_contexte(fiche, i.indicateur)
    ]


def _est_contexte(fiche: Fiche, nom: str) -> bool:
    """True when the sheet shows the figure for the commune or the département instead."""
    return any(nom in table for (niveau, _), table in fiche.references.items() if niveau in {"commune", "departement"})
