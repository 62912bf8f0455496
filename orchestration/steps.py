"""The steps of a refresh, each a function that the command line and Dagster both call.

Belongs here: opening the source, the inventory of inputs, one function per step, with nothing about who calls it.
Does not belong here: the order of the steps and what a failure means (refresh, definitions), any computation.

Rooms are imported inside the functions: knowing that nothing changed must not cost the import of polars or dbt.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.catalogue import Catalogue, Fichier, Jeu, Millesime
from orchestration import state
from orchestration.settings import Reglages
from orchestration.state import Inventaire

if TYPE_CHECKING:
    from ingestion import http
    from ingestion.acquire import Obtenu, Source
    from ingestion.expectations import Resultat
    from ingestion.http import Client
    from ingestion.ingest import BilanJeu
    from ingestion.lock import EntreeVerrou, Origine, Verrou
    from orchestration.dbt_build import BilanDbt

TERRITOIRE = "territoire_demo"
MARQUE_DEMO = ".empreinte"
ENTREPOT = "entrepot.duckdb"
EN_COURS = "en_cours"


@dataclass(frozen=True)
class Contexte:
    """Settings and cards of one refresh."""

    reglages: Reglages

    @cached_property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.reglages.catalogue)

    @property
    def donnees(self) -> Path:
        return self.reglages.data

    @property
    def demo(self) -> bool:
        return self.reglages.nature == "demo"

    @property
    def depot(self) -> Path:
        """Folder of the published files, for `demo` and `deposit`."""
        return self.reglages.depot or self.donnees / TERRITOIRE

    @property
    def registre(self) -> Path | None:
        """Folder of the local register; a real one is never mixed with the fictitious territory."""
        if self.reglages.registre is not None and not self.demo:
            return self.reglages.registre
        return None if self.reglages.source == "live" else self.depot / "registre"


@dataclass(frozen=True)
class BilanFichiers:
    """`refus`: one sentence per file whose last good snapshot is used instead; `manquants`: per file without any."""

    refus: list[str]
    manquants: list[str]


# --- source and inventory -----------------------------------------------------------------------------------------------


def ecrire_territoire_demo(contexte: Contexte) -> None:
    """Write the fictitious territory when its code changed since it was written; a given folder is left as it is."""
    if contexte.reglages.source != "demo" or contexte.reglages.depot:
        return
    empreinte = state.empreinte_dossiers(state.RACINE, ["ingestion/demo"])
    dossier = contexte.depot
    marque = dossier / MARQUE_DEMO
    if marque.exists() and marque.read_text(encoding="ascii") == empreinte:
        return
    from ingestion.demo import ecrire_territoire

    chantier = dossier.with_name(f".{TERRITOIRE}.chantier")
    shutil.rmtree(chantier, ignore_errors=True)
    ecrire_territoire(chantier)
    (chantier / MARQUE_DEMO).write_text(empreinte, encoding="ascii")
    shutil.rmtree(dossier, ignore_errors=True)
    chantier.rename(dossier)


def inventorier(contexte: Contexte, seulement: Iterable[str] = (), precedent: Inventaire | None = None) -> Inventaire:
    """Digests of everything a release would be built from now.

    Deposit and demo files are hashed where they are. Publishers are asked, with conditional requests: what they give
    goes into the archive and the lock, and `ingerer` reads it there.

    Args:
        seulement: only look again at these datasets; the others count as in `precedent`.
    """
    voulus = set(seulement)
    if contexte.reglages.source == "live":
        fichiers = _empreintes_live(contexte, voulus)
    else:
        ecrire_territoire_demo(contexte)
        fichiers = state.empreintes_du_depot(contexte.catalogue, contexte.depot, voulus)
        fichiers |= _empreintes_du_registre(contexte, fichiers)
        if contexte.demo:
            annexes = (contexte.depot / f"{nom}.yml" for nom in ("references", "errata"))
            fichiers |= {annexe.stem: state.empreinte_fichier(annexe) for annexe in annexes if annexe.exists()}
    if voulus and precedent:
        declares = {state.cle_fichier(j.jeu, m.millesime, f.nom) for j, m, f in contexte.catalogue.fichiers()}
        fichiers = {cle: valeur for cle, valeur in precedent.fichiers.items() if cle in declares} | fichiers
    return _inventaire(contexte, fichiers)


def _empreintes_du_registre(contexte: Contexte, deposees: Iterable[str]) -> dict[str, str]:
    """Digests of the files of the local register, where it is; only for keys that the deposit was asked for."""
    from ingestion.register.location import chemin_du_registre, est_registre

    if contexte.reglages.registre is None or contexte.demo:
        return {}
    empreintes = {}
    for jeu, millesime, fichier in contexte.catalogue.fichiers():
        cle = state.cle_fichier(jeu.jeu, millesime.millesime, fichier.nom)
        if cle in deposees and est_registre(jeu):
            chemin = chemin_du_registre(contexte.registre, jeu, fichier)
            empreintes[cle] = state.empreinte_fichier(chemin) if chemin else state.ABSENT
    return empreintes


def ouvrir_client(reglages: Reglages, bornes: http.Reglages | None = None) -> Client:
    """The client of one run, as the settings want it; to be closed after use (context manager)."""
    from ingestion import http

    bornes = bornes or http.Reglages(total_jeu_s=reglages.total_jeu_s)
    return http.Client(bornes, contact=reglages.contact, editeur_local=reglages.editeur_local)


def _empreintes_live(contexte: Contexte, voulus: set[str]) -> dict[str, str]:
    from ingestion.acquire import SourceLive, acquerir
    from ingestion.archive import Archive
    from ingestion.lock import Verrou
    from ingestion.register.source import SourceRegistre

    archive, verrou = Archive(contexte.donnees / "archive"), Verrou(contexte.donnees / "verrou.yml")
    with ouvrir_client(contexte.reglages) as client:
        source = SourceRegistre(SourceLive(client, contexte.donnees / "archive"), contexte.registre)
        for jeu, millesime, fichier in contexte.catalogue.fichiers():
            if not voulus or jeu.jeu in voulus:
                acquerir(jeu, millesime, fichier, source, archive, verrou)
                verrou.enregistrer()
    return _empreintes_du_verrou(contexte, voulus)


def _empreintes_du_verrou(contexte: Contexte, voulus: set[str]) -> dict[str, str]:
    from ingestion.lock import Verrou

    verrou = Verrou(contexte.donnees / "verrou.yml")
    empreintes = {}
    for jeu, millesime, fichier in contexte.catalogue.fichiers():
        if not voulus or jeu.jeu in voulus:
            entree = verrou.lire(jeu.jeu, millesime.millesime, fichier.nom)
            connu = f"{entree.sha256 or state.ABSENT}:{entree.statut}" if entree else state.ABSENT
            empreintes[state.cle_fichier(jeu.jeu, millesime.millesime, fichier.nom)] = connu
    return empreintes


def inventaire_du_verrou(contexte: Contexte) -> Inventaire:
    """The inventory of what the publishers gave last, without asking them again."""
    return _inventaire(contexte, _empreintes_du_verrou(contexte, set()))


def _inventaire(contexte: Contexte, fichiers: dict[str, str]) -> Inventaire:
    return Inventaire(
        nature=contexte.reglages.nature,
        fichiers=fichiers,
        fiches=state.empreinte_fiches(contexte.reglages.catalogue),
        code=state.empreinte_code(contexte.reglages.dbt),
    )


class SourceInterrogee:
    """The publishers, already asked by `inventorier`: the lock says what they answered."""

    def __init__(self, verrou: Verrou) -> None:
        self._verrou = verrou

    @property
    def origine(self) -> Origine:
        return "live"

    def obtenir(self, jeu: Jeu, millesime: Millesime, fichier: Fichier, precedent: EntreeVerrou | None) -> Obtenu:
        """The bytes kept in the archive; the failure recorded in the lock is raised again."""
        from ingestion.acquire import FichierAbsent, Obtenu
        from ingestion.archive import ErreurAcquisition

        entree = precedent or self._verrou.lire(jeu.jeu, millesime.millesime, fichier.nom)
        if entree is not None and entree.statut == "jamais_charge":
            raise FichierAbsent(entree.message)
        if entree is None or entree.sha256 is None or entree.statut == "en_echec":
            raise ErreurAcquisition(entree.message if entree else f"{fichier.nom} : jamais demandé au producteur.")
        return Obtenu(None, entree.url, entree.etag, entree.last_modified)


@contextmanager
def ouvrir_source(contexte: Contexte, *, directe: bool = False) -> Iterator[Source]:
    """The source of published files that the settings name.

    Args:
        directe: ask the publishers now; otherwise give what they answered to `inventorier`.
    """
    from ingestion.acquire import SourceDemo, SourceDepot, SourceLive
    from ingestion.lock import Verrou
    from ingestion.register.source import SourceRegistre

    if contexte.reglages.source == "live" and directe:
        with ouvrir_client(contexte.reglages) as client:
            yield SourceRegistre(SourceLive(client, contexte.donnees / "archive"), contexte.registre)
    elif contexte.reglages.source == "live":
        yield SourceRegistre(SourceInterrogee(Verrou(contexte.donnees / "verrou.yml")), contexte.registre)
    elif contexte.demo:
        yield SourceRegistre(SourceDemo(contexte.depot), contexte.registre)
    else:
        yield SourceRegistre(SourceDepot(contexte.depot), contexte.registre)


# --- steps ------------------------------------------------------------------------------------------------------------


def maintenant() -> datetime:
    """The clock of a run, injected so that tests have their own."""
    return datetime.now(UTC)


def ingerer(contexte: Contexte, jeu: Jeu, source: Source) -> BilanJeu:
    """One dataset, from its published files to its typed Parquet; undeclared vintages leave the layers."""
    from ingestion.ingest import ingerer_jeu

    corrections = [] if contexte.demo else contexte.catalogue.corrections
    return ingerer_jeu(jeu, source, contexte.donnees, maintenant, corrections)


def bilan_des_fichiers(contexte: Contexte) -> BilanFichiers:
    """What the lock and the typed layer say of every declared file, whichever run read it."""
    from ingestion.lock import Verrou
    from ingestion.parquet import NATURES, chemin_type

    verrou = Verrou(contexte.donnees / "verrou.yml")
    refus, manquants = [], []
    for jeu, millesime, fichier in contexte.catalogue.fichiers():
        entree = verrou.lire(jeu.jeu, millesime.millesime, fichier.nom)
        typees = [chemin_type(contexte.donnees, jeu, millesime, fichier, nature) for nature in NATURES]
        lieu = f"{jeu.jeu}, millésime {millesime.millesime}, {fichier.nom}"
        message = entree.message if entree and entree.message else "jamais lu, lancez un rafraîchissement complet."
        phrase = message if jeu.jeu in message else f"{lieu} : {message}"
        lu = entree is not None and entree.normalise is not None and all(chemin.exists() for chemin in typees)
        if not lu and fichier.est_facultatif:
            if entree is not None and entree.statut == "en_echec":
                refus.append(f"{phrase} Ce fichier n'a encore jamais été lu.")
        elif not lu:
            manquants.append(f"{phrase} Aucun état antérieur de ce fichier n'est utilisable.")
        elif entree is not None and entree.statut == "en_echec":
            refus.append(f"{phrase} Le dernier bon état reste en usage.")
    return BilanFichiers(refus, manquants)


def placer(contexte: Contexte) -> None:
    """Contours, areas and the 2015 ↔ 2024 overlay; then the places in each quartier and around."""
    from ingestion import contours, places

    spatial = contours.calculer(contexte.catalogue, contexte.donnees)
    places.calculer(contexte.catalogue, contexte.donnees, spatial)


def ecrire_fiches(contexte: Contexte) -> None:
    """The cards as tables, with what the lock says of each file."""
    from ingestion.tables import ecrire_tables

    ecrire_tables(contexte.catalogue, contexte.donnees, contexte.depot if contexte.demo else None)


def valider(contexte: Contexte) -> list[Resultat]:
    """Great Expectations on every dataset; datasets that did not change keep their results."""
    from ingestion.expectations import evaluer

    return evaluer(contexte.catalogue.jeux.values(), contexte.donnees, demo=contexte.demo)


def lancer_validation(contexte: Contexte) -> Callable[[], list[Resultat]]:
    """`valider` in a process of its own, while the warehouse is built: neither reads what the other writes.

    Returns:
        a function that waits for the results.
    """
    commande = [
        sys.executable,
        "-m",
        "ingestion.expectations",
        "--catalogue",
        str(contexte.reglages.catalogue.resolve()),
    ]
    commande += ["--data", str(contexte.donnees.resolve()), *(["--demo"] if contexte.demo else [])]
    commande += ["--parent", str(os.getpid())]
    processus = subprocess.Popen(  # noqa: S603
        commande, cwd=state.RACINE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )

    def attendre() -> list[Resultat]:
        from ingestion.expectations import SORTIE_DISQUE_PLEIN, lire_resultats

        _, erreurs = processus.communicate()
        if processus.returncode == SORTIE_DISQUE_PLEIN:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(contexte.donnees / "qualite"))
        if processus.returncode != 0:
            raise RuntimeError(f"Les attentes n'ont pas pu être évaluées : {erreurs.strip()}")
        return lire_resultats(contexte.donnees)

    return attendre


def valider_jeu(contexte: Contexte, jeu: Jeu) -> list[Resultat]:
    """Great Expectations on one dataset."""
    from ingestion.expectations import evaluer_jeu

    return evaluer_jeu(jeu, contexte.donnees, demo=contexte.demo)


def construire_entrepot(contexte: Contexte, suivi: Callable[[str], None] | None = None) -> BilanDbt:
    """Every model and test, in an empty folder that takes the name of the build once dbt has ended.

    The folder has the same name each time: dbt parses the whole project again when the path of the warehouse changes.
    """
    from orchestration import dbt_build

    chantier, reglages = contexte.donnees / "entrepot" / EN_COURS, contexte.reglages
    if chantier.exists():  # what a killed run left
        shutil.rmtree(chantier)
    bilan = dbt_build.construire(
        reglages.dbt, reglages.data, chantier / ENTREPOT, memoire=reglages.memoire_sql, suivi=suivi
    )
    fini = chantier.rename(chantier.with_name(_identifiant_construction()))
    return replace(bilan, entrepot=fini / ENTREPOT)


def _identifiant_construction() -> str:
    return maintenant().strftime("%Y%m%dT%H%M%S%f")


def dernier_entrepot(contexte: Contexte) -> Path | None:
    """The warehouse of the latest build that ended, if there is one."""
    construits = (contexte.donnees / "entrepot").glob(f"*/{ENTREPOT}")
    return max((chemin for chemin in construits if chemin.parent.name != EN_COURS), default=None)


def balayer_entrepots(contexte: Contexte, garder: str | None) -> None:
    """Remove the warehouses of other builds: only dbt and publication open one, under the refresh lock."""
    for dossier in (contexte.donnees / "entrepot").glob("*"):
        if dossier.is_dir() and dossier.name != garder:
            shutil.rmtree(dossier)


def elaguer_couches(contexte: Contexte) -> list[str]:
    """Remove from the raw and typed layers what no card declares any more; the archive keeps the bytes.

    What a killed run left half-written goes too, in every folder.

    Returns:
        relative paths that are no longer declared.
    """
    from ingestion.parquet import retirer_non_declares

    for reste in contexte.donnees.rglob(".*.partiel"):
        reste.unlink()
    retires = retirer_non_declares(contexte.donnees, contexte.catalogue.jeux.values())
    return [str(chemin.relative_to(contexte.donnees)) for chemin in retires]


def publier(contexte: Contexte, entrepot: Path) -> str:
    """Build, verify and switch the release; returns its id."""
    from orchestration.dbt_build import dossier_cible
    from publication.release import publier as publier_release

    return publier_release(
        entrepot,
        contexte.donnees,
        cible_dbt=dossier_cible(contexte.donnees),
        origine="demo" if contexte.demo else None,
        fiches=not contexte.reglages.sans_fiches,
        garder=contexte.reglages.releases_gardees,
        relecture=contexte.reglages.a_relire,
    )


def resume_de_release(contexte: Contexte, release_id: str) -> dict[str, Any]:
    """What was published and where: `release`, `chemin`, `octets`, `tables` (name → rows), `couverture` (sentences)."""
    import pyarrow.parquet as pq

    from publication.coverage import mesurer

    dossier = contexte.donnees / "releases" / release_id
    tables = {c.stem: pq.read_metadata(c).num_rows for c in sorted((dossier / "tables").glob("*.parquet"))}
    couverture = mesurer(dossier / "tables").phrases()
    octets = taille(dossier)
    return {"release": release_id, "chemin": str(dossier), "octets": octets, "tables": tables, "couverture": couverture}


def taille(dossier: Path, motif: str = "*") -> int:
    """Bytes of the files below a folder."""
    return sum(chemin.stat().st_size for chemin in dossier.rglob(motif) if chemin.is_file())


def mesures_du_jeu(contexte: Contexte, bilan: BilanJeu) -> dict[str, int]:
    """Rows read and what became of them, size of the typed layer: for the log and for Dagster."""
    fichiers = bilan.fichiers
    return {
        "lignes": sum(f.nb_retenues for f in fichiers),
        "fichiers": len(fichiers),
        "relus": sum(f.a_change for f in fichiers),
        "lignes_lues": sum(f.nb_lues for f in fichiers),
        "lignes_exclues": sum(f.nb_exclues for f in fichiers),
        "lignes_en_quarantaine": sum(f.nb_quarantaine for f in fichiers),
        "cellules_illisibles": sum(f.nb_cellules_illisibles for f in fichiers),
        "octets": taille(contexte.donnees / "normalise" / bilan.jeu.replace(".", "/"), "*.parquet"),
    }


def release_courante(contexte: Contexte) -> str | None:
    """Id of the release that readers get; reads the pointer only."""
    pointeur = contexte.donnees / "releases" / "current"
    return pointeur.resolve().name if pointeur.is_symlink() and pointeur.resolve().is_dir() else None


def fiches_manquantes(contexte: Contexte, etat: state.Etat) -> bool:
    """True when the static sheets are wanted and the latest release has none; one chosen by a rollback is left alone."""
    from publication.shelf import a_ses_fiches

    courante = release_courante(contexte)
    if contexte.reglages.sans_fiches or courante is None or courante != etat.release:
        return False
    return not a_ses_fiches(contexte.donnees / "releases" / courante)


def noter_etat(contexte: Contexte, **champs: Any) -> None:
    """Update `<data>/etat.json`."""
    etat = state.Etat.lire(contexte.donnees) or state.Etat(nature=contexte.reglages.nature)
    replace(etat, **champs).ecrire(contexte.donnees)
