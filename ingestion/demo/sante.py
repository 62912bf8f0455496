"""Health of the fictitious territory: equipment as points and by commune, densities, accessibility.

Belongs here: the files of the BPE, of the Cnam and of the Drees, the places they describe.
Does not belong here: complementary health cover of the inhabitants (bases_revenus, archives_2024), distances (spatial).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

import pyarrow as pa

from ingestion.demo import geometrie, noms
from ingestion.demo.formats import classeur_xlsx, csv, gzippe, parquet
from ingestion.demo.territoire import ARRONDISSEMENTS, REGION, VILLE_A_ARRONDISSEMENTS, alea, construire

# Types of the BPE: health structures (2023), then general practitioners and pharmacies too (2024).
STRUCTURES = ("D108", "D113", "D106", "D101")
SOINS = ("D265", "D307")
GENERALISTES = "Médecins généralistes (hors médecins à expertise particulière - MEP)"
# Finess has codes of its own overseas; the archipelago stands for them.
CODES_FINESS = {"965": "9Z"}
PROFESSIONS = (GENERALISTES, "Infirmiers", "Ensemble des médecins")

Lieu = tuple[str, str, tuple[float, float] | None, str, str]


@cache
def lieux(types: tuple[str, ...]) -> tuple[Lieu, ...]:
    """(type, commune, position, code of the quartier of 2024, of 2015) of each equipment.

    The large city is left out, as in the copy of 2023; `HZ` means outside every quartier, `CSZ` a commune without one.
    """
    territoire = construire()
    resultat: list[Lieu] = []
    for quartier in territoire.quartiers_2024:
        anneau = quartier.contour[0][0][:-1]
        x, y = sum(p[0] for p in anneau) / len(anneau), sum(p[1] for p in anneau) / len(anneau)
        for rang, nature in enumerate(types):
            tirage = alea("equipement", quartier.code, nature)
            if tirage.random() < 0.45 or VILLE_A_ARRONDISSEMENTS in quartier.communes:
                continue
            dedans = rang % 2 == 0
            distance = 5.0 if dedans else 900.0 + 90 * rang
            origine = quartier.origines[0].code if quartier.origines and quartier.code.endswith("I") else "HZ"
            codes = (quartier.code, origine) if dedans else ("HZ", "HZ")
            ecart = tirage.choice(((1, 0), (0, 1)))
            point = geometrie.position((x + ecart[0] * distance, y + ecart[1] * distance))
            resultat.append((nature, quartier.communes[0], point, *codes))
    for commune in list(territoire.communes)[::9]:
        if commune == VILLE_A_ARRONDISSEMENTS:
            continue
        resultat.append((types[0], commune, None, "IND", "IND"))
    return tuple(resultat)


def _bpe_2023() -> bytes:
    """The health extract: names and addresses present, some without coordinates, zero lost in the code of the département."""
    tous = lieux(STRUCTURES)
    colonnes: dict[str, list[object]] = {
        "CODEGEO": [lieu[1] for lieu in tous],
        "AN": [2023] * len(tous),
        "NOMRS": [f"Structure fictive {rang}" for rang in range(len(tous))],
        "LIBVOIE": ["RUE FICTIVE"] * len(tous),
        "TYPEQU": [lieu[0] for lieu in tous],
        "STATUT_DIFFUSION": ["O"] * len(tous),
        "LONGITUDE": [None if lieu[2] is None else lieu[2][0] for lieu in tous],
        "LATITUDE": [None if lieu[2] is None else lieu[2][1] for lieu in tous],
        "QUALITE_GEOLOC": _qualites(tous),
        "QP2015": [lieu[4] for lieu in tous],
        "QUALI_QP2015": ["1"] * len(tous),
        "QP": [lieu[3] for lieu in tous],
        "QUALI_QP": ["1" if lieu[2] else "3" for lieu in tous],
        "QVA": ["CSZ"] * len(tous),
    }
    return parquet(colonnes, {"AN": pa.int64(), "LONGITUDE": pa.float64(), "LATITUDE": pa.float64()})


def _qualites(tous: Sequence[Lieu]) -> list[object]:
    """Quality of each position: one in fifteen is drawn at random in the commune (33), none without coordinates (_U)."""
    return [
        "_U" if point is None else "33" if rang % 15 == 7 else "11" if rang % 3 else "12"
        for rang, (_, _, point, _, _) in enumerate(tous)
    ]


def _bpe_2024() -> bytes:
    """Every domain in one file; the code of the commune and that of the quartier of 2024 have other names, 2015 is gone."""
    tous = [*lieux((*SOINS, *STRUCTURES)), ("A203", "96201", geometrie.position((750_000.0, 6_600_000.0)), "HZ", "HZ")]
    colonnes: dict[str, list[object]] = {
        "AN": [2024] * len(tous),
        "NOMRS": [f"Équipement fictif {rang}" for rang in range(len(tous))],
        "DEPCOM": [lieu[1] for lieu in tous],
        "TYPEQU": [lieu[0] for lieu in tous],
        "LONGITUDE": [None if lieu[2] is None else lieu[2][0] for lieu in tous],
        "LATITUDE": [None if lieu[2] is None else lieu[2][1] for lieu in tous],
        "QUALITE_GEOLOC": _qualites(tous),
        "QP2024": [lieu[3] for lieu in tous],
        "QUALI_QP2024": ["1" if lieu[2] else "3" for lieu in tous],
        "QVA": ["CSZ"] * len(tous),
    }
    return parquet(colonnes, {"AN": pa.int64(), "LONGITUDE": pa.float64(), "LATITUDE": pa.float64()})


def groupes(commune: str) -> dict[str, int]:
    """Number of equipments of a commune, by group, zero included."""
    population, tirage = construire().population(commune, 2018), alea("bpe commune", commune)
    return {
        "medecin_generaliste": round(population / 1_150 * tirage.uniform(0.5, 1.4)),
        "pharmacie": round(population / 2_900 * tirage.uniform(0.6, 1.3)),
        "infirmier": round(population / 640 * tirage.uniform(0.6, 1.3)),
        "poste": round(population / 5_000),
    }


def _bpe_communes() -> bytes:
    """Groups by commune: a group that is absent means zero, a commune without equipment is absent."""
    communes = {}
    for code in construire().communes:
        presents = {nom: n for nom, n in groupes(code).items() if n}
        if presents:
            communes[code] = presents
    return gzippe(json.dumps({"meta": {"source": "fictif"}, "communes": communes}, ensure_ascii=False).encode())


def _densites() -> bytes:
    """Départements, one row `999` for the région and one for France, which add up; a profession overlaps the others."""
    entete = (
        "annee,profession_sante,region,libelle_region,departement,libelle_departement,classe_age,libelle_classe_age,libelle_sexe,effectif,"
        "densite"
    ).split(",")
    lignes: list[list[str]] = []
    for profession in PROFESSIONS:
        effectifs = {code: alea("densite", profession, code).randint(60, 400) for code in noms.DEPARTEMENTS}
        habitants = dict.fromkeys(noms.DEPARTEMENTS, 0)
        for code, commune in construire().communes.items():
            habitants[commune.departement] += construire().population(code, 2018)
        zones = [
            ([REGION, noms.REGION, code, libelle], effectifs[code], habitants[code])
            for code, (libelle, _) in noms.DEPARTEMENTS.items()
        ]
        total = (sum(effectifs.values()), sum(habitants.values()))
        zones.append(([REGION, noms.REGION, "999", "Tout département"], *total))
        zones.append((["99", "FRANCE", "999", "FRANCE"], *total))
        lignes += [
            ["2024", profession, *zone, "tout_age", "Tout âge", "tout sexe", str(n), f"{100_000 * n / population:.1f}"]
            for zone, n, population in zones
        ]
    return csv([entete, *lignes], separateur=",", bom=True)


def _apl() -> bytes:
    """One sheet a year under rows of titles; a row of units above the communes, the large city by arrondissement."""
    territoire = construire()
    feuilles = {}
    for annee in (2022, 2023, 2024):
        rangees: list[list[str | float | None]] = [
            ["Accessibilité potentielle localisée (données fictives)"], [None], ["Champ : territoire de démonstration"], [None],
            ["Code commune INSEE", "Commune", "APL aux médecins généralistes ", f"Population totale {annee - 2}"],
            [None, None, "consultations par an et par habitant", "habitants"],
        ]  # fmt: skip
        zones = [
            (code, commune.nom) for code, commune in territoire.communes.items() if code != VILLE_A_ARRONDISSEMENTS
        ]
        zones += [(code, f"Arrondissement {rang}") for rang, code in enumerate(ARRONDISSEMENTS, start=1)]
        for code, nom in zones:
            valeur = round(alea("apl", code, annee).uniform(1.2, 5.4), 1)
            rangees.append(
                [code, nom, valeur, territoire.population(code, 2018) if code in territoire.communes else 30_000]
            )
        feuilles[f"APL {annee}"] = rangees
    return classeur_xlsx(feuilles)


def _finess() -> bytes:
    """No header: a first row that dates the file, then establishments (32 fields) and, later, coordinates (6 fields).

    One number comes back with an older date; addresses and telephone numbers are there, all of them invented.
    """
    lignes = ["finess;etalab;96;2026-03-11"]
    coordonnees = []
    for rang, code in enumerate(list(construire().communes)[:20]):
        departement, rang_commune = CODES_FINESS.get(code[:3], code[:3]), code[3:]
        numero = f"96{rang:07d}"
        categorie, libelle = (("620", "Pharmacie d'Officine"), ("124", "Centre de Santé"), ("101", "CHR"))[rang % 3]
        debut = [
            "structureet",
            numero,
            f"96{900 + rang:07d}",
            f"ETABLISSEMENT FICTIF {rang}",
            "",
            "",
            "",
            "1",
            "R",
            "FICTIVE",
            "",
            "",
        ]
        suite = [
            rang_commune,
            departement,
            "DEPARTEMENT FICTIF",
            f"{code} VILLE FICTIVE",
            "0000000000",
            "0000000001",
            categorie,
            libelle,
        ]
        fin = ["3201", "Commerce", "", "", "", "", "", "", "2001-01-01", "2001-01-01", f"2025-0{1 + rang % 9}-15", ""]
        lignes.append(";".join([*debut, *suite, *fin]))
        if rang == 4:
            lignes.append(";".join([*debut[:3], "ANCIEN NOM FICTIF", *debut[4:], *suite, *fin[:-2], "2019-01-01", ""]))
        coordonnees.append(f"geolocalisation;{numero};{450_000 + rang}.5;6900000.0;1,FICTIF,100;2025-01-01")
    return ("\n".join([*lignes, *coordonnees]) + "\n").encode()


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "insee/bpe_sante/base_sante.parquet": _bpe_2023(),
        "insee/bpe_sante/BPE24.parquet": _bpe_2024(),
        "insee/bpe_communes/bpe_communes.json.gz": _bpe_communes(),
        "cnam/demographie_professionnels/toutes_specialites_departement.csv": _densites(),
        "drees/finess/etalab-cs1100507-stock.csv": _finess(),
        "drees/apl/indicateur_d_apl_aux_medecins_generalistes.xlsx": _apl(),
    }
