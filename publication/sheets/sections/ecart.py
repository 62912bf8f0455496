"""« L’écart »: what moved between two dates, what did not, and what cannot be said, each with its motive.

Belongs here: the change kept for each indicator, the counted lists, the table of motives.
Does not belong here: deciding whether a change can be read (the release says it), the gap at one date (chiffres_cles).
"""

from __future__ import annotations

from collections import defaultdict

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche
from publication.sheets.format_fr import compte, nombre, periode
from publication.sheets.modele import Evolution, Indicateur
from publication.sheets.textes import DEPARTS_ARRIVEES, evolution_ecrite, nom_reference

# The words of the five labels (gap_method §5): their codes are never shown.
ETIQUETTES = {
    "rattrapage": "L’écart se réduit",
    "rattrapage_par_degradation": "L’écart se réduit, sans progrès du quartier",
    "decrochage_malgre_amelioration": "L’écart se creuse malgré un progrès",
    "decrochage": "L’écart se creuse",
    "stable": "Stable ou indéterminé",
}
LISTES = (
    ("L’écart se réduit", ("rattrapage", "rattrapage_par_degradation")),
    ("L’écart se creuse", ("decrochage", "decrochage_malgre_amelioration")),
    ("Stable ou indéterminé", ("stable",)),
)


def section_ecart(fiche: Fiche, reference: str, *, abrege: bool = False) -> Html:
    """The counter first, then the lists; nothing readable is the normal state, and it is said.

    Args:
        abrege: the changes that do not stand out are named without their figures, as on a printed sheet.
    """
    retenues = evolutions_retenues(fiche, reference)
    lues = [(i, e) for i, e in retenues if e.etiquette]
    morceaux: list[object] = [
        b.balise("h2", "L’écart", id="l-ecart"),
        b.balise("p", b.balise("strong", f"{compte(len(lues), 'évolution lisible', 'évolutions lisibles')} sur {len(retenues)}"), f" indicateurs comparables à une référence. {DEPARTS_ARRIVEES}"),
    ]  # fmt: skip
    for titre, codes in LISTES:
        liste = [(i, e) for i, e in lues if e.etiquette in codes]
        morceaux.append(b.balise("h3", f"{titre} ({len(liste)})"))
        if not liste:
            morceaux.append(b.balise("p", "Aucun indicateur."))
        elif abrege and codes == ("stable",):
            morceaux.append(b.balise("p", " ; ".join(_avec_dates(i, e) for i, e in liste), "."))
        else:
            morceaux.append(_tableau(fiche, titre, liste))
    morceaux += [
        b.consigne(
            "l’évolution de l’écart est ce qu’a fait le quartier moins ce qu’a fait la référence ; sous le seuil, elle est trop faible pour être lue. "
            "Pour un revenu, les deux évolutions sont en pourcentage et l’écart est celui du quartier en pourcentage de la référence.",
            "une évolution du quartier n’est pas celle de ses habitants, et deux dates non comparables ne sont jamais rapprochées.",
        ),
        _ce_qui_ne_peut_pas_etre_dit([(i, e) for i, e in retenues if not e.etiquette]),
    ]
    return b.joindre(morceaux)


def evolutions_retenues(fiche: Fiche, reference: str) -> list[tuple[Indicateur, Evolution]]:
    """For each indicator with a favourable side, the change that says most: see `Fiche.evolution`."""
    couples = (
        (indicateur, fiche.evolution(indicateur.indicateur, reference))
        for indicateur in fiche.registre.indicateurs_en_ordre
        if indicateur.sur_la_fiche and indicateur.sens
    )
    return [(indicateur, evolution) for indicateur, evolution in couples if evolution is not None]


def _avec_dates(indicateur: Indicateur, evolution: Evolution) -> str:
    return f"{indicateur.libelle} ({periode(evolution.periode_debut)} → {periode(evolution.periode_fin)})"


def _tableau(fiche: Fiche, titre: str, liste: list[tuple[Indicateur, Evolution]]) -> Html:
    return b.tableau(
        f"{titre} : évolution du quartier, de sa référence et de l’écart",
        (
            "Indicateur",
            "Dates",
            "Comparé à",
            "Évolution du quartier",
            "De la référence",
            "De l’écart",
            "Seuil",
            "Lecture",
        ),
        [
            (
                i.libelle,
                f"{periode(e.periode_debut)} → {periode(e.periode_fin)}",
                nom_reference(fiche, e.niveau_reference, e.code_reference),
                _evolution(e.delta_qpv, i),
                _evolution(e.delta_reference, i),
                _evolution_ecart(e.delta_ecart, i),
                _evolution_ecart(e.seuil, i, signe=False),
                ETIQUETTES[e.etiquette or "stable"],
            )
            for i, e in liste
        ],
        numeriques=(3, 4, 5, 6),
    )


def _evolution(valeur: float | None, indicateur: Indicateur) -> str:
    return "" if valeur is None else evolution_ecrite(valeur, indicateur)


def _evolution_ecart(valeur: float | None, indicateur: Indicateur, *, signe: bool = True) -> str:
    """A gap is in points, or a ratio to the reference."""
    if valeur is None:
        return ""
    decimales = 1 if indicateur.unite in ("%", "point", "indice") or indicateur.unite.startswith("€") else 2
    return nombre(valeur, decimales, signe=signe)


def _ce_qui_ne_peut_pas_etre_dit(liste: list[tuple[Indicateur, Evolution]]) -> Html:
    """Motive → indicators, most frequent first."""
    par_motif: dict[str, list[str]] = defaultdict(list)
    for indicateur, evolution in liste:
        par_motif[b.motif(evolution.motif)].append(indicateur.libelle)
    ordre = sorted(par_motif.items(), key=lambda c: (-len(c[1]), c[0]))
    titre = b.balise("h3", f"Ne peut pas être dit ({len(liste)})")
    if not ordre:
        return b.joindre((titre, b.balise("p", "Aucun indicateur.")))
    lignes = [(motif[:1].upper() + motif[1:], str(len(noms)), " ; ".join(noms)) for motif, noms in ordre]
    tableau = b.tableau(
        "Évolutions qui ne peuvent pas être lues, par motif",
        ("Motif", "Nombre", "Indicateurs"),
        lignes,
        numeriques=(1,),
    )
    return b.joindre((titre, tableau))
