"""What the pages talk about: territories, indicators, values, gaps and links, as typed objects built from rows.

Belongs here: one frozen dataclass per table read by the pages, the ladder of references, the rules that depend on one row only.
Does not belong here: queries (fiche), sentences (textes), HTML (balises).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
# The order of the sheet and of every list of indicators.
AXES = {
    "emploi": "Emploi",
    "transitions": "Transitions",
    "emancipation": "Émancipation",
    "securite_citoyennete": "Sécurité et citoyenneté",
    "transversal": "Habitants, revenus, logement, géographies",
}


def depuis(classe: type[T], ligne: Mapping[str, Any]) -> T:
    """An object from a row; columns that the pages do not use are ignored."""
    return classe(**{champ: ligne.get(champ) for champ in classe.__annotations__})


@dataclass(frozen=True)
class Territoire:
    niveau: str
    code_territoire: str
    zonage: str
    libelle: str
    codes_communes: str
    codes_epci: str
    code_departement: str
    code_region: str
    statut_perimetre: str
    population: float | None
    population_date: Any
    est_qpv_unique_epci: bool | None

    @property
    def communes(self) -> list[str]:
        return [code for code in (self.codes_communes or "").split(";") if code]

    @property
    def epcis(self) -> list[str]:
        return [code for code in (self.codes_epci or "").split(";") if code]

    @property
    def annee_population(self) -> str:
        """Year of the population figure, as text; empty when unknown."""
        return str(self.population_date)[:4] if self.population_date else ""


@dataclass(frozen=True)
class Indicateur:
    indicateur: str
    libelle: str
    axe: str
    theme: str
    definition: str
    numerateur: str | None
    denominateur: str | None
    unite: str
    decimales: int
    sens: int
    niveau_publie: str
    source: str | None
    est_additif: bool
    avertissement: str
    disponibilite: str
    attente: str | None

    @cached_property
    def sur_la_fiche(self) -> bool:
        """False for figures kept in the extracts (nationality, origin): their card says « jamais sur la fiche »."""
        return "jamais sur la fiche" not in (self.definition or "").lower()

    @property
    def par_quartier(self) -> bool:
        return self.niveau_publie in {"Q", "Qe", "Qi"}


def pas_publie(methode_incertitude: str | None, basse: float | None, haute: float | None) -> float | None:
    """Step of a rounded figure, so that it is written with the decimals it was published with; None otherwise."""
    if methode_incertitude != "arrondi" or basse is None or haute is None:
        return None
    return round(haute - basse, 6)


@dataclass(frozen=True)
class Erratum:
    """An error of a published figure; without a code or a period it concerns them all."""

    identifiant: str
    indicateur: str
    code_territoire: str | None
    periode: str | None
    texte: str
    date: date | None

    def concerne(self, v: Valeur) -> bool:
        return self.code_territoire in (None, v.code_territoire) and self.periode in (None, v.periode)


class Valeur(NamedTuple):
    """One published value; a tuple, because a sheet builds some thousands of them."""

    niveau: str
    code_territoire: str
    zonage: str
    indicateur: str
    periode: str
    est_date_deduite: bool | None
    valeur: float | None
    valeur_texte: str | None
    statut: str
    numerateur: float | None
    denominateur: float | None
    borne_basse: float | None
    borne_haute: float | None
    methode_incertitude: str | None
    jeu: str | None
    millesime: str | None

    @property
    def est_lisible(self) -> bool:
        """True when there is something to print: a number or a text."""
        return self.statut in {"observe", "estime", "partiel"} and (self.valeur is not None or bool(self.valeur_texte))

    @property
    def pas(self) -> float | None:
        """Published step, when the interval is one of rounding: 1.0 means that only whole points were published."""
        return pas_publie(self.methode_incertitude, self.borne_basse, self.borne_haute)


class Ecart(NamedTuple):
    """One gap of a quartier with one reference; a tuple, for the same reason as `Valeur`."""

    code_qpv: str
    zonage: str
    indicateur: str
    periode: str
    niveau_reference: str
    code_reference: str
    reference_inclut_qpv: bool | None
    valeur: float | None
    valeur_reference: float | None
    ecart: float | None
    unite_ecart: str | None
    ecart_defavorable: float | None
    borne_basse: float | None
    borne_haute: float | None
    statut: str
    motif: str | None


class Evolution(NamedTuple):
    """One change of a gap; a tuple, for the same reason as `Valeur`."""

    code_qpv: str
    zonage: str
    indicateur: str
    periode_debut: str
    periode_fin: str
    niveau_reference: str
    code_reference: str
    delta_qpv: float | None
    delta_reference: float | None
    delta_ecart: float | None
    seuil: float | None
    etiquette: str | None
    est_eligible: bool | None
    motif: str | None


@dataclass(frozen=True)
class Lien:
    """A 2015 quartier and a 2024 quartier with a common surface; shares in percent of each contour."""

    code_qp2015: str
    code_qn2024: str
    part_surface_2015: float | None
    part_surface_2024: float | None
    type_lien: str


@dataclass(frozen=True)
class Plage:
    """The quartiers of one département for one indicator and period: range and count, no order, no name."""

    minimum: float | None
    maximum: float | None
    nb_observes: int
    nb_quartiers: int
    valeurs: tuple[float, ...]


@dataclass(frozen=True)
class Source:
    jeu: str
    millesime: str
    fichier: str
    titre: str
    producteur: str
    licence: str | None
    url: str | None
    statut_url: str | None
    page: str | None
    date_publication: date | str | None
    prochaine_publication: Any
    empreinte_sha256: str | None
    statut: str
    mention: str | None
    nb_lignes_lues: int | None
    nb_publiees: int | None
    nb_quarantaine: int | None
    nb_exclues: int | None
    date_reference: date | None = None
    est_date_deduite: bool | None = None
    rythme: str | None = None


@dataclass(frozen=True)
class Rupture:
    indicateur: str
    date_rupture: str
    severite: str
    motif: str
    url: str | None


# The ladder of references (gap method §2): fixed order, the first available is the default.
ECHELLE: tuple[str, ...] = (
    "uu_hors_qpv",
    "epci",
    "commune",
    "departement",
    "region",
    "ensemble_qpv",
    "france",
)
NOMS_NIVEAUX: dict[str, str] = {
    "uu_hors_qpv": "Reste de l’unité urbaine",
    "epci": "Intercommunalité (EPCI)",
    "commune": "Commune",
    "departement": "Département",
    "region": "Région",
    "ensemble_qpv": "Ensemble des QPV",
    "france": "France",
}
# Threshold under which a gap is worded « proche » (gap method §4), by unit of the gap.
SEUILS_PROCHE: dict[str, float] = {
    "point": 1.0,
    "pct_reference": 2.0,
    "point_indice": 5.0,
    "ratio": 0.05,
    "unite_indicateur": 0.0,
}


def lecture_ecart(ecart: Ecart, sens: int) -> str:
    """Reading of a gap: `moins_favorable`, `plus_favorable`, `proche`, or for a neutral indicator `superieur`,
    `inferieur`, `proche`; empty when there is no gap (gap method §4 and §8.5)."""
    if ecart.ecart is None:
        return ""
    neutre = 1.0 if ecart.unite_ecart == "ratio" else 0.0
    distance = ecart.ecart - neutre
    if abs(distance) < SEUILS_PROCHE.get(ecart.unite_ecart or "", 0.0) or distance == 0:
        return "proche"
    if (
        ecart.borne_basse is not None
        and ecart.borne_haute is not None
        and ecart.borne_basse <= neutre <= ecart.borne_haute
    ):
        return "proche"
    if sens == 0 or ecart.ecart_defavorable is None:
        return "superieur" if distance > 0 else "inferieur"
    return "moins_favorable" if ecart.ecart_defavorable > 0 else "plus_favorable"


def ecart_hors_quartier(ecart: float, population_quartier: float, population_commune: float) -> float | None:
    """Gap with the rest of the commune, approximated from the gap with the whole commune (gap method §3).

    g / (1 − w) with w = population of the quartier / population of the commune: an `estime`, never stored.
    None when the populations cannot be those of a part and its whole.
    """
    if population_commune <= 0 or population_quartier < 0 or population_quartier >= population_commune:
        return None
    return ecart / (1 - population_quartier / population_commune)
