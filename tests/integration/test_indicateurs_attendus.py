"""Indicators whose real file is awaited, computed on the demo territory, against its files read another way.

Belongs here: the day such a file comes, its figures are in the release; each expectation is added up from the raw file.
Does not belong here: figures of real files (tests/data), the layout of the files (tests/unit/test_demo_*).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import fastexcel
import polars as pl
import pytest

INSEE = "insee"


@pytest.fixture(scope="module")
def valeurs(donnees_demo: Path) -> pl.DataFrame:
    return pl.read_parquet(donnees_demo / "releases" / "current" / "tables" / "valeurs.parquet")


def tableau(chemin: Path, membre: str | None = None) -> list[dict[str, str]]:
    """Rows of a csv, or of the member of an archive."""
    if membre is None:
        flux: io.TextIOBase = io.StringIO(chemin.read_text(encoding="utf-8-sig"))
    else:
        with zipfile.ZipFile(chemin) as archive:
            flux = io.StringIO(archive.read(membre).decode("utf-8-sig"))
    return list(csv.DictReader(flux, delimiter=";"))


def publies(valeurs: pl.DataFrame, indicateur: str, niveau: str, zonage: str, periode: str) -> dict[str, float | None]:
    lignes = valeurs.filter(indicateur=indicateur, niveau=niveau, zonage=zonage, periode=periode)
    return dict(lignes.select("code_territoire", "valeur").iter_rows())


def quartiers(lignes: list[dict[str, str]], cle: str = "CODGEO") -> dict[str, dict[str, str]]:
    return {ligne[cle]: ligne for ligne in lignes if ligne[cle].startswith("QN")}


def egaux(lus: dict[str, float | None], attendus: dict[str, float | None]) -> None:
    """The same quartiers with a value, and the same values."""
    assert {c for c, v in lus.items() if v is not None} == {c for c, v in attendus.items() if v is not None}
    for code, attendue in attendus.items():
        if attendue is not None:
            assert lus[code] == pytest.approx(attendue, rel=1e-9), code


def rapport(numerateur: str, denominateur: str, facteur: float = 100) -> float | None:
    return facteur * float(numerateur) / float(denominateur) if numerateur and denominateur else None


@pytest.fixture(scope="module")
def populations(territoire_demo: Path) -> dict[str, str]:
    lignes = tableau(territoire_demo / INSEE / "qpv2024_population" / "pop_QPV24.csv")
    return {ligne["codeQPV"]: ligne["popMuniQPV"] for ligne in lignes}


def test_les_inscrits_des_quartiers_de_2024(
    valeurs: pl.DataFrame, territoire_demo: Path, populations: dict[str, str]
) -> None:
    lignes = quartiers(
        tableau(territoire_demo / INSEE / "qpv2024_defm" / "DEFM2024_QP24_csv.zip", "data_DEFM2024_QP.csv")
    )
    assert len(lignes) == 63
    date = "2024-12-31"
    lus = publies(valeurs, "defm_abc", "qpv", "2024", date)
    egaux(lus, {c: float(x["ABC"]) if x["ABC"] else None for c, x in lignes.items()})
    for indicateur, colonnes in {
        "part_defm_femmes": ["ABC_F"],
        "part_defm_moins_26_ans": ["ABC_25"],
        "part_defm_50_ans_plus": ["ABC_50"],
        "part_defm_2_ans_plus": ["ABC_DUR4"],
        "part_defm_categorie_a": ["A"],
        "part_defm_1_an_plus": ["ABC_DUR3", "ABC_DUR4"],
    }.items():
        attendus = {
            c: rapport(str(sum(int(x[k]) for k in colonnes)), x["ABC"])
            if all(x[k] for k in (*colonnes, "ABC"))
            else None
            for c, x in lignes.items()
        }
        egaux(publies(valeurs, indicateur, "qpv", "2024", date), attendus)
    attendus = {c: rapport(x["ABC"], populations.get(c, "")) for c, x in lignes.items()}
    egaux(publies(valeurs, "defm_abc_pour_100_hab", "qpv", "2024", date), attendus)


def test_les_allocataires_et_le_parc_social_des_quartiers_de_2024(
    valeurs: pl.DataFrame, territoire_demo: Path, populations: dict[str, str]
) -> None:
    archive = territoire_demo / INSEE / "qpv2024_caf" / "beneficiaires_CAF_31-12-2024_QP24.zip"
    membre = next(n for n in zipfile.ZipFile(archive).namelist() if n.startswith("data_"))
    lignes = quartiers(tableau(archive, membre))
    for indicateur, colonne in (("part_allocataires_isoles", "AI"), ("part_allocataires_monoparents", "AM")):
        attendus = {c: rapport(x[colonne], x["A"]) for c, x in lignes.items()}
        egaux(publies(valeurs, indicateur, "qpv", "2024", "2024-12-31"), attendus)
    couverts = {c: rapport(x["PERCOU"], populations.get(c, "")) for c, x in lignes.items()}
    egaux(publies(valeurs, "part_population_couverte_caf", "qpv", "2024", "2024-12-31"), couverts)

    parc = quartiers(
        tableau(territoire_demo / INSEE / "qpv2024_rpls" / "RPLS_01-01-2025_QPV_2024.zip", "data_RPLS2025_QP.csv"),
        "CodGeo",
    )
    for indicateur, colonne in (
        ("nb_logements_sociaux", "nbLsPls"),
        ("taux_vacance_parc_social", "txVac"),
        ("taux_mobilite_parc_social", "txRot"),
        ("loyer_median_parc_social", "medLoy"),
    ):
        attendus = {c: float(x[colonne].replace(",", ".")) if x[colonne] else None for c, x in parc.items()}
        egaux(publies(valeurs, indicateur, "qpv", "2024", "2025"), attendus)


def test_les_etablissements_des_quartiers_de_2024(
    valeurs: pl.DataFrame, territoire_demo: Path, populations: dict[str, str]
) -> None:
    lignes = quartiers(
        tableau(territoire_demo / INSEE / "qpv2024_side" / "side_2023_QPV2024.zip", "data_SIDE2023_QP.csv")
    )
    for indicateur, colonne in (
        ("etablissements_pour_1000_hab", "NB_ETAB"),
        ("creations_etablissements_pour_1000_hab", "CREA"),
    ):
        attendus = {c: rapport(x[colonne], populations.get(c, ""), 1000) for c, x in lignes.items()}
        egaux(publies(valeurs, indicateur, "qpv", "2024", "2023"), attendus)
    micro = {c: rapport(x["CREA_MICRO"], x["CREA"]) for c, x in lignes.items()}
    egaux(publies(valeurs, "part_micro_entrepreneurs_creations", "qpv", "2024", "2023"), micro)


def test_le_logement_des_quartiers_de_2015(valeurs: pl.DataFrame, territoire_demo: Path) -> None:
    """Published shares as they stand, the publisher's own figure for all quartiers, a quartier without a row."""
    classeur = fastexcel.read_excel((territoire_demo / INSEE / "qpv_logement" / "LOGT_2023_V2.xlsx").read_bytes())
    noms, ensemble, *lignes = classeur.load_sheet(0, header_row=None, skip_rows=4, dtypes="string").to_polars().rows()
    for indicateur, colonne in (("part_logement_social", "txLsRp"), ("taux_suroccupation", "partResPrincSurocc")):
        rang = noms.index(colonne)
        attendus = {ligne[0]: float(ligne[rang]) if ligne[rang] else None for ligne in lignes}
        assert len({code for code, v in attendus.items() if v is not None}) > 45
        egaux(publies(valeurs, indicateur, "qpv", "2015", "2019"), attendus)
        assert publies(valeurs, indicateur, "ensemble_qpv", "2015", "2019") == {"QPV-FR": float(ensemble[rang])}
        sans = valeurs.filter(indicateur=indicateur, niveau="qpv").filter(pl.col("statut") == "non_diffuse")
        assert sans["code_territoire"].to_list() == ["QP965006"]


def test_les_estimations_de_2022_vont_aux_quartiers_de_2015(valeurs: pl.DataFrame, territoire_demo: Path) -> None:
    base = "estimations-demographiques_2022_QPV2015"
    archive = territoire_demo / INSEE / "qpv_estimations_demographiques" / f"{base}_csv.zip"
    lignes = tableau(archive, f"{base}.csv")
    for indicateur, colonne in (
        ("indice_jeunesse", "indiceJeunesse"),
        ("part_menages_1_personne", "partMen1p"),
        ("part_menages_6_personnes_plus", "partMen6pp"),
    ):
        attendus = {x["codeQPV"]: float(x[colonne].replace(",", ".")) if x[colonne] else None for x in lignes}
        egaux(publies(valeurs, indicateur, "qpv", "2015", "2022"), attendus)


def test_le_recensement_de_2022_donne_les_references(valeurs: pl.DataFrame, territoire_demo: Path) -> None:
    """Σ over the communes that have their figures: the département 961, and the commune 96101."""
    archive = territoire_demo / INSEE / "rp_communes_emploi" / "base-cc-emploi-pop-active-2022_csv.zip"
    lignes = [x for x in tableau(archive, "base-cc-emploi-pop-active-2022.CSV") if x["P22_POP1564"]]
    for niveau, code in (("commune", "96101"), ("departement", "961")):
        ici = [x for x in lignes if x["CODGEO"].startswith(code)]
        assert len(ici) == 1 if niveau == "commune" else len(ici) > 5
        for indicateur, num, den in (
            ("taux_emploi_15_64", "P22_ACTOCC1564", "P22_POP1564"),
            ("taux_chomage_recensement_commune", "P22_CHOM1564", "P22_ACT1564"),
        ):
            attendu = 100 * sum(float(x[num]) for x in ici) / sum(float(x[den]) for x in ici)
            assert publies(valeurs, indicateur, niveau, "", "2022")[code] == pytest.approx(attendu, rel=1e-9)


def test_les_associations_s_arretent_a_la_commune(valeurs: pl.DataFrame, territoire_demo: Path) -> None:
    """Active ones only; the inhabitants are those of the comparateur; no quartier, no département."""
    associations = pl.read_parquet(territoire_demo / "interieur/rna/rna_waldec.parquet")
    actives = Counter(associations.filter(pl.col("position") == "A")["adrs_codeinsee"])
    with zipfile.ZipFile(territoire_demo / INSEE / "communes_comparateur" / "base_cc_comparateur_csv.zip") as archive:
        membre = next(n for n in archive.namelist() if not n.startswith("meta"))
        flux = io.StringIO(archive.read(membre).decode("utf-8-sig"))
    habitants = {x["CODGEO"]: x["P18_POP"] for x in csv.DictReader(flux, delimiter=";")}
    lus = publies(valeurs, "associations_pour_1000_hab", "commune", "", "base-courante")
    for code in ("96101", "96201"):
        assert lus[code] == pytest.approx(1000 * actives[code] / float(habitants[code]), rel=1e-9)
    assert actives["96101"] > 0
    niveaux = valeurs.filter(indicateur="associations_pour_1000_hab")["niveau"].unique()
    assert set(niveaux) == {"commune", "epci"}


def test_ce_qui_n_est_pas_diffuse_ne_dit_rien(valeurs: pl.DataFrame, territoire_demo: Path) -> None:
    chemin = territoire_demo / "ssmsi/delinquance_communes/donnee-data.gouv-2025-geographie2026.csv.gz"
    lignes = list(csv.DictReader(io.StringIO(gzip.decompress(chemin.read_bytes()).decode("utf-8-sig")), delimiter=";"))
    cambriolages = {
        x["CODGEO_2026"]: float(x["taux_pour_mille"].replace(",", ".")) if x["est_diffuse"] == "diff" else None
        for x in lignes
        if x["indicateur"] == "Cambriolages de logement" and x["annee"] == "2024"
    }
    lus = publies(valeurs, "delinquance_enregistree_commune", "commune", "", "2024")
    assert lus == {code: cambriolages[code] for code in lus}
    assert None in lus.values()
    assert len(lus) > 30
    assert set(valeurs.filter(indicateur="delinquance_enregistree_commune")["niveau"]) == {"commune"}


def test_les_subventions_se_rapportent_aux_habitants_des_contrats(donnees_demo: Path, territoire_demo: Path) -> None:
    """An amount that two contracts share is in neither; the total of France holds them all."""
    tables = donnees_demo / "releases" / "current" / "tables"
    brut = json.loads((territoire_demo / "anct/subventions/subventions-2023.json").read_text(encoding="utf-8"))
    entites = json.loads((territoire_demo / "anct/contrats_ville/contrats-2015.json").read_text(encoding="utf-8"))
    habitants = {e["properties"]["code_cv"]: e["properties"]["pop"] for e in entites["features"]}
    contrats = pl.read_parquet(tables / "contrats.parquet").filter(indicateur="subventions_politique_ville_par_hab")
    lus = {c: (v, s) for c, v, s in contrats.select("code_contrat", "valeur", "statut").iter_rows()}
    partages = [x["code_cv"] for x in brut if len(x.get("code_cv") or "") == 10]
    assert partages
    for code in ("CV902", "CV903"):
        montant = sum(x["montant"] for x in brut if x.get("code_cv") == code)
        assert montant > 0
        assert lus[code][0] == pytest.approx(montant / habitants[code], rel=1e-9)
    assert lus[partages[0][5:]][1] == "partiel"
    france = pl.read_parquet(tables / "valeurs.parquet").filter(
        indicateur="subventions_politique_ville_par_hab", niveau="france"
    )
    assert france["numerateur"].to_list() == [sum(x["montant"] for x in brut)]
