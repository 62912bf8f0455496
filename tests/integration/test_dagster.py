"""The Dagster code location: what it declares, and what a run of the job `refresh` does, with fake steps.

Belongs here: keys, groups, owners, checks, schedule; a failing source; a failing test; the lock.
Does not belong here: outcomes of the command line (tests/unit), real data (test_refresh_demo.py).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.events import RunFailureReason
from dagster._core.execution.retries import auto_reexecution_should_retry_run
from faux_rafraichissement import RELEASE, Monde

from ingestion.catalogue import Catalogue
from orchestration import dbt_assets
from orchestration.dbt_build import Noeud, analyser
from orchestration.definitions import build_defs
from orchestration.refresh_lock import verrou_de_rafraichissement
from orchestration.settings import DEPOT_DU_CODE
from orchestration.state import Etat
from orchestration.watch import Veille

CATALOGUE = Catalogue()
REVENUS = "insee.qpv_revenus"


@pytest.fixture(scope="module")
def manifeste(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return analyser(DEPOT_DU_CODE / "dbt_project", tmp_path_factory.mktemp("analyse"))


@pytest.fixture
def monde(tmp_path: Path, manifeste: Path) -> Monde:
    """Fake steps; dbt answers that every model was built and every test passed."""
    monde = Monde(tmp_path)
    noeuds = json.loads(manifeste.read_text(encoding="utf-8"))["nodes"]
    reussi = {"model": "success", "test": "pass"}
    ordre = json.loads(manifeste.read_text(encoding="utf-8"))["parent_map"]
    monde.noeuds = [
        Noeud(cle, noeuds[cle]["name"], noeuds[cle]["resource_type"], reussi[noeuds[cle]["resource_type"]], "OK", 0.0)
        for cle in _dans_l_ordre(ordre)
        if cle in noeuds and noeuds[cle]["resource_type"] in reussi
    ]
    return monde


def _dans_l_ordre(parents: dict[str, list[str]]) -> list[str]:
    """Nodes after those they read."""
    faits: dict[str, None] = {}

    def visiter(cle: str) -> None:
        if cle not in faits:
            for parent in parents.get(cle, []):
                visiter(parent)
            faits[cle] = None

    for cle in parents:
        visiter(cle)
    return list(faits)


def definitions(monde: Monde, manifeste: Path) -> dg.Definitions:
    return build_defs(monde.reglages, monde.etapes(), manifeste)


def lancer(monde: Monde, manifeste: Path) -> dg.ExecuteInProcessResult:
    job = definitions(monde, manifeste).resolve_job_def("refresh")
    with dg.DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(instance=instance, raise_on_error=False)


def brute(jeu: str) -> dg.AssetKey:
    return dg.AssetKey(["raw", *jeu.split(".")])


def controles(resultat: dg.ExecuteInProcessResult) -> dict[tuple[str, str], Any]:
    return {(c.asset_key.to_user_string(), c.check_name): c for c in resultat.get_asset_check_evaluations()}


# --- what is declared ---------------------------------------------------------------------------------------------------


def test_two_processes_parse_the_project_at_once(tmp_path: Path) -> None:
    """The daemon and the webserver start together: both read a whole manifest, and it is the same."""
    ordre = (
        "import json, sys; from pathlib import Path; from orchestration.dbt_build import analyser;"
        " chemin = analyser(Path(sys.argv[1]), Path(sys.argv[2]));"
        " print(chemin, len(json.loads(chemin.read_text())['nodes']))"
    )
    lancer = [sys.executable, "-c", ordre, str(DEPOT_DU_CODE / "dbt_project"), str(tmp_path)]
    deux = [subprocess.Popen(lancer, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    dits = {processus.communicate(timeout=120)[0].strip().splitlines()[-1] for processus in deux}
    assert [processus.returncode for processus in deux] == [0, 0]
    assert len(dits) == 1
    assert [chemin.name for chemin in (tmp_path / "dbt" / "analyse").iterdir()] == [
        Path(dits.pop().split()[0]).parent.name
    ]


def test_every_card_is_an_asset_with_its_theme_owner_and_checks(monde: Monde, manifeste: Path) -> None:
    graphe = definitions(monde, manifeste).resolve_asset_graph()
    for jeu in CATALOGUE.jeux.values():
        noeud = graphe.get(brute(jeu.jeu))
        assert noeud.is_materializable
        assert noeud.group_name == jeu.theme
        assert noeud.owners == [f"team:{jeu.jeu.split('.')[0]}"]
        assert jeu.titre in (noeud.description or "")
        noms = {cle.name for cle in graphe.get_check_keys_for_assets({brute(jeu.jeu)})}
        assert noms == {"instantane_a_jour", "fraicheur", "attentes"}


def test_every_asset_has_a_group_an_owner_a_kind_and_a_description(monde: Monde, manifeste: Path) -> None:
    graphe = definitions(monde, manifeste).resolve_asset_graph()
    for cle in graphe.materializable_asset_keys:
        noeud = graphe.get(cle)
        assert noeud.group_name != "default", cle
        assert noeud.owners, cle
        assert noeud.kinds, cle
        assert noeud.description, cle


def test_every_model_is_an_asset_and_reads_declared_assets_only(monde: Monde, manifeste: Path) -> None:
    graphe = definitions(monde, manifeste).resolve_asset_graph()
    noeuds = json.loads(manifeste.read_text(encoding="utf-8"))["nodes"].values()
    modeles = {noeud["name"] for noeud in noeuds if noeud["resource_type"] == "model"}
    cles = graphe.materializable_asset_keys
    assert {cle.path[-1] for cle in cles if cle.path[0] in dbt_assets.COUCHES.values()} == modeles
    assert graphe.external_asset_keys == set()
    assert (
        dg.AssetKey(["raw", "insee", "qpv_revenus"])
        in graphe.get(dg.AssetKey(["staging", "stg_insee__qpv_revenus"])).parent_keys
    )


def test_the_schedule_is_daily_in_paris_and_skips_when_nothing_changed(monde: Monde, manifeste: Path) -> None:
    definies = definitions(monde, manifeste)
    horaire = definies.resolve_schedule_def("refresh_quotidien")
    assert horaire.execution_timezone == "Europe/Paris"
    assert horaire.job_name == "refresh"
    assert horaire.default_status == dg.DefaultScheduleStatus.RUNNING
    with dg.DagsterInstance.ephemeral() as instance:
        contexte = dg.build_schedule_context(instance=instance)
        assert len(horaire.evaluate_tick(contexte).run_requests or []) == 1
        assert lancer(monde, manifeste).success
        contexte = dg.build_schedule_context(instance=instance)
        assert RELEASE in (horaire.evaluate_tick(contexte).skip_message or "")


@pytest.mark.parametrize(
    ("proprietes", "cle", "groupe", "genres"),
    [
        (
            {"resource_type": "source", "source_name": "insee", "name": "cog"},
            "raw/insee/cog",
            "insee",
            {"parquet"},
        ),
        (
            {"resource_type": "source", "source_name": "catalogue", "name": "indicateurs"},
            "catalogue/indicateurs",
            "catalogue",
            {"parquet"},
        ),
        (
            {
                "resource_type": "model",
                "name": "fct_valeurs",
                "fqn": ["observatoire", "marts", "fct_valeurs"],
                "group": "publication",
                "config": {"materialized": "table"},
            },
            "marts/fct_valeurs",
            "publication",
            {"dbt", "duckdb", "table"},
        ),
        (
            {
                "resource_type": "model",
                "name": "stg_insee__cog",
                "fqn": ["observatoire", "staging", "insee", "stg_insee__cog"],
                "group": None,
                "config": {"materialized": "view"},
            },
            "staging/stg_insee__cog",
            "staging",
            {"dbt", "duckdb", "view"},
        ),
    ],
)
def test_dbt_properties_to_asset(proprietes: dict[str, Any], cle: str, groupe: str, genres: set[str]) -> None:
    assert dbt_assets.cle(proprietes).to_user_string() == cle
    assert dbt_assets.groupe(proprietes) == groupe
    assert dbt_assets.proprietaires(proprietes) == [f"team:{groupe}"]
    assert dbt_assets.genres(proprietes) == genres


# --- what a run does ----------------------------------------------------------------------------------------------------


def test_a_run_reads_every_dataset_releases_and_writes_the_state(monde: Monde, manifeste: Path) -> None:
    resultat = lancer(monde, manifeste)
    assert resultat.success
    assert monde.appels.count("ingerer") == len(CATALOGUE.jeux)
    assert monde.appels[-2:] == ["construire", "publier"]
    assert all(controle.passed for controle in controles(resultat).values())
    etat = Etat.lire(monde.reglages.data)
    assert etat is not None
    assert (etat.release, etat.code_sortie, etat.inventaire) == (RELEASE, 0, monde.inventaire)


def test_after_a_run_the_command_line_has_nothing_to_do(monde: Monde, manifeste: Path) -> None:
    assert lancer(monde, manifeste).success
    issue = monde.rafraichir()
    assert (issue.code, issue.release, issue.change) == (0, RELEASE, False)


def test_a_refused_file_fails_a_check_and_stops_nothing(monde: Monde, manifeste: Path) -> None:
    monde.refuses = {REVENUS}
    resultat = lancer(monde, manifeste)
    assert resultat.success
    assert "publier" in monde.appels
    echoues = {cle for cle, controle in controles(resultat).items() if not controle.passed}
    assert echoues == {("raw/insee/qpv_revenus", "instantane_a_jour")}
    controle = controles(resultat)["raw/insee/qpv_revenus", "instantane_a_jour"]
    assert controle.severity == dg.AssetCheckSeverity.WARN


def test_a_dataset_without_any_snapshot_stops_the_release_and_not_the_others(monde: Monde, manifeste: Path) -> None:
    monde.perdus = {REVENUS}
    resultat = lancer(monde, manifeste)
    assert not resultat.success
    assert monde.appels.count("ingerer") == len(CATALOGUE.jeux)
    materialises = {
        cle for cle in CATALOGUE.jeux if resultat.asset_materializations_for_node(f"raw__{cle.replace('.', '__')}")
    }
    assert materialises == set(CATALOGUE.jeux) - {REVENUS}
    assert not {"construire", "publier"} & set(monde.appels)
    assert Etat.lire(monde.reglages.data).release is None


@pytest.mark.panne("F23", attendu="the Dagster run stops before the release")
def test_a_failed_test_of_a_mart_stops_the_release(monde: Monde, manifeste: Path) -> None:
    rang = next(i for i, n in enumerate(monde.noeuds) if n.type == "test" and "fct_valeurs" in n.nom)
    sain = monde.noeuds[rang]
    monde.noeuds[rang] = Noeud(sain.identifiant, sain.nom, "test", "fail", "Got 2", 0.0, 2)
    resultat = lancer(monde, manifeste)
    assert not resultat.success
    assert "publier" not in monde.appels
    assert [cle[1] for cle, controle in controles(resultat).items() if not controle.passed] == [sain.nom]


@pytest.mark.panne("F4", attendu="a Dagster run is refused while a command refreshes")
def test_a_run_refuses_while_another_refresh_holds_the_folder(monde: Monde, manifeste: Path) -> None:
    with verrou_de_rafraichissement(monde.reglages.data):
        resultat = lancer(monde, manifeste)
    assert not resultat.success
    assert monde.appels == []


def test_what_breaks_is_tried_again_and_what_is_refused_is_not(monde: Monde, manifeste: Path) -> None:
    """A disk that fails once; a file without any snapshot, which the same bytes would fail again."""
    monde.perdus = {REVENUS}
    lus: Counter[str] = Counter()
    etapes = monde.etapes()

    def ingerer(contexte: Any, jeu: Any, source: Any) -> Any:
        lus[jeu.jeu] += 1
        if jeu.jeu == "insee.cog" and lus[jeu.jeu] == 1:
            raise OSError(5, "Input/output error")
        return etapes.ingerer(contexte, jeu, source)

    definies = build_defs(monde.reglages, replace(etapes, ingerer=ingerer), manifeste, attente_reprise_s=0)
    with dg.DagsterInstance.ephemeral() as instance:
        resultat = definies.resolve_job_def("refresh").execute_in_process(instance=instance, raise_on_error=False)
    assert not resultat.success
    assert (lus["insee.cog"], lus[REVENUS]) == (2, 1)
    # The outcome is remembered for the operators, with its reason and nothing of the retry.
    tentative = Veille.lire(monde.reglages.data).tentative
    assert tentative is not None
    assert (tentative.porte, tentative.code, tentative.execution) == ("dagster", 1, resultat.run_id)
    assert any("TP60" in phrase for phrase in tentative.phrases)
    assert not any("Input/output" in phrase for phrase in tentative.phrases)


def test_a_run_of_one_dataset_reads_it_alone_and_measures_every_step(monde: Monde, manifeste: Path) -> None:
    """What the sensor of changes asks for: the dataset, and everything that is made from it."""
    monde.rafraichir()
    monde.appels.clear()
    definies = definitions(monde, manifeste)
    graphe = definies.resolve_asset_graph()
    communs = [cle for cle in graphe.materializable_asset_keys if cle.path[0] != "raw"]
    with dg.DagsterInstance.ephemeral() as instance:
        resultat = definies.resolve_job_def("refresh").execute_in_process(
            instance=instance, raise_on_error=False, asset_selection=[brute(REVENUS), *communs]
        )
    assert resultat.success
    assert monde.appels.count("ingerer") == 1
    assert monde.appels[-1] == "publier"
    (lu,) = resultat.asset_materializations_for_node("raw__insee__qpv_revenus")
    millesimes = len(CATALOGUE.jeux[REVENUS].millesimes)
    assert lu.metadata["dagster/row_count"].value == 3 * millesimes
    assert {"octets", "duree_s", "lignes_en_quarantaine"} <= lu.metadata.keys()
    (publie,) = resultat.asset_materializations_for_node("release")
    assert {"octets", "duree_s", "release"} <= publie.metadata.keys()
    lignes = (monde.reglages.data / "journaux" / "rafraichissements.jsonl").read_text(encoding="utf-8").splitlines()
    siennes = [ligne for ligne in map(json.loads, lignes) if ligne["porte"] == "dagster"]
    assert [(ligne["etape"], ligne["jeu"], ligne["lignes"]) for ligne in siennes if ligne["etape"] == "jeu"] == [
        ("jeu", REVENUS, 3 * millesimes)
    ]
    assert {"couches", "spatial", "fiches", "entrepot", "attentes", "publication", "fin"} <= {
        ligne["etape"] for ligne in siennes
    }


@pytest.mark.panne("F24", attendu="Dagster runs a dead worker again, twice at most")
def test_the_instance_retries_a_dead_worker_and_never_a_failed_step(tmp_path: Path) -> None:
    """deploy/dagster.yaml, read by Dagster itself."""
    shutil.copy(DEPOT_DU_CODE / "deploy" / "dagster.yaml", tmp_path / "dagster.yaml")

    @dg.op
    def rien() -> None: ...

    @dg.job
    def essai() -> None:
        rien()

    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.run_monitoring_enabled
        assert 0 < instance.run_monitoring_max_runtime_seconds <= 6 * 3600
        echoue = instance.create_run_for_job(essai, status=dg.DagsterRunStatus.FAILURE)
        for raison, attendu in (("STEP_FAILURE", False), ("RUN_EXCEPTION", True), (None, True)):
            cause = RunFailureReason(raison) if raison else None
            assert auto_reexecution_should_retry_run(instance, echoue, cause) is attendu


def test_the_workspace_names_the_code_location() -> None:
    assert "orchestration.definitions" in (DEPOT_DU_CODE / "workspace.yaml").read_text(encoding="utf-8")
