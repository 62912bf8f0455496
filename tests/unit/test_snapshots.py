"""What two snapshots of one file do not share, by key and without one, and the journal that keeps it.

Belongs here: small frames compared, a file that changes at its address.
Does not belong here: the bytes (test_acquire), what a release changes (test_publication_diff).
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from fiche_essai import bloc, fiche
from hypothesis import given
from hypothesis import strategies as st

from ingestion.acquire import SourceDepot
from ingestion.catalogue import Fichier, Jeu, Millesime
from ingestion.frames import AUDIT
from ingestion.ingest import ingerer_jeu
from ingestion.lock import Verrou
from ingestion.snapshots import comparer, journaliser, lignes_precedentes

AVANT = pl.DataFrame({"code": ["A", "B", "C"], "valeur": ["1", "2", "3"], "_ligne": [2, 3, 4]})


def test_par_cle_une_ligne_est_ajoutee_retiree_ou_modifiee() -> None:
    apres = pl.DataFrame(
        {"code": ["D", "C", "A"], "valeur": ["4", "3", "9"], "note": ["", "", ""], "_ligne": [2, 3, 4]}
    )
    bilan = comparer(AVANT, apres, ["code"])
    # B leaves, D comes, A changes from 1 to 9, C only moves.
    assert (bilan["ajoutees"], bilan["retirees"], bilan["modifiees"]) == (1, 1, 1)
    assert bilan["exemples"] == {"ajoutees": ["D"], "retirees": ["B"], "modifiees": ["A"]}
    assert (bilan["colonnes_ajoutees"], bilan["colonnes_retirees"]) == (["note"], [])


def test_seules_les_colonnes_ajoutees_par_nous_ne_comptent_pas() -> None:
    """The run's own marks always differ; a nameless published column, or a contour, is published content."""
    nos_marques = {"_jeu": "j", "_millesime": "m", "_empreinte": "a", "_ingere_le": "hier"}
    avant = AVANT.with_columns(**{nom: pl.lit(valeur) for nom, valeur in nos_marques.items()}, _geometrie=pl.lit("G"))
    apres = avant.with_columns(_empreinte=pl.lit("b"), _ingere_le=pl.lit("demain"), _ligne=pl.col("_ligne") + 1)
    bilan = comparer(avant, apres, ["code"])
    assert (bilan["ajoutees"], bilan["retirees"], bilan["modifiees"]) == (0, 0, 0)
    assert set(nos_marques) | {"_ligne"} == set(AUDIT)
    deplace = apres.with_columns(_geometrie=pl.when(pl.col("code") == "A").then(pl.lit("H")).otherwise("_geometrie"))
    assert comparer(avant, deplace, ["code"])["modifiees"] == 1


def test_une_position_inconnue_ne_cache_pas_ce_qui_change_a_cote() -> None:
    avant = AVANT.with_columns(_longitude=pl.lit(None, pl.Float64))
    assert comparer(avant, avant.with_columns(valeur=pl.lit("9")), ["code"])["modifiees"] == 3


def test_sans_cle_les_lignes_entieres_se_comptent_une_a_une() -> None:
    avant = pl.DataFrame({"x": ["1", "1", "2"]})
    apres = pl.DataFrame({"x": ["1", "1", "1", "3"]})
    bilan = comparer(avant, apres, [])
    assert (bilan["ajoutees"], bilan["retirees"], bilan["modifiees"]) == (2, 1, None)


def test_une_cle_repetee_ne_distingue_rien() -> None:
    double = pl.concat([AVANT, AVANT])
    assert comparer(double, double.head(5), ["code"])["modifiees"] is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("01")), min_size=1, max_size=8), st.randoms())
def test_l_ordre_des_lignes_ne_change_rien(lignes: list[tuple[str, str]], hasard: object) -> None:
    cadre = pl.DataFrame(lignes, schema=["code", "valeur"], orient="row")
    melangees = list(lignes)
    hasard.shuffle(melangees)  # type: ignore[attr-defined]
    bilan = comparer(cadre, pl.DataFrame(melangees, schema=["code", "valeur"], orient="row"), [])
    assert (bilan["ajoutees"], bilan["retirees"]) == (0, 0)


class Suivi:
    """One published file that changes at its address, and the data folder that follows it."""

    def __init__(self, racine: Path) -> None:
        declare = Fichier(fichier="x.csv", chemin="insee/essai/x.csv", statut_url="a_confirmer")
        millesime = Millesime(millesime="2024", periodes={"filosofi": "2024"}, fichiers=[declare])
        self.jeu: Jeu = fiche([bloc()], {}, millesimes=[millesime])
        self.depot, self.donnees = racine / "depot", racine / "data"
        self.journal = self.donnees / "instantanes" / "insee" / "essai" / "2024" / "x.csv.json"

    def lire(self, *valeurs: str) -> None:
        """Publish one row per value, then one run."""
        publie = self.depot / "insee" / "essai" / "x.csv"
        publie.parent.mkdir(parents=True, exist_ok=True)
        rangees = [f"QP96100{rang};{valeur}\n" for rang, valeur in enumerate(valeurs, start=1)]
        publie.write_text("CODGEO;TP60\n" + "".join(rangees), encoding="utf-8")
        ingerer_jeu(self.jeu, SourceDepot(self.depot), self.donnees, lambda: datetime(2026, 11, 25, tzinfo=UTC))

    def passages(self) -> list[tuple[int, int]]:
        entrees = json.loads(self.journal.read_text(encoding="utf-8")) if self.journal.exists() else []
        return [(e["lignes_avant"], e["lignes_apres"]) for e in entrees]


@pytest.fixture
def suivi(tmp_path: Path) -> Suivi:
    return Suivi(tmp_path)


def test_un_instantane_deja_vu_n_est_pas_journalise_deux_fois(suivi: Suivi) -> None:
    suivi.lire("10")
    suivi.lire("10", "20")
    suivi.lire("10", "20")
    assert suivi.passages() == [(1, 2)]
    # Back to the first one is another passage, the most recent first.
    suivi.lire("10")
    suivi.lire("10", "20")
    assert suivi.passages() == [(1, 2), (2, 1), (1, 2)]


def test_une_relance_arretee_apres_le_journal_ne_le_double_pas(suivi: Suivi, tmp_path: Path) -> None:
    """Killed between the journal and the layers: the folder as it was, with the journal of what came."""
    suivi.lire("10")
    shutil.copytree(suivi.donnees, tmp_path / "avant")
    suivi.lire("10", "20")
    shutil.copytree(suivi.journal.parents[3], tmp_path / "avant" / "instantanes")
    shutil.rmtree(suivi.donnees)
    (tmp_path / "avant").rename(suivi.donnees)
    # Journalled, but the layer in use is still the first snapshot.
    assert suivi.passages() == [(1, 2)]
    assert lignes_precedentes(suivi.donnees, suivi.jeu) == []
    suivi.lire("10", "20")
    assert suivi.passages() == [(1, 2)]
    assert lignes_precedentes(suivi.donnees, suivi.jeu) == [("2024", "x.csv", 1, 2)]


def test_le_premier_instantane_n_a_pas_de_precedent(suivi: Suivi) -> None:
    suivi.lire("10", "20")
    assert lignes_precedentes(suivi.donnees, suivi.jeu) == []
    suivi.lire("10", "20", "30")
    suivi.lire("10")
    assert lignes_precedentes(suivi.donnees, suivi.jeu) == [("2024", "x.csv", 3, 1)]


def test_le_journal_se_lit_du_plus_recent_au_plus_ancien(tmp_path: Path) -> None:
    journal = tmp_path / "x.json"
    for avant, apres in (("a", "b"), ("a", "b"), ("b", "c")):
        journaliser(journal, {"empreinte_avant": avant, "empreinte_apres": apres})
    lus = [entree["empreinte_apres"] for entree in json.loads(journal.read_text(encoding="utf-8"))]
    assert lus == ["c", "b"]


@pytest.mark.panne("F11", attendu="differences journalled, old bytes kept")
def test_de_nouveaux_octets_a_la_meme_adresse_laissent_une_trace_et_les_anciens(tmp_path: Path) -> None:
    declare = Fichier(fichier="x.csv", chemin="insee/essai/x.csv", statut_url="a_confirmer")
    jeu = fiche(
        [bloc()], {}, millesimes=[Millesime(millesime="2024", periodes={"filosofi": "2024"}, fichiers=[declare])]
    )
    publie = tmp_path / "depot" / "insee" / "essai" / "x.csv"
    publie.parent.mkdir(parents=True)
    donnees = tmp_path / "data"
    journal = donnees / "instantanes" / "insee" / "essai" / "2024" / "x.csv.json"
    empreintes = []
    for texte in ("CODGEO;TP60\nQP961001;41,4\nQP961002;30\n", "CODGEO;TP60\nQP961001;41,5\nQP961003;28\n"):
        publie.write_text(texte, encoding="utf-8")
        ingerer_jeu(jeu, SourceDepot(tmp_path / "depot"), donnees, lambda: datetime(2026, 11, 25, tzinfo=UTC))
        entree = Verrou(donnees / "verrou.yml").lire("insee.essai", "2024", "x.csv")
        assert entree is not None
        empreintes.append(entree.sha256)
        assert journal.exists() == (len(empreintes) == 2)
    (ecrit,) = json.loads(journal.read_text(encoding="utf-8"))
    assert [ecrit["empreinte_avant"], ecrit["empreinte_apres"]] == empreintes
    assert (ecrit["ajoutees"], ecrit["retirees"], ecrit["modifiees"]) == (1, 1, 1)
    # Header, QP961001 and 41,4 (then 41,5); QP961002 and 30 (then QP961003 and 28): the same number of bytes.
    assert (ecrit["taille_avant"], ecrit["taille_apres"]) == (12 + 14 + 12, 12 + 14 + 12)
    assert all((donnees / "archive" / str(e)[:2] / str(e)).exists() for e in empreintes)
