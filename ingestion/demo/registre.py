"""The local register of the fictitious territory, as the team of an observatory would fill it in.

Belongs here: the rows of every file of the register; `registre/exemple` holds the same bytes.
Does not belong here: the templates and the rules (ingestion.register), any real partner.

Institutions are fictitious or named by their function; dates are written both ways, as a spreadsheet gives them back.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.demo.formats import csv, nombre
from ingestion.demo.territoire import REGION, Quartier2024, alea, construire

# Départements whose contrats de ville keep a register; the others have none, and their figures are absent.
DEPARTEMENTS = ("961", "962")
QUARTIERS_PAR_DEPARTEMENT = 6
DATE_ETAT, DEBUT = "2026-06-30", "2024-07-01"
ANNEES = (2024, 2025)
PARTENAIRES = (
    ("Ville de démonstration", "commune"),
    ("Communauté d’agglomération de démonstration", "EPCI"),
    ("Bailleur social du Cap", "bailleur"),
    ("Caisse d’allocations familiales du 961", "protection sociale"),
    ("Agence pour l’emploi du Cap", "emploi"),
    ("Agence régionale de santé de démonstration", "santé"),
    ("Entreprise Voilerie du Cap", "entreprise"),
)
ACTIONS = (
    ("emploi", "Tenir une permanence d’orientation chaque semaine dans le quartier"),
    ("transitions", "Rénover les parties communes de quatre immeubles"),
    ("émancipation", "Ouvrir un lieu d’accompagnement à la scolarité"),
    ("sécurité et citoyenneté", "Rouvrir un accueil physique des services publics"),
    ("transversal", "Présenter chaque année l’avancement au conseil citoyen"),
)
# État, échéance et date de la preuve, dans l’ordre des lignes : 5 tenus dont un avant l’échéance, 2 sans preuve.
ETATS = (
    ("tenu", "2025-12-31", "12/11/2025"),
    ("en cours", "2026-12-31", ""),
    ("en cours", "31/12/2025", ""),
    ("tenu", "2025-06-30", ""),
    ("en retard", "2026-03-31", ""),
    ("tenu", "2026-03-31", "2026-02-15"),
    ("sans objet", "2025-12-31", ""),
    ("tenu", "2027-12-31", "2026-01-20"),
)


def quartiers() -> list[Quartier2024]:
    """The quartiers that the register follows."""
    return [
        q
        for dep in DEPARTEMENTS
        for q in [q for q in construire().quartiers_2024 if q.departement == dep][:QUARTIERS_PAR_DEPARTEMENT]
    ]


def contrat(departement: str) -> str:
    """Code of the contrat de ville of a département: one each."""
    return f"CN{departement}01M"


def _preuve(identifiant: str) -> str:
    return f"https://example.invalid/preuves/{identifiant.lower()}"


def engagements() -> list[Sequence[str]]:
    entete = (
        "code_qpv identifiant code_contrat partenaire type_partenaire axe objectif est_droit_commun date_engagement "
        "echeance etat date_etat date_preuve url_preuve objectif_feuille_de_route"
    ).split()
    lignes = []
    for i, quartier in enumerate(quartiers() * 2):
        # The third commitment covers two quartiers: same number, one row each.
        numero = f"ENG-{2 if i == 3 else i:03d}"
        j = 2 if i == 3 else i
        (partenaire, nature), (axe, objectif) = PARTENAIRES[j % len(PARTENAIRES)], ACTIONS[j % len(ACTIONS)]
        etat, echeance, preuve = ETATS[j % len(ETATS)]
        lignes.append(
            [
                quartier.code, numero, contrat(quartier.departement), partenaire, nature, axe, objectif,
                "oui" if j % 3 else "non", "2024-09-15", echeance, etat, DATE_ETAT, preuve,
                _preuve(numero) if preuve else "", "FDR-1" if j % 4 == 0 else "",
            ]
        )  # fmt: skip
    return [entete, *lignes]


def feuilles_de_route() -> list[Sequence[str]]:
    entete = (
        "code_qpv identifiant terme axe objectif indicateur_suivi cible date_debut echeance avancement "
        "statut_feuille_de_route date_validation date_etat url_preuve"
    ).split()
    lignes = []
    for i, quartier in enumerate(quartiers()[:8]):
        statut, validation = (("validée", "2024-10-01"), ("en préparation", ""))[i % 4 == 3]
        objectifs = (
            ("FDR-1", "1", "emploi", "Rapprocher le taux d’emploi de celui de la commune", "taux_emploi_15_64", "45,5", "2026-12-31", "en cours"),
            ("FDR-2", "2", "émancipation", "Doubler les places d’accompagnement à la scolarité", "", "", "30/06/2030", "à engager"),
        )  # fmt: skip
        for numero, terme, axe, objectif, indicateur, cible, echeance, avancement in objectifs:
            lignes.append(
                [
                    quartier.code, numero, terme, axe, objectif, indicateur, cible, DEBUT, echeance, avancement,
                    statut, validation, DATE_ETAT, "",
                ]
            )  # fmt: skip
    return [entete, *lignes]


def conseils_citoyens() -> list[Sequence[str]]:
    entete = "code_qpv identifiant annee statut_conseil nb_reunions date_derniere_reunion parole url_preuve".split()
    lignes = []
    for i, quartier in enumerate(quartiers()):
        # The second and the third quartier share one council.
        numero = f"CC-{1 if i == 2 else i:02d}"
        tirage = alea("conseil", numero)
        statut = ("actif", "actif", "actif", "en sommeil", "absent")[i % 5]
        for annee in ANNEES:
            reunions = str(tirage.randint(2, 9)) if statut == "actif" else "0"
            derniere = f"{annee}-11-{tirage.randint(10, 28)}" if statut == "actif" else ""
            parole = (
                "Les habitants demandent un accueil ouvert le samedi ; ils veulent comprendre d’où viennent les chiffres."
                if i == 0
                else ""
            )
            lignes.append([quartier.code, numero, str(annee), statut, reunions, derniere, parole, ""])
    return [entete, *lignes]


def presence_humaine() -> list[Sequence[str]]:
    entete = "code_qpv identifiant annee fonction employeur etp".split()
    fonctions = ("adulte-relais", "médiateur", "éducateur")
    lignes = [
        [quartier.code, f"P-{i:02d}", str(annee), fonctions[i % 3], "Association des Remparts", "1" if i % 2 else "0,8"]
        for i, quartier in enumerate(quartiers()[:10])
        for annee in ANNEES
    ]
    # One post shared by three quartiers.
    for quartier, etp in zip(quartiers()[:3], ("0,5", "0,3", "0,2"), strict=True):
        lignes.append([quartier.code, "P-90", "2025", "médiateur", "Communauté d’agglomération de démonstration", etp])
    return [entete, *lignes]


def associations() -> list[Sequence[str]]:
    entete = "code_qpv identifiant annee association montant_attribue montant_cpo est_reparti".split()
    lignes = []
    for i, quartier in enumerate(quartiers()[:9]):
        for annee in ANNEES:
            montant = alea("association", quartier.code, annee).randint(12, 90) * 500
            cpo = montant if i % 3 == 0 else montant // 2 if i % 3 == 1 else 0
            lignes.append(
                [
                    quartier.code, f"ASSO-{i:02d}", str(annee), f"Association des {('Remparts', 'Marées', 'Jardins')[i % 3]}",
                    nombre(montant, 2, "\u00a0"), nombre(cpo, 2, "\u00a0"), "oui" if i == 4 else "non",
                ]
            )  # fmt: skip
    return [entete, *lignes]


def associations_contrats() -> list[Sequence[str]]:
    entete = "code_contrat annee montant_attribue montant_cpo comite_financeurs nb_reunions".split()
    return [
        entete,
        [contrat("961"), "2024", "412000", "98000", "oui", "2"],
        [contrat("961"), "2025", "398500", "159400", "oui", "3"],
        [contrat("962"), "2024", "120000", "0", "non", ""],
        [contrat("962"), "2025", "131000", "26200", "oui", "0"],
    ]


def veille_active() -> list[Sequence[str]]:
    entete = "identifiant libelle code_commune code_qpv date_entree date_sortie url_preuve".split()
    nouveaux = [q for q in construire().quartiers_2024 if q.code.endswith("N")][:2]
    lignes = [
        [f"96{i:04d}", f"Veille {q.nom}", q.communes[0], q.code, "2015-01-01", "31/12/2023", ""]
        for i, q in enumerate(nouveaux)
    ]
    commune = construire().quartiers[0].communes[0]
    return [entete, *lignes, ["960099", "Les Anciens Ateliers", commune, "", "2015-01-01", "2023-12-31", ""]]


def dispositifs() -> list[Sequence[str]]:
    entete = (
        "code_qpv identifiant dispositif statut_dispositif porteur date_signature date_fin date_etat url_preuve".split()
    )
    retenus = quartiers()[:6]
    lignes = []
    for i, quartier in enumerate(retenus):
        etats = (
            ("CLS-2024", "CLS", "actif", "Ville de démonstration", "2024-03-12", "2028-12-31", _preuve("CLS-2024")),
            ("CLSM", "CLSM", "en préparation", "Ville de démonstration", "", "", ""),
            ("TZCLD", "TZCLD", "actif" if i == 0 else "absent", "", "15/01/2025" if i == 0 else "", "", _preuve("TZCLD") if i == 0 else ""),
            ("TFPB", "TFPB", "actif", "Bailleur social du Cap", "2025-01-01", "31/12/2030", _preuve("TFPB")),
        )  # fmt: skip
        for numero, dispositif, statut, porteur, signature, fin, preuve in etats:
            lignes.append([quartier.code, numero, dispositif, statut, porteur, signature, fin, DATE_ETAT, preuve])
    lignes.append(
        [retenus[0].code, "PRE", "PRE", "terminé", "Ville de démonstration", "2016-09-01", "2024-08-31", DATE_ETAT, ""]
    )
    return [entete, *lignes]


# --- figures of conventions -----------------------------------------------------------------------------------------

CHIFFRES = "indicateur annee numerateur denominateur valeur fournisseur date_convention".split()
MEDECIN, MENTALE = "part_sans_medecin_traitant", "recours_sante_mentale"
CPAM, ARS, PRE = (
    "Caisse primaire d’assurance maladie de démonstration",
    "Agence régionale de santé de démonstration",
    "pre_enfants_suivis",
)


def _medecin(code: str, taux: float, assures: int) -> list[str]:
    return [code, MEDECIN, "2025", str(round(assures * taux)), str(assures), "", CPAM, "2025-02-01"]


def _mentale(code: str, rapport: float) -> list[str]:
    return [code, MENTALE, "2025", "", "", nombre(rapport, 2), ARS, "2025-03-01"]


def chiffres_quartiers() -> list[Sequence[str]]:
    lignes = []
    for i, quartier in enumerate(quartiers()[:8]):
        tirage = alea("convention", quartier.code)
        assures = round(quartier.population * 0.7)
        lignes.append(_medecin(quartier.code, tirage.uniform(0.12, 0.2), assures))
        # The second quartier follows fewer than 11 children: typed as it is, masked when published.
        suivis = 7 if i == 1 else tirage.randint(15, 60)
        enfants = round(quartier.population * 0.24)
        lignes.append(
            [quartier.code, PRE, "2025", str(suivis), str(enfants), "", "Ville de démonstration", "2025-01-15"]
        )
        lignes.append(_mentale(quartier.code, tirage.uniform(0.9, 1.3)))
    return [["code_qpv", *CHIFFRES], *lignes]


def chiffres_contrats() -> list[Sequence[str]]:
    return [
        ["code_contrat", *CHIFFRES],
        [contrat("961"), "entreprises_paqte", "2025", "14", "", "", "Préfecture de démonstration", "2025-01-15"],
        [contrat("962"), "entreprises_paqte", "2025", "5", "", "", "Préfecture de démonstration", "2025-01-15"],
        # A masked quartier of the same département masks this total; none does for the other.
        [contrat("961"), PRE, "2025", "212", "4380", "", "Ville de démonstration", "2025-01-15"],
        [contrat("962"), PRE, "2025", "158", "3160", "", "Ville de démonstration", "2025-01-15"],
    ]


def fichiers() -> dict[str, bytes]:
    """Relative path in a deposit → bytes: UTF-8 with its mark, semicolons, as the templates are."""
    territoire = construire()
    communes = list(dict.fromkeys(q.communes[0] for q in quartiers()))[:4]
    epci = list(dict.fromkeys(territoire.communes[c].epci for c in communes))
    comparaisons: dict[str, list[Sequence[str]]] = {
        "chiffres_communes.csv": [["code_commune", *CHIFFRES], *[_medecin(c, 0.11, 9000 + 100 * i) for i, c in enumerate(communes)], _mentale(communes[0], 1.02)],
        "chiffres_epci.csv": [["code_epci", *CHIFFRES], *[_medecin(c, 0.1, 30_000) for c in epci]],
        "chiffres_departements.csv": [["code_departement", *CHIFFRES], *[_medecin(c, 0.09, 200_000) for c in DEPARTEMENTS]],
        "chiffres_regions.csv": [["code_region", *CHIFFRES], _mentale(REGION, 1.0)],
    }  # fmt: skip
    tables = {
        "engagements/engagements.csv": engagements(),
        "feuilles_de_route/feuilles_de_route.csv": feuilles_de_route(),
        "conseils_citoyens/conseils_citoyens.csv": conseils_citoyens(),
        "presence_humaine/presence_humaine.csv": presence_humaine(),
        "associations/associations.csv": associations(),
        "associations/associations_contrats.csv": associations_contrats(),
        "veille_active/veille_active.csv": veille_active(),
        "dispositifs/dispositifs.csv": dispositifs(),
        "chiffres_conventions/chiffres_quartiers.csv": chiffres_quartiers(),
        "chiffres_conventions/chiffres_contrats.csv": chiffres_contrats(),
        **{f"chiffres_conventions/{nom}": lignes for nom, lignes in comparaisons.items()},
    }
    return {f"registre/{chemin}": csv(lignes, bom=True, fin="\n") for chemin, lignes in tables.items()}


def exemple() -> dict[str, bytes]:
    """File name → bytes: the same files side by side, as a team keeps them (`registre/exemple`)."""
    return {chemin.rsplit("/", 1)[1]: contenu for chemin, contenu in fichiers().items()}
