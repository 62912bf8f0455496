"""From a declared file to verified bytes in the archive, whatever the source: demo, deposit or the publishers.

Belongs here: the three sources, and the acquisition of one file.
Does not belong here: requests (http), byte checks (verify), where bytes are kept (archive), what is known of them (lock).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Literal, Protocol

from ingestion.archive import Archive, ErreurAcquisition, empreinte
from ingestion.catalogue import Fichier, Jeu, Lecture, Millesime
from ingestion.http import Client, ErreurReseau, Reponse
from ingestion.lock import EntreeVerrou, Origine, Verrou
from ingestion.publishers import Acces, ErreurAdresse, IdentifiantsAbsents, Resolution, resoudre
from ingestion.verify import ErreurOctets, verifier

Horloge = Callable[[], datetime]


class FichierAbsent(ErreurAcquisition):
    """The source does not hold the file, or may not be asked for it: the deposit lacks it, credentials are not set, or its
    card keeps it for a deposit (`sur_demande`)."""


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


def est_territoire(dossier: Path) -> bool:
    """True for a fictitious territory, which writes its own national references; published files come without any."""
    return (dossier / "references.yml").is_file()


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
