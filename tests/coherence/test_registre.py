"""The folder `registre` is what the cards, the schema and the demo territory say today.

Belongs here: templates, example, README of the register, the sixteen indicators it feeds.
Does not belong here: the rules themselves (unit), the figures (dbt).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ingestion.catalogue import Catalogue
from ingestion.demo.registre import exemple, fichiers
from ingestion.demo.territoire import construire
from ingestion.register.folder import verifier
from ingestion.register.schema import RACINE, SCHEMA, tables
from ingestion.register.templates import aide, modele

CATALOGUE = Catalogue()
TABLES = tables(CATALOGUE)
PERIME = "run `make docs` and commit what it writes"
MARTS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "marts"
# The indicators marked `local` in the catalogue of indicators.
_LOCAUX = """
territoire_zero_chomeur entreprises_paqte part_sans_medecin_traitant recours_sante_mentale dispositifs_sante_locaux
pre_enfants_suivis part_cpo comite_financeurs conseil_citoyen_statut conseil_citoyen_reunions presence_humaine_etp
territoire_veille_active feuille_route_quartier engagements_tenus engagements_en_retard engagements_droit_commun
"""


def octets(dossier: Path) -> dict[str, bytes]:
    return {chemin.name: chemin.read_bytes() for chemin in dossier.iterdir()}


def test_the_templates_are_the_columns_of_the_cards() -> None:
    assert octets(RACINE / "modeles") == {nom: modele(table) for nom, table in TABLES.items()}, PERIME


def test_each_template_has_the_columns_that_its_card_reads_and_no_other() -> None:
    for nom, table in TABLES.items():
        entete = (RACINE / "modeles" / nom).read_text(encoding="utf-8-sig").strip().split(";")
        blocs = [b for b in table.jeu.blocs if table.fichier.blocs is None or b.nom in table.fichier.blocs]
        lues = {c for b in blocs for v in b.variables.values() for c in v.colonnes} | {
            c for b in blocs for c in b.colonne_periode
        }
        assert set(entete) == lues | set((table.fichier.cle or table.jeu.cle).colonnes), nom
        assert len(entete) == len(set(entete)), nom


def test_the_schema_describes_every_file_and_no_other() -> None:
    assert set(yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))["fichiers"]) == set(TABLES)
    for nom, table in TABLES.items():
        assert set(table.regles.cle) <= set(table.colonnes), nom
        assert all(colonne.aide.endswith(".") for colonne in table.colonnes.values()), nom


@pytest.mark.parametrize("nom", TABLES)
def test_the_rules_name_columns_and_words_that_exist(nom: str) -> None:
    table = TABLES[nom]
    regles = table.regles
    conditions = [
        *regles.exige,
        *regles.vides,
        *regles.remarques,
        *regles.depasse,
        *([regles.effectifs] if regles.effectifs else []),
    ]
    for condition in conditions:
        for colonne, mots in condition.si.items():
            assert set(mots) <= set(table.colonnes[colonne].choix.values()), (nom, colonne, mots)
    nommees = {c for r in [*regles.exige, *regles.vides] for c in r.colonnes} | {r.vide for r in regles.remarques}
    nommees |= {c for paire in [*regles.ordre, *regles.au_plus] for c in paire}
    nommees |= {c for r in regles.meme_valeur for c in [*r.par, *r.colonnes]} | {
        c for r in regles.somme_max for c in [*r.par, r.colonne]
    }
    assert nommees <= set(table.colonnes), nom
    if regles.seulement:
        assert set(regles.seulement.indicateur) <= set(table.colonnes["indicateur"].choix), nom


def test_the_example_is_the_register_of_the_demo_territory() -> None:
    assert octets(RACINE / "exemple") == exemple(), PERIME
    assert {f"registre/{t.nom_du_jeu}/{nom}" for nom, t in TABLES.items()} == set(fichiers())
    assert {t.fichier.chemin for t in TABLES.values()} == set(fichiers())


def test_the_example_has_nothing_to_correct_and_uses_every_file() -> None:
    quartiers = {q.code for q in construire().quartiers_2024}
    bilan = verifier(RACINE / "exemple", CATALOGUE, quartiers)
    refus = [(nom, p.ligne, p.phrase) for nom, problemes in bilan.problemes.items() for p in problemes if p.est_refus]
    assert (refus, bilan.inconnus, bilan.absents) == ([], [], [])
    assert bilan.remarques > 0


def test_the_readme_describes_every_column() -> None:
    assert aide(CATALOGUE) in (RACINE / "README.md").read_text(encoding="utf-8"), PERIME


def test_every_local_indicator_is_declared_and_fed_by_the_register() -> None:
    fiches = {i.indicateur: i for i in CATALOGUE.indicateurs.values() if i.disponibilite == "registre"}
    assert set(fiches) == set(_LOCAUX.split())
    for fiche in fiches.values():
        assert fiche.niveau_publie == "L", fiche.indicateur
        assert fiche.sources[0].jeu.startswith("registre."), fiche.indicateur


def test_the_words_of_the_cards_are_those_of_the_published_tables() -> None:
    """A word that a card may give and that the contract of its table refuses would stop a release."""
    marts = {
        m["name"]: m for m in yaml.safe_load((MARTS / "_marts__registre.yml").read_text(encoding="utf-8"))["models"]
    }
    colonnes = {
        "engagements.csv": ("fct_engagements", {"type_partenaire": "type_partenaire", "axe": "axe", "etat": "etat"}),
        "feuilles_de_route.csv": ("fct_feuilles_de_route", {"avancement": "avancement", "statut_feuille_de_route": "statut_feuille_de_route"}),
        "conseils_citoyens.csv": ("fct_conseils_citoyens", {"statut_conseil": "statut_conseil_citoyen"}),
        "presence_humaine.csv": ("fct_presence_humaine", {"fonction": "fonction"}),
        "dispositifs.csv": ("fct_dispositifs", {"dispositif": "dispositif", "statut_dispositif": "statut_dispositif"}),
    }  # fmt: skip
    for nom, (mart, paires) in colonnes.items():
        publiees = {c["name"]: c for c in marts[mart]["columns"]}
        for saisie, publiee in paires.items():
            tests = [
                t["accepted_values"]
                for t in publiees[publiee]["data_tests"]
                if isinstance(t, dict) and "accepted_values" in t
            ]
            assert set(tests[0]["arguments"]["values"]) == set(TABLES[nom].colonnes[saisie].choix.values()), (
                nom,
                saisie,
            )


def test_no_line_of_the_register_names_a_person_by_accident() -> None:
    """The example is public: its words are those of institutions."""
    for chemin in (RACINE / "exemple").iterdir():
        assert not re.search(r"@|\b(M\.|Mme|Mlle)\s", chemin.read_text(encoding="utf-8-sig")), chemin.name
