"""Tables of communes of the fictitious territory in 2025: memberships, passage, EPCI, zones d'emploi and their unemployment.

Belongs here: which commune is in which zone d'emploi, the workbooks of Insee, their rows of titles and their other sheets.
Does not belong here: the official code of 2024 (cog), unemployment of the départements (chomage).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ingestion.demo import chomage, noms
from ingestion.demo.formats import archive, classeur_xlsx
from ingestion.demo.territoire import (
    ARRONDISSEMENTS,
    COMMUNE_FUSIONNEE,
    COMMUNE_NOUVELLE,
    COMMUNE_RETABLIE_2020,
    REGION,
    VILLE_A_ARRONDISSEMENTS,
    Commune,
    alea,
    construire,
)

DATE = (2025, 9, 30)
ANNEES_PASSAGE = range(2025, 2002, -1)
PREMIER_RANG_DE_LA_SECONDE_ZONE = 13
# As the code of an overseas zone begins with a zero, a workbook may lose it.
DEBUTS_ZONES = {"961": "961", "962": "962", "963": "963", "964": "964", "965": "096"}
# Zones of the archipelago: the survey does not cover the second one, and the first only since 2014.
ZONE_SANS_ENQUETE, ZONE_DEPUIS_2014 = "0962", "0961"

Rangee = list[str | float | None]


def zone_emploi(commune: Commune) -> str:
    """Code of the zone d'emploi: two by département, the second for the communes of the end of the list."""
    rang = 2 if int(commune.code[3:]) >= PREMIER_RANG_DE_LA_SECONDE_ZONE else 1
    return f"{DEBUTS_ZONES[commune.departement]}{rang}"


@cache
def zones() -> dict[str, tuple[str, str]]:
    """Code of each zone → name of its first commune, département."""
    resultat: dict[str, tuple[str, str]] = {}
    for commune in construire().communes.values():
        resultat.setdefault(zone_emploi(commune), (commune.nom, commune.departement))
    return dict(sorted(resultat.items()))


def unite_urbaine(commune: Commune) -> str:
    """Code of the unité urbaine: that of its four neighbours, or `…00` for a rural commune."""
    rang = int(commune.code[3:])
    return f"{commune.departement}{(rang + 3) // 4:02d}" if rang <= 12 else f"{commune.departement}00"


def _feuille(titre: str, libelles: Sequence[str], entete: Sequence[str], lignes: Sequence[Rangee]) -> list[Rangee]:
    """Four rows of titles, the labels, the names of the columns on row 6, the rows."""
    titres: list[Rangee] = [[titre], ["Géographie au 01/01/2025"], [], ["Données fictives de démonstration"]]
    return [*titres, list(libelles), list(entete), *lignes]


def _archive(nom: str, feuilles: dict[str, Sequence[Rangee]]) -> bytes:
    return archive({nom: classeur_xlsx(feuilles)}, DATE)


def appartenance() -> bytes:
    """Seventeen columns for the communes; arrondissements and larger zones on other sheets."""
    entete = "CODGEO LIBGEO DEP REG EPCI NATURE_EPCI ARR CV ZE2020 UU2020 TUU2017 TDUU2017 AAV2020 TAAV2017 TDAAV2017 CATEAAV2020 BV2022".split()
    territoire = construire()
    lignes: list[Rangee] = []
    for code, c in territoire.communes.items():
        forme = territoire.epci[c.epci].forme if c.epci in territoire.epci else "ZZ"
        uu = unite_urbaine(c)
        taille = "0" if uu.endswith("00") else "3"
        lignes.append([
            code, c.nom, c.departement, REGION, c.epci, forme, f"{c.departement}1", f"{c.departement}01", zone_emploi(c), uu, taille,
            f"{taille}1", "961", "2", "21", "20", code,
        ])  # fmt: skip
    libelles = ["Code géographique", "Libellé géographique", *[""] * (len(entete) - 2)]
    arrondissements: list[Rangee] = [
        [code, f"Arrondissement {rang}", VILLE_A_ARRONDISSEMENTS] for rang, code in enumerate(ARRONDISSEMENTS, start=1)
    ]
    supra: list[Rangee] = [["ZE2020", code, nom] for code, (nom, _) in zones().items()]
    return _archive(
        "table-appartenance-geo-communes-2025.xlsx",
        {
            "COM": _feuille("Table d'appartenance géographique des communes", libelles, entete, lignes),
            "ARM": _feuille("Arrondissements municipaux", ["", "", ""], ["CODGEO", "LIBGEO", "COM"], arrondissements),
            "Zones_supra_communales": _feuille(
                "Zones supra-communales", ["", "", ""], ["NIVGEO", "CODGEO", "LIBGEO"], supra
            ),
        },
    )


def _anciens_codes() -> dict[str, list[str]]:
    """Commune of 2025 → the codes it had in 2003, the merged commune last."""
    mere = f"{int(COMMUNE_RETABLIE_2020) - 1}"
    anciens = {code: [code] for code in construire().communes}
    anciens[COMMUNE_NOUVELLE].append(COMMUNE_FUSIONNEE)
    anciens[COMMUNE_RETABLIE_2020] = [mere]
    return anciens


def passage() -> bytes:
    """One row by code ever used since 2003; a commune that was set up again is on the sheet of the splits."""
    communes = construire().communes
    actuels = {code: code for code in communes} | {COMMUNE_FUSIONNEE: COMMUNE_NOUVELLE}
    entete = ["CODGEO_INI", "CODGEO_2025", "LIBGEO_2025"]
    lignes: list[Rangee] = [[ini, code, communes[code].nom] for ini, code in sorted(actuels.items())]
    mere = f"{int(COMMUNE_RETABLIE_2020) - 1}"
    scission: list[Rangee] = [[mere, COMMUNE_RETABLIE_2020, communes[COMMUNE_RETABLIE_2020].nom]]
    libelles = ["Code initial", "Code au 01/01/2025", "Libellé au 01/01/2025"]
    return _archive(
        "table_passage_geo2003_geo2025.xlsx",
        {
            "Table de passage": _feuille("Table de passage des communes", libelles, entete, lignes),
            "Liste des scissions": _feuille("Scissions", libelles, entete, scission),
        },
    )


def passage_annuel() -> bytes:
    """One row by commune of 2003 and its successor, code and name of each year: 47 columns."""
    communes = construire().communes
    entete = ["NIVGEO", *[f"{nom}_{annee}" for annee in ANNEES_PASSAGE for nom in ("CODGEO", "LIBGEO")]]
    lignes: list[Rangee] = []
    for code, anciens in _anciens_codes().items():
        for ancien in anciens:
            rangee: Rangee = ["COM"]
            for annee in ANNEES_PASSAGE:
                change = 2019 if code == COMMUNE_NOUVELLE else 2020
                lu = code if annee >= change else ancien
                rangee += [lu, communes[lu].nom if lu in communes else noms.COMMUNE_FUSIONNEE]
            lignes.append(rangee)
    return _archive(
        "table_passage_annuelle_2025.xlsx",
        {"COM": _feuille("Table de passage annuelle", [""] * len(entete), entete, lignes)},
    )


def epci() -> bytes:
    """Sheets of the EPCI and of their communes; a commune without EPCI is named ZZZZZZZZZ."""
    territoire = construire()
    lignes: list[Rangee] = []
    for code, c in territoire.communes.items():
        nom = territoire.epci[c.epci].libelle_court if c.epci in territoire.epci else "Sans objet"
        lignes.append([code, c.nom, c.epci, nom, c.departement, REGION])
    presents = sorted({str(ligne[2]) for ligne in lignes} & territoire.epci.keys())
    groupements: list[Rangee] = [
        [code, territoire.epci[code].libelle_court, territoire.epci[code].forme] for code in presents
    ]
    return _archive(
        "EPCI_au_01-01-2025.xlsx",
        {
            "EPCI": _feuille("EPCI", ["", "", ""], ["EPCI", "LIBEPCI", "NATURE_EPCI"], groupements),
            "Composition_communale": _feuille(
                "Composition communale", [""] * 6, "CODGEO LIBGEO EPCI LIBEPCI DEP REG".split(), lignes
            ),
        },
    )


def zones_emploi() -> bytes:
    """Sheets of the zones and of their communes."""
    lignes: list[Rangee] = []
    for code, c in construire().communes.items():
        zone = zone_emploi(c)
        lignes.append([code, c.nom, zone, zones()[zone][0], "0", c.departement, REGION])
    noms_des_zones: list[Rangee] = [[code, nom] for code, (nom, _) in zones().items()]
    return _archive(
        "ZE2020_au_01-01-2025.xlsx",
        {
            "ZE2020": _feuille("Zones d'emploi", ["", ""], ["ZE2020", "LIBZE2020"], noms_des_zones),
            "Composition_communale": _feuille(
                "Composition communale",
                [""] * 7,
                "CODGEO LIBGEO ZE2020 LIBZE2020 ZE2020_PARTIE_REG DEP REG".split(),
                lignes,
            ),
        },
    )


def taux_zone(zone: str, annee: int, trimestre: int) -> float | None:
    """Rate of a zone, one decimal: that of its département give or take its own gap; None before the survey."""
    departement = zones()[zone][1]
    if zone == ZONE_DEPUIS_2014 and annee < 2014:
        return None
    ecart = alea("zone emploi", zone).uniform(-1.4, 1.4)
    return round(chomage.taux(departement, annee, trimestre) + ecart, 1)


def chomage_zones() -> bytes:
    """Numeric codes where a zero was lost, a quarter by column, a note under the table; one zone is not surveyed."""
    trimestres = [(annee, t) for annee in range(2003, 2026) for t in range(1, 5)]
    entete = ["ZE2020", "LIBZE2020", "REG", "LIBREG", *[f"{annee}-T{t}" for annee, t in trimestres]]
    lignes: list[Rangee] = []
    for zone, (nom, _) in zones().items():
        if zone == ZONE_SANS_ENQUETE:
            continue
        code: str | float = float(zone) if zone.startswith("0") else zone
        lignes.append([code, nom, REGION, noms.REGION, *[taux_zone(zone, annee, t) for annee, t in trimestres]])
    notes: list[Rangee] = [[], [None, "Source : données fictives de démonstration."]]
    feuille = _feuille("Taux de chômage localisés par zone d'emploi", [""] * 4, entete, [*lignes, *notes])
    lisez_moi: list[Rangee] = [["Données fictives de démonstration"]]
    return classeur_xlsx({"Lisez-moi": lisez_moi, "txcho_ze": feuille})


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {
        "insee/appartenance_communes/table-appartenance-geo-communes-2025.zip": appartenance(),
        "insee/passage_communes/table_passage_geo2003_geo2025.zip": passage(),
        "insee/passage_communes/table_passage_annuelle_2025.zip": passage_annuel(),
        "insee/epci/epci_au_01-01-2025.zip": epci(),
        "insee/zones_emploi/ZE2020_au_01-01-2025.zip": zones_emploi(),
        "insee/chomage_zones_emploi/chomage-zone-t1-2003-t4-2025.xlsx": chomage_zones(),
    }
