"""The local register through the ingestion: the example as it is, then with faults; nothing is lost, nobody is named.

Belongs here: `ingerer_jeu` on files of the register, whichever folder they are in, and the settings that name the folder.
Does not belong here: the rules (test_register), the warehouse (unit tests of dbt, demo).
"""

from __future__ import annotations

import csv
import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from ingestion.acquire import SourceDepot
from ingestion.catalogue import Catalogue, Fichier, Jeu, Millesime
from ingestion.ingest import BilanFichier, ingerer_jeu
from ingestion.lock import Verrou
from ingestion.register.personal import RETIRE
from ingestion.register.schema import RACINE
from ingestion.register.source import SourceRegistre
from orchestration.cli import app
from orchestration.settings import DEPOT_DU_CODE, Reglages
from orchestration.state import ABSENT
from orchestration.steps import Contexte, inventorier, ouvrir_source

JEUX = {nom: jeu for nom, jeu in Catalogue().jeux.items() if nom.startswith("registre.")}
DECLARES = [
    (jeu, millesime, fichier) for jeu in JEUX.values() for millesime in jeu.millesimes for fichier in millesime.fichiers
]
EXEMPLE = RACINE / "exemple"
FAUTES = {
    # line of the file → column, text typed there
    2: ("echeance", "31/02/2026"),
    4: ("objectif", "Contacter Mme Durand au 06 12 34 56 78"),
    6: ("etat", "fini"),
}  # fmt: skip


@pytest.fixture
def registre(tmp_path: Path) -> Path:
    dossier = tmp_path / "registre"
    shutil.copytree(EXEMPLE, dossier)
    return dossier


def ingerer(nom: str, dossier: Path | None, donnees: Path) -> tuple[BilanFichier, ...]:
    source = SourceRegistre(SourceDepot(donnees / "depot"), dossier)
    return ingerer_jeu(JEUX[nom], source, donnees, lambda: datetime(2026, 11, 25, tzinfo=UTC)).fichiers


def lire(chemin: Path) -> list[dict[str, str]]:
    with chemin.open(encoding="utf-8-sig", newline="") as flux:
        return list(csv.DictReader(flux, delimiter=";"))


def abimer(chemin: Path, fautes: dict[int, tuple[str, str]]) -> None:
    """Types other texts in some cells, and adds a column that is not of the template."""
    lignes = lire(chemin)
    for numero, (colonne, texte) in fautes.items():
        lignes[numero - 2][colonne] = texte
    with chemin.open("w", encoding="utf-8-sig", newline="") as flux:
        ecrivain = csv.DictWriter(flux, [*lignes[0], "referent"], delimiter=";", lineterminator="\n")
        ecrivain.writeheader()
        ecrivain.writerows(ligne | {"referent": "M. Petit" if i == 1 else ""} for i, ligne in enumerate(lignes))


def couche(donnees: Path, nature: str, jeu: str = "engagements", fichier: str = "engagements.csv") -> pl.DataFrame:
    return pl.read_parquet(donnees / f"normalise/registre/{jeu}/courant/{fichier}.{nature}.parquet")


@pytest.mark.parametrize("nom", JEUX)
def test_the_example_is_read_whole(nom: str, registre: Path, tmp_path: Path) -> None:
    for fichier in ingerer(nom, registre, tmp_path / "data"):
        attendues = len(lire(registre / fichier.fichier))
        assert (fichier.statut, fichier.nb_lues, fichier.nb_retenues) == ("a_jour", attendues, attendues)
        assert (fichier.nb_quarantaine, fichier.nb_cellules_illisibles) == (0, 0)


def test_a_cell_is_what_was_typed(registre: Path, tmp_path: Path) -> None:
    ingerer("registre.associations", registre, tmp_path / "data")
    lignes = lire(registre / "associations.csv")
    attendus = {
        (i, float(ligne["montant_cpo"].replace("\u00a0", "").replace(",", "."))) for i, ligne in enumerate(lignes, 2)
    }
    cellules = couche(tmp_path / "data", "cellules", "associations", "associations.csv")
    assert set(cellules.filter(pl.col("variable") == "montant_cpo").select("ligne", "valeur").rows()) == attendus
    assert set(cellules["periode"]) == {"2024", "2025"}
    contrats = couche(tmp_path / "data", "lignes", "associations", "associations_contrats.csv")
    assert set(contrats.select("niveau", "code_territoire", "zonage").rows()) == {
        ("contrat_de_ville", "CN96101M", ""),
        ("contrat_de_ville", "CN96201M", ""),
    }


def test_a_wrong_row_goes_to_quarantine_with_its_sentence_and_the_others_stay(registre: Path, tmp_path: Path) -> None:
    donnees = tmp_path / "data"
    abimer(registre / "engagements.csv", FAUTES)
    (bilan,) = ingerer("registre.engagements", registre, donnees)
    # Line 3 is refused for its own column `referent`; nothing is lost: every row is in one count.
    assert (bilan.statut, bilan.nb_lues, bilan.nb_retenues, bilan.nb_quarantaine) == ("a_jour", 24, 20, 4)
    quarantaine = couche(donnees, "quarantaine")
    assert quarantaine.select("ligne", "colonne", "valeur_lue").rows() == [
        (2, "echeance", "31/02/2026"),
        (3, "referent", RETIRE),
        (4, "objectif", RETIRE),
        (6, "etat", "fini"),
    ]
    assert all(motif.startswith("attendu ") for motif in quarantaine["motif"])
    assert set(couche(donnees, "cellules")["ligne"]) == set(range(2, 26)) - {2, 3, 4, 6}
    refusees = couche(donnees, "lignes").filter(pl.col("sort") == "quarantaine")
    assert refusees["motif"].str.contains(" : attendu ").all()


def test_a_person_is_in_no_layer_but_the_archive(registre: Path, tmp_path: Path) -> None:
    donnees = tmp_path / "data"
    abimer(registre / "engagements.csv", FAUTES)
    ingerer("registre.engagements", registre, donnees)
    couches = list(donnees.rglob("*.parquet"))
    textes = [str(v) for p in couches for c in pl.read_parquet(p).get_columns() for v in c.to_list()]
    assert {p.relative_to(donnees).parts[0] for p in couches} == {"raw", "normalise"}
    assert not [t for t in textes if any(nom in t for nom in ("Durand", "Petit", "06 12"))]
    assert textes.count(RETIRE) == 4  # two cells, in the raw layer and in the quarantine
    # The raw layer keeps everything else of the row.
    brut = pl.read_parquet(donnees / "raw/registre/engagements/courant/engagements.csv.parquet")
    assert brut.filter(pl.col("_ligne") == 4)["identifiant"].to_list() == [
        lire(registre / "engagements.csv")[2]["identifiant"]
    ]


def test_a_corrected_file_brings_its_rows_back(registre: Path, tmp_path: Path) -> None:
    abimer(registre / "engagements.csv", FAUTES)
    ingerer("registre.engagements", registre, tmp_path / "data")
    shutil.copy(EXEMPLE / "engagements.csv", registre / "engagements.csv")
    (bilan,) = ingerer("registre.engagements", registre, tmp_path / "data")
    assert (bilan.a_change, bilan.nb_retenues, bilan.nb_quarantaine) == (True, 24, 0)


@pytest.mark.parametrize("dossier", ["aucun", "vide", "modeles"])
def test_without_a_register_nothing_stops(dossier: str, tmp_path: Path) -> None:
    chemin = {"aucun": None, "vide": tmp_path, "modeles": RACINE / "modeles"}[dossier]
    for nom in JEUX:
        for bilan in ingerer(nom, chemin, tmp_path / "data"):
            assert (bilan.statut, bilan.en_service, bilan.facultatif) == ("jamais_charge", False, True)


def test_a_missing_column_refuses_the_file_and_keeps_the_last_good_one(registre: Path, tmp_path: Path) -> None:
    ingerer("registre.engagements", registre, tmp_path / "data")
    chemin = registre / "engagements.csv"
    chemin.write_text(chemin.read_text(encoding="utf-8-sig").replace("echeance;", "fin;", 1), encoding="utf-8")
    (bilan,) = ingerer("registre.engagements", registre, tmp_path / "data")
    assert (bilan.statut, bilan.en_service, bilan.nb_retenues) == ("en_echec", True, 24)
    assert "echeance" in bilan.message


# --- where the register is ----------------------------------------------------------------------------------------------------


def obtenus(reglages: Reglages) -> dict[str, bool]:
    """File → whether the source of the settings gives it."""
    contexte = Contexte(reglages)
    donnes = {}
    with ouvrir_source(contexte) as source:
        for jeu, millesime, fichier in DECLARES:
            donnes[fichier.nom] = donne(source, jeu, millesime, fichier)
    return donnes


def donne(source: object, jeu: Jeu, millesime: Millesime, fichier: Fichier) -> bool:
    from ingestion.acquire import FichierAbsent

    try:
        return source.obtenir(jeu, millesime, fichier, None).contenu is not None  # type: ignore[attr-defined]
    except FichierAbsent:
        return False


@pytest.mark.parametrize("source", ["deposit", "live"])
def test_the_setting_gives_the_register_whatever_the_source_is(source: str, registre: Path, tmp_path: Path) -> None:
    (registre / "dispositifs.csv").unlink()
    depot = tmp_path / "depot"
    (depot / "registre" / "dispositifs").mkdir(parents=True)
    shutil.copy(EXEMPLE / "dispositifs.csv", depot / "registre" / "dispositifs")
    reglages = Reglages(data=tmp_path / "data", source=source, depot=depot, registre=registre)
    donnes = obtenus(reglages)
    # The folder of the setting replaces that of the deposit, it does not complete it.
    assert [nom for nom, present in donnes.items() if not present] == ["dispositifs.csv"]


def test_without_the_setting_the_register_is_in_the_deposit(tmp_path: Path) -> None:
    dossier = tmp_path / "depot" / "registre" / "engagements"
    dossier.mkdir(parents=True)
    shutil.copy(EXEMPLE / "engagements.csv", dossier)
    reglages = Reglages(data=tmp_path / "data", source="deposit", depot=tmp_path / "depot")
    assert [nom for nom, present in obtenus(reglages).items() if present] == ["engagements.csv"]


def test_a_real_register_is_never_read_with_the_fictitious_territory(registre: Path, tmp_path: Path) -> None:
    demo = Contexte(Reglages(data=tmp_path, source="demo", registre=registre))
    assert demo.registre == tmp_path / "territoire_demo" / "registre"
    assert Contexte(Reglages(data=tmp_path, source="live")).registre is None


def test_a_change_in_the_register_is_a_change_of_the_inventory(registre: Path, tmp_path: Path) -> None:
    catalogue = tmp_path / "catalogue"
    shutil.copytree(DEPOT_DU_CODE / "catalogue", catalogue)
    contexte = Contexte(
        Reglages(data=tmp_path / "data", source="deposit", depot=tmp_path, registre=registre, catalogue=catalogue)
    )
    cle = "registre.engagements/courant/engagements.csv"
    avant = inventorier(contexte, ["registre.engagements"])
    abimer(registre / "engagements.csv", FAUTES)
    apres = inventorier(contexte, ["registre.engagements"])
    (registre / "engagements.csv").unlink()
    sans = inventorier(contexte, ["registre.engagements"])
    assert len({avant.fichiers[cle], apres.fichiers[cle], sans.fichiers[cle]}) == 3
    assert sans.fichiers[cle] == ABSENT
    assert set(avant.fichiers) == {cle}


def test_the_lock_says_where_the_register_came_from(registre: Path, tmp_path: Path) -> None:
    ingerer("registre.engagements", registre, tmp_path / "data")
    entree = Verrou(tmp_path / "data" / "verrou.yml").lire("registre.engagements", "courant", "engagements.csv")
    assert entree is not None
    assert (entree.url, entree.statut) == (None, "a_jour")


# --- command --------------------------------------------------------------------------------------------------------------------


def test_the_command_checks_the_folder_of_the_setting(
    registre: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    appeler = CliRunner().invoke
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(tmp_path))
    sans = appeler(app, ["registre", "verifier"])
    assert (sans.exit_code, "OBSERVATOIRE_REGISTRE" in sans.output) == (2, True)
    monkeypatch.setenv("OBSERVATOIRE_REGISTRE", str(registre))
    bon = appeler(app, ["registre", "verifier"])
    assert (bon.exit_code, "0 problème" in bon.output) == (0, True)
    abimer(registre / "engagements.csv", FAUTES)
    casse = appeler(app, ["registre", "verifier", str(registre)])
    assert casse.exit_code == 1
    assert "engagements.csv, ligne 2, colonne echeance : attendu une date" in casse.output
    assert "Durand" not in casse.output


def test_the_command_writes_the_templates(tmp_path: Path) -> None:
    sortie = CliRunner().invoke(app, ["registre", "modeles", str(tmp_path)])
    assert sortie.exit_code == 0
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        p.name: p.read_bytes() for p in (RACINE / "modeles").iterdir()
    }
