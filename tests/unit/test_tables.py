"""The cards as tables: what the warehouse knows of indicators, files, breaks and published references.

Belongs here: the shape of the tables, the state of a file, the demo territory's own references.
Does not belong here: whether the cards are right (tests/coherence).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ingestion.catalogue import Catalogue, Erratum, ErreurCatalogue, Jeu
from ingestion.lock import EntreeVerrou, Verrou
from ingestion.tables import SCHEMAS, _errata, construire_tables, copier_verrou, date_de_reference, ecrire_tables

CATALOGUE = Catalogue()


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    return construire_tables(CATALOGUE, Verrou(tmp_path_factory.mktemp("data") / "verrou.yml"))


def test_chaque_table_a_son_schema_et_une_cle(tables: dict[str, pl.DataFrame]) -> None:
    cles = {
        "indicateurs": ["indicateur"],
        "indicateur_jeux": ["indicateur", "jeu"],
        "indicateur_references": ["indicateur", "niveau_reference"],
        "ruptures": ["indicateur", "code"],
        "sources": ["jeu", "millesime", "fichier"],
        "errata": ["identifiant"],
        "references": ["indicateur", "niveau", "code_territoire", "periode"],
        "motifs": ["motif"],
        "controles": ["jeu", "controle"],
        "avertissements": ["jeu", "texte"],
        "hors_couverture": ["jeu", "millesime", "code_commune"],
    }
    assert set(tables) == set(cles) | {"methode"} == set(SCHEMAS) | {"methode"}
    for nom, cle in cles.items():
        assert tables[nom].schema == pl.Schema(SCHEMAS[nom]), nom
        assert not tables[nom].select(cle).is_duplicated().any(), nom
        assert tables[nom].select(cle).null_count().row(0) == (0,) * len(cle), nom


def test_les_indicateurs_gardent_l_ordre_des_fiches_et_leurs_priorites(tables: dict[str, pl.DataFrame]) -> None:
    assert tables["indicateurs"]["indicateur"].to_list() == list(CATALOGUE.indicateurs)
    assert tables["indicateurs"]["ordre"].to_list() == list(range(1, len(CATALOGUE.indicateurs) + 1))
    for nom, fiche in CATALOGUE.indicateurs.items():
        jeux = tables["indicateur_jeux"].filter(pl.col("indicateur") == nom).sort("priorite")
        assert jeux["jeu"].to_list() == [s.jeu for s in fiche.sources]
        assert jeux["priorite"].to_list() == list(range(1, len(fiche.sources) + 1))
        assert jeux["colonnes"].to_list() == [";".join(s.colonnes) for s in fiche.sources]
        assert jeux["situe"].to_list() == [s.situe for s in fiche.sources]


def test_la_methode_est_une_ligne_de_nombres(tables: dict[str, pl.DataFrame]) -> None:
    parametres = CATALOGUE.methode["parametres"]
    assert tables["methode"].to_dicts() == [parametres]
    assert all(dtype.is_numeric() for dtype in tables["methode"].dtypes)


def test_une_rupture_inconnue_arrete_avec_une_phrase(tmp_path: Path) -> None:
    catalogue = Catalogue()
    nom, fiche = next((n, f) for n, f in catalogue.indicateurs.items() if f.ruptures)
    catalogue.indicateurs[nom] = fiche.model_copy(update={"ruptures": ["X99"]})
    with pytest.raises(ErreurCatalogue, match=rf"{nom}: unknown breaks \['X99'\]"):
        construire_tables(catalogue, Verrou(tmp_path / "verrou.yml"))


ENTREE = EntreeVerrou("a" * 64, 12, None, "deposit", "2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z")


def test_chaque_fichier_declare_a_une_ligne_avec_son_etat(tmp_path: Path) -> None:
    verrou = Verrou(tmp_path / "verrou.yml")
    (jeu, m1, f1), (_, m2, f2), (_, _, f3) = [d for d in CATALOGUE.fichiers() if d[0].jeu == "insee.qpv_revenus"][:3]
    verrou.ecrire(jeu.jeu, m1.millesime, f1.nom, ENTREE)
    verrou.ecrire(jeu.jeu, m2.millesime, f2.nom, replace(ENTREE, statut="en_echec", message="…"))
    sources = construire_tables(CATALOGUE, verrou)["sources"]
    assert sources.height == len(list(CATALOGUE.fichiers()))
    etats = {
        ligne["fichier"]: (ligne["statut"], ligne["empreinte_sha256"], ligne["origine"])
        for ligne in sources.filter(pl.col("jeu") == jeu.jeu).to_dicts()
    }
    assert etats[f1.nom] == ("a_jour", "a" * 64, "deposit")
    assert etats[f2.nom] == ("en_echec", "a" * 64, "deposit")
    assert etats[f3.nom] == ("jamais_charge", None, None)


@pytest.mark.parametrize(
    ("jeu", "millesime", "attendue"),
    [
        # Filosofi 2018 and Cnaf at 31/12/2020 in the same file: the latest date; Cnam has none.
        ("insee.qpv_revenus", "2022", (date(2020, 12, 31), False)),
        # 31/12/2015 for Cnaf is deduced.
        ("insee.qpv_revenus", "2017", (date(2015, 12, 31), True)),
        ("insee.qpv_insertion_professionnelle", "2022", (date(2021, 12, 31), False)),
        ("insee.qpv2024_filosofi", "2021", (date(2021, 12, 31), False)),
    ],
)
def test_la_date_de_reference_d_un_fichier_est_la_derniere_etablie(
    jeu: str, millesime: str, attendue: tuple[date, bool]
) -> None:
    fiche: Jeu = CATALOGUE.jeux[jeu]
    declare = next(m for m in fiche.millesimes if m.millesime == millesime)
    reference = date_de_reference(fiche, declare, declare.fichiers[0])
    assert reference is not None
    assert (reference.date_reference, reference.est_date_deduite) == attendue


def test_le_territoire_de_demonstration_a_ses_propres_references_et_aucun_total_de_controle(tmp_path: Path) -> None:
    (tmp_path / "references.yml").write_text(
        "- {indicateur: taux_chomage_bit_departement, niveau: france, code_territoire: FRM, periode: 2022-T1, "
        'date_reference: "2022-03-31", valeur: 9.9, source: fictive, url: "https://example.invalid"}\n',
        encoding="utf-8",
    )
    tables = construire_tables(CATALOGUE, Verrou(tmp_path / "verrou.yml"), tmp_path)
    assert tables["references"].select("valeur", "source").rows() == [(9.9, "fictive")]
    assert tables["controles"].height == 0
    assert tables["indicateurs"].height == len(CATALOGUE.indicateurs)


def test_les_tables_s_ecrivent_deux_fois_a_l_identique(tmp_path: Path) -> None:
    ecrire_tables(CATALOGUE, tmp_path)
    premieres = {p.name: p.read_bytes() for p in (tmp_path / "catalogue").iterdir()}
    ecrire_tables(CATALOGUE, tmp_path)
    assert {p.name: p.read_bytes() for p in (tmp_path / "catalogue").iterdir()} == premieres
    assert set(premieres) == {f"{nom}.parquet" for nom in [*SCHEMAS, "methode"]} | {"relecture.json", "secret.json"}


def test_la_copie_du_verrou_garde_ce_qui_est_publie_et_rien_de_local(tmp_path: Path) -> None:
    run = Verrou(tmp_path / "verrou.yml")
    run.ecrire("insee.essai", "2022", "a.csv", replace(ENTREE, normalise="b" * 64, statut="en_echec", message="phrase"))
    run.ecrire("insee.essai", "2022", "b.csv", replace(ENTREE, sha256=None))
    run.ecrire("insee.essai", "2022", "c.csv", replace(ENTREE, origine="demo"))
    run.enregistrer()
    sortie = tmp_path / "catalogue.yml"
    copier_verrou(tmp_path, sortie)
    assert list(Verrou(sortie).entrees()) == [("insee.essai", "2022", "a.csv", ENTREE)]
    assert sortie.read_text(encoding="utf-8").startswith("# Written by `make lock`")


def test_un_erratum_mal_declare_est_nomme() -> None:
    """Used twice, or about an indicator that does not exist: the sentence names the entry and what to do."""
    erratum = Erratum(identifiant="e1", indicateur="taux_emploi_15_64", texte="Faux.", date="2026-01-31")
    assert _errata([erratum], CATALOGUE.indicateurs)[0]["date"] == date(2026, 1, 31)
    with pytest.raises(ErreurCatalogue, match="l'identifiant e1 est employé deux fois"):
        _errata([erratum, erratum], CATALOGUE.indicateurs)
    inconnu = erratum.model_copy(update={"indicateur": "taux_inconnu"})
    with pytest.raises(ErreurCatalogue, match="e1 : indicateur taux_inconnu inconnu"):
        _errata([inconnu], CATALOGUE.indicateurs)
