"""What the last release was built from, to know in a second whether anything changed.

Belongs here: the inventory of inputs (published files, cards, code), its comparison, the state file `<data>/etat.json`.
Does not belong here: acquiring files (ingestion.acquire), building anything.

Imports nothing heavy: this module runs before dagster, dbt, great_expectations or polars are imported.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.journal import accord

if TYPE_CHECKING:
    from ingestion.catalogue import Catalogue

RACINE = Path(__file__).resolve().parent.parent
NOM = "etat.json"
ABSENT = "absent"
PAQUETS = ("duckdb", "polars", "shapely", "pyproj", "dbt-core", "dbt-duckdb", "fastexcel", "pyshp")
IGNORES = {".user.yml", "target", "logs", "__pycache__", "dbt_packages"}


@dataclass(frozen=True)
class Inventaire:
    """Digests of everything a release is built from.

    `fichiers`: "jeu/millesime/fichier" → sha256 of what the source offers (`absent` when it has no such file).
    """

    nature: str
    fichiers: dict[str, str]
    fiches: str
    code: str

    def changements(self, autre: Inventaire | None) -> list[str]:
        """Say in French what differs from `autre`; empty when nothing does."""
        if autre is None:
            return ["première publication de ce dossier"]
        phrases = []
        cles = sorted(set(self.fichiers) | set(autre.fichiers))
        differents = [cle for cle in cles if self.fichiers.get(cle) != autre.fichiers.get(cle)]
        if differents:
            debut = ", ".join(differents[:3]) + ("…" if len(differents) > 3 else "")
            phrases.append(f"{accord(len(differents), 'fichier publié', 'fichiers publiés')} : {debut}")
        if self.fiches != autre.fiches:
            phrases.append("fiches du catalogue")
        if self.code != autre.code:
            phrases.append("code ou version des outils")
        if self.nature != autre.nature:
            phrases.append("nature des données")
        return phrases


@dataclass(frozen=True)
class Etat:
    """Outcome of the last refresh that released, and the nature of the folder."""

    nature: str
    inventaire: Inventaire | None = None
    release: str | None = None
    code_sortie: int = 0
    refus: list[str] = field(default_factory=list)
    entrepot: str | None = None

    @classmethod
    def lire(cls, donnees: Path) -> Etat | None:
        """Read `<data>/etat.json`; None when the folder is new or the file is not one of ours."""
        chemin = donnees / NOM
        if not chemin.exists():
            return None
        brut = json.loads(chemin.read_text(encoding="utf-8"))
        inventaire = brut.pop("inventaire")
        # A key written by a later version is ignored: going back one version must stay possible.
        connus = {champ.name for champ in fields(cls)}
        etat = cls(**{cle: valeur for cle, valeur in brut.items() if cle in connus})
        return replace(etat, inventaire=Inventaire(**inventaire) if inventaire else None)

    def ecrire(self, donnees: Path) -> None:
        """Replace the state file in one move, so that a reader sees the old one or the new one."""
        donnees.mkdir(parents=True, exist_ok=True)
        temporaire = donnees / f".{NOM}.{os.getpid()}"
        texte = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        with temporaire.open("w", encoding="utf-8") as fichier:
            fichier.write(texte + "\n")
            fichier.flush()
            os.fsync(fichier.fileno())
        temporaire.replace(donnees / NOM)


def cle_fichier(jeu: str, millesime: str, fichier: str) -> str:
    """Name of a declared file in the inventory."""
    return f"{jeu}/{millesime}/{fichier}"


def empreintes_du_depot(catalogue: Catalogue, depot: Path, seulement: Iterable[str] = ()) -> dict[str, str]:
    """Hash every declared file of a deposit, each path once.

    Returns:
        inventory key → sha256 or `absent`, for the datasets of `seulement` (all of them when it is empty).
    """
    voulus = set(seulement)
    par_chemin: dict[str, str] = {}
    resultat = {}
    for jeu, millesime, fichier in catalogue.fichiers():
        if voulus and jeu.jeu not in voulus:
            continue
        if fichier.chemin not in par_chemin:
            par_chemin[fichier.chemin] = empreinte_fichier(depot / fichier.chemin)
        resultat[cle_fichier(jeu.jeu, millesime.millesime, fichier.nom)] = par_chemin[fichier.chemin]
    return resultat


def empreinte_fichier(chemin: Path) -> str:
    """Sha256 of a file, `absent` when there is none."""
    if not chemin.is_file():
        return ABSENT
    with chemin.open("rb") as flux:
        return hashlib.file_digest(flux, "sha256").hexdigest()


def empreinte_dossiers(racine: Path, dossiers: Iterable[str], suffixes: set[str] | None = None) -> str:
    """One digest of the files below `dossiers`: names and bytes, order independent of the disk."""
    somme = hashlib.sha256()
    for dossier in sorted(dossiers):
        for chemin in sorted((racine / dossier).rglob("*")):
            relatif = chemin.relative_to(racine)
            if not chemin.is_file() or IGNORES & set(relatif.parts) or (suffixes and chemin.suffix not in suffixes):
                continue
            somme.update(f"{relatif}\0{empreinte_fichier(chemin)}\n".encode())
    return somme.hexdigest()


def empreinte_fiches(catalogue: Path) -> str:
    """Digest of the cards; the machine-written lock is not one of them."""
    somme = hashlib.sha256()
    for chemin in sorted(catalogue.rglob("*.yml")):
        if chemin.name != "verrou.yml":
            somme.update(f"{chemin.relative_to(catalogue)}\0{empreinte_fichier(chemin)}\n".encode())
    return somme.hexdigest()


def empreinte_code(dbt: Path) -> str:
    """Digest of the code that makes a release and of the versions of the tools that decide its bytes."""
    somme = hashlib.sha256()
    somme.update(empreinte_dossiers(RACINE, ["ingestion", "publication", "orchestration"]).encode())
    somme.update(empreinte_dossiers(dbt, ["."]).encode())
    somme.update(empreinte_fichier(RACINE / "registre" / "schema.yml").encode())
    for paquet in PAQUETS:
        somme.update(f"{paquet}={_version(paquet)}\n".encode())
    return somme.hexdigest()


def _version(paquet: str) -> str:
    try:
        return version(paquet)
    except PackageNotFoundError:
        return ABSENT
