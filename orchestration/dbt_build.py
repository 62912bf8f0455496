"""dbt in this process: parse the project, build one fresh warehouse, say which rows fail a test.

Belongs here: calling dbt, closing its warehouse, turning its results into records and sentences.
Does not belong here: SQL (dbt_project), Dagster assets (dbt_assets), what is done about a failure (refresh).

dbt takes 2 s to import: this module imports it inside its functions.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from orchestration.journal import accord
from orchestration.state import empreinte_dossiers

REUSSIS = {"success", "pass", "warn", "no-op"}
LIGNES_MONTREES = 3
# Manifests of earlier versions of the project, in seconds: a process that started before may still read its own.
GARDE_DES_ANALYSES = 86_400


class ErreurDbt(RuntimeError):
    """dbt could not run at all (project that does not parse, missing source…); the message is dbt's own."""


@dataclass(frozen=True)
class Noeud:
    """Outcome of one dbt node; `lignes` holds the first failing rows of a failed test."""

    identifiant: str
    nom: str
    type: str
    statut: str
    message: str
    duree_s: float
    nb_echecs: int = 0
    rattache_a: str | None = None
    severite: str = "error"
    lignes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def reussi(self) -> bool:
        return self.statut in REUSSIS

    def phrase(self) -> str:
        """One sentence for the terminal: what failed, on what, with the first rows."""
        if self.statut == "skipped":
            return f"{self.nom} n'a pas été construit : ce dont il dépend a échoué."
        debut = f"Le contrôle {self.nom}" if self.type == "test" else f"{self.nom}"
        raison = (
            accord(self.nb_echecs, "ligne en écart", "lignes en écart")
            if self.nb_echecs
            else self.message or self.statut
        )
        texte = f"{debut} a échoué : {raison}."
        if self.lignes:
            montrees = " | ".join(", ".join(f"{k}={v}" for k, v in ligne.items()) for ligne in self.lignes)
            texte += f" Premières lignes en écart : {montrees}."
        return texte


@dataclass(frozen=True)
class BilanDbt:
    """Outcome of `dbt build`."""

    entrepot: Path
    noeuds: list[Noeud]

    @property
    def echecs(self) -> list[Noeud]:
        return [noeud for noeud in self.noeuds if not noeud.reussi and noeud.statut != "skipped"]

    @property
    def reussi(self) -> bool:
        return all(noeud.reussi for noeud in self.noeuds)


def construire(
    dbt: Path,
    donnees: Path,
    entrepot: Path,
    *,
    memoire: str = "600MB",
    suivi: Callable[[str], None] | None = None,
    selection: Sequence[str] = (),
) -> BilanDbt:
    """Build every model and run every data test into `entrepot`, a file that does not exist yet.

    Unit tests judge the models, not the data: they belong to the tests of the project (`eprouver`), not to a refresh.

    Args:
        suivi: called with the name of each node as it ends.
        selection: dbt selectors (`fct_valeurs`), everything when empty.
    Raises:
        ErreurDbt: dbt stopped before running a node.
        FileExistsError: a warehouse is already there: a stale write-ahead log beside it would be replayed.
    """
    if entrepot.exists() or entrepot.with_name(f"{entrepot.name}.wal").exists():
        raise FileExistsError(f"{entrepot}: a build opens a fresh path, give another one")
    entrepot.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["build", "--exclude-resource-type", "unit_test", *_choisis(selection)]
    _oublier_une_autre_analyse(dbt, donnees)
    with _environnement(donnees, entrepot, memoire):
        resultat = _lancer(arguments, dbt, donnees, suivi)
        _fermer_entrepot()
    noeuds = [_noeud(brut) for brut in resultat.results]
    return BilanDbt(entrepot, _avec_lignes_en_ecart(entrepot, noeuds, resultat.results))


def eprouver(dbt: Path, donnees: Path, entrepot: Path, *, selection: Sequence[str] = ()) -> BilanDbt:
    """Run the unit tests of the models; `entrepot` is a built warehouse, read for the types of their columns.

    Args:
        selection: names of tests, every one when empty.
    Raises:
        ErreurDbt: dbt stopped before running a test.
    """
    _oublier_une_autre_analyse(dbt, donnees)
    with _environnement(donnees, entrepot, "600MB"):
        resultat = _lancer(["test", "--resource-type", "unit_test", *_choisis(selection)], dbt, donnees, None)
        _fermer_entrepot()
    return BilanDbt(entrepot, [_noeud(brut) for brut in resultat.results])


def analyser(dbt: Path, donnees: Path) -> Path:
    """Path of the manifest of the project, parsed again only when a file of the project changed; needs no data.

    Kept apart from the manifest of builds, which publication reads beside their results. A manifest appears whole, in a
    folder named after the files it describes: the daemon and the webserver of Dagster may parse at the same time.

    Raises:
        ErreurDbt: the project does not parse.
    """
    analyses = donnees / "dbt" / "analyse"
    cible = analyses / empreinte_dossiers(dbt, ["."])
    manifeste = cible / "manifest.json"
    if manifeste.exists():
        return manifeste
    analyses.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".", dir=analyses, ignore_cleanup_errors=True) as ici:
        chantier = Path(ici) / "cible"
        with _environnement(donnees, donnees / "entrepot" / "aucun.duckdb", "600MB"):
            _lancer(["parse"], dbt, donnees, None, chantier)
        try:
            chantier.rename(cible)
        except OSError:
            if not manifeste.exists():
                raise
            # Another process parsed the same files first: its manifest is the same.
    for ancienne in set(analyses.iterdir()) - {cible}:
        with suppress(FileNotFoundError):  # the other process sweeps too
            if time.time() - ancienne.stat().st_mtime > GARDE_DES_ANALYSES:
                shutil.rmtree(ancienne)
    return manifeste


def dossier_cible(donnees: Path) -> Path:
    """Where dbt writes its manifest and its compiled SQL: never in the checkout."""
    return donnees / "dbt" / "cible"


def _oublier_une_autre_analyse(dbt: Path, donnees: Path) -> None:
    """Keep what dbt parsed last time only for the very same project: for another one, it parses everything again.

    dbt would compare the files one by one, and read again those that changed; a figure is not worth that trust.
    """
    cible, empreinte = dossier_cible(donnees), empreinte_dossiers(dbt, ["."])
    marque = cible / ".empreinte"
    if not marque.exists() or marque.read_text(encoding="utf-8") != empreinte:
        (cible / "partial_parse.msgpack").unlink(missing_ok=True)
        cible.mkdir(parents=True, exist_ok=True)
        marque.write_text(empreinte, encoding="utf-8")


def _choisis(selection: Sequence[str]) -> list[str]:
    return ["--select", *selection] if selection else []


def _lancer(
    arguments: list[str], dbt: Path, donnees: Path, suivi: Callable[[str], None] | None, cible: Path | None = None
) -> Any:
    from dbt.cli.main import dbtRunner

    def rappel(evenement: Any) -> None:
        if suivi and evenement.info.name == "NodeFinished":
            suivi(evenement.data.node_info.node_name)

    resultat = dbtRunner(callbacks=[rappel]).invoke(
        [
            "--no-use-colors",
            "--log-level",
            "none",
            "--log-level-file",
            "info",
            "--log-path",
            str(donnees / "dbt" / "journaux"),
            *arguments,
            "--project-dir",
            str(dbt),
            "--profiles-dir",
            str(dbt),
            "--target-path",
            str(cible or dossier_cible(donnees)),
        ]
    )
    if resultat.exception is not None:
        raise ErreurDbt(f"dbt {arguments[0]} : {resultat.exception}") from resultat.exception
    return resultat.result


@contextmanager
def _environnement(donnees: Path, entrepot: Path, memoire: str) -> Iterator[None]:
    """The variables that dbt's profile and sources read, put back as they were afterwards."""
    voulues = {
        "OBSERVATOIRE_DATA": str(donnees),
        "OBSERVATOIRE_ENTREPOT": str(entrepot),
        "OBSERVATOIRE_MEMOIRE_SQL": memoire,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    avant = {nom: os.environ.get(nom) for nom in voulues}
    os.environ.update(voulues)
    try:
        yield
    finally:
        for nom, valeur in avant.items():
            if valeur is None:
                del os.environ[nom]
            else:
                os.environ[nom] = valeur


def _fermer_entrepot() -> None:
    """dbt-duckdb keeps the warehouse open for the life of the process; nobody else could open it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager.env().close()
        DuckDBConnectionManager.close_all_connections()


def _noeud(brut: Any) -> Noeud:
    noeud = brut.node
    return Noeud(
        identifiant=noeud.unique_id,
        nom=noeud.name,
        type=str(noeud.resource_type),
        statut=str(brut.status),
        message=" ".join((brut.message or "").split()),
        duree_s=round(brut.execution_time, 3),
        nb_echecs=brut.failures or 0,
        rattache_a=getattr(noeud, "attached_node", None),
        severite=str(getattr(noeud.config, "severity", "error")).lower(),
    )


def _avec_lignes_en_ecart(entrepot: Path, noeuds: list[Noeud], bruts: Sequence[Any]) -> list[Noeud]:
    """Ask each failed data test again for its first rows: its compiled query returns the rows in error."""
    a_voir = [i for i, noeud in enumerate(noeuds) if noeud.statut == "fail" and noeud.type == "test"]
    if not a_voir:
        return noeuds
    import duckdb

    noeuds = list(noeuds)
    with duckdb.connect(str(entrepot), read_only=True) as connexion:
        for i in a_voir:
            requete = connexion.execute(f"select * from ({bruts[i].node.compiled_code}) limit {LIGNES_MONTREES}")
            colonnes = [colonne[0] for colonne in requete.description]
            lignes = [dict(zip(colonnes, map(str, ligne), strict=True)) for ligne in requete.fetchall()]
            noeuds[i] = Noeud(**{**noeuds[i].__dict__, "lignes": lignes})
    return noeuds
