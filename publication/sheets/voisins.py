"""The comparable quartiers of one quartier alone in its EPCI, as the release holds them, and why there are none.

Belongs here: rows of `comparables` and `comparables_medianes`, the period at which a figure is read on both sides, the reasons.
Does not belong here: choosing the neighbours (transformation), HTML (sections.comparables).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from publication.sheets.fiche import CHIFFRES_CLES, Fiche, Registre
from publication.sheets.format_fr import nombre
from publication.sheets.modele import Indicateur, Territoire, Valeur
from publication.sheets.tables import index, lignes

# As many neighbours as the method keeps when there are enough candidates, and published figures a median needs.
NB_VOISINS = 8
OBSERVES_MIN = 5
OUTRE_MER = frozenset({"01", "02", "03", "04", "06"})


class Voisin(NamedTuple):
    """One comparable quartier: its rank, its distance, its three sizes and their dates."""

    rang: int
    code_comparable: str
    distance: float
    population_qpv: float
    population_qpv_date: date | None
    population_communes: float
    population_epci: float
    recensement_date: date | None


class Mediane(NamedTuple):
    """The median of the published figures of the comparable quartiers, for one figure and period."""

    indicateur: str
    periode: str
    mediane: float | None
    statut: str
    nb_observes: int
    nb_comparables: int


@dataclass(frozen=True)
class Groupe:
    """The neighbours in order of distance; `soi` holds the three sizes of the quartier itself, when the release has them."""

    voisins: tuple[Voisin, ...]
    soi: Voisin | None
    medianes: dict[str, list[Mediane]]

    def mediane(self, indicateur: str, periode: str) -> Mediane | None:
        return next((m for m in self.medianes.get(indicateur, []) if m.periode == periode), None)


@dataclass(frozen=True)
class Chiffre:
    """One headline figure of the quartier and of its comparable quartiers, all at the same period."""

    indicateur: Indicateur
    periode: str
    valeur: Valeur | None
    mediane: Mediane | None
    des_voisins: tuple[Valeur | None, ...]


def lire(registre: Registre, code: str) -> Groupe:
    """The group of a quartier; without any neighbour when the release has no row for it."""
    release = registre.release
    voisins = lignes(release, "comparables", Voisin, "code_qpv", code)
    if not voisins:
        return Groupe((), None, {})
    medianes: dict[str, list[Mediane]] = {}
    for m in lignes(release, "comparables_medianes", Mediane, "code_qpv", code):
        medianes.setdefault(m.indicateur, []).append(m)
    soi = lignes(release, "comparables", Voisin, "code_comparable", code)
    return Groupe(
        voisins=tuple(sorted(voisins, key=lambda v: v.rang)),
        soi=soi[0] if soi else None,
        medianes={nom: sorted(liste, key=lambda m: m.periode) for nom, liste in medianes.items()},
    )


def chiffres(fiche: Fiche, groupe: Groupe, *, des_voisins: bool = True) -> list[Chiffre]:
    """The headline figures that the zoning of 2024 has for the quartier or for its group, at the latest period.

    Args:
        des_voisins: also those of each neighbour, which cost a reading per neighbour.
    """
    voisins = groupe.voisins if des_voisins else ()
    resultat = []
    for nom in CHIFFRES_CLES:
        indicateur = fiche.indicateur(nom)
        derniere = fiche.derniere(nom)
        periodes = [m.periode for m in groupe.medianes.get(nom, [])]
        if indicateur is None or not (derniere or periodes):
            continue
        periode = derniere.periode if derniere else periodes[-1]
        valeurs = tuple(_a_la_date(fiche.registre, v.code_comparable, nom, periode) for v in voisins)
        resultat.append(Chiffre(indicateur, periode, derniere, groupe.mediane(nom, periode), valeurs))
    return resultat


def absents(montres: list[Chiffre]) -> list[str]:
    """Headline figures that neither the quartier nor its group has."""
    presents = {c.indicateur.indicateur for c in montres}
    return [nom for nom in CHIFFRES_CLES if nom not in presents]


def _a_la_date(registre: Registre, code: str, indicateur: str, periode: str) -> Valeur | None:
    return next((v for v in registre.series("qpv", code).get(indicateur, []) if v.periode == periode), None)


def codes_pourvus(registre: Registre) -> list[str]:
    """The quartiers that have at least one comparable quartier."""
    return sorted(index(registre.release, "comparables", Voisin, "code_qpv"))


def raison(fiche: Fiche) -> str:
    """Why a quartier has no comparable quartier in this release."""
    t = fiche.territoire
    if t.zonage != "2024":
        return (
            "Les quartiers comparables ne sont cherchés que pour le zonage 2024, en vigueur : "
            "ce quartier appartient au zonage 2015."
        )
    if t.est_qpv_unique_epci is None:
        return (
            "L’intercommunalité de ce quartier n’est pas connue dans les fichiers publiés : "
            "on ne sait pas s’il y est seul, aucun groupe n’est donc formé."
        )
    if not t.est_qpv_unique_epci:
        nb = fiche.derniere_lisible("nb_qpv_epci")
        combien = f"{nombre(nb.valeur)} quartiers" if nb and nb.valeur else "plusieurs quartiers"
        return (
            f"Son intercommunalité compte {combien} prioritaires : ils se comparent entre eux, page Comparer. "
            "Le groupe de quartiers comparables est réservé aux intercommunalités à quartier unique."
        )
    return (
        "Ce quartier est seul dans son intercommunalité, mais une des trois tailles nécessaires (quartier, communes, "
        "intercommunalité) n’est pas publiée, ou aucun autre quartier ne peut lui être comparé."
    )


def candidats(registre: Registre, territoire: Territoire) -> int:
    """Other quartiers of the same side of the sea that have a group: those among which the neighbours were sought."""
    cote = territoire.code_region in OUTRE_MER
    return sum(
        code != territoire.code_territoire and (registre.quartiers[code].code_region in OUTRE_MER) == cote
        for code in codes_pourvus(registre)
        if code in registre.quartiers
    )
