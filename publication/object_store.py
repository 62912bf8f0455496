"""A shelf of releases on object storage: the same bytes, the same pointer rule as a folder.

Belongs here: sending a release, its pointer, reading through the pointer, mirroring into a local shelf.
Does not belong here: building a release (release), the local shelf (shelf), the choice of a server and its credentials.

    <address>/20261126-3d910b18125d.4f0c5a7e9b21/tables/valeurs.parquet, …, SHA256SUMS    never written again
    <address>/current.json                                                                 the pointer, written last

A prefix bears the release and the digest of its SHA256SUMS, so that two publishers either write the same bytes or do not
write in the same place. A reader reads the pointer once, then only below the prefix that it names.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publication.checksums import FORME_ID, LONGUEUR, NOM, analyser, confier_au_disque, lire_sommes, verifier
from publication.contract import ErreurPublication
from publication.shelf import (
    CHANTIER,
    annoncer,
    balayer,
    basculer,
    confier_dossier,
    courante,
    nom_temporaire,
    verrou_de_publication,
)

POINTEUR = "current.json"
_SHA256 = re.compile(r"[0-9a-f]{64}")
# What a server answers when the pointer is no longer the one that was read (If-Match, If-None-Match).
REFUS_CONDITIONNELS = ("PreconditionFailed", "ConditionalRequestConflict")


@dataclass(frozen=True)
class Pointeur:
    """What readers are sent to; `etag` is what the server calls this version of the pointer, None where it has none."""

    release_id: str
    sommes_sha256: str
    etag: str | None = None

    @property
    def prefixe(self) -> str:
        return f"{self.release_id}.{self.sommes_sha256[:LONGUEUR]}"


class Etagere:
    """A shelf at an address of fsspec: `s3://bucket/folder`, `file:///folder`.

    Credentials and endpoint of S3 are the usual ones of the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL…).
    """

    def __init__(self, adresse: str, fs: Any | None = None) -> None:
        """`fs`: the file system of fsspec to use, made from the address by default.

        Raises:
            ErreurPublication: no file system is installed for this address.
        """
        import fsspec

        options = {"use_listings_cache": False, "skip_instance_cache": True} if adresse.startswith("s3:") else {}
        try:
            trouve, racine = fsspec.core.url_to_fs(adresse, **options)
        except (ImportError, ValueError) as erreur:
            raise ErreurPublication(
                f"{adresse} : pas de système de fichiers pour cette adresse ({erreur}) ; pour s3://, installez l'extra « s3 »."
            ) from erreur
        self.adresse, self.fs, self.racine = adresse.rstrip("/"), fs or trouve, racine.rstrip("/")

    def pointeur(self) -> Pointeur | None:
        """The pointer as it is now, None on an empty shelf. Readers call this once per run.

        Raises:
            ErreurPublication: the pointer is not one of ours.
        """
        etag = self._etag()
        try:
            brut = self.fs.cat_file(f"{self.racine}/{POINTEUR}")
        except FileNotFoundError:
            return None
        try:
            lu = json.loads(brut)
            release_id, sommes = str(lu["release"]), str(lu["sommes_sha256"])
        except (ValueError, KeyError, TypeError) as erreur:
            raise ErreurPublication(f"{self.adresse}/{POINTEUR} illisible : {erreur!r}.") from erreur
        if not FORME_ID.fullmatch(release_id) or not _SHA256.fullmatch(sommes):
            raise ErreurPublication(f"{self.adresse}/{POINTEUR} ne désigne pas une publication : {brut[:120]!r}.")
        return Pointeur(release_id, sommes, etag)

    def ouvrir(self) -> Lecture:
        """The current release, for reading.

        Raises:
            ErreurPublication: nothing is published there, or its list of checksums is not the one that the pointer announces.
        """
        pointeur = self.pointeur()
        if pointeur is None:
            raise ErreurPublication(f"Aucune publication à l'adresse {self.adresse}.")
        return Lecture(self, pointeur)

    def pousser(self, release: Path) -> Pointeur:
        """Send a verified release, read it back, then point readers to it.

        Raises:
            ErreurPublication: the release is damaged here or there, or another publisher moved the pointer meanwhile;
                readers keep what they had.
        """
        anomalies = verifier(release)
        if anomalies:
            raise ErreurPublication(f"{release.name} n'est pas envoyée : la publication est altérée.", *anomalies)
        avant = self.pointeur()
        octets = (release / NOM).read_bytes()
        pointeur = Pointeur(release.name, hashlib.sha256(octets).hexdigest())
        if avant is not None and avant.prefixe == pointeur.prefixe:
            return avant
        sommes = lire_sommes(release)
        for chemin, somme in sommes.items():
            if self._empreinte(pointeur, chemin) != somme:
                self._deposer(pointeur, chemin, (release / chemin).read_bytes())
                if self._empreinte(pointeur, chemin) != somme:
                    raise ErreurPublication(
                        f"{self.adresse}/{pointeur.prefixe}/{chemin} : relu différent de ce qui a été envoyé."
                    )
        self._deposer(pointeur, NOM, octets)
        Lecture(self, pointeur)
        self._pointer(pointeur, avant)
        return pointeur

    def tirer(self, releases: Path) -> str:
        """Mirror the current release into a local shelf and point its readers to it.

        Returns:
            the id of the release that local readers now get.
        Raises:
            ErreurPublication: an object is missing or altered; local readers keep what they had.
        """
        lecture = self.ouvrir()
        with verrou_de_publication(releases):
            balayer(releases)
            definitif = releases / lecture.release_id
            if definitif.is_dir() and (definitif / NOM).read_bytes() == lecture.octets_des_sommes:
                if anomalies := verifier(definitif):
                    raise ErreurPublication(f"{definitif} est altérée : retirez-la puis relancez.", *anomalies)
            else:
                self._copier(lecture, releases)
            if courante(releases) != definitif.resolve():
                basculer(releases, lecture.release_id)
                annoncer(releases)
        return lecture.release_id

    def _copier(self, lecture: Lecture, releases: Path) -> None:
        chantier = releases / nom_temporaire(CHANTIER)
        dossier = chantier / lecture.release_id
        try:
            for chemin in lecture.sommes:
                (dossier / chemin).parent.mkdir(parents=True, exist_ok=True)
                (dossier / chemin).write_bytes(lecture.lire(chemin))
            (dossier / NOM).write_bytes(lecture.octets_des_sommes)
            confier_au_disque(dossier)
            if anomalies := verifier(dossier):
                raise ErreurPublication(*anomalies)
            definitif = releases / lecture.release_id
            if definitif.exists():
                definitif.rename(chantier / "remplacee")
            dossier.rename(definitif)
            confier_dossier(releases)
        finally:
            shutil.rmtree(chantier, ignore_errors=True)

    def _deposer(self, pointeur: Pointeur, chemin: str, octets: bytes) -> None:
        objet = f"{self.racine}/{pointeur.prefixe}/{chemin}"
        self.fs.makedirs(objet.rsplit("/", 1)[0], exist_ok=True)
        self.fs.pipe_file(objet, octets)

    def _empreinte(self, pointeur: Pointeur, chemin: str) -> str | None:
        """SHA-256 of an object as the server gives it back, None when it is not there."""
        try:
            return hashlib.sha256(self.fs.cat_file(f"{self.racine}/{pointeur.prefixe}/{chemin}")).hexdigest()
        except FileNotFoundError:
            return None

    def _pointer(self, pointeur: Pointeur, avant: Pointeur | None) -> None:
        """Write the pointer, on condition that it is still the one that was read where the server can say so."""
        texte = json.dumps({"release": pointeur.release_id, "sommes_sha256": pointeur.sommes_sha256}) + "\n"
        deplace = ErreurPublication(
            f"{self.adresse}/{POINTEUR} a changé pendant l'envoi : une autre publication est passée, {pointeur.release_id} "
            "n'a pas été mise en service ; relancez."
        )
        if not hasattr(self.fs, "call_s3"):
            actuel = self.pointeur()
            if (actuel and actuel.prefixe) != (avant and avant.prefixe):
                raise deplace
            provisoire = f"{self.racine}/.{nom_temporaire('current-')}"
            self.fs.pipe_file(provisoire, texte.encode())
            self.fs.mv(provisoire, f"{self.racine}/{POINTEUR}")
            return
        seau, _, cle = f"{self.racine}/{POINTEUR}".partition("/")
        condition = {"IfMatch": avant.etag} if avant else {"IfNoneMatch": "*"}
        try:
            self.fs.call_s3("put_object", Bucket=seau, Key=cle, Body=texte.encode(), **condition)
        except OSError as erreur:
            if _code(erreur) in REFUS_CONDITIONNELS:
                raise deplace from erreur
            raise

    def _etag(self) -> str | None:
        """Asked before the content: a pointer that moves between the two is then refused, never overwritten."""
        try:
            info = self.fs.info(f"{self.racine}/{POINTEUR}")
        except FileNotFoundError:
            return None
        etag = info.get("ETag")
        return str(etag) if etag else None


class Lecture:
    """One release of a shelf, read below its prefix only: it stays whole while the pointer moves."""

    def __init__(self, etagere: Etagere, pointeur: Pointeur) -> None:
        self.release_id = pointeur.release_id
        self.fs = etagere.fs
        self.racine = f"{etagere.racine}/{pointeur.prefixe}"
        self.octets_des_sommes = self._octets(NOM)
        if hashlib.sha256(self.octets_des_sommes).hexdigest() != pointeur.sommes_sha256:
            raise ErreurPublication(f"{self.racine}/{NOM} n'est pas celui que le pointeur annonce.")
        try:
            self.sommes = analyser(self.octets_des_sommes.decode("utf-8"), f"{self.racine}/{NOM}")
        except ValueError as erreur:
            raise ErreurPublication(str(erreur)) from erreur
        for chemin in self.sommes:
            if chemin.startswith("/") or ".." in chemin.split("/"):
                raise ErreurPublication(f"{self.racine}/{NOM} : chemin {chemin!r} refusé.")

    def lire(self, chemin: str) -> bytes:
        """The bytes of a file of the release.

        Raises:
            ErreurPublication: the file is not in the release, is missing, or is not the one that was published.
        """
        if chemin not in self.sommes:
            raise ErreurPublication(f"{self.racine} : {chemin} n'est pas dans la publication.")
        octets = self._octets(chemin)
        lue = hashlib.sha256(octets).hexdigest()
        if lue != self.sommes[chemin]:
            raise ErreurPublication(
                f"{self.racine}/{chemin} a été altéré (attendu {self.sommes[chemin][:12]}…, lu {lue[:12]}…)."
            )
        return octets

    def _octets(self, chemin: str) -> bytes:
        try:
            return bytes(self.fs.cat_file(f"{self.racine}/{chemin}"))
        except FileNotFoundError as erreur:
            raise ErreurPublication(f"{self.racine}/{chemin} manque.") from erreur


def _code(erreur: BaseException) -> str:
    """The code of S3 behind an error that s3fs translated."""
    cause = erreur.__cause__
    reponse = getattr(cause, "response", None) or getattr(erreur, "response", None) or {}
    return str(reponse.get("Error", {}).get("Code", ""))
