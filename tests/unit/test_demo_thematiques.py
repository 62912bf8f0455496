"""Layouts that no deposit holds yet, as the demo territory writes them and as the cards read them.

Belongs here: health, digital, safety, job seekers and benefits of the fictitious communes, départements and country.
Does not belong here: real files (tests/data), the readers themselves (test_read), the identities of the quartiers (test_demo).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from ingestion.acquire import SourceDepot
from ingestion.catalogue import Catalogue
from ingestion.demo import contexte_communal, emploi, prestations, sante
from ingestion.ingest import ingerer_jeu

MODULES = (contexte_communal, emploi, prestations, sante)
# The large city of the fictitious territory and its arrondissements.
VILLE, ARRONDISSEMENTS = "96101", {"96181", "96182", "96183"}
Lignes = list[dict[str, str]]
Lire = Callable[[str, str], pl.DataFrame]


@pytest.fixture(scope="module")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of these families only."""
    racine = tmp_path_factory.mktemp("demo")
    for module in MODULES:
        for chemin, contenu in module.fichiers().items():
            (racine / chemin).parent.mkdir(parents=True, exist_ok=True)
            (racine / chemin).write_bytes(contenu)
    return racine


@pytest.fixture(scope="module")
def lire(depot: Path, tmp_path_factory: pytest.TempPathFactory) -> Lire:
    """`cellules`, `lignes`, `quarantaine` or `brut` of a dataset read with its card, all files together."""
    catalogue, donnees = Catalogue(), tmp_path_factory.mktemp("donnees")

    def couche(jeu: str, nature: str) -> pl.DataFrame:
        fiche = catalogue.jeux[jeu]
        bilan = ingerer_jeu(fiche, SourceDepot(depot), donnees, lambda: datetime(2026, 11, 25, tzinfo=UTC))
        assert {f.statut for f in bilan.fichiers} == {"a_jour"}, [f.message for f in bilan.fichiers]
        if nature == "brut":
            return pl.read_parquet(donnees / "raw" / fiche.dossier / "*" / "*.parquet")
        return pl.read_parquet(donnees / "normalise" / fiche.dossier / "*" / f"*.{nature}.parquet")

    return couche


def lignes(contenu: bytes, separateur: str = ";") -> Lignes:
    return list(csv.DictReader(io.StringIO(contenu.decode("utf-8-sig"), newline=""), delimiter=separateur))


def valeurs(cellules: pl.DataFrame, variable: str, niveau: str) -> dict[tuple[str, str], float | None]:
    """(territory, period) → value; a repeated pair fails."""
    ici = cellules.filter((pl.col("variable") == variable) & (pl.col("niveau") == niveau))
    resultat = {(code, periode): v for code, periode, v in ici.select("code_territoire", "periode", "valeur").rows()}
    assert len(resultat) == ici.height
    return resultat


def motifs(couche: pl.DataFrame) -> dict[str, int]:
    """Reason of exclusion → number of rows."""
    return dict(couche.filter(pl.col("sort") == "exclue").group_by("motif").len().iter_rows())


# --- health -----------------------------------------------------------------------------------------------------------


def test_l_accessibilite_est_lue_sous_ses_titres_et_sa_ligne_d_unites(depot: Path, lire: Lire) -> None:
    classeur = fastexcel.read_excel((depot / "drees/apl/indicateur_d_apl_aux_medecins_generalistes.xlsx").read_bytes())
    lues = valeurs(lire("drees.apl", "cellules"), "apl_medecins_generalistes", "commune")
    attendues: dict[tuple[str, str], float] = {}
    for annee in ("2022", "2023", "2024"):
        feuille = classeur.load_sheet(f"APL {annee}", header_row=None, skip_rows=6, dtypes="string").to_polars()
        attendues |= {(code, annee): float(apl) for code, _, apl, *_ in feuille.rows()}
    assert lues == attendues
    codes = {code for code, _ in lues}
    assert codes >= ARRONDISSEMENTS
    assert VILLE not in codes
    assert motifs(lire("drees.apl", "lignes")) == {"ligne des unités, sans commune": 3}
    assert lire("drees.apl", "quarantaine").height == 0


def test_finess_garde_les_etablissements_les_plus_recents_et_aucune_adresse(depot: Path, lire: Lire) -> None:
    brutes = (depot / "drees/finess/etalab-cs1100507-stock.csv").read_text(encoding="utf-8").splitlines()
    assert brutes[0].startswith("finess;etalab;96;")
    etablissements = [ligne.split(";") for ligne in brutes if ligne.startswith("structureet;")]
    coordonnees = [ligne for ligne in brutes if ligne.startswith("geolocalisation;")]
    assert {len(champs) for champs in etablissements} == {32}
    numeros = [champs[1] for champs in etablissements]
    assert len(numeros) == len(set(numeros)) + 1
    cellules = lire("drees.finess", "cellules")
    libelles = cellules.filter(pl.col("variable") == "libelle")
    # The repeated number keeps its latest name: the other row, of 2019, bears « ANCIEN NOM FICTIF ».
    recentes = {champs[1]: champs[3] for champs in etablissements if champs[30] != "2019-01-01"}
    assert dict(libelles.select("code_territoire", "valeur_texte").iter_rows()) == recentes
    fates = lire("drees.finess", "lignes")
    assert fates.filter(pl.col("motif") == "ligne de coordonnées").height == len(coordonnees)
    assert fates.filter(pl.col("motif").str.contains("une autre ligne du fichier est plus récente")).height == 1
    brut = lire("drees.finess", "brut")
    # Positions 7 to 12 are the address, 17 and 18 the telephone and fax numbers (sources.md §2.13): none is kept.
    assert {"nofinesset", "rs", "datemaj"} <= set(brut.columns)
    assert not [colonne for colonne in brut.columns if colonne.startswith(("adresse", "tele"))]
    assert not brut.select(pl.any_horizontal(pl.all().cast(pl.String) == "0000000000")).to_series().any()
    rangs = cellules.filter(pl.col("variable").is_in(["rang_commune", "code_departement"]))
    assert set(rangs["valeur_texte"].str.len_chars()) <= {2, 3}


def test_les_densites_ont_leur_region_et_leur_pays(depot: Path, lire: Lire) -> None:
    brutes = lignes((depot / "cnam/demographie_professionnels/toutes_specialites_departement.csv").read_bytes(), ",")
    infirmiers = [ligne for ligne in brutes if ligne["profession_sante"] == "Infirmiers"]
    cellules = lire("cnam.demographie_professionnels", "cellules")
    par_niveau = {
        niveau: valeurs(cellules, "nb_infirmiers_liberaux", niveau) for niveau in ("departement", "region", "france")
    }
    assert par_niveau["departement"] == {
        (ligne["departement"], "2024"): float(ligne["effectif"])
        for ligne in infirmiers
        if ligne["departement"] != "999"
    }
    # The three levels hold the same people.
    total = sum(int(ligne["effectif"]) for ligne in infirmiers if ligne["departement"] != "999")
    assert par_niveau["region"] == {("96", "2024"): total}
    assert par_niveau["france"] == {("FR", "2024"): total}


# --- communes ---------------------------------------------------------------------------------------------------------


def test_une_commune_non_diffusee_n_a_ni_zero_ni_moyenne_departementale(depot: Path, lire: Lire) -> None:
    contenu = gzip.decompress(
        (depot / "ssmsi/delinquance_communes/donnee-data.gouv-2025-geographie2026.csv.gz").read_bytes()
    )
    cambriolages = [ligne for ligne in lignes(contenu) if ligne["indicateur"] == "Cambriolages de logement"]
    masquees = {(ligne["CODGEO_2026"], ligne["annee"]) for ligne in cambriolages if ligne["est_diffuse"] == "ndiff"}
    assert 0 < len(masquees) < len(cambriolages)
    assert all(ligne["complement_info_taux"] == "2,9" for ligne in cambriolages if ligne["est_diffuse"] == "ndiff")
    cellules = lire("ssmsi.delinquance_communes", "cellules")
    for variable, colonne in (("nb_faits_cambriolages", "nombre"), ("taux_cambriolages", "taux_pour_mille")):
        ici = cellules.filter(pl.col("variable") == variable)
        lues = valeurs(ici, variable, "commune")
        assert lues == {
            (ligne["CODGEO_2026"], ligne["annee"]): None
            if ligne["est_diffuse"] == "ndiff"
            else float(ligne[colonne].replace(",", "."))
            for ligne in cambriolages
        }
        non_diffusees = ici.filter(pl.col("statut") == "non_diffuse").select("code_territoire", "periode")
        assert set(non_diffusees.iter_rows()) == masquees
        assert ici.filter(pl.col("statut") == "observe").height == len(cambriolages) - len(masquees)


def test_la_fibre_est_datee_par_le_fichier(depot: Path, lire: Lire) -> None:
    brutes = lignes((depot / "arcep/eligibilite_communes/commune_techno.csv").read_bytes())
    cellules = lire("arcep.eligibilite_communes", "cellules")
    assert set(cellules["date_reference"]) == {date(2026, 3, 31)}
    for variable, colonne in (("nb_locaux", "nbr"), ("nb_locaux_eligibles_fibre", "elig_ftth")):
        assert valeurs(cellules, variable, "commune") == {
            (ligne["code_insee"], "2026-03-31"): float(ligne[colonne]) for ligne in brutes
        }
    assert VILLE in set(cellules["code_territoire"])


# --- job seekers ------------------------------------------------------------------------------------------------------


def test_les_inscrits_des_departements_font_ceux_de_la_region_et_du_pays(depot: Path, lire: Lire) -> None:
    brutes = lignes((depot / "dares/defm_regions/dares_defm_stock_region_cvs_trim.csv").read_bytes())
    cellules = lire("dares.defm_regions", "cellules")
    departements = valeurs(cellules, "defm_abc_cvs", "departement")
    assert departements == {
        (ligne["code_departement"], ligne["date"]): float(ligne["nombre_de_demandeurs_d_emploi"])
        for ligne in brutes
        if ligne["code_departement"] != "Total"
        and (ligne["categorie"], ligne["sexe"], ligne["tranche_d_age"], ligne["anciennete"])
        == ("ABC", "Total", "Total", "Total")
    }
    assert {code for code, _ in departements} == {"961", "962", "963", "964", "965"}
    france = valeurs(cellules, "defm_abc_cvs", "france")
    for (region, trimestre), total in valeurs(cellules, "defm_abc_cvs", "region").items():
        du_trimestre = {code: n or 0 for (code, t), n in departements.items() if t == trimestre}
        assert region == "96"
        assert total == sum(du_trimestre.values()) == france["FR", trimestre]
        assert france["FRM", trimestre] == sum(n for code, n in du_trimestre.items() if code != "965")
    assert len(france) == 2 * 8
    nationale = valeurs(lire("dares.defm_france", "cellules"), "defm_abc_cvs", "france")
    assert nationale == france


def test_la_grande_ville_est_publiee_deux_fois_par_la_dares(lire: Lire) -> None:
    lues = valeurs(lire("dares.defm_communales", "cellules"), "defm_abc_t4", "commune")
    assert {code for code, _ in lues} >= {VILLE, *ARRONDISSEMENTS}
    assert all(n is not None and n % 5 == 0 for n in lues.values())
    assert motifs(lire("dares.defm_communales", "lignes"))["total national ou régional"] == 10


def test_l_api_donne_un_nombre_par_categorie_et_par_trimestre(depot: Path, lire: Lire) -> None:
    cellules = lire("francetravail.marche_travail", "cellules")
    attendues: dict[str, dict[tuple[str, str], float]] = {"departement": {}, "region": {}, "france": {}}
    for nom, niveau in (("dep-14", "departement"), ("reg-28", "region"), ("nat-fr", "france")):
        reponse = json.loads((depot / f"francetravail/marche_travail/stat-demandeurs-{nom}.json").read_bytes())
        for valeur in reponse["listeValeursParPeriode"]:
            if valeur["codeNomenclature"] == "A":
                periode = f"{valeur['codePeriode'][:4]}-{valeur['codePeriode'][4:]}"
                attendues[niveau][valeur["codeTerritoire"], periode] = valeur["valeurPrincipaleNombre"]
    for niveau, attendue in attendues.items():
        lues = valeurs(cellules, "defm_a_france_travail", niveau)
        assert {cle: lues[cle] for cle in attendue} == attendue
    assert len(valeurs(cellules, "defm_a_france_travail", "departement")) == 5 * 8
    assert set(cellules["date_reference"]) >= {date(2023, 3, 31), date(2024, 12, 31)}


def test_l_api_attend_ses_identifiants() -> None:
    fiche = Catalogue().jeux["francetravail.marche_travail"]
    assert fiche.identifiants == ["OBSERVATOIRE_FRANCETRAVAIL_ID", "OBSERVATOIRE_FRANCETRAVAIL_SECRET"]
    assert all(f.est_facultatif for m in fiche.millesimes for f in m.fichiers)


# --- benefits ---------------------------------------------------------------------------------------------------------


def test_les_allocataires_non_localises_ne_vont_a_aucune_commune(depot: Path, lire: Lire) -> None:
    brutes = lignes((depot / "cnaf/communes_allocataires/s_ben_com_f.csv").read_bytes())
    sans_code = [ligne for ligne in brutes if not ligne["numcomdo"]]
    assert len(sans_code) == 5
    cellules = lire("cnaf.communes_allocataires", "cellules")
    lues = valeurs(cellules, "foyers_rsa_arrondis", "commune")
    assert lues == {
        (ligne["numcomdo"], ligne["dtreffre"]): float(ligne["indfoy_rsa"]) if ligne["indfoy_rsa"] else None
        for ligne in brutes
        if ligne["numcomdo"]
    }
    vides = sum(not ligne["indfoy_rsa"] for ligne in brutes)
    masques = cellules.filter((pl.col("variable") == "foyers_rsa_arrondis") & (pl.col("statut") == "secret"))
    assert masques.height == vides > 0
    codes = {code for code, _ in lues}
    assert codes >= ARRONDISSEMENTS
    assert VILLE not in codes
    assert set(cellules["date_reference"]) == {date(annee, 12, 31) for annee in range(2020, 2025)}
    assert motifs(lire("cnaf.communes_allocataires", "lignes")) == {"foyers non localisés": 5}


def test_seul_decembre_est_garde(tmp_path: Path) -> None:
    """Figures of another month would be read as those of the year."""
    chemin = tmp_path / "depot/cnaf/communes_allocataires/s_ben_com_f.csv"
    chemin.parent.mkdir(parents=True)
    entete = "dtreffre;numcomdo;nomcom;indfoy_ndur;indnbp_ndur;indfoy_rsa;indfoy_ppa"
    chemin.write_text(f"{entete}\n2024-06;96101;V;90;200;20;30\n2024-12;96101;V;95;205;25;35\n", encoding="utf-8")
    fiche = Catalogue().jeux["cnaf.communes_allocataires"]
    ingerer_jeu(fiche, SourceDepot(tmp_path / "depot"), tmp_path / "data", lambda: datetime(2026, 11, 25, tzinfo=UTC))
    dossier = tmp_path / "data/normalise/cnaf/communes_allocataires"
    cellules = pl.read_parquet(dossier / "*" / "*.cellules.parquet")
    assert valeurs(cellules, "foyers_rsa_arrondis", "commune") == {("96101", "2024-12"): 25.0}
    assert motifs(pl.read_parquet(dossier / "*" / "*.lignes.parquet")) == {"autre mois que décembre": 1}


def test_la_part_de_menages_au_rsa_perd_son_signe_et_garde_ses_marques(depot: Path, lire: Lire) -> None:
    brutes = lignes((depot / "cnaf/indicateurs_precarite/20260306-indicateurs-precarite.csv").read_bytes())
    colonne = "Part des allocataires du RSA (CAF 2024) parmi les ménages (Insee 2022)"
    communes = {ligne["ID"]: ligne[colonne] for ligne in brutes if ligne["Niveau géographique"] == "Commune"}
    assert {"s", "nd"} < set(communes.values())
    statuts = {"s": "secret", "nd": "non_diffuse"}
    lues = lire("cnaf.indicateurs_precarite", "cellules")
    assert {c: (v, s) for c, v, s in lues.select("code_territoire", "valeur", "statut").rows()} == {
        code: (None, statuts[texte]) if texte in statuts else (float(texte.removesuffix("%")), "observe")
        for code, texte in communes.items()
    }
    assert set(lues["est_date_deduite"]) == {True}
    # The other levels are set aside aloud.
    assert sum(motifs(lire("cnaf.indicateurs_precarite", "lignes")).values()) == len(brutes) - len(communes)
