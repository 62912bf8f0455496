"""The closed reader of a release: one directory, checked, opened once, queried with bound parameters only.

Belongs here: finding the current release, verifying its checksums, the locked DuckDB connection, the query method.
Does not belong here: what a page shows (sections), caches of the interface (session), any file outside the release.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

NOM_RELEASE = re.compile(r"^\d{8}-[0-9a-f]{12}$")
_NOM_TABLE = re.compile(r"^[a-z_0-9]+$")

Ligne = dict[str, Any]


class ErreurRelease(RuntimeError):
    """No release can be read; the message says which directory was looked at and what to do."""


def dossier_donnees() -> Path:
    """`<data>`: the environment variable OBSERVATOIRE_DATA, by default `./data`."""
    return Path(os.environ.get("OBSERVATOIRE_DATA", "data")).resolve()


def dossier_releases() -> Path:
    """`<data>/releases`."""
    return dossier_donnees() / "releases"


def chemin_courant(releases: Path) -> Path:
    """The directory behind `current`, resolved once, so that a page never sees two releases.

    Raises:
        ErreurRelease: there is no current release, or the pointer leads outside `releases`.
    """
    pointeur = releases / "current"
    try:
        chemin = pointeur.resolve(strict=True)
    except (OSError, RuntimeError) as erreur:
        raise ErreurRelease(
            f"Aucune version publiée dans {releases} : lancez « observatoire refresh », puis rechargez la page."
        ) from erreur
    if chemin.parent != releases.resolve() or not NOM_RELEASE.match(chemin.name):
        raise ErreurRelease(f"{pointeur} mène à {chemin}, qui n’est pas une version de {releases}.")
    return chemin


def releases_presentes(releases: Path) -> list[Path]:
    """Every release directory, the most recent day first; the pointer, the building sites and the links are left out."""
    if not releases.is_dir():
        return []
    presentes = [d for d in releases.iterdir() if NOM_RELEASE.match(d.name) and d.is_dir() and not d.is_symlink()]
    return sorted(presentes, key=lambda d: d.name, reverse=True)


def texte_verifie(chemin: Path, nom: str) -> str:
    """Text of a small file of any release, checked against its SHA256SUMS.

    Raises:
        ErreurRelease: the file is not listed, is missing, or its bytes changed since publication.
    """
    attendue, fichier = empreintes(chemin).get(nom), chemin / nom
    if attendue is None or not fichier.is_file() or fichier.is_symlink():
        raise ErreurRelease(f"La version {chemin.name} n’a pas de fichier {nom} vérifiable.")
    octets = fichier.read_bytes()
    if hashlib.sha256(octets).hexdigest() != attendue:
        raise ErreurRelease(f"Le fichier {nom} de la version {chemin.name} a changé depuis sa publication.")
    return octets.decode("utf-8")


def empreintes(chemin: Path) -> dict[str, str]:
    """Relative path → sha256, as written in SHA256SUMS.

    Raises:
        ErreurRelease: the file is absent or a line is not `<64 hex>  <relative path>`.
    """
    fichier = chemin / "SHA256SUMS"
    if not fichier.is_file():
        raise ErreurRelease(f"La version {chemin.name} n’a pas de fichier SHA256SUMS : elle ne peut pas être vérifiée.")
    resultat = {}
    for numero, ligne in enumerate(fichier.read_text(encoding="utf-8").splitlines(), 1):
        empreinte, _, nom = ligne.partition(" ")
        nom = nom.lstrip(" *").removeprefix("./")
        if not re.fullmatch(r"[0-9a-f]{64}", empreinte) or not nom or nom.startswith("/") or ".." in nom.split("/"):
            raise ErreurRelease(
                f"{fichier}, ligne {numero} : « {ligne[:90]} » n’est pas une empreinte suivie d’un nom."
            )
        resultat[nom] = empreinte
    return resultat


def sha256(fichier: Path) -> str:
    """Hexadecimal sha256 of a file, read by blocks."""
    with fichier.open("rb") as flux:
        return hashlib.file_digest(flux, "sha256").hexdigest()


@dataclass
class Release:
    """One release, open for reading.

    `chemin` is an absolute real path: the switch of `current` does not touch an open release.
    """

    chemin: Path
    empreintes: dict[str, str]
    fiche: Mapping[str, Any]
    _connexion: duckdb.DuckDBPyConnection = field(repr=False)
    _verrou: threading.Lock = field(default_factory=threading.Lock, repr=False)
    # Small tables already read, by whoever read them: a release never changes.
    memoire: dict[tuple[str, type, str], Any] = field(default_factory=dict, repr=False)

    @property
    def identifiant(self) -> str:
        return self.chemin.name

    @cached_property
    def tables(self) -> frozenset[str]:
        """Names of the tables of the release."""
        return frozenset(fichier.stem for fichier in (self.chemin / "tables").glob("*.parquet"))

    @cached_property
    def tables_vides(self) -> frozenset[str]:
        """Tables without any row, counted once: a sheet does not ask them again."""
        comptes = {nom: self.lire(f"select count(*) as n from {{{nom}}}")[0]["n"] for nom in sorted(self.tables)}
        return frozenset(nom for nom, n in comptes.items() if not n)

    @cached_property
    def est_demonstration(self) -> bool:
        """True when the release says it is fictitious, or holds the demo région 96."""
        declaree = bool(self.fiche.get("demonstration")) or self.fiche.get("origine") == "demo"
        return declaree or bool(
            self.lire("select 1 as un from {territoires} where niveau = 'region' and code_territoire = '96' limit 1")
        )

    def lire(self, sql: str, parametres: Sequence[Any] = ()) -> list[Ligne]:
        """Rows of a query of the application.

        Args:
            sql: written in the code, with `{table}` for each table of the release and `?` for each value.
            parametres: values bound to the `?`, in order; a value never enters the text of the query.
        Raises:
            ErreurRelease: the query names a table that the release does not hold.
        """
        noms = set(re.findall(r"\{(\w+)\}", sql))
        inconnues = sorted(nom for nom in noms if nom not in self.tables or not _NOM_TABLE.match(nom))
        if inconnues:
            raise ErreurRelease(f"La version {self.identifiant} ne contient pas la table {', '.join(inconnues)}.")
        texte = re.sub(r"\{(\w+)\}", lambda m: f"read_parquet('{self._litteral(m[1])}')", sql)
        colonnes, lignes = self._executer(texte, parametres)
        return [dict(zip(colonnes, ligne, strict=True)) for ligne in lignes]

    def choisir(self, table: str, colonnes: Sequence[str], conditions: Mapping[str, str]) -> list[tuple[Any, ...]]:
        """Rows of one table as tuples, in the order of its key, for equalities on its columns.

        One territory at a time: an equality on the first columns of the key reads one row group, an `in` many.
        """
        filtre = " and ".join(f"{colonne} = ?" for colonne in conditions)
        return self._filtrer(table, colonnes, filtre, list(conditions.values()))

    def entre(
        self, table: str, colonnes: Sequence[str], cle: str, bornes: tuple[str, str], conditions: Mapping[str, str]
    ) -> list[tuple[Any, ...]]:
        """Rows whose `cle` is between two codes, both included, with the equalities of `conditions`."""
        filtre = " and ".join([f"{cle} between ? and ?", *(f"{colonne} = ?" for colonne in conditions)])
        return self._filtrer(table, colonnes, filtre, [*bornes, *conditions.values()], en_nombre=True)

    def parmi(
        self, table: str, colonnes: Sequence[str], cle: str, codes: Sequence[str], conditions: Mapping[str, str]
    ) -> list[tuple[Any, ...]]:
        """Rows whose `cle` is one of the codes, for a bulk reading: it may go through the whole table."""
        filtre = " and ".join([f"{cle} in ({', '.join('?' for _ in codes)})", *(f"{c} = ?" for c in conditions)])
        return self._filtrer(table, colonnes, filtre, [*codes, *conditions.values()], en_nombre=True)

    def _filtrer(
        self, table: str, colonnes: Sequence[str], filtre: str, valeurs: list[str], *, en_nombre: bool = False
    ) -> list[tuple[Any, ...]]:
        if table not in self.tables:
            raise ErreurRelease(f"La version {self.identifiant} ne contient pas la table {table}.")
        texte = f"select {', '.join(colonnes)} from read_parquet('{self._litteral(table)}') where {filtre}"
        return self._executer(texte, valeurs, en_nombre=en_nombre)[1]

    def _executer(
        self, texte: str, parametres: Sequence[Any], *, en_nombre: bool = False
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Names of the columns, and rows; with `en_nombre` they are taken column after column, at half the cost for many rows."""
        with self._verrou:
            curseur = self._connexion.cursor()
        try:
            curseur.execute(texte, list(parametres))
            noms = [colonne[0] for colonne in curseur.description or ()]
            if not en_nombre:
                return noms, curseur.fetchall()
            colonnes = [colonne.to_pylist() for colonne in curseur.to_arrow_table().columns]
            return noms, list(zip(*colonnes, strict=True))
        finally:
            curseur.close()

    def _litteral(self, table: str) -> str:
        return str(self.chemin / "tables" / f"{table}.parquet").replace("'", "''")

    @cached_property
    def _contours(self) -> dict[str, bytes]:
        """Every contour, read once: about 2 MB for France, against 20 ms per sheet to look for one or two of them."""
        resultat: dict[str, bytes] = {}
        for zonage in ("2015", "2024"):
            fichier = self.chemin / "geo" / f"contours_{zonage}.parquet"
            if f"geo/{fichier.name}" in self.empreintes:
                litteral = str(fichier).replace("'", "''")
                sql = f"select code_territoire, wkb from read_parquet('{litteral}')"
                resultat |= {code: bytes(wkb) for code, wkb in self._executer(sql, ())[1]}
        return resultat

    def contours(self, codes: Sequence[str]) -> dict[str, bytes]:
        """QPV code → contour (WKB, longitude and latitude), for the codes that have one."""
        return {code: self._contours[code] for code in codes if code in self._contours}

    def texte(self, nom: str) -> str:
        """Text of a small file of the release (`citation.txt`), empty when the release has none."""
        if nom not in self.empreintes:
            return ""
        return (self.chemin / nom).read_text(encoding="utf-8")


def connexion_fermee(chemin: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that can read `chemin` and nothing else, and whose settings can no longer change."""
    # One thread a query: sharing out the few rows of a sheet costs a quarter more than reading them; sessions run side by side.
    connexion = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "512MB"})
    litteral = str(chemin).replace("'", "''")
    for reglage in (
        "set autoinstall_known_extensions = false",
        "set autoload_known_extensions = false",
        "set allow_community_extensions = false",
        "set parquet_metadata_cache = true",
        f"set allowed_directories = ['{litteral}/']",
        "set enable_external_access = false",
        "set lock_configuration = true",
    ):
        connexion.execute(reglage)
    return connexion


def ouvrir(chemin: Path, *, verifier: bool = True) -> Release:
    """Open a release, after checking every table and contour against SHA256SUMS.

    Raises:
        ErreurRelease: a file is missing or its bytes changed since publication.
    """
    attendues = empreintes(chemin)
    if verifier:
        for nom, empreinte in attendues.items():
            if not nom.startswith(("tables/", "geo/", "datapackage.json")):
                continue
            fichier = chemin / nom
            if not fichier.is_file():
                raise ErreurRelease(
                    f"La version {chemin.name} a perdu le fichier {nom} : restaurez-la ou publiez de nouveau."
                )
            if sha256(fichier) != empreinte:
                raise ErreurRelease(
                    f"Le fichier {nom} de la version {chemin.name} a changé depuis sa publication : "
                    "ses chiffres ne sont pas affichés. Revenez à une version saine avec « observatoire releases rollback »."
                )
    fiche = chemin / "datapackage.json"
    contenu = json.loads(fiche.read_text(encoding="utf-8")) if fiche.is_file() else {}
    return Release(chemin, attendues, contenu, connexion_fermee(chemin))
