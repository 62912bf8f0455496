"""Fictitious files of Insee in its newer layout, one figure by row, and the establishments of Sirene in the quartiers.

Belongs here: Filosofi of 2023, counts of equipment by commune, positions of establishments, the codes these layouts use.
Does not belong here: the equipment as points (sante), incomes up to 2021 (revenus).
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from ingestion.demo import geometrie, revenus, sante
from ingestion.demo.filosofi_references import DETAIL_MINIMUM, PERSONNES_MINIMUM
from ingestion.demo.formats import archive, parquet
from ingestion.demo.territoire import (
    ARRONDISSEMENTS,
    COMMUNES_SANS_RECENSEMENT,
    REGION,
    VILLE_A_ARRONDISSEMENTS,
    alea,
    centre,
    construire,
)

COLONNES_FILOSOFI = (
    "FILOSOFI_MEASURE GEO GEO_OBJECT UNIT_MEASURE CONF_STATUS OBS_STATUS UNIT_MULT TIME_PERIOD OBS_VALUE".split()
)
COLONNES_BPE = "GEO GEO_OBJECT FACILITY_DOM FACILITY_SDOM FACILITY_TYPE BPE_MEASURE TIME_PERIOD OBS_VALUE".split()
ANNEE_BPE = 2025
TYPES_BPE = {"D265": "medecin_generaliste", "D307": "pharmacie", "D281": "infirmier", "A206": "poste"}
# Rise of incomes since 2021 in the fictitious country.
HAUSSE_2023 = 1.09


def _csv_entre_guillemets(lignes: Sequence[Sequence[str]]) -> bytes:
    """Every cell between quotes, semicolons, LF."""
    texte = "\n".join(";".join(f'"{cellule}"' for cellule in ligne) for ligne in lignes) + "\n"
    return b"\xef\xbb\xbf" + texte.encode()


def _zip(base: str, donnees: Sequence[Sequence[str]], date: tuple[int, int, int]) -> bytes:
    meta = [["COD_VAR", "LIB_VAR", "COD_MOD", "LIB_MOD"], ["GEO_OBJECT", "Niveau géographique", "COM", "Commune"]]
    membres = {f"{base}_data.csv": donnees, f"{base}_metadata.csv": meta}
    return archive({nom: _csv_entre_guillemets(lignes) for nom, lignes in membres.items()}, date)


def revenus_2023(commune: str) -> tuple[int, float]:
    """Median and poverty rate of a commune in 2023."""
    zone = revenus.de_commune(commune, 2021)
    return 10 * round(zone.mediane * HAUSSE_2023 / 10), round(revenus.taux_pauvrete(zone, 2021), 1)


def _filosofi() -> bytes:
    """Median of the communes that are large enough, poverty of fewer, deciles of none; other levels beside them.

    A bassin de vie is named by the code of a commune, with figures of its own.
    """
    lignes = [COLONNES_FILOSOFI]
    for code in construire().communes:
        personnes = revenus.de_commune(code, 2021).personnes
        mediane, pauvrete = revenus_2023(code)
        mesures = {
            "MED_SL": (str(mediane), "EUR_YR", PERSONNES_MINIMUM),
            "PR_MD60": (f"{pauvrete:.1f}", "PT", DETAIL_MINIMUM),
        }
        for mesure, (valeur, unite, minimum) in mesures.items():
            conf, obs = ("C", "A") if personnes < minimum else ("F", "A")
            if code in COMMUNES_SANS_RECENSEMENT:
                conf, obs = "F", "O"
            publiee = valeur if (conf, obs) == ("F", "A") else ""
            lignes.append([mesure, code, "COM", unite, conf, obs, "0", "2023", publiee])
        lignes.append(["D1_SL", code, "COM", "EUR_YR", "F", "O", "0", "2023", ""])
        if code.endswith("01"):
            lignes.append(["MED_SL", code, "BV2022", "EUR_YR", "F", "A", "0", "2023", str(mediane + 500)])
    lignes += [["MED_SL", code, "ARM", "EUR_YR", "F", "A", "0", "2023", "24110"] for code in ARRONDISSEMENTS]
    lignes += [["PR_MD60", REGION, "REG", "PT", "F", "A", "0", "2023", "14.2"]]
    return _zip("DS_FILOSOFI_CC_2023", lignes, (2026, 8, 6))


def _equipements() -> bytes:
    """Counts of each type where there is one; the large city as a commune and by arrondissement."""
    lignes = [COLONNES_BPE]
    for code in construire().communes:
        groupes = sante.groupes(code)
        for type_, groupe in TYPES_BPE.items():
            if nombre := groupes[groupe]:
                domaine = [type_[0], type_[:2], type_, "FACILITIES", str(ANNEE_BPE)]
                lignes.append([code, "COM", *domaine, str(nombre)])
                if code.endswith("01"):
                    lignes.append([code, "BV2022", *domaine, str(nombre * 3)])
                if code == VILLE_A_ARRONDISSEMENTS:
                    lignes += [[a, "ARM", *domaine, str(nombre // 3)] for a in ARRONDISSEMENTS]
    return _zip(f"DS_BPE_{ANNEE_BPE}", lignes, (2026, 9, 15))


def etablissements() -> list[dict[str, object]]:
    """Establishments in and around the quartiers: in both zonings, in one, in none, and some whose zone is not known."""
    territoire = construire()
    lignes: list[dict[str, object]] = []
    for quartier in territoire.quartiers_2024:
        tirage = alea("sirene", quartier.code)
        longitude, latitude = geometrie.position(centre(quartier.contour))
        origine = quartier.origines[0].code if quartier.origines else "HZ"
        for rang, codes in enumerate(((quartier.code, origine), (quartier.code, "HZ"), ("HZ", origine), ("HZ", "HZ"))):
            lignes.append({
                "siret": f"000{len(lignes):06d}{rang:05d}", "x": 0.0, "y": 0.0, "qualite_xy": tirage.choice(("11", "12", "33")),
                "epsg": "2154", "plg_qp24": codes[0], "plg_iris": "0101", "plg_zus": "", "plg_qp15": codes[1], "plg_qva": "CSZ",
                "plg_code_commune": quartier.communes[0], "distance_precision": 20.0, "qualite_qp24": str(tirage.randint(1, 3)),
                "qualite_iris": "1", "qualite_zus": "", "qualite_qp15": str(tirage.randint(1, 3)), "qualite_qva": "",
                "y_latitude": latitude, "x_longitude": longitude,
            })  # fmt: skip
    inconnu = dict(lignes[0]) | {"siret": "00099999900000", "plg_qp24": "IND", "plg_qp15": "IND"}
    return [*lignes, inconnu]


def _sirene() -> bytes:
    """The nineteen columns of the file, single precision for the coordinates."""
    lignes = etablissements()
    reels = ("x", "y", "distance_precision", "y_latitude", "x_longitude")
    return parquet({nom: [ligne[nom] for ligne in lignes] for nom in lignes[0]}, dict.fromkeys(reels, pa.float32()))


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    sirene = "GeolocalisationEtablissement_Sirene_pour_etudes_statistiques_utf8.parquet"
    return {
        "insee/filosofi2_communes/FILOSOFI_CC_csv.zip": _filosofi(),
        "insee/bpe_communes/DS_BPE_CSV_FR.zip": _equipements(),
        f"insee/sirene_geolocalise/{sirene}": _sirene(),
    }
