"""Suites built from a card, on a few rows: each expectation is seen to pass and to fail.

Belongs here: the records of the expectations, their cache, what the demo territory is not asked.
Does not belong here: the cards of the catalogue (tests/coherence), the published files (tests/data).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fiche_essai import bloc, fiche, typer

from ingestion.catalogue import Attendus, Jeu
from ingestion.expectations import Resultat, evaluer, evaluer_jeu

TROIS = "CODGEO;TP60\nQP961001;12,5\nQP961002;40,0\nQP961003;"
CONTROLES = {
    *("lignes_minimum", "lignes_maximum", "cle_presente", "cle_bien_formee", "cle_unique"),
    *("borne_basse", "borne_haute", "cellules_vides"),
}


def carte(**attendus: Any) -> Jeu:
    valeurs = {"lignes_min": 2, "lignes_max": 4, "part_vide_max": {"taux_pauvrete_60": 0.5}, "description": "écrit ici"}
    return fiche([bloc()], {"filosofi": "2018"}, attendus=Attendus(**(valeurs | attendus)))


def ecrire(donnees: Path, jeu: Jeu, texte: str, **remplacer: Any) -> None:
    """Type a small file and write its layers; `remplacer` puts a value in every kept cell or row."""
    normalise = typer(texte, jeu)
    dossier = donnees / "normalise" / jeu.dossier / "2022"
    dossier.mkdir(parents=True, exist_ok=True)
    cellules, lignes = normalise.cellules, normalise.lignes
    for colonne, valeur in remplacer.items():
        if colonne in cellules.columns and colonne not in lignes.columns:
            cellules = cellules.with_columns(**{colonne: valeur}).cast({colonne: normalise.cellules.schema[colonne]})
        else:
            lignes = lignes.with_columns(**{colonne: valeur}).cast({colonne: normalise.lignes.schema[colonne]})
    cellules.write_parquet(dossier / "essai.csv.cellules.parquet")
    lignes.write_parquet(dossier / "essai.csv.lignes.parquet")


def par_controle(resultats: list[Resultat]) -> dict[str, Resultat]:
    return {resultat.controle: resultat for resultat in resultats}


def test_rows_that_meet_the_card_pass(tmp_path: Path) -> None:
    ecrire(tmp_path, carte(), TROIS)
    resultats = evaluer_jeu(carte(), tmp_path, demo=False)
    assert {r.controle for r in resultats} == CONTROLES
    assert {r.resultat for r in resultats} == {"reussi"}
    assert {r.niveau for r in resultats} == {"avertissement"}


@pytest.mark.panne("F18", attendu="above the declared threshold, the expectation fails")
@pytest.mark.parametrize(
    ("attendus", "remplacer", "controle"),
    [
        ({"lignes_min": 4}, {}, "lignes_minimum"),
        ({"lignes_max": 2}, {}, "lignes_maximum"),
        ({"part_vide_max": {"taux_pauvrete_60": 0.2}}, {}, "cellules_vides"),
        ({}, {"valeur": 120.0}, "borne_haute"),
        ({}, {"valeur": -1.0}, "borne_basse"),
        ({}, {"code_territoire": "QP96"}, "cle_bien_formee"),
        ({}, {"code_territoire": "QP961001"}, "cle_unique"),
        ({}, {"code_territoire": None}, "cle_presente"),
    ],
)
def test_each_expectation_can_fail(
    tmp_path: Path, attendus: dict[str, Any], remplacer: dict[str, Any], controle: str
) -> None:
    import polars as pl

    ecrire(tmp_path, carte(**attendus), TROIS, **{nom: pl.lit(valeur) for nom, valeur in remplacer.items()})
    resultats = par_controle(evaluer_jeu(carte(**attendus), tmp_path, demo=False))
    assert resultats[controle].resultat == "echoue"
    assert "essai.csv" in resultats[controle].message
    assert {nom for nom, r in resultats.items() if r.resultat == "echoue"} <= {controle, "cle_unique"}


def test_the_demo_territory_is_not_asked_for_the_rows_of_france(tmp_path: Path) -> None:
    ecrire(tmp_path, carte(lignes_min=1_000), TROIS)
    resultats = par_controle(evaluer_jeu(carte(lignes_min=1_000), tmp_path, demo=True))
    assert not {"lignes_minimum", "lignes_maximum", "cellules_vides"} & set(resultats)
    assert resultats["lignes_presentes"].resultat == "reussi"


def remplacer(donnees: Path, jeu: Jeu, texte: str, lignes_avant: int, lignes_apres: int) -> None:
    """Type a file that replaced a snapshot, with what its journal holds of the passage."""
    ecrire(donnees, jeu, texte)
    chemin = donnees / "normalise" / jeu.dossier / "2022" / "essai.csv.lignes.parquet"
    typer(texte, jeu).lignes.write_parquet(chemin, metadata={"sha256": "nouveau"})
    passage = {"empreinte_avant": "ancien", "empreinte_apres": "nouveau"}
    journal = donnees / "instantanes" / jeu.dossier / "2022" / "essai.csv.json"
    journal.parent.mkdir(parents=True, exist_ok=True)
    comptes = {"lignes_avant": lignes_avant, "lignes_apres": lignes_apres}
    journal.write_text(json.dumps([passage | comptes]), encoding="utf-8")


@pytest.mark.parametrize(
    ("avant", "apres", "resultat", "variation"),
    [
        (10, 12, "reussi", "+20,0\u00a0%"),
        (10, 8, "reussi", "−20,0\u00a0%"),
        (100, 121, "echoue", "+21,0\u00a0%"),
        (100, 79, "echoue", "−21,0\u00a0%"),
        (4, 4, "reussi", "+0,0\u00a0%"),
    ],
)
def test_rows_are_compared_with_the_snapshot_replaced(
    tmp_path: Path, avant: int, apres: int, resultat: str, variation: str
) -> None:
    remplacer(tmp_path, carte(), TROIS, avant, apres)
    trouve = par_controle(evaluer_jeu(carte(), tmp_path, demo=False))["lignes_instantane_precedent"]
    assert (trouve.resultat, trouve.niveau) == (resultat, "avertissement")
    assert trouve.observe.endswith(f"sur 1, variation la plus forte {variation}")
    assert trouve.seuil.startswith("de −20\u00a0% à +20\u00a0%")
    if resultat == "echoue":
        assert "essai.csv (2022)" in trouve.message
        assert f"lignes_avant = {avant}, lignes_apres = {apres}" in trouve.message


def test_without_an_earlier_snapshot_nothing_is_compared(tmp_path: Path) -> None:
    """No vacuous success: `CONTROLES` is all that a first snapshot gives."""
    ecrire(tmp_path, carte(), TROIS)
    assert "lignes_instantane_precedent" not in par_controle(evaluer_jeu(carte(), tmp_path, demo=False))
    remplacer(tmp_path, carte(), TROIS, 10, 3)
    assert "lignes_instantane_precedent" in par_controle(evaluer_jeu(carte(), tmp_path, demo=True))


def test_a_passage_journalled_since_is_compared_although_the_rows_are_the_same(tmp_path: Path) -> None:
    remplacer(tmp_path, carte(), TROIS, 3, 3)
    assert par_controle(evaluer_jeu(carte(), tmp_path, demo=False))["lignes_instantane_precedent"].resultat == "reussi"
    (journal,) = (tmp_path / "instantanes").rglob("*.json")
    journal.write_text(journal.read_text(encoding="utf-8").replace('"lignes_avant": 3', '"lignes_avant": 30'))
    assert par_controle(evaluer_jeu(carte(), tmp_path, demo=False))["lignes_instantane_precedent"].resultat == "echoue"


def test_the_local_register_may_grow(tmp_path: Path) -> None:
    """Rows are added one by one: the first weeks double it, and nothing is wrong."""
    registre = carte().model_copy(update={"jeu": "registre.essai"})
    remplacer(tmp_path, registre, TROIS, 1, 3)
    assert "lignes_instantane_precedent" not in par_controle(evaluer_jeu(registre, tmp_path, demo=False))


def test_a_dataset_without_files_says_so(tmp_path: Path) -> None:
    (resultat,) = evaluer_jeu(carte(), tmp_path, demo=False)
    assert (resultat.resultat, resultat.observe) == ("echoue", "aucun fichier")


def test_results_are_kept_until_the_rows_or_the_card_change(tmp_path: Path) -> None:
    ecrire(tmp_path, carte(), TROIS)
    evaluer_jeu(carte(), tmp_path, demo=False)
    cache = tmp_path / "qualite" / "attentes" / "insee.essai.json"
    marque = cache.read_text(encoding="utf-8").replace("conforme", "gardé")
    cache.write_text(marque, encoding="utf-8")
    assert "gardé" in evaluer_jeu(carte(), tmp_path, demo=False)[0].message
    assert "gardé" not in evaluer_jeu(carte(lignes_max=5), tmp_path, demo=False)[0].message
    cache.write_text(marque, encoding="utf-8")
    ecrire(tmp_path, carte(), TROIS + "\nQP961004;1,0")
    assert "gardé" not in evaluer_jeu(carte(), tmp_path, demo=False)[0].message


def test_the_published_records_are_the_same_bytes_every_time(tmp_path: Path) -> None:
    ecrire(tmp_path, carte(), TROIS)
    fichier = tmp_path / "qualite" / "attentes.json"
    evaluer([carte()], tmp_path, demo=False)
    premiers = fichier.read_bytes()
    (tmp_path / "qualite" / "attentes" / "insee.essai.json").unlink()
    evaluer([carte()], tmp_path, demo=False)
    assert fichier.read_bytes() == premiers
    assert {cle for record in json.loads(premiers) for cle in record} == {
        *("controle", "jeu", "niveau", "resultat", "observe", "seuil", "message"),
    }
