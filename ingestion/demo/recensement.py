"""The workbook of the census of 2010: 60 rates per quartier and per former région, and their documentation.

Belongs here: the rates that only this workbook holds, its three sheets, what it hides.
Does not belong here: the rates that the thematic bases repeat (modele), their secrecy (secret).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingestion.demo import modele, noms, secret
from ingestion.demo.formats import classeur
from ingestion.demo.territoire import Quartier, alea, construire

Cellule = str | float | None
GROUPES = {"tot": "", "f": ", femmes", "et": ", étrangers"}
AGES = {
    "0a14": "0 à 14 ans",
    "15a24": "15 à 24 ans",
    "25a59": "25 à 59 ans",
    "60a74": "60 à 74 ans",
    "75etplus": "75 ans et plus",
}
DIPLOMES = {
    "infbac": "Diplôme inférieur au baccalauréat",
    "diplbac": "Baccalauréat",
    "diplbac2": "Diplôme de niveau bac + 2 ou plus",
}
# Rate of this workbook only → label, centre in tenths, effect of the difficulty, spread, share of hidden cells.
COMPLEMENTS: dict[str, tuple[str, float, float, float, float]] = {
    "h_ind_jeune": ("Indice de jeunesse, hommes", 24, 4, 6, 0.2), "f_ind_jeune": ("Indice de jeunesse, femmes", 18, 3, 5, 0.2),
    "fr_ind_jeune": ("Indice de jeunesse, Français", 21, 3, 5, 0.2), "et_ind_jeune": ("Indice de jeunesse, étrangers", 13, 1, 4, 0.4),
    "tx_tot_scol": ("Taux de scolarisation de 16 à 24 ans", 525, -22, 40, 0.01),
    "tx_f_scol": ("Taux de scolarisation de 16 à 24 ans, femmes", 540, -20, 45, 0.05),
    "tx_et_scol": ("Taux de scolarisation de 16 à 24 ans, étrangers", 500, -20, 70, 0.4),
    "tx_tot_men1_60a74": ("Part des ménages d'une personne de 60 à 74 ans", 80, 3, 18, 0.1),
    "tx_tot_men1_75etplus": ("Part des ménages d'une personne de 75 ans et plus", 66, -6, 22, 0.2),
    "tx_tot_fam_mono": ("Part des familles monoparentales parmi les ménages", 152, 15, 30, 0.02),
    "tx_f_men1": ("Part des femmes parmi les ménages d'une personne", 560, -8, 40, 0.02),
    "tx_f_men1_60a74": ("Part des femmes parmi ceux de 60 à 74 ans", 670, 0, 60, 0.15),
    "tx_f_men1_75etplus": ("Part des femmes parmi ceux de 75 ans et plus", 820, 0, 50, 0.25),
    "tx_f_fam_mono": ("Part des femmes parmi les familles monoparentales", 886, 6, 30, 0.05),
    "tx_et_men": ("Part des étrangers parmi les ménages", 180, 60, 50, 0.08),
    "tx_et_men1": ("Part des étrangers parmi les ménages d'une personne", 110, 30, 40, 0.2),
    "tx_et_men1_60a74": ("Part des étrangers parmi ceux de 60 à 74 ans", 124, 30, 60, 0.4),
    "tx_et_men1_75etplus": ("Part des étrangers parmi ceux de 75 ans et plus", 73, 20, 40, 0.5),
    "tx_et_fam_mono": ("Part des étrangers parmi les familles monoparentales", 156, 40, 60, 0.3),
    "tx_l_2piec": ("Part des logements d'une ou deux pièces", 220, 0, 80, 0.03),
    "tx_l_5piec": ("Part des logements de cinq pièces ou plus", 128, -10, 60, 0.18),
    "tx_l_vacant": ("Part des logements vacants", 64, 8, 25, 0.35), "l_nbpers": ("Nombre de personnes par résidence principale", 23, 2, 2, 0.01),
    "tx_nblog_20l": ("Part des logements d'immeubles de 20 logements ou plus", 400, 40, 200, 0.05),
}  # fmt: skip
CACHES_DIPLOMES = {"tot": 0.01, "f": 0.05, "et": 0.3}


def _colonnes() -> dict[str, str]:
    """Column → label, in the order of the workbook."""
    c = {nom: libelle for nom, (libelle, *_) in COMPLEMENTS.items()}
    colonnes = {"ind_jeune": "Indice de jeunesse"} | {n: c[n] for n in c if n.endswith("ind_jeune")}
    colonnes |= {f"tx_{g}_{age}": f"Part des {nom}{suite}" for g, suite in GROUPES.items() for age, nom in AGES.items()}
    colonnes |= {
        "tx_f": "Part des femmes",
        "tx_f_et": "Part des étrangères parmi les femmes",
        "tx_tot_et": "Part des étrangers",
    }
    for g, suite in GROUPES.items():
        colonnes |= {f"tx_{g}_empl": f"Taux d'emploi{suite}", f"tx_{g}_eprec": f"Part des emplois précaires{suite}"}
    colonnes |= {f"tx_{g}_{d}": f"{nom}{suite}" for g, suite in GROUPES.items() for d, nom in DIPLOMES.items()}
    colonnes |= {n: c[n] for n in c if n.endswith("_scol")}
    colonnes["tx_tot_men1"] = "Part des ménages d'une personne"
    colonnes |= {n: c[n] for n in ("tx_tot_men1_60a74", "tx_tot_men1_75etplus", "tx_tot_fam_mono")}
    colonnes["tx_tot_men6"] = "Part des ménages de six personnes ou plus"
    return colonnes | {n: c[n] for n in c if n not in colonnes}


def complements(quartier: Quartier) -> dict[str, int]:
    """Rates in tenths that no other file holds; the three levels of diploma add up to 1000."""
    tirage, z = alea("recensement_2010", quartier.code), quartier.difficulte
    valeurs = {
        nom: round(max(1, centre + pente * z + tirage.uniform(-etendue, etendue)))
        for nom, (_, centre, pente, etendue, _) in COMPLEMENTS.items()
    }
    for groupe, ecart in (("tot", 0), ("f", 2), ("et", 60)):
        bac, sup = (
            round(130 - 9 * z - ecart / 3 + tirage.uniform(-18, 18)),
            round(121 - 22 * z - ecart / 3 + tirage.uniform(-25, 25)),
        )
        valeurs |= {f"tx_{groupe}_infbac": 1000 - bac - sup, f"tx_{groupe}_diplbac": bac, f"tx_{groupe}_diplbac2": sup}
    return valeurs


def _publies(quartier: Quartier) -> Mapping[str, int | None]:
    publies: secret.Publie = dict(secret.recensement(quartier, 2010))
    for nom, valeur in complements(quartier).items():
        part = COMPLEMENTS[nom][4] if nom in COMPLEMENTS else CACHES_DIPLOMES[nom.split("_")[1]]
        publies[nom] = None if secret.est_cache(nom, quartier, 2010, part) else valeur
    return publies


def _moyenne(quartiers: Sequence[Quartier]) -> dict[str, int | None]:
    """Rates of several quartiers together, weighted as the `Ensemble` row of the bases that repeat this census."""
    valeurs = [(q.population[2018], {**modele.recensement(q.code, 2010), **complements(q)}) for q in quartiers]
    total = sum(p for p, _ in valeurs)
    return {nom: round(sum(p * v[nom] for p, v in valeurs) / total) for nom in valeurs[0][1]}


def _cellules(publies: Mapping[str, int | None]) -> list[Cellule]:
    return [None if publies[nom] is None else (publies[nom] or 0) / 10 for nom in _colonnes()]


def _taille(population: int) -> str:
    """Size class as published, irregular blanks included."""
    classes = (
        (2_000, "1.    - de 1999"),
        (4_000, "2. 2000 à  3999"),
        (5_000, "3. 4000 à  4999"),
        (10_000, "4. 5000 à 10000"),
    )
    return next((nom for borne, nom in classes if population < borne), "5.   + de 10000")


def _titres(niveau: str) -> list[list[Cellule]]:
    return [
        ["Données fictives de démonstration"], [f"Données par {niveau}"], ["Champ : quartiers du territoire fictif, sans l'archipel"],
        ["Source : données fictives de démonstration, recensement de 2010"], [],
    ]  # fmt: skip


def _quartiers() -> list[Quartier]:
    return [q for q in construire().quartiers if q.couverture == "complete" and q.code != secret.ABSENT_EN_2010]


def _region(quartier: Quartier) -> str:
    return next(
        code for code, (_, departements) in noms.ANCIENNES_REGIONS.items() if quartier.departement in departements
    )


def _feuille_quartiers() -> list[list[Cellule]]:
    colonnes = _colonnes()
    lignes: list[list[Cellule]] = [
        ["NOM_QP", "qp", "listcom", "reg", "niv", *colonnes],
        ["Nom du quartier", "Code du quartier", "Communes", None, "Taille du quartier", *colonnes.values()],
    ]
    for q in _quartiers():
        communes = ", ".join(construire().noms_communes(q.communes))
        lignes.append([q.nom, q.code, communes, _region(q), _taille(q.population[2013]), *_cellules(_publies(q))])
    return _titres("quartier") + lignes


def _feuille_regions() -> list[list[Cellule]]:
    colonnes, quartiers = _colonnes(), [q for q in construire().quartiers if q.couverture == "complete"]
    lignes: list[list[Cellule]] = [[None, "reg", *colonnes], ["Nom de la région", None, *colonnes.values()]]
    lignes.append(["Ensemble des quartiers du continent", None, *_cellules(_moyenne(quartiers))])
    for code, (nom, _) in noms.ANCIENNES_REGIONS.items():
        lignes.append(
            [
                f"Ensemble des quartiers de la région {nom}",
                code,
                *_cellules(_moyenne([q for q in quartiers if _region(q) == code])),
            ]
        )
    return _titres("région") + lignes


def classeur_2010() -> bytes:
    """Excel 97 workbook: names on row 6, labels on row 7, data from row 8; an empty cell is secret."""
    documentation: list[list[Cellule]] = [["Documentation"], [], ["Données fictives de démonstration"], []]
    documentation += [[nom, f"= {libelle}"] for nom, libelle in _colonnes().items()]
    return classeur({"Regions": _feuille_regions(), "Quartiers": _feuille_quartiers(), "Documentation": documentation})


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {"insee/qpv_recensement_2010/demographie_2010_qpv.xls": classeur_2010()}
