"""Incomes of the reference levels: the yearly Filosofi files, the communes of 2021, the poverty rates of the départements.

Belongs here: the columns and number formats of each year, which zones each file holds and what it hides of them.
Does not belong here: the distributions (revenus), the quartiers (filosofi_qpv), the comparateur.
"""

from __future__ import annotations

import json
from functools import cache

from ingestion.demo import noms, revenus
from ingestion.demo.bases_revenus import arrondi
from ingestion.demo.formats import csv, dixiemes, nombre
from ingestion.demo.territoire import (
    COMMUNE_FUSIONNEE,
    COMMUNE_NOUVELLE,
    COMMUNE_RETABLIE_2020,
    COMMUNES_SANS_RECENSEMENT,
    REGION,
    alea,
    construire,
)

ANNEES = (2014, 2015, 2016, 2017, 2018, 2019)
NIVEAUX = {"COM": "commune", "EPCI": "epci", "DEP": "departement", "REG": "region", "METROPOLE": "france"}
DOSSIER = "insee/filosofi_references/"
# Nameless columns at the right of the files of 2017.
VIDES_2017 = 69
PERSONNES_MINIMUM, DETAIL_MINIMUM = 110, 2000
QUANTILES = {"Q1": 0.25, "Q2": 0.5, "Q3": 0.75}
STRUCTURE = "PACT PTSA PCHO PBEN PPEN PPAT PPSOC PPFAM PPMINI PPLOGT PIMPOT".split()
AGES = (1.45, 1.15, 1.25, 1.1, 0.75, 0.6)


def personnes(zone: revenus.Distribution) -> int:
    """People in fiscal households: a little fewer than the population."""
    return round(zone.personnes * 0.965)


def menages(zone: revenus.Distribution) -> int:
    return round(personnes(zone) / 2.21)


def communes_diffusees(annee: int) -> dict[str, str]:
    """Communes that a file of a year holds, in the geography of that year: code → name."""
    communes = {
        code: fiche.nom for code, fiche in construire().communes.items() if code not in COMMUNES_SANS_RECENSEMENT
    }
    if annee < 2019:
        communes.pop(COMMUNE_RETABLIE_2020)
    if annee < 2018:
        communes[COMMUNE_FUSIONNEE] = noms.COMMUNE_FUSIONNEE
    return {
        code: nom for code, nom in sorted(communes.items()) if de_commune(code, annee).personnes >= PERSONNES_MINIMUM
    }


@cache
def de_commune(code: str, annee: int) -> revenus.Distribution:
    """Distribution of a commune; the merged one takes a part of the commune it joined, up to 2017."""
    if code == COMMUNE_FUSIONNEE:
        zone = revenus.de_commune(COMMUNE_NOUVELLE, annee)
        return zone._replace(personnes=zone.personnes * 0.2)
    zone = revenus.de_commune(code, annee)
    return zone._replace(personnes=zone.personnes * 0.8) if code == COMMUNE_NOUVELLE and annee < 2018 else zone


def _zones(niveau: str, annee: int) -> list[tuple[str, str, revenus.Distribution, bool]]:
    """Code, name, distribution of each row, and whether everything is disseminated."""
    territoire = construire()
    if niveau == "COM":
        return [
            (code, nom, zone, zone.personnes >= DETAIL_MINIMUM)
            for code, nom in communes_diffusees(annee).items()
            for zone in [de_commune(code, annee)]
        ]
    if niveau == "EPCI":
        libelles = {code: territoire.epci[code].libelle_court for code in revenus.codes_epci(annee)}
    elif niveau == "DEP":
        libelles = {code: nom for code, (nom, _) in noms.DEPARTEMENTS.items()}
    else:
        libelles = {REGION: noms.REGION} if niveau == "REG" else {"1": "Ensemble du territoire fictif"}
    return [(code, nom, revenus.de_zone(NIVEAUX[niveau], code, annee), True) for code, nom in libelles.items()]


def _structure(annee: int) -> list[str]:
    """Columns of the structure of incomes, whose names and order changed twice."""
    if annee == 2014:
        return ["PTSAC", *STRUCTURE[3:]]
    return ["PACT", "PCHO", "PTSA", *STRUCTURE[3:]] if annee == 2015 else STRUCTURE


def _colonnes(annee: int) -> list[str]:
    aa = annee % 100
    return [
        "CODGEO", "LIBGEO", *[f"{n}{aa}" for n in ("NBMEN", "NBPERS", "NBUC", *QUANTILES)], "Q3_Q1",
        *[f"{d.upper()}{aa}" for d in revenus.DECILES], "RD", f"S80S20{aa}", f"GI{aa}", *[f"{n}{aa}" for n in _structure(annee)],
    ]  # fmt: skip


def _euros(montant: float, annee: int) -> str:
    if annee < 2016:
        return nombre(montant, 1)
    return nombre(round(montant) if annee == 2016 else arrondi(montant, annee))


def _ligne(code: str, libelle: str, zone: revenus.Distribution, annee: int, complete: bool) -> list[str]:
    effectifs = [menages(zone), personnes(zone)]
    decimales = 1 if annee == 2015 else 0
    unites = effectifs[0] * 1.56
    montants = {nom: zone.quantile(part) for nom, part in {**QUANTILES, **revenus.DECILES}.items()}
    quantiles = [_euros(montants[nom], annee) for nom in QUANTILES]
    tete = [code, libelle, *[nombre(n, decimales) for n in effectifs], nombre(unites, 1)]
    if not complete:
        return [*tete, "", quantiles[1], ""] + [""] * (len(_colonnes(annee)) - 8)
    parts = revenus.structure(zone, annee, code, annee)
    parts["ptsac"] = parts["ptsa"] + parts["pcho"]
    inegalites = [nombre(zone.s80s20, 3 if annee in (2016, 2017) else 1), nombre(zone.gini, 1 if annee < 2016 else 3)]
    return [
        *tete, *quantiles, _euros(montants["Q3"] - montants["Q1"], annee), *[_euros(montants[d], annee) for d in revenus.DECILES],
        nombre(montants["d9"] / montants["d1"], 1), *inegalites, *[dixiemes(parts[n.lower()]) for n in _structure(annee)],
    ]  # fmt: skip


def reference(niveau: str, annee: int) -> bytes:
    """One file `FILO<year>_DISP_<level>.csv`: BOM, CRLF, no last line break; most communes give their median only."""
    lignes = [_ligne(code, nom, zone, annee, complete) for code, nom, zone, complete in _zones(niveau, annee)]
    return csv(
        [_colonnes(annee), *lignes], bom=True, colonnes_vides=VIDES_2017 if annee == 2017 else 0, fin_derniere=False
    )


COLONNES_2021 = (
    "CODGEO NBMENFISC21 NBPERSMENFISC21 MED21 PIMP21 TP6021 TP60AGE121 TP60AGE221 TP60AGE321 TP60AGE421 TP60AGE521 TP60AGE621 "
    "TP60TOL121 TP60TOL221 PACT21 PTSA21 PCHO21 PBEN21 PPEN21 PPAT21 PPSOC21 PPFAM21 PPMINI21 PPLOGT21 PIMPOT21 D121 D921 RD21"
).split()


def part_imposes(zone: revenus.Distribution, annee: int) -> int:
    """Share of taxed households, in points."""
    return round(24 + 30 * (zone.mediane / revenus.NIVEAU[annee] - 0.1))


def _ligne_2021(code: str) -> list[str]:
    zone = revenus.de_commune(code, 2021)
    if code in COMMUNES_SANS_RECENSEMENT:
        return [code, *["nd"] * (len(COLONNES_2021) - 1)]
    tete = [code, str(menages(zone)), str(personnes(zone))]
    if zone.personnes < PERSONNES_MINIMUM:
        return [code, *["s"] * (len(COLONNES_2021) - 1)]
    tete.append(str(arrondi(zone.mediane, 2021)))
    if zone.personnes < DETAIL_MINIMUM:
        return [*tete, *["s"] * (len(COLONNES_2021) - 4)]
    pauvrete = revenus.taux_pauvrete(zone, 2021)
    # The rates by age and tenure of the smaller communes are hidden more often than the total.
    croises = [nombre(round(pauvrete * facteur), 1) for facteur in (*AGES, 0.35, 1.75)]
    croises = [
        v if alea("secret2021", code, i).random() > 2200 / zone.personnes - 0.3 else "s" for i, v in enumerate(croises)
    ]
    parts = revenus.structure(zone, 2021, code, 2021)
    d1, d9 = zone.quantile(0.1), zone.quantile(0.9)
    return [
        *tete, nombre(part_imposes(zone, 2021), 1), nombre(round(pauvrete), 1), *croises, *[dixiemes(parts[n.lower()]) for n in STRUCTURE],
        str(arrondi(d1, 2021)), str(arrondi(d9, 2021)), nombre(d9 / d1, 1),
    ]  # fmt: skip


def communes_2021() -> bytes:
    """Every commune of 2021; `s` where secret, `nd` where not covered."""
    return csv([COLONNES_2021, *[_ligne_2021(code) for code in construire().communes]], fin="\n")


def _colonnes_2013(dernier_decile: str) -> list[str]:
    age, disponible = "Taux de pauvreté selon l’âge du référent fiscal", "Revenu disponible par unité de consommation"
    tranches = ("moins de 30 ans)", "30 à 39 ans) ", "40 à 49 ans)", "50 à 59 ans)", "60 à 74 ans)", "75 ans ou plus)")
    return [
        "Code géographique", "Libellé géographique", "Nombre de ménages fiscaux", "Nombre de personnes dans les ménages fiscaux",
        "Part des ménages fiscaux imposés (%)", "Taux de pauvreté-Ensemble (% pop totale)", *[f"{age} (% des {t}" for t in tranches],
        *[f"Taux de pauvreté selon le statut d’occupation du logement ({s})" for s in ("propriétaires", "locataires")],
        f"{disponible} (Médiane)", f"{disponible} (Rapport inter-décile 9e décile/1er decile)", f"{disponible} (1er décile)",
        f"{disponible} ({dernier_decile})",
    ]  # fmt: skip


def _ligne_2013(niveau: str, code: str, libelle: str) -> list[str]:
    zone = revenus.de_zone(niveau, code, 2013)
    pauvrete, d1, d9 = revenus.taux_pauvrete(zone, 2013), zone.quantile(0.1), zone.quantile(0.9)
    return [
        code, libelle, str(menages(zone)), nombre(personnes(zone), 1), nombre(part_imposes(zone, 2013) + 0.3, 1),
        *[nombre(pauvrete * facteur, 1) for facteur in (1.0, *AGES, 0.35, 1.75)],
        nombre(zone.mediane, 1), nombre(d9 / d1, 1), nombre(d1, 1), nombre(d9, 1),
    ]  # fmt: skip


def pauvrete_departements_2021() -> bytes:
    """Object of objects keyed by département."""
    taux = {
        code: {
            "tx_pauvrete": round(revenus.taux_pauvrete(revenus.de_zone("departement", code, 2021), 2021), 1),
            "nom_departement": nom,
        }
        for code, (nom, _) in noms.DEPARTEMENTS.items()
    }
    return json.dumps(taux, ensure_ascii=False, indent=4).encode()


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes; 2017 has no file of communes."""
    resultat = {
        f"{DOSSIER}FILO{annee}_DISP_{niveau}.csv": reference(niveau, annee)
        for annee in ANNEES
        for niveau in NIVEAUX
        if (annee, niveau) != (2017, "COM")
    }
    resultat["insee/communes_filosofi/cc_filosofi_2021_COM.csv"] = communes_2021()
    dossier = "insee/filosofi_pauvrete_references/"
    departements = [_ligne_2013("departement", code, nom) for code, (nom, _) in noms.DEPARTEMENTS.items()]
    resultat[f"{dossier}fr-dpt-pauvrete-2013.csv"] = csv(
        [_colonnes_2013("9e décile du niveau de vie"), *departements], separateur=","
    )
    region = _ligne_2013("region", REGION, noms.REGION)
    resultat[f"{dossier}fr-reg2016-pauvrete-2013.csv"] = csv([_colonnes_2013("9e décile"), region], separateur=",")
    resultat[f"{dossier}tx_pauvrete_departements.json"] = pauvrete_departements_2021()
    return resultat
