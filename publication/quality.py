"""Results of every check → the table `qualite`.

Belongs here: reading dbt's `run_results.json` and the Great Expectations records, one row per check, without any date.
Does not belong here: running a check (dbt_project, ingestion.expectations), deciding that a release is refused (admission).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from publication.contract import CLES, PREFIXES, ErreurPublication
from publication.extracts import TableExtraite
from publication.parquet import ecrire_parquet

NOM = "qualite"
RESULTATS_DBT = {
    "pass": "reussi",
    "warn": "avertissement",
    "fail": "echoue",
    "error": "erreur",
    "runtime error": "erreur",
    "skipped": "non_execute",
}
# What stops a release when the check is `bloquant`: a check that did not run proves nothing.
REFUS = ("echoue", "erreur", "non_execute")


@dataclass(frozen=True, order=True)
class Controle:
    """One row of `qualite`; `niveau` is `bloquant` or `avertissement`, `observe` and `seuil` are text."""

    controle: str
    jeu: str
    niveau: str
    resultat: str
    observe: str
    seuil: str
    message: str


SCHEMA = pa.schema([pa.field(champ.name, pa.string()) for champ in fields(Controle)])
# column → (unit, definition, published name), for the dictionary
DEFINITIONS = {
    "controle": ("", "Nom du contrôle.", ""),
    "jeu": ("", "Jeu de données, table ou modèle contrôlé.", ""),
    "niveau": ("", "bloquant : son échec interdit la publication ; avertissement : il est publié et montré.", ""),
    "resultat": ("", "reussi, avertissement, echoue, erreur ou non_execute.", ""),
    "observe": ("", "Ce qui a été mesuré ; pour un test dbt, le nombre de lignes en défaut.", ""),
    "seuil": ("", "Ce qui était attendu.", ""),
    "message": ("", "Explication du résultat, vide quand il n'y a rien à dire.", ""),
}


def lire_json(chemin: Path, remede: str) -> Any:
    """Content of a JSON file that an earlier stage must have written.

    Raises:
        ErreurPublication: the file is absent or is not JSON; `remede` says what to run.
    """
    if not chemin.is_file():
        raise ErreurPublication(f"Fichier {chemin} introuvable ; {remede}.")
    try:
        return json.loads(chemin.read_text(encoding="utf-8"))
    except json.JSONDecodeError as erreur:
        raise ErreurPublication(f"Fichier {chemin} : JSON illisible ({erreur}) ; {remede}.") from erreur


def lire_controles(resultats: dict[str, Any], manifeste: dict[str, Any], attentes: Any, source: Path) -> list[Controle]:
    """Every check of the run, sorted by key.

    Args:
        resultats: content of `run_results.json`.
        manifeste: content of `manifest.json`, which names and describes the tests.
        attentes: content of `<data>/qualite/attentes.json`, read from `source` (named in errors).
    """
    controles = _controles_dbt(resultats, manifeste) + _controles_attentes(attentes, source)
    return sorted(controles)


def execute_le(resultats: dict[str, Any], attentes: Path) -> dict[str, str]:
    """When the checks ran (ISO 8601, UTC), for `datapackage.json`: never in the table, whose bytes carry no date."""
    jour = datetime.fromtimestamp(attentes.stat().st_mtime, tz=UTC).isoformat(timespec="seconds")
    return {"dbt": str(resultats.get("metadata", {}).get("generated_at", "")), "attentes": jour}


def ecrire_qualite(controles: list[Controle], dossier: Path, *, est_demo: bool) -> TableExtraite:
    """Write `dossier/tables/qualite.parquet`."""
    table = pa.Table.from_pylist([asdict(controle) for controle in controles], schema=SCHEMA)
    chemin = f"tables/{NOM}.parquet"
    lignes = ecrire_parquet(dossier / chemin, table.to_batches(), SCHEMA, CLES[NOM], est_demo=est_demo)
    return TableExtraite(NOM, chemin, SCHEMA, CLES[NOM], lignes)


def _controles_dbt(resultats: dict[str, Any], manifeste: dict[str, Any]) -> list[Controle]:
    noeuds = manifeste.get("nodes", {})
    lus = []
    for brut in resultats.get("results", []):
        identifiant = brut["unique_id"]
        if identifiant.split(".")[0] != "test":
            continue
        noeud = noeuds.get(identifiant)
        if noeud is None:
            raise ErreurPublication(
                f"run_results.json nomme le test {identifiant}, que manifest.json ne connaît pas : "
                "les deux fichiers ne viennent pas de la même construction ; relancez dbt build."
            )
        lus.append((identifiant, _controle_dbt(brut, noeud)))
    return _sans_doublon(lus)


def _controle_dbt(brut: dict[str, Any], noeud: dict[str, Any]) -> Controle:
    config = noeud.get("config", {})
    bloquant = str(config.get("severity", "ERROR")).upper() == "ERROR"
    condition = str(config.get("error_if" if bloquant else "warn_if") or "!= 0")
    resultat = RESULTATS_DBT.get(brut["status"], "erreur")
    defauts = brut.get("failures")
    phrases = [" ".join(str(noeud.get("description") or "").split())]
    if resultat in ("echoue", "avertissement"):
        phrases.append(f"{defauts} ligne(s) en défaut.")
    elif resultat != "reussi":
        phrases.append(" ".join(str(brut.get("message") or "Le contrôle n'a pas été exécuté.").split()))
    return Controle(
        controle=noeud["name"],
        jeu=_jeu(noeud),
        niveau="bloquant" if bloquant else "avertissement",
        resultat=resultat,
        observe="" if defauts is None else str(defauts),
        seuil="0" if condition.replace(" ", "") == "!=0" else f"signalé si {condition}",
        message=" ".join(phrase for phrase in phrases if phrase),
    )


def _jeu(noeud: dict[str, Any]) -> str:
    """What a test is about: a dataset id for sources and staging models, else the published table, else the model."""
    parents = noeud.get("depends_on", {}).get("nodes", [])
    sujet = str(noeud.get("attached_node") or (parents[0] if parents else noeud["unique_id"]))
    genre, _, *reste = sujet.split(".")
    if genre == "source":
        return ".".join(reste)
    nom = reste[-1]
    if nom.startswith("stg_"):
        return nom.removeprefix("stg_").replace("__", ".", 1)
    for prefixe in PREFIXES:
        nom = nom.removeprefix(prefixe)
    return nom


def _sans_doublon(lus: list[tuple[str, Controle]]) -> list[Controle]:
    """Two tests may share a name on one model: the second then takes the hash that dbt gives it."""
    vus: set[tuple[str, str]] = set()
    resultat = []
    for identifiant, controle in sorted(lus, key=lambda couple: couple[0]):
        if (controle.controle, controle.jeu) in vus:
            controle = Controle(**{**asdict(controle), "controle": f"{controle.controle}.{identifiant.split('.')[-1]}"})
        vus.add((controle.controle, controle.jeu))
        resultat.append(controle)
    return resultat


def _controles_attentes(attentes: Any, source: Path) -> list[Controle]:
    attendues = {champ.name for champ in fields(Controle)}
    if not isinstance(attentes, list):
        raise ErreurPublication(f"{source} : une liste de contrôles est attendue, lu {type(attentes).__name__}.")
    controles = []
    for rang, brut in enumerate(attentes, start=1):
        cles = set(brut) if isinstance(brut, dict) else set()
        if cles != attendues:
            raise ErreurPublication(
                f"{source}, contrôle n° {rang} : clés attendues {', '.join(sorted(attendues))} ; "
                f"lu {', '.join(sorted(cles)) or 'aucune'}."
            )
        controles.append(Controle(**{cle: "" if valeur is None else str(valeur) for cle, valeur in brut.items()}))
    return controles
