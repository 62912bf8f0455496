"""The published files read without the project: csv lines, numbers, and where the quartiers of Normandie lie.

Belongs here: reading of the deposit that shares no code with ingestion, in the simplest way that is right.
Does not belong here: expected figures (the tests), the typed layers (couches).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import fastexcel
import polars as pl

NORMANDIE = ("14", "27", "50", "61", "76")
# Filosofi: the file of the quartiers that holds each year, with the columns of the median and of the poverty rate.
FILOSOFI_QPV = {
    "2013": ("qpv_revenus/REVN_2017.csv", "DISP_Q2", "TP60"),
    "2014": ("qpv_revenus/REVN_2018.csv", "DISP_Q2", "TP60"),
    "2015": ("qpv_revenus/REVN_2019.csv", "DISP_Q2", "TP60"),
    "2016": ("qpv_filosofi/data_filo16_qp_revdis.csv", "disp_q2_a16", "tp60_a16"),
    "2017": ("qpv_revenus/REVN_2021.csv", "DISP_Q2", "TP60"),
    "2018": ("qpv_revenus/REVN_2022.csv", "DISP_Q2", "TP60"),
    "2019": ("qpv_filosofi/data_filo19_qp_revdis.csv", "DISP_MED_A19", "DISP_TP60_A19"),
    "2021": ("qpv_filosofi/revenus_pauvrete_2021_qp15_csv.zip", "DISP_MED_A21", "DISP_TP60_A21"),
}
# Job seekers: the file of each 31 December.
DEFM = {f"{annee}-12-31": f"IPRO_{annee + 1}.csv" for annee in (2016, 2017, 2018, 2020, 2021)}


@cache
def table(chemin: Path, separateur: str = ";", membre: str = "") -> pl.DataFrame:
    """A csv file, or the only member of an archive whose name begins with `membre`: text everywhere."""
    if chemin.suffix == ".zip":
        with zipfile.ZipFile(chemin) as archive:
            (nom,) = [n for n in archive.namelist() if n.startswith(membre)]
            contenu = archive.read(nom)
    else:
        contenu = chemin.read_bytes()
    try:
        texte = contenu.decode("utf-8-sig")
    except UnicodeDecodeError:
        texte = contenu.decode("cp1252")
    return pl.read_csv(texte.encode(), separator=separateur, infer_schema=False, truncate_ragged_lines=True)


def colonne(rangees: pl.DataFrame, nom: str, cle: str = "CODGEO") -> dict[str, float]:
    """Code → figure of one column, `1 193 700` or `50,1`, without the cells that are empty or hold a mark."""
    code = cle if cle in rangees.columns else cle.lower()
    ecrit = pl.col(nom).str.replace_all(r"\s", "").str.replace(",", ".")
    marques = ecrit.is_null() | ecrit.is_in(["", "s", "nd"])
    lues = rangees.select(code, v=pl.when(~marques).then(ecrit).cast(pl.Float64, strict=True))
    return {c: v for c, v in lues.rows() if c is not None and v is not None}


def filosofi_qpv(depot: Path, annee: str, rang: int) -> dict[str, float]:
    """Quartier (and `Ensemble`) → median (rang 1) or poverty rate (rang 2) of a year of Filosofi."""
    fichier = FILOSOFI_QPV[annee]
    return colonne(table(depot / "insee" / fichier[0], membre="indic"), fichier[rang])


def demandeurs(depot: Path) -> dict[str, dict[str, float]]:
    """31 December → quartier → job seekers of categories A, B and C."""
    dossier = depot / "insee/qpv_insertion_professionnelle"
    return {jour: colonne(table(dossier / fichier), "ABC") for jour, fichier in DEFM.items()}


def liste_2015(depot: Path) -> Iterator[tuple[str, list[str], list[str], float]]:
    """Quartier, its EPCI of 2015, the names of its communes, its population, as the workbook of 2013 lists them."""
    tableur = fastexcel.read_excel(depot / "insee/qpv_population/pop_qp_2013.xls")
    for ligne in tableur.load_sheet(0, header_row=None).to_polars().rows():
        if str(ligne[0]).startswith("QP"):
            yield ligne[0], [e for e in ligne[3:5] if e], str(ligne[6]).split(", "), float(ligne[7])


class Normandie:
    """The 62 quartiers of 2015: their communes, EPCI of 2015, EPCI of today, département."""

    def __init__(self, depot: Path) -> None:
        cog = table(depot / "insee/cog/communes.csv", ",").filter(pl.col("TYPECOM") == "COM")
        noms = {(d, n): c for d, n, c in cog.select("DEP", "LIBELLE", "COM").rows()}
        # Saint-Germain-Village and Saint-Martin-des-Champs have become parts of Pont-Audemer and of Avranches.
        reunions = table(depot / "insee/cog/mouvements-communes.csv", ",").filter(
            (pl.col("TYPECOM_AV") == "COM")
            & (pl.col("TYPECOM_AP") == "COM")
            & (pl.col("DATE_EFF") > "2016")
            & (pl.col("COM_AV") != pl.col("COM_AP"))
        )
        noms |= {(a[:2], n): c for a, n, c in reunions.select("COM_AV", "LIBELLE_AV", "COM_AP").rows()}
        self.reunies = dict(reunions.select("COM_AV", "COM_AP").iter_rows())
        appartenance = table(depot / "insee/qpv_appartenance/qpv_info_nom_commune.csv", ",")
        premieres = dict(appartenance.select("code", "insee_com").iter_rows())
        composition = table(depot / "insee/cog/epci_commune.csv", ",").select("codgeo", "epci").drop_nulls()
        self.composition: dict[str, str] = dict(composition.iter_rows())
        self.communes: dict[str, list[str]] = {}
        self.epci_2015: dict[str, list[str]] = {}
        for code, epci, communes, _ in liste_2015(depot):
            if code[3:5] in NORMANDIE and code[2] == "0":
                self.epci_2015[code] = epci
                self.communes[code] = (
                    [premieres[code]] if len(communes) == 1 else sorted({noms[code[3:5], nom] for nom in communes})
                )

    def epci_d_une_commune(self, commune: str) -> str | None:
        """Also for a commune that has since become a part of another; None when the composition does not know it."""
        return self.composition.get(commune) or self.composition.get(self.reunies.get(commune, ""))

    def epci_actuels(self, code: str) -> list[str]:
        return sorted({self.composition[c] for c in self.communes[code]})

    @staticmethod
    def departement(code: str) -> str:
        return code[3:5]
