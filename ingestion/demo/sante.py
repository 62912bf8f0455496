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
from ingestion.demo.territoire import REGION, VILLE_A_ARRONDISSEMENTS, alea, construire

# Types of the BPE: health structures (2023), then general practitioners and pharmacies too (2024).
STRUCTURES = ("D108", "D113", "D106", "D101")
SOINS = ("D265", "D307")
GENERALISTES = "Médecins généralistes (hors médecins à expertise particulière - MEP)"
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


def _qualites(tous: Sequence[Lieu]) -> list[str]:
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
    entete = "annee,profession_sante,region,libelle_region,departement,libelle_departement,classe_age,libelle_sexe,effectif,densite".split(
        ","
    )
    lignes = []
    for profession in PROFESSIONS:
        for code, (libelle, _) in noms.DEPARTEMENTS.items():
            tirage = alea("densite", profession, code)
            lignes.append([
                "2024", profession, REGION, noms.REGION, code, libelle, "tout_age", "tout sexe", str(tirage.randint(60, 400)),
                f"{tirage.uniform(55, 140):.1f}",
            ])  # fmt: skip
        for region, libelle in ((REGION, noms.REGION), ("99", "FRANCE")):
            lignes.append(
                [
                    "2024",
                    profession,
                    region,
                    libelle,
                    "999",
                    "Tout département",
                    "tout_age",
                    "tout sexe",
                    "1200",
                    "84.2",
                ]
            )
    return csv([entete, *lignes], separateur=",", bom=True)


def _apl() -> bytes:
    """One sheet a year under rows of titles; a row of units between the header and the communes."""
    territoire = construire()
    feuilles = {}
    for annee in (2023, 2024):
        rangees: list[list[str | float | None]] = [
            ["Accessibilité potentielle localisée (données fictives)"], [None], ["Champ : territoire de démonstration"], [None],
            ["Code commune INSEE", "Commune", "APL aux médecins généralistes", f"Population totale {annee - 3}"],
            [None, None, "consultations par an et par habitant", "habitants"],
        ]  # fmt: skip
        for code, commune in territoire.communes.items():
            valeur = round(alea("apl", code, annee).uniform(1.2, 5.4), 1)
            rangees.append([code, commune.nom, valeur, territoire.population(code, 2018)])
        feuilles[f"APL {annee}"] = rangees
    return classeur_xlsx(feuilles)


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "insee/bpe_sante/base_sante.parquet": _bpe_2023(),
        "insee/bpe_sante/BPE24.parquet": _bpe_2024(),
        "insee/bpe_communes/bpe_communes.json.gz": _bpe_communes(),
        "cnam/demographie_professionnels/toutes_specialites_departement.csv": _densites(),
        "drees/apl/indicateur_d_apl_aux_medecins_generalistes.xlsx": _apl(),
    }
