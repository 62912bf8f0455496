"""Filosofi files of the quartiers: 2016, 2018 and 2019 as csv, 2021 as zips for both zonings.

Belongs here: columns of each year, number formats, precision and notes of 2021, the `Ensemble` row.
Does not belong here: the base REVN, which repeats the incomes of 2018 (bases_revenus), the reference levels.
"""

from __future__ import annotations

from ingestion.demo import revenus, secret
from ingestion.demo.bases_revenus import arrondi, structure_publiee, taux_publie
from ingestion.demo.formats import INSECABLE, archive, csv, dixiemes, nombre
from ingestion.demo.territoire import Quartier, Quartier2024, alea, construire

DATE_2021 = (2024, 8, 28)
MONTANTS = {"q1": 0.25, "med": 0.5, "q3": 0.75, **revenus.DECILES}
STRUCTURE = "pact pcho ppen ppat ppsoc ppfam ppmini pplogt pimpot".split()
COLONNES = ["q1", "med", "q3", "eq", *revenus.DECILES, "rd", "gini", "s80s20", *STRUCTURE, "tp60"]
# Names of 2016, which differ from those of the later years.
NOMS_2016 = {"med": "q2", "eq": "q1q3q2", "rd": "d1d9"}


def _noms(annee: int) -> list[str]:
    if annee == 2016:
        return ["codgeo", *[f"disp_{NOMS_2016.get(c, c)}_a16" for c in COLONNES[:-1]], "tp60_a16", "note"]
    aa = annee % 100
    fin = [f"DISP_INCERT_A{aa}"] if annee == 2021 else []
    return ["CODGEO", *[f"DISP_{c.upper()}_A{aa}" for c in COLONNES], *fin, f"DISP_NOTE_A{aa}"]


def _montant(valeur: float, annee: int) -> str:
    if annee == 2021:
        return nombre(arrondi(valeur, annee), 1)
    return nombre(arrondi(valeur, annee), 0, INSECABLE if annee > 2016 else "")


def _valeurs(zone: revenus.Distribution, annee: int, cle: str, taux: str) -> list[str]:
    """Cells of a zone in the order of the columns, `taux` being its poverty rate as written."""
    montants = {nom: zone.quantile(part) for nom, part in MONTANTS.items()}
    parts = structure_publiee(zone, annee, cle)
    textes = {nom: _montant(valeur, annee) for nom, valeur in montants.items()}
    textes |= {nom: dixiemes(parts[nom], zero_final=annee > 2016) for nom in STRUCTURE}
    textes["eq"] = nombre((montants["q3"] - montants["q1"]) / montants["med"], 1 if annee == 2016 else 2)
    textes["rd"] = nombre(montants["d9"] / montants["d1"], 1)
    textes["gini"] = nombre(zone.gini, 3)
    textes["s80s20"] = nombre(zone.s80s20, 3 if annee == 2016 else 1)
    textes["tp60"] = taux
    return [textes[colonne] for colonne in COLONNES]


def annuel(annee: int) -> bytes:
    """File of 2016, 2018 or 2019: aggregate row first, no label column."""
    quartiers = secret.presents("filosofi", annee)
    ensemble = revenus.ensemble(annee, [q.code for q in quartiers])
    taux = nombre(revenus.taux_pauvrete(ensemble, annee), 1, zero_final=annee > 2016)
    lignes = [["Ensemble", *_valeurs(ensemble, annee, "Ensemble", taux), "0"]]
    for q in quartiers:
        taux = dixiemes(taux_publie(q, annee), zero_final=annee > 2016)
        valeurs = _valeurs(revenus.du_quartier(q.code, annee), annee, q.code, taux)
        lignes.append([q.code, *valeurs, str(secret.note("FILO", q, annee))])
    return csv([_noms(annee), *lignes])


def taux_arrondi(taux: float, population: int) -> tuple[float, str]:
    """Poverty rate of 2021 and its precision: to the tenth, to the point, or the centre of a band of two points."""
    if population > 4_500:
        return round(taux, 1), "0,1"
    if population > 2_500:
        return float(round(taux)), "1"
    return 2.0 * (taux // 2) + 1, "2"


def _ligne_2021(quartier: Quartier) -> list[str]:
    zone = revenus.du_quartier(quartier.code, 2021)
    tirage = alea("filosofi2021", quartier.code).random() * quartier.population[2018] / 2_000
    vides = [""] * len(COLONNES)
    if tirage < 0.04:
        return [quartier.code, *vides, ",", "5"]
    if tirage < 0.17:
        return [quartier.code, *vides, "", ""]
    taux, precision = taux_arrondi(revenus.taux_pauvrete(zone, 2021), quartier.population[2018])
    valeurs = _valeurs(zone, 2021, quartier.code, nombre(taux, 1))
    return [quartier.code, *valeurs, precision, str(secret.note("FILO", quartier, 2021))]


def zip_2021() -> bytes:
    """Zip of 2021, zoning of 2015: the mainland, and the table of names."""
    quartiers = secret.presents("filosofi", 2021)
    noms = [
        ["COD_VAR", "LIB_VAR", "COD_MOD", "LIB_MOD"],
        *[["CODGEO", "Code du quartier prioritaire", q.code, q.nom] for q in quartiers],
    ]
    base = "indic-revenu-disponible-qp15-2021_QP.csv"
    membres = {
        base: csv([_noms(2021), *map(_ligne_2021, quartiers)], bom=True, fin="\n"),
        f"meta_{base}": csv(noms, fin="\n"),
    }
    return archive(membres, DATE_2021)


def _distribution_2024(quartier: Quartier2024) -> revenus.Distribution:
    """Those of the quartiers of 2015 it comes from; a new one has that of an average quartier of its difficulty."""
    if quartier.origines:
        return revenus.melange(revenus.du_quartier(q.code, 2021) for q in quartier.origines)
    modele = revenus.ensemble(2021)
    return modele._replace(mu=modele.mu - 0.06 * quartier.difficulte)


def zip_2024() -> bytes:
    """Zip of 2021, zoning of 2024: poverty rate only, a few quartiers of the mainland absent."""
    lignes = []
    for quartier in sorted(construire().quartiers_2024, key=lambda q: q.code):
        iles = any(q.couverture != "complete" for q in quartier.origines)
        if iles or alea("filosofi2024", quartier.code).random() < 0.05:
            continue
        taux, _ = taux_arrondi(revenus.taux_pauvrete(_distribution_2024(quartier), 2021), quartier.population)
        lignes.append([quartier.code, nombre(taux, 1)])
    contenu = csv([["CODGEO", "DISP_TP60_A21"], *lignes], bom=True, fin="\n")
    return archive({"indic-revenu-disponible-qp24-2021_QP.csv": contenu}, DATE_2021)


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    dossier = "insee/qpv_filosofi/"
    resultat = {f"{dossier}data_filo{annee % 100}_qp_revdis.csv": annuel(annee) for annee in (2016, 2018, 2019)}
    resultat[f"{dossier}revenus_pauvrete_2021_qp15_csv.zip"] = zip_2021()
    return resultat | {"insee/qpv2024_filosofi/revenus_pauvrete_2021_qp24_v2_csv.zip": zip_2024()}
