"""From a declared file to verified bytes in the archive, whatever the source: demo, deposit or the publishers.

Belongs here: the content-addressed archive, the lock, the three sources, and the acquisition of one file.
Does not belong here: requests (http), byte checks (verify), reading what the bytes say (read).
"""

from __future__ import annotations

import hashlib
import itertools
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, ClassVar, Literal, Protocol

import yaml

from ingestion.catalogue import Fichier, Jeu, Lecture, Millesime
from ingestion.http import Client, ErreurReseau, Reponse
from ingestion.publishers import Acces, ErreurAdresse, IdentifiantsAbsents, Resolution, resoudre
from ingestion.verify import ErreurOctets, verifier

Origine = Literal["demo", "deposit", "live"]
Horloge = Callable[[], datetime]
PREUVES_GARDEES = 20


class ErreurAcquisition(RuntimeError):
    """A declared file could not be obtained, or a kept one is damaged; the message says which and what to do."""


class FichierAbsent(ErreurAcquisition):
    """The source does not hold the file, or may not be asked for it: the deposit lacks it, credentials are not set, or its
    card keeps it for a deposit (`sur_demande`)."""


def ecrire_atomique(chemin: Path, contenu: bytes | Path) -> None:
    """Write bytes, or those of another file, so that a reader, or a run killed half-way, finds the old content or the new one, never a part."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    temporaire = chemin.parent / f".{chemin.name}.{secrets.token_hex(4)}.partiel"
    try:
        with temporaire.open("xb") as flux:
            if isinstance(contenu, Path):
                with contenu.open("rb") as origine:
                    shutil.copyfileobj(origine, flux, 1 << 20)
            else:
                flux.write(contenu)
            flux.flush()
            os.fsync(flux.fileno())
        temporaire.replace(chemin)
    finally:
        temporaire.unlink(missing_ok=True)
    dossier = os.open(chemin.parent, os.O_RDONLY)
    try:
        os.fsync(dossier)
    finally:
        os.close(dossier)


# --- archive --------------------------------------------------------------------------------------------------------


class Archive:
    """Published bytes kept for ever under their sha256: `<racine>/<2 hex>/<sha256>`."""

    def __init__(self, racine: Path) -> None:
        self.racine = racine

    def chemin(self, sha256: str) -> Path:
        """Where the bytes of `sha256` are, or would be."""
        return self.racine / sha256[:2] / sha256

    def contient(self, sha256: str, taille: int) -> bool:
        """True when the bytes are kept at their size; their content is verified by `lire`."""
        return self.taille(sha256) == taille

    def taille(self, sha256: str) -> int | None:
        """Bytes kept under `sha256`, None when it is not in the archive."""
        try:
            return self.chemin(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def deposer(self, contenu: bytes | Path) -> str:
        """Keep bytes, or those of a file, and return their sha256; a kept file that no longer has its own is written
        again."""
        sha256 = empreinte(contenu)
        chemin = self.chemin(sha256)
        if not chemin.exists() or empreinte(chemin) != sha256:
            ecrire_atomique(chemin, contenu)
        return sha256

    def lire(self, sha256: str) -> bytes:
        """Bytes of `sha256`, verified at every reading.

        Raises:
            ErreurAcquisition: absent from the archive, or damaged on the disk.
        """
        return self.verifie(sha256).read_bytes()

    def verifie(self, sha256: str) -> Path:
        """The file of `sha256`, whose bytes were just verified.

        Raises:
            ErreurAcquisition: absent from the archive, or damaged on the disk.
        """
        chemin = self.chemin(sha256)
        try:
            trouve = empreinte(chemin)
        except FileNotFoundError as erreur:
            raise ErreurAcquisition(
                f"{chemin} : absent de l'archive. Relancez le rafraîchissement pour l'acquérir de nouveau."
            ) from erreur
        if trouve != sha256:
            raise ErreurAcquisition(
                f"{chemin} : abîmé sur le disque, attendu l'empreinte {sha256}, trouvé {trouve}. "
                "Supprimez ce fichier et relancez : il sera acquis de nouveau."
            )
        return chemin

    def garder_preuve(self, contenu: bytes | Path) -> Path:
        """Keep refused bytes aside, for whoever wants to see what was served; the last ones only."""
        preuve = self.racine / "refuses" / empreinte(contenu)
        ecrire_atomique(preuve, contenu)
        for ancienne in sorted(preuve.parent.iterdir(), key=lambda p: p.stat().st_mtime_ns)[:-PREUVES_GARDEES]:
            ancienne.unlink(missing_ok=True)
        return preuve

    def balayer(self) -> int:
        """Remove what an interrupted run left half-written; returns the number of files removed."""
        restes = list(self.racine.glob("*/.*.partiel"))
        for reste in restes:
            reste.unlink(missing_ok=True)
        return len(restes)


def empreinte(contenu: bytes | Path) -> str:
    """sha256 of bytes, or of a file, read by blocks."""
    if isinstance(contenu, bytes):
        return hashlib.sha256(contenu).hexdigest()
    with contenu.open("rb") as flux:
        return hashlib.file_digest(flux, "sha256").hexdigest()


# --- lock -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EntreeVerrou:
    """What is known of one declared file. Dates are UTC, ISO 8601.

    `sha256` None: never obtained. `statut` en_echec with a `sha256`: the last good bytes, still in use, and `message`.
    `statut` jamais_charge: the source does not hold it, and nothing waits for it (`Fichier.essai`).
    `url` is the address that gave the bytes, after redirects; None for a deposit or the demo territory.
    `jeton` is the publisher's cheap mark of the state of the file (a date, a checksum), when it gives one.
    `normalise` is set by the ingestion: digest of the bytes, card and code that made the typed layer.
    """

    sha256: str | None
    taille: int | None
    url: str | None
    origine: Origine
    acquis_le: str | None
    verifie_le: str
    etag: str | None = None
    last_modified: str | None = None
    statut: Literal["a_jour", "en_echec", "jamais_charge"] = "a_jour"
    message: str = ""
    normalise: str | None = None
    jeton: str | None = None


class Verrou:
    """The lock of a run: jeu → millésime → fichier → `EntreeVerrou`, loaded at once and saved atomically.

    Args:
        chemin: the YAML file; absent means an empty lock.
    Raises:
        ErreurAcquisition: the file is not a lock.
    """

    # What the last saved text says: a run opens the lock for each dataset.
    _analyses: ClassVar[dict[str, tuple[tuple[str, str, str, EntreeVerrou], ...]]] = {}

    def __init__(self, chemin: Path) -> None:
        self.chemin = chemin
        self._entrees: dict[str, dict[str, dict[str, EntreeVerrou]]] = {}
        if chemin.exists():
            self._charger()

    def _charger(self) -> None:
        try:
            texte = self.chemin.read_text(encoding="utf-8")
            for entree in self._analyses.get(texte) or _entrees_du_texte(texte):
                self.ecrire(*entree)
        except (yaml.YAMLError, AttributeError, TypeError, UnicodeDecodeError) as erreur:
            raise ErreurAcquisition(
                f"{self.chemin} : attendu un verrou (jeu, millésime, fichier), trouvé un fichier illisible ({erreur}). "
                "Supprimez-le et relancez : il sera refait à partir de la source."
            ) from erreur

    def lire(self, jeu: str, millesime: str, fichier: str) -> EntreeVerrou | None:
        """Entry of a file (`Fichier.nom`), or None when it was never asked for."""
        return self._entrees.get(jeu, {}).get(millesime, {}).get(fichier)

    def ecrire(self, jeu: str, millesime: str, fichier: str, entree: EntreeVerrou) -> None:
        """Set an entry in memory; `enregistrer` writes the file."""
        self._entrees.setdefault(jeu, {}).setdefault(millesime, {})[fichier] = entree

    def entrees(self) -> Iterator[tuple[str, str, str, EntreeVerrou]]:
        """Every (jeu, millésime, fichier, entry), sorted."""
        for jeu, millesimes in sorted(self._entrees.items()):
            for millesime, fichiers in sorted(millesimes.items()):
                for fichier, entree in sorted(fichiers.items()):
                    yield jeu, millesime, fichier, entree

    def enregistrer(self) -> None:
        """Save atomically, keys sorted, so that two locks can be compared line by line."""
        entrees = tuple(self.entrees())
        par_jeu = itertools.groupby(entrees, key=lambda entree: entree[0])
        texte = "".join(_texte_du_jeu(tuple(groupe)) for _, groupe in par_jeu) or "{}\n"
        ecrire_atomique(self.chemin, texte.encode())
        self._analyses.clear()
        self._analyses[texte] = entrees


def _entrees_du_texte(texte: str) -> Iterator[tuple[str, str, str, EntreeVerrou]]:
    connus = {champ.name for champ in fields(EntreeVerrou)}
    for jeu, millesimes in (yaml.load(texte, Loader=yaml.CSafeLoader) or {}).items():
        for millesime, fichiers in millesimes.items():
            for fichier, valeurs in fichiers.items():
                # A key written by a later version is ignored: going back one version must stay possible.
                retenues = {cle: valeur for cle, valeur in valeurs.items() if cle in connus}
                yield jeu, millesime, fichier, EntreeVerrou(**retenues)


@lru_cache(maxsize=1_000)
def _texte_du_jeu(entrees: tuple[tuple[str, str, str, EntreeVerrou], ...]) -> str:
    """The lines of one dataset: a run saves the lock after each, and only that one has changed."""
    contenu: dict[str, dict[str, dict[str, Any]]] = {}
    for jeu, millesime, fichier, entree in entrees:
        contenu.setdefault(jeu, {}).setdefault(millesime, {})[fichier] = asdict(entree)
    return str(yaml.dump(contenu, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=1_000))


# --- sources --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Obtenu:
    """What a source gave: bytes, or the file that holds them. `contenu` None: the same bytes as `precedent`."""

    contenu: bytes | Path | None
    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    jeton: str | None = None


class Source(Protocol):
    """Where the declared files come from."""

    @property
    def origine(self) -> Origine: ...

    def obtenir(self, jeu: Jeu, millesime: Millesime, fichier: Fichier, precedent: EntreeVerrou | None) -> Obtenu:
        """Bytes of a declared file.

        Raises:
            ErreurAcquisition, ErreurReseau: not given.
        """


class SourceDepot:
    """A folder laid out `<producteur>/<jeu>/<fichier>`.

    `index.csv` is not read: it says where files came from, it does not decide what they are.
    A file that several parts share (sheets, layers) is hashed once for each state of the file.
    """

    origine: Origine = "deposit"

    def __init__(self, dossier: Path) -> None:
        self.dossier = dossier
        self._empreintes: dict[tuple[Path, int, int], str] = {}

    def obtenir(self, jeu: Jeu, millesime: Millesime, fichier: Fichier, precedent: EntreeVerrou | None) -> Obtenu:
        """See `Source`."""
        chemin = self.dossier / fichier.chemin
        declare = f"{jeu.jeu} {millesime.millesime}, {fichier.nom}"
        if not chemin.resolve().is_relative_to(self.dossier.resolve()):
            raise ErreurAcquisition(
                f"{declare} : le chemin « {fichier.chemin} » sort du dépôt. Corrigez `chemin` dans la fiche."
            )
        try:
            etat = chemin.stat()
            cle = (chemin, etat.st_size, etat.st_mtime_ns)
            if cle not in self._empreintes:
                self._empreintes[cle] = empreinte(chemin)
            if precedent is not None and precedent.sha256 == self._empreintes[cle]:
                return Obtenu(None)
            return Obtenu(chemin)
        except OSError as erreur:
            sorte = FichierAbsent if isinstance(erreur, FileNotFoundError) else ErreurAcquisition
            raise sorte(
                f"{declare} : attendu le fichier {chemin}, trouvé {erreur.strerror or erreur}. "
                "Ajoutez-le au dépôt ou retirez-le de la fiche."
            ) from erreur


class SourceDemo(SourceDepot):
    """The embedded fictitious territory, written as a deposit."""

    origine: Origine = "demo"


class SourceLive:
    """The publishers themselves, through `http.Client`.

    Args:
        dossier: where bodies are received, the last one only, as `recus/.*.partiel`; the archive, so that it sweeps what
            a killed run left (`Archive.balayer`).
    """

    origine: Origine = "live"

    def __init__(self, client: Client, dossier: Path) -> None:
        self._client = client
        self._dossier = dossier
        self._acces = Acces()
        # Parts of one published file follow one another in the catalogue: the last answer is enough.
        self._derniere: tuple[tuple[str, str | None, str | None], Reponse, IO[bytes]] | None = None

    def obtenir(self, jeu: Jeu, millesime: Millesime, fichier: Fichier, precedent: EntreeVerrou | None) -> Obtenu:
        """See `Source`. Redirects of stable addresses are followed and the address that answered is recorded."""
        if fichier.sur_demande is not None:
            if precedent is not None:
                return Obtenu(None)
            raise FichierAbsent(f"{jeu.jeu} {millesime.millesime}, {fichier.nom} : {fichier.sur_demande}")
        with self._client.pour(jeu.jeu, f"{millesime.millesime}, {fichier.nom}"):
            return self._obtenir(jeu, millesime, fichier, precedent)

    def _obtenir(self, jeu: Jeu, millesime: Millesime, fichier: Fichier, precedent: EntreeVerrou | None) -> Obtenu:
        resolution = self._resoudre(jeu, millesime, fichier)
        inchange = precedent is not None and resolution.jeton is not None and precedent.jeton == resolution.jeton
        if inchange:
            return Obtenu(None, jeton=resolution.jeton)
        if resolution.contenu is not None:
            return Obtenu(resolution.contenu, resolution.url)
        conditions = (precedent.etag, precedent.last_modified) if precedent is not None else (None, None)
        reponse, recu = self._demander(resolution.url, *conditions)
        if reponse.statut == 304 and precedent is not None and reponse.url != precedent.url:
            # The stable address now leads elsewhere: "unchanged" was said of another file.
            reponse, recu = self._demander(resolution.url, None, None)
        contenu = recu if reponse.statut != 304 else None
        if contenu is not None and resolution.sha256 and empreinte(contenu) != resolution.sha256:
            raise ErreurAcquisition(
                f"{fichier.nom} : les octets reçus de {reponse.url} n'ont pas l'empreinte que le producteur annonce "
                f"({resolution.sha256}). Relancez : le transfert a pu être coupé ou le fichier remplacé entre-temps."
            )
        return Obtenu(contenu, reponse.url, reponse.etag, reponse.last_modified, resolution.jeton)

    def _resoudre(self, jeu: Jeu, millesime: Millesime, fichier: Fichier) -> Resolution:
        if fichier.adresse is not None:
            try:
                return resoudre(jeu, fichier.adresse, self._client, acces=self._acces)
            except IdentifiantsAbsents as erreur:
                raise FichierAbsent(str(erreur)) from erreur
            except ErreurAdresse as erreur:
                raise ErreurAcquisition(f"{jeu.jeu} {millesime.millesime}, {fichier.nom} : {erreur}") from erreur
        if fichier.url is None:
            raise ErreurAcquisition(
                f"{jeu.jeu} {millesime.millesime}, {fichier.nom} : aucune URL n'est déclarée dans la fiche. "
                f"Cherchez le fichier sur {jeu.page} et déclarez `url`, ou passez par un dépôt."
            )
        return Resolution(fichier.url)

    def _demander(self, url: str, etag: str | None, last_modified: str | None) -> tuple[Reponse, Path]:
        """The answer, and the file that holds its body until another address is asked for."""
        cle = (url, etag, last_modified)
        if self._derniere is None or self._derniere[0] != cle:
            self._derniere = None
            recus = self._dossier / "recus"
            recus.mkdir(parents=True, exist_ok=True)
            # Removed when the answer is forgotten.
            corps: IO[bytes] = NamedTemporaryFile(dir=recus, prefix=".", suffix=".partiel")  # noqa: SIM115
            self._derniere = (cle, self._client.telecharger(url, etag, last_modified, corps), corps)
        return self._derniere[1], Path(self._derniere[2].name)


def lecture_declaree(jeu: Jeu, fichier: Fichier, origine: Origine) -> Lecture:
    """Reading options of a file: the publisher's own layout when live, the deposit's otherwise."""
    if origine == "live" and fichier.lecture_live is not None:
        return fichier.lecture_live
    return fichier.lecture or jeu.lecture


# --- acquisition ----------------------------------------------------------------------------------------------------


def acquerir(
    jeu: Jeu,
    millesime: Millesime,
    fichier: Fichier,
    source: Source,
    archive: Archive,
    verrou: Verrou,
    horloge: Horloge = lambda: datetime.now(UTC),
) -> EntreeVerrou:
    """Bring one declared file into the archive and set its entry in the lock, which the caller saves.

    A source that fails, or bytes that are refused, never raise: the entry is `en_echec` with its sentence and keeps
    the last good bytes, if there were any.

    Args:
        horloge: current time, with a time zone.
    Returns:
        The entry now in the lock.
    """
    precedent = verrou.lire(jeu.jeu, millesime.millesime, fichier.nom)
    maintenant = horloge().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        entree = _obtenir(jeu, millesime, fichier, source, archive, precedent, maintenant)
    except (ErreurAcquisition, ErreurReseau, ErreurOctets) as erreur:
        vide = EntreeVerrou(None, None, None, source.origine, None, maintenant)
        jamais_lu = precedent is None or precedent.sha256 is None
        attendu = isinstance(erreur, FichierAbsent) and fichier.est_facultatif and jamais_lu
        statut: Literal["en_echec", "jamais_charge"] = "jamais_charge" if attendu else "en_echec"
        entree = replace(precedent or vide, verifie_le=maintenant, statut=statut, message=str(erreur))
    verrou.ecrire(jeu.jeu, millesime.millesime, fichier.nom, entree)
    return entree


def _obtenir(
    jeu: Jeu,
    millesime: Millesime,
    fichier: Fichier,
    source: Source,
    archive: Archive,
    precedent: EntreeVerrou | None,
    maintenant: str,
) -> EntreeVerrou:
    garde = None
    if precedent is not None and precedent.sha256 and archive.contient(precedent.sha256, precedent.taille or 0):
        garde = precedent
    obtenu = source.obtenir(jeu, millesime, fichier, garde)
    if obtenu.contenu is None:
        if garde is None:
            raise ErreurAcquisition(f"{fichier.nom} : dit inchangé, mais rien n'est gardé. Relancez.")
        return replace(garde, verifie_le=maintenant, statut="a_jour", message="", jeton=obtenu.jeton or garde.jeton)
    sha256 = empreinte(obtenu.contenu)
    if garde is not None and garde.sha256 == sha256:
        gardee = replace(garde, verifie_le=maintenant, statut="a_jour", message="", origine=source.origine)
        return replace(gardee, url=obtenu.url, etag=obtenu.etag, last_modified=obtenu.last_modified, jeton=obtenu.jeton)
    try:
        verifier(obtenu.contenu, fichier.fichier, lecture_declaree(jeu, fichier, source.origine))
    except ErreurOctets as erreur:
        preuve = archive.garder_preuve(obtenu.contenu)
        raise ErreurOctets(f"{erreur} Contenu refusé gardé dans {preuve}.") from erreur
    sha256 = archive.deposer(obtenu.contenu)
    return EntreeVerrou(
        sha256=sha256,
        taille=archive.taille(sha256),
        url=obtenu.url,
        origine=source.origine,
        acquis_le=maintenant,
        verifie_le=maintenant,
        etag=obtenu.etag,
        last_modified=obtenu.last_modified,
        jeton=obtenu.jeton,
    )
