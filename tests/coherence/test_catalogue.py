"""The cards of the datasets agree with one another, with the conventions and with the files of the deposit.

Belongs here: what can be checked on a card without typing a file, and the list of files of the deposit.
Does not belong here: indicators and the method (test_catalogue_indicateurs), the content of the files (tests/data).
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

from ingestion.catalogue import Catalogue, Jeu, Variable
from ingestion.columns import candidat
from ingestion.periods import periode

CATALOGUE = Catalogue()
JEUX = list(CATALOGUE.jeux.values())
SEUILS = {0.1, 0.5, 0.9}


def variables(jeu: Jeu) -> list[tuple[str, str, Variable]]:
    """(block, name, card) of every variable of a dataset."""
    return [(bloc.nom, nom, variable) for bloc in jeu.blocs for nom, variable in bloc.variables.items()]


def test_les_jeux_de_la_premiere_ligne_sont_declares() -> None:
    attendus = {
        *("insee.qpv_insertion_professionnelle", "insee.qpv_demographie", "insee.qpv_revenus", "insee.qpv_filosofi"),
        *("insee.qpv_recensement_2010", "insee.qpv_population", "insee.qpv_appartenance", "insee.qpv2024_population"),
        *("insee.qpv2024_estimations_demographiques", "insee.qpv2024_filosofi", "insee.filosofi_references"),
        *("insee.communes_filosofi", "insee.filosofi_pauvrete_references", "insee.communes_comparateur"),
        *("insee.chomage_localise", "insee.cog", "anct.qpv2015_contours", "anct.qpv2024_contours"),
    }
    absents = attendus - set(CATALOGUE.jeux)
    assert not absents, f"Add a card in catalogue/sources for: {', '.join(sorted(absents))}."


@pytest.mark.parametrize("jeu", JEUX, ids=lambda jeu: jeu.jeu)
def test_chaque_periode_se_lit(jeu: Jeu) -> None:
    for millesime in jeu.millesimes:
        for bloc, declaree in millesime.periodes.items():
            periode(declaree, jeu.bloc(bloc).jour_reference)


@pytest.mark.parametrize("jeu", JEUX, ids=lambda jeu: jeu.jeu)
def test_chaque_bloc_present_a_une_periode(jeu: Jeu) -> None:
    manques = []
    for millesime in jeu.millesimes:
        declares = {b for f in millesime.fichiers for b in (f.blocs or [bloc.nom for bloc in jeu.blocs])}
        for bloc, nom, variable in variables(jeu):
            presente = bloc in declares and (variable.millesimes is None or millesime.millesime in variable.millesimes)
            date = jeu.bloc(bloc).se_date or variable.motif_colonnes or bloc in millesime.periodes
            if presente and not date:
                manques.append(f"{millesime.millesime}: {bloc}.{nom}")
    assert not manques, f"{jeu.jeu}: give a period to the block, or `millesimes` to the variable: {manques}."


@pytest.mark.parametrize("jeu", JEUX, ids=lambda jeu: jeu.jeu)
def test_les_millesimes_des_variables_et_des_controles_existent(jeu: Jeu) -> None:
    declares = {m.millesime for m in jeu.millesimes}
    noms = {nom for _, nom, _ in variables(jeu)}
    for _, nom, variable in variables(jeu):
        inconnus = set(variable.millesimes or []) - declares
        assert not inconnus, f"{jeu.jeu}: variable {nom} names vintages that the card does not declare: {inconnus}."
    for controle in jeu.controles:
        assert controle.millesime in declares, f"{jeu.jeu}: {controle.controle} names vintage {controle.millesime}."
        assert controle.variable is None or controle.variable in noms, (
            f"{jeu.jeu}: {controle.controle} sums {controle.variable}, which no block declares."
        )
        assert re.fullmatch(r"tous|metropole|(departement|region):[0-9AB]{2,3}", controle.perimetre), (
            f"{jeu.jeu}: {controle.controle}: perimeter « {controle.perimetre} » is of no known form."
        )


@pytest.mark.parametrize("jeu", JEUX, ids=lambda jeu: jeu.jeu)
def test_les_seuils_de_cellules_vides_ont_un_sens(jeu: Jeu) -> None:
    noms = {nom for _, nom, _ in variables(jeu)}
    for attendus in [jeu.attendus, *(f.attendus for m in jeu.millesimes for f in m.fichiers if f.attendus)]:
        inconnues = set(attendus.part_vide_max) - noms
        assert not inconnues, f"{jeu.jeu}: thresholds for variables that no block declares: {sorted(inconnues)}."
        autres = set(attendus.part_vide_max.values()) - SEUILS
        assert not autres, f"{jeu.jeu}: a share of empty cells is 0.1, 0.5 or 0.9, found {sorted(autres)}."
        assert re.search(r"lu le \d{2}/\d{2}/\d{4}\.$", attendus.description), (
            f"{jeu.jeu}: the description of the expectations ends with the date of the measure: « {attendus.description} »."
        )


def test_un_nom_de_variable_a_un_seul_type() -> None:
    types: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    # A count is an integer for a QPV and a weighted sum for a commune.
    souples = {"effectif": "compte", "nombre": "compte"}
    for jeu in JEUX:
        for _, nom, variable in variables(jeu):
            types[nom][souples.get(variable.type, variable.type)].append(jeu.jeu)
    multiples = {nom: dict(par_type) for nom, par_type in types.items() if len(par_type) > 1}
    assert not multiples, f"The same name means the same thing in every dataset, so it has one type: {multiples}."


def test_une_colonne_ne_sert_qu_une_variable_par_millesime() -> None:
    doubles = []
    for jeu in JEUX:
        for millesime in jeu.millesimes:
            vues: dict[tuple[str, str], str] = {}
            for fichier in millesime.fichiers:
                for bloc, nom, variable in variables(jeu):
                    absente = variable.millesimes is not None and millesime.millesime not in variable.millesimes
                    if (
                        variable.ou
                        or absente
                        or bloc not in millesime.periodes
                        or bloc not in (fichier.blocs or millesime.periodes)
                    ):
                        continue
                    for modele in variable.colonnes:
                        colonne = candidat(modele, millesime.periodes[bloc]).casefold()
                        autre = vues.setdefault((fichier.nom, colonne), nom)
                        if autre != nom:
                            doubles.append(f"{jeu.jeu} {millesime.millesime}: {colonne} → {autre} et {nom}")
    assert not doubles, f"Two variables would read the same column: {doubles}."


def test_les_regles_de_lignes_a_ecarter_sont_des_expressions_valides() -> None:
    for jeu in JEUX:
        for cle in [jeu.cle, *(f.cle for m in jeu.millesimes for f in m.fichiers if f.cle)]:
            for ecart in cle.ecarter:
                re.compile(ecart.valeurs)
                assert ecart.motif, f"{jeu.jeu}: rows set aside on {ecart.colonne} need a reason."


def test_les_url_non_vues_ne_passent_pas_pour_vues() -> None:
    fautes = [
        f"{jeu.jeu} {fichier.nom}"
        for jeu, _, fichier in CATALOGUE.fichiers()
        if (fichier.url is None and fichier.adresse is None) != (fichier.statut_url == "a_confirmer")
    ]
    assert not fautes, f"A file without an address is `a_confirmer`; one with an address is `vu` or `deduit`: {fautes}."


@pytest.mark.depot
def test_chaque_fichier_du_depot_est_declare_et_reciproquement(depot: Path) -> None:
    with (depot / "index.csv").open(encoding="utf-8", newline="") as flux:
        publies = {(ligne["dataset"], ligne["path"]) for ligne in csv.DictReader(flux)}
    declares = {(jeu.jeu, fichier.chemin) for jeu, _, fichier in CATALOGUE.fichiers() if fichier.essai == "reel"}
    assert not publies - declares, (
        f"Declare in the card, with `essai: reel`, the files that the deposit holds: {sorted(publies - declares)}."
    )

    assert not declares - publies, f"Declared, but absent from the deposit: {sorted(declares - publies)}."
    perdus = [chemin for _, chemin in sorted(declares) if not (depot / chemin).is_file()]
    assert not perdus, f"Listed by index.csv, but the file is not there: {perdus}."
