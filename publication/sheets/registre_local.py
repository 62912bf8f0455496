"""The local register of one quartier: commitments, feuille de route, associations, conseil citoyen, human presence, devices.

Belongs here: one typed row per table of the register, the words of their codes, the rows of a quartier and of its contract.
Does not belong here: what is computed of the register (transformation), HTML (sections.engagements, sections.vie_locale).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from publication.sheets.fiche import Fiche, Registre
from publication.sheets.tables import lignes

TABLES = ("engagements", "feuilles_de_route", "conseils_citoyens", "presence_humaine", "associations", "dispositifs")
# code → symbol and word: a state is never a colour.
ETATS: dict[str, tuple[str, str]] = {
    "tenu": ("✓", "tenu"),
    "en_cours": ("→", "en cours"),
    "en_retard": ("!", "en retard"),
    "sans_preuve": ("?", "sans preuve"),
    "sans_objet": ("–", "sans objet"),
}
AVANCEMENTS: dict[str, tuple[str, str]] = {
    "atteint": ("✓", "atteint"),
    "en_cours": ("→", "en cours"),
    "a_engager": ("…", "à engager"),
    "non_atteint": ("!", "non atteint"),
    "abandonne": ("–", "abandonné"),
}
PARTENAIRES = {
    "etat": "État",
    "region": "région",
    "departement": "département",
    "epci": "intercommunalité",
    "commune": "commune",
    "bailleur": "bailleur",
    "protection_sociale": "protection sociale",
    "service_public_emploi": "service public de l’emploi",
    "sante": "santé",
    "entreprise": "entreprise",
    "association": "association",
    "chambre_consulaire": "chambre consulaire",
    "autre": "autre",
}
AXES = {
    "emploi": "emploi",
    "transitions": "transitions",
    "emancipation": "émancipation",
    "securite_citoyennete": "sécurité et citoyenneté",
    "transversal": "transversal",
}
FEUILLES = {"en_preparation": "en préparation", "validee": "validée", "en_revision": "en révision"}
CONSEILS = {"actif": "actif", "en_sommeil": "en sommeil", "absent": "absent"}
FONCTIONS = {"adulte_relais": "adulte-relais", "mediateur": "médiateur", "educateur": "éducateur", "autre": "autre"}
STATUTS_DISPOSITIFS = {"actif": "actif", "en_preparation": "en préparation", "termine": "terminé", "absent": "absent"}
DISPOSITIFS = {
    "pre": "programme de réussite éducative (PRE)",
    "paqte": "pacte avec les quartiers pour toutes les entreprises (PaQTE)",
    "tzcld": "territoire zéro chômeur de longue durée (TZCLD)",
    "asv": "atelier santé ville (ASV)",
    "cls": "contrat local de santé (CLS)",
    "clsm": "conseil local de santé mentale (CLSM)",
    "tfpb": "abattement de taxe foncière sur les propriétés bâties (TFPB)",
    "dpv": "dotation politique de la ville (DPV)",
    "cite_educative": "cité éducative",
    "cite_emploi": "cité de l’emploi",
}
_CONTRAT = re.compile(r"\b(?:CN[0-9A-Z]{5,6}|CV[0-9A-Z]{2,6})\b")


class Engagement(NamedTuple):
    code_qpv: str
    identifiant: str
    partenaire: str
    type_partenaire: str
    axe: str
    objectif: str
    est_droit_commun: bool | None
    echeance: date | None
    etat: str
    date_preuve: date | None
    url_preuve: str | None


class Objectif(NamedTuple):
    """One objective of a feuille de route, on one of its two terms of three years."""

    code_qpv: str
    identifiant: str
    terme: int
    axe: str
    objectif: str
    indicateur_suivi: str | None
    cible: float | None
    echeance: date | None
    avancement: str
    statut_feuille_de_route: str
    date_validation: date | None
    date_etat: date | None
    url_preuve: str | None
    nb_engagements: int
    nb_engagements_tenus: int


class Conseil(NamedTuple):
    identifiant: str
    annee: int
    statut_conseil_citoyen: str
    nb_reunions: int | None
    date_derniere_reunion: date | None
    parole: str | None
    url_preuve: str | None


class Poste(NamedTuple):
    identifiant: str
    annee: int
    fonction: str
    employeur: str
    etp: float | None


class Soutien(NamedTuple):
    identifiant: str
    annee: int
    association: str
    montant_attribue_eur: float | None
    montant_cpo_eur: float | None
    est_reparti: bool | None


class Dispositif(NamedTuple):
    identifiant: str
    dispositif: str
    statut_dispositif: str
    porteur: str | None
    date_signature: date | None
    date_fin: date | None
    date_etat: date | None
    url_preuve: str | None


class Veille(NamedTuple):
    identifiant: str
    libelle: str
    code_commune: str
    date_entree: date | None
    date_sortie: date | None
    url_preuve: str | None


class ChiffreContrat(NamedTuple):
    """One figure of a contrat de ville, never split between its quartiers."""

    code_contrat: str
    indicateur: str
    periode: str
    valeur: float | None
    statut: str
    jeu: str | None
    millesime: str | None


@dataclass(frozen=True)
class Saisie:
    """What the register says of one quartier."""

    engagements: list[Engagement]
    objectifs: list[Objectif]
    conseils: list[Conseil]
    postes: list[Poste]
    soutiens: list[Soutien]
    dispositifs: list[Dispositif]
    veilles: list[Veille]


def lire(registre: Registre, code: str) -> Saisie:
    """Every row of the register for a quartier of 2024."""
    release, cle = registre.release, "code_qpv"
    return Saisie(
        engagements=lignes(release, "engagements", Engagement, cle, code),
        objectifs=lignes(release, "feuilles_de_route", Objectif, cle, code),
        conseils=lignes(release, "conseils_citoyens", Conseil, cle, code),
        postes=lignes(release, "presence_humaine", Poste, cle, code),
        soutiens=lignes(release, "associations", Soutien, cle, code),
        dispositifs=lignes(release, "dispositifs", Dispositif, cle, code),
        veilles=lignes(release, "veille_active", Veille, cle, code),
    )


def est_vide(registre: Registre) -> bool:
    """True when nobody has filled the register of this release."""
    return not (registre.release.tables & set(TABLES)) - registre.release.tables_vides


def codes_contrats(fiche: Fiche) -> list[str]:
    """Codes of the contrats de ville of a quartier, read in the text that its list publishes."""
    texte = fiche.derniere_lisible("contrat_de_ville")
    return list(dict.fromkeys(_CONTRAT.findall(texte.valeur_texte or ""))) if texte else []


def chiffres_du_contrat(registre: Registre, code: str) -> list[ChiffreContrat]:
    """The latest period of each figure of a contract."""
    derniers: dict[str, ChiffreContrat] = {}
    for c in sorted(
        lignes(registre.release, "contrats", ChiffreContrat, "code_contrat", code), key=lambda c: c.periode
    ):
        derniers[c.indicateur] = c
    return list(derniers.values())


def compter_etats(engagements: Iterable[Engagement]) -> dict[str, int]:
    """State → number of rows, in the order of `ETATS`; a state without any row is absent."""
    comptes = Counter(e.etat for e in engagements)
    return {etat: comptes[etat] for etat in (*ETATS, *sorted(set(comptes) - set(ETATS))) if comptes[etat]}


def droit_commun(engagements: Iterable[Engagement]) -> tuple[int, int]:
    """(commitments under droit commun, commitments): one that covers several quartiers counts once."""
    uniques = {e.identifiant: e.est_droit_commun for e in engagements}
    return sum(est is True for est in uniques.values()), len(uniques)
