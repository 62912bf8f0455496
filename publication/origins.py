"""What stands behind the figures: published files, columns, models, code.

Belongs here: reading the run's lock, the columns of the catalogue and the lineage of dbt's manifest; the version of the code.
Does not belong here: the answer for one figure (provenance), the descriptor that stores all this (datapackage).
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from publication.contract import ErreurPublication

RACINE = Path(__file__).resolve().parent.parent
PAQUET = "observatoire-qpv"
MODELE_VALEURS = "fct_valeurs"


@dataclass(frozen=True)
class Acces:
    """One published file as the run's lock records it; dates are ISO 8601 text, empty when unknown."""

    jeu: str
    millesime: str
    fichier: str
    url: str
    sha256: str
    taille: int | None
    origine: str
    acquis_le: str
    verifie_le: str
    statut: str
    message: str


def lire_verrou(chemin: Path) -> list[Acces]:
    """Every entry of `<data>/verrou.yml`, sorted.

    Raises:
        ErreurPublication: no lock, hence no date of access, which every release states.
    """
    if not chemin.is_file():
        raise ErreurPublication(
            f"Verrou {chemin} introuvable : il porte la date d'accès de chaque fichier ; relancez l'ingestion."
        )
    brut = yaml.safe_load(chemin.read_text(encoding="utf-8")) or {}
    acces = []
    for jeu, millesimes in brut.items():
        for millesime, fichiers in millesimes.items():
            acces += [_acces(str(jeu), str(millesime), str(nom), entree) for nom, entree in fichiers.items()]
    return sorted(acces, key=lambda a: (a.jeu, a.millesime, a.fichier))


def _acces(jeu: str, millesime: str, fichier: str, entree: Mapping[str, Any]) -> Acces:
    def texte(cle: str) -> str:
        valeur = entree.get(cle)
        return "" if valeur is None else valeur.isoformat() if hasattr(valeur, "isoformat") else str(valeur)

    return Acces(
        jeu=jeu,
        millesime=millesime,
        fichier=fichier,
        taille=entree.get("taille"),
        **{cle: texte(cle) for cle in ("url", "sha256", "origine", "acquis_le", "verifie_le", "statut", "message")},
    )


def origine_de(acces: list[Acces]) -> str:
    """Origin of a release: `demo` as soon as one file is fictitious, otherwise the origins met, `+`-joined."""
    origines = sorted({a.origine for a in acces if a.origine})
    return "demo" if "demo" in origines else "+".join(origines) or "inconnue"


def colonnes_publiees(donnees: Path) -> dict[str, list[dict[str, Any]]]:
    """Indicator → its datasets in order of priority, each with the publishers' own column names.

    `situe` (`2015`, `2024`, `tous`): the dataset says where things are, for the quartiers of that zoning.
    Read from `<data>/catalogue/indicateur_jeux.parquet` (indicateur, jeu, priorite, colonnes, situe).
    """
    chemin = donnees / "catalogue" / "indicateur_jeux.parquet"
    if not chemin.is_file():
        raise ErreurPublication(f"Fichier {chemin} introuvable ; écrivez d'abord les tables du catalogue.")
    table = pq.read_table(chemin).sort_by([("indicateur", "ascending"), ("priorite", "ascending")])
    resultat: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for ligne in table.to_pylist():
        colonnes = [nom.strip() for nom in str(ligne["colonnes"] or "").split(";") if nom.strip()]
        resultat[ligne["indicateur"]].append(
            {"jeu": ligne["jeu"], "colonnes": colonnes} | ({"situe": ligne["situe"]} if ligne["situe"] else {})
        )
    return dict(resultat)


def references_publiees(donnees: Path) -> list[dict[str, Any]]:
    """Published values that no file holds, with their source and address, from `<data>/catalogue/references.parquet`."""
    chemin = donnees / "catalogue" / "references.parquet"
    if not chemin.is_file():
        raise ErreurPublication(f"Fichier {chemin} introuvable ; écrivez d'abord les tables du catalogue.")
    colonnes = ["indicateur", "niveau", "code_territoire", "periode", "source", "url"]
    lignes: list[dict[str, Any]] = pq.read_table(chemin, columns=colonnes).to_pylist()
    return sorted(lignes, key=lambda ligne: [str(ligne[c]) for c in colonnes])


def modeles_par_indicateur(
    manifeste: Mapping[str, Any], colonnes: Mapping[str, list[dict[str, Any]]]
) -> dict[str, dict[str, list[str]]]:
    """Indicator → dataset → dbt models that make it, from staging to mart.

    Between the two, only the models whose code names the indicator: twenty models lie downstream of a staging model and
    most of them carry every indicator alike. When none names it, the shortest way is given.

    Args:
        colonnes: see `colonnes_publiees`, for the datasets of each indicator.
    """
    noeuds = {cle: noeud for cle, noeud in manifeste["nodes"].items() if noeud.get("resource_type") == "model"}
    noms = {str(noeud["name"]): cle for cle, noeud in noeuds.items()}
    parents = {cle: [p for p in n.get("depends_on", {}).get("nodes", []) if p in noeuds] for cle, n in noeuds.items()}
    mots = {cle: set(re.findall(r"\w+", str(noeud.get("raw_code") or ""))) for cle, noeud in noeuds.items()}
    chemins = _chemins(noms.get(MODELE_VALEURS, ""), parents)
    resultat: dict[str, dict[str, list[str]]] = {}
    for indicateur, sources in colonnes.items():
        for jeu in (source["jeu"] for source in sources):
            depart = noms.get("stg_" + jeu.replace(".", "__"))
            if depart in chemins:
                etapes = _etapes(depart, indicateur, chemins, parents, mots)
                resultat.setdefault(indicateur, {})[jeu] = [str(noeuds[cle]["name"]) for cle in etapes]
    return resultat


def _etapes(
    depart: str,
    indicateur: str,
    chemins: Mapping[str, list[str]],
    parents: Mapping[str, list[str]],
    mots: Mapping[str, set[str]],
) -> list[str]:
    aval = [cle for cle in chemins if cle != depart and depart in _chemins(cle, parents)]
    nommants = [cle for cle in aval if indicateur in mots[cle] and cle != chemins[depart][-1]]
    if not nommants:
        return chemins[depart]
    return [depart, *sorted(nommants, key=lambda cle: (-len(chemins[cle]), cle)), chemins[depart][-1]]


def _chemins(arrivee: str, parents: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Every model upstream of `arrivee`, itself included → the shortest chain of models from it to `arrivee`."""
    chemins = {arrivee: [arrivee]} if arrivee in parents else {}
    attente = deque(chemins)
    while attente:
        courant = attente.popleft()
        for parent in sorted(parents.get(courant, [])):
            if parent not in chemins:
                chemins[parent] = [parent, *chemins[courant]]
                attente.append(parent)
    return chemins


def version_du_code(racine: Path = RACINE) -> dict[str, Any]:
    """`commit` (empty outside a git checkout), `modifie` (uncommitted changes) and the `version` of the package."""
    try:
        paquet = version(PAQUET)
    except PackageNotFoundError:
        paquet = "non installé"
    git = shutil.which("git")
    if git is None or not (racine / ".git").exists():
        return {"version": paquet, "commit": "", "modifie": False}
    commit = _git(git, racine, "rev-parse", "HEAD")
    return {"version": paquet, "commit": commit, "modifie": bool(_git(git, racine, "status", "--porcelain", "-uno"))}


def _git(git: str, racine: Path, *arguments: str) -> str:
    """Output of a git command, empty when it fails: a repository without a commit, or owned by someone else."""
    commande = [git, "-C", str(racine), *arguments]
    sortie = subprocess.run(commande, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 fixed arguments
    return sortie.stdout.strip() if sortie.returncode == 0 else ""
