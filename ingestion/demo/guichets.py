"""Places where people are helped in person: France services and digital mediation, with the national survey on usages.

Belongs here: the places, where they stand around the quartiers, the two editions of each list.
Does not belong here: schools and health equipment (ecoles, sante), distances (proximity).
"""

from __future__ import annotations

import csv as module_csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ingestion.demo import geometrie
from ingestion.demo.formats import csv
from ingestion.demo.territoire import alea, centre, construire

# Metres between the middle of a quartier and its place, in turn: inside, within 500 m, a walk, far.
DISTANCES = (0.0, 330.0, 850.0, 3_100.0)
JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi")
ENTETE_2022 = (
    "id_fs insee_dep lib_fs adresse complement_adresse insee_com code_postal lib_com latitude longitude mail telephone "
    "h_lundi h_mardi h_mercredi h_jeudi h_vendredi h_samedi commentaire itinerance format_fs groupe labellisation"
).split()
ENTETE_2024 = (
    "id_fs insee_dep lib_fs adresse complement_adresse insee_com code_postal lib_com latitude longitude mail telephone "
    "h_lundi h_mardi h_mercredi h_jeudi h_vendredi h_samedi prise_rdv commentaire type_fs format_fs groupe_fs labellisation_fs"
).split()
ENTETE_MEDIATION = (
    "id pivot nom commune code_postal code_insee adresse complement_adresse latitude longitude typologie telephone courriels "
    "site_web horaires presentation_resume presentation_detail source itinerance structure_parente date_maj services "
    "publics_specifiquement_adresses prise_en_charge_specifique frais_a_charge dispositif_programmes_nationaux "
    "formations_labels autres_formations_labels modalites_acces modalites_accompagnement fiche_acces_libre prise_rdv"
).split()


@dataclass(frozen=True)
class Guichet:
    """A place; `departement` is the published one, which is not always that of its commune."""

    numero: int
    nom: str
    commune: str
    departement: str
    position: tuple[float, float]
    est_antenne: bool
    est_itinerant: bool


@cache
def guichets(nature: str, pas: int) -> tuple[Guichet, ...]:
    """One place for every `pas` quartiers of 2024, some right inside; the last one is run from another département."""
    resultat = []
    for rang, quartier in enumerate(construire().quartiers_2024[::pas], start=1):
        tirage = alea("guichet", nature, quartier.code)
        x, y = centre(quartier.contour)
        dx, dy = tirage.choice(((1, 0), (0, 1), (-1, 0), (0, -1)))
        distance = DISTANCES[rang % len(DISTANCES)]
        commune = quartier.communes[0]
        resultat.append(
            Guichet(
                rang, f"{nature} {quartier.nom}", commune, commune[:3],
                geometrie.position((x + dx * distance, y + dy * distance)), rang % 7 == 3, rang % 9 == 4,
            )
        )  # fmt: skip
    dernier = resultat[-1]
    autre = "961" if dernier.departement != "961" else "962"
    bus = Guichet(
        len(resultat) + 1, f"Bus {nature} d'essai", dernier.commune, autre, dernier.position, False, True,
    )  # fmt: skip
    return (*resultat, bus)


def _entre_guillemets(lignes: Sequence[Sequence[str]]) -> bytes:
    """Every cell quoted, LF, no byte order mark; a cell may hold line breaks."""
    tampon = io.StringIO()
    module_csv.writer(tampon, quoting=module_csv.QUOTE_ALL, lineterminator="\n").writerows(lignes)
    return tampon.getvalue().encode()


def _communs(g: Guichet) -> dict[str, str]:
    commune = construire().communes[g.commune]
    valeurs = {
        "id_fs": str(g.numero), "insee_dep": g.departement, "lib_fs": g.nom, "adresse": f"{g.numero} rue Fictive",
        "insee_com": g.commune, "code_postal": f"{g.departement}00", "lib_com": commune.nom,
        "latitude": str(g.position[1]), "longitude": str(g.position[0]),
        "mail": f"guichet{g.numero}@example.invalid", "telephone": "09 00 00 00 00",
    }  # fmt: skip
    return valeurs | {f"h_{jour}": "09:00 - 12:00 / 14:00 - 17:00" for jour in JOURS[:5]}


def _france_services_2022() -> bytes:
    """Four places in five of those of 2024: temporary numbers, `-` for closed, a commune read as `0null`, empty cells, a label decoded twice."""
    lignes = []
    for g in [g for g in guichets("France services", 3) if g.numero % 5 != 1]:
        valeurs = _communs(g) | {
            "itinerance": "Oui" if g.est_itinerant else "Non", "format_fs": "Antenne" if g.est_antenne else "Site principal",
            "labellisation": "Espace labellisé 01/01/2020", "h_samedi": "-",
        }  # fmt: skip
        if g.numero % 5 == 0:
            valeurs["id_fs"] = f"temp_{g.numero}"
        if g.numero == 2:
            valeurs |= {"insee_com": "0null", "latitude": "", "longitude": ""}
        if g.numero == 7:
            valeurs |= {"insee_com": "", "code_postal": "", "lib_com": "", "lib_fs": "France services Ã\u00a0 essayer"}
        lignes.append([valeurs.get(nom, "") for nom in ENTETE_2022])
    return _entre_guillemets([ENTETE_2022, *lignes])


def _france_services_2024() -> bytes:
    """Other names for the same columns, a comment over two lines with a telephone in it."""
    lignes = []
    for g in guichets("France services", 3):
        valeurs = _communs(g) | {
            "prise_rdv": "Oui" if g.numero % 3 == 0 else "Non", "type_fs": "Antenne" if g.est_antenne else "Principal",
            "format_fs": "Bus_équivalent" if g.est_itinerant else "Fixe", "groupe_fs": "",
            "labellisation_fs": "Espace labellisé 01/01/2020",
        }  # fmt: skip
        if g.numero == 3:
            valeurs["commentaire"] = "Sur rendez-vous,\nau 09 00 00 00 00"
        lignes.append([valeurs.get(nom, "") for nom in ENTETE_2024])
    return _entre_guillemets([ENTETE_2024, *lignes])


def _mediation_2022() -> bytes:
    """List of objects: a key is absent rather than empty, the town is a text in capitals."""
    lieux = []
    for g in guichets("Lieu numérique", 2):
        lieu: dict[str, object] = {
            "id": f"{g.numero:024x}", "nom": g.nom, "commune": construire().communes[g.commune].nom.upper(),
            "code_postal": f"{g.departement}00", "adresse": f"{g.numero} RUE FICTIVE", "latitude": g.position[1],
            "longitude": g.position[0], "source": "conseiller-numerique", "date_maj": f"2022-0{4 + g.numero % 4}-0{1 + g.numero % 6}",
            "services": "Prendre en main un ordinateur, Utiliser le numérique au quotidien", "conditions_access": "Gratuit",
            "labels_nationaux": "CNFS, France Services" if g.numero % 4 == 0 else "CNFS",
        }  # fmt: skip
        if g.numero % 2:
            lieu |= {"courriel": f"lieu{g.numero}@example.invalid", "telephone": "+33900000000"}
        if g.numero % 3 == 0:
            lieu |= {
                "horaires": "Mo-Fr 09:00-12:00",
                "site_web": f"https://example.invalid/RDV{g.numero}@example.invalid/",
            }
        lieux.append(lieu)
    return json.dumps(lieux, ensure_ascii=False).encode()


def _mediation_courante() -> bytes:
    """Current layout: lists joined by a bar, a place published twice, one without coordinates."""
    lignes = []
    for g in guichets("Lieu numérique", 2):
        commune = construire().communes[g.commune]
        valeurs = {
            "id": f"Essai_{g.numero:04d}", "pivot": "0" * 14, "nom": g.nom, "commune": commune.nom,
            "code_postal": f"{g.departement}00", "code_insee": g.commune, "adresse": f"{g.numero} rue Fictive",
            "latitude": str(g.position[1]), "longitude": str(g.position[0]), "typologie": "ASSO|TIERS_LIEUX",
            "telephone": "+33900000000", "courriels": f"lieu{g.numero}@example.invalid",
            "site_web": "https://example.invalid/", "presentation_detail": "Demander Madame Fictive, 09 00 00 00 00",
            "source": "Essai", "date_maj": "2026-05-04", "services": "Aide aux démarches administratives|Accès internet",
            "dispositif_programmes_nationaux": "Conseillers numériques|France Services" if g.numero % 4 == 0 else "",
        }  # fmt: skip
        if g.numero == 5:
            valeurs |= {"latitude": "", "longitude": ""}
        lignes.append([valeurs.get(nom, "") for nom in ENTETE_MEDIATION])
    ancienne = list(lignes[0])
    ancienne[ENTETE_MEDIATION.index("date_maj")] = "2023-01-09"
    ancienne[ENTETE_MEDIATION.index("nom")] += " (ancien nom)"
    return csv([ENTETE_MEDIATION, *lignes, ancienne], bom=True)


def _barometre() -> bytes:
    lignes = [["Équipement en ordinateur", "85,5"], ["Connexion internet fixe", "84,2"], ["Usage quotidien", "82,0"]]
    return csv([["question", "part"], *lignes], bom=True)


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "anct/france_services/liste-fs-20221201.csv": _france_services_2022(),
        "anct/france_services/liste-fs-20240801.csv": _france_services_2024(),
        "anct/lieux_mediation_numerique/lieux-de-mediation-numerique.cnfs.json": _mediation_2022(),
        "anct/lieux_mediation_numerique/mediation-numerique-courante.csv": _mediation_courante(),
        "anct/barometre_numerique/barometre-du-numerique.csv": _barometre(),
    }
