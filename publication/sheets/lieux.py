"""The places around a quartier: kinds, words and shapes, the lists they are read from, the rows of one quartier.

Belongs here: which list of each nature is the latest, the places a sheet shows, why a kind has none.
Does not belong here: the map (carte), HTML (sections.carte), distances and belonging (ingestion), choices of the explorer (app.cartographie).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from publication.sheets.lecture import Release

# Distance up to which `proximites` holds every place (contract of a release); beyond, only the nearest of each nature.
RAYON_M = 1000
# kind → name, natures, letter written beside each point of the map
COUCHES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "ecoles": ("Écoles et collèges", ("ecole", "college"), "E"),
    "sante": (
        "Santé",
        (
            "maison_sante",
            "centre_sante",
            "etablissement_sante",
            "urgences",
            "autre_structure_sante",
            "medecin_generaliste",
            "pharmacie",
        ),
        "S",
    ),
    "numerique": ("Médiation numérique", ("mediation_numerique",), "N"),
    "guichets": ("France services", ("france_services",), "F"),
}
# The datasets whose files hold the places of each kind.
JEUX = {
    "ecoles": ("education.annuaire", "education.etablissements_ep"),
    "sante": ("insee.bpe_sante",),
    "numerique": ("anct.lieux_mediation_numerique",),
    "guichets": ("anct.france_services",),
}
NATURES = {
    "ecole": "école",
    "college": "collège",
    "maison_sante": "maison de santé",
    "centre_sante": "centre de santé",
    "etablissement_sante": "établissement de santé",
    "urgences": "service d’urgences",
    "autre_structure_sante": "autre structure de santé",
    "medecin_generaliste": "médecin généraliste",
    "pharmacie": "pharmacie",
    "mediation_numerique": "lieu de médiation numérique",
    "france_services": "France services",
}
COUCHE_DE = {nature: couche for couche, (_, natures, _) in COUCHES.items() for nature in natures}
REP = {"REP+": "REP+", "REP": "REP", "hors": "hors éducation prioritaire"}
SANS_NOM = "nom non publié"
REP_INCONNU = "éducation prioritaire non renseignée"
_FORMES_REP = {"REP+": "carre_plein", "REP": "carre_barre", "hors": "carre"}
_FORMES = {"sante": "croix", "numerique": "triangle", "guichets": "losange"}


class Liste(NamedTuple):
    """The latest list of one nature in the release."""

    nature: str
    millesime: str
    jeu: str
    date_maj: date | None


class Lieu(NamedTuple):
    """One place and its distance in metres to one quartier, 0 inside."""

    code_qpv: str
    identifiant: str
    nature: str
    nom: str | None
    longitude: float
    latitude: float
    education_prioritaire: str | None
    distance_m: float
    est_dans_qpv: bool

    @property
    def couche(self) -> str:
        return COUCHE_DE[self.nature]

    @property
    def est_proche(self) -> bool:
        """Inside the quartier or not further than `RAYON_M`."""
        return self.est_dans_qpv or self.distance_m <= RAYON_M


def forme(couche: str, education_prioritaire: str | None) -> str:
    """Shape of a place on a map: its kind and, for a school, its priority network, without any colour."""
    if couche == "ecoles":
        return _FORMES_REP.get(education_prioritaire or "", "carre_tirets")
    return _FORMES[couche]


def listes(release: Release) -> dict[str, Liste]:
    """Nature → the latest list that the release holds; a nature of no list is absent."""
    if not {"proximites", "etablissements", "services"} <= release.tables - release.tables_vides:
        return {}
    lignes = release.lire(
        "with m as (select nature, max(millesime) as millesime from {proximites} group by 1), "
        "l as (select nature, millesime, jeu, null as date_maj from {etablissements} union all "
        "select type_service, millesime, split_part(identifiant, ':', 1), date_maj from {services}) "
        "select nature, millesime, min(jeu) as jeu, max(date_maj) as date_maj from m join l using (nature, millesime) "
        "group by all order by all"
    )
    return {ligne["nature"]: Liste(**ligne) for ligne in lignes if ligne["nature"] in COUCHE_DE}


def autour(release: Release, dernieres: Mapping[str, Liste], codes: Collection[str]) -> dict[str, tuple[Lieu, ...]]:
    """QPV code → places of the latest lists, nearest first: all those within `RAYON_M` and, beyond, the nearest of a nature.

    A quartier without any row of a nature is one that the list does not cover.
    """
    if not dernieres or not codes:
        return {}
    lues = sorted(f"{liste.nature} {liste.millesime}" for liste in dernieres.values())
    lignes = release.lire(
        "with p as (select code_qpv, identifiant, millesime, nature, distance_m, est_dans_qpv from {proximites} "
        f"where code_qpv in ({', '.join('?' for _ in codes)}) and list_contains(?, nature || ' ' || millesime)), "
        "l as (select identifiant, millesime, libelle, longitude, latitude, statut_education_prioritaire as rep "
        "from {etablissements} union all select identifiant, millesime, libelle, longitude, latitude, null from {services}) "
        "select p.code_qpv, p.identifiant, p.nature, l.libelle as nom, l.longitude, l.latitude, "
        "l.rep as education_prioritaire, p.distance_m, p.est_dans_qpv from p join l using (identifiant, millesime) "
        "order by p.code_qpv, p.distance_m, p.nature, l.libelle, p.identifiant",
        [*sorted(codes), lues],
    )
    resultat: dict[str, list[Lieu]] = {}
    for ligne in lignes:
        resultat.setdefault(ligne["code_qpv"], []).append(Lieu(**ligne))
    return {code: tuple(lieux) for code, lieux in resultat.items()}
