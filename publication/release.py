"""Build a release aside, verify it, then let readers see it.

Belongs here: the order of the steps, what happens when the content is already published, the cleaning after a failure.
Does not belong here: each file's content (extracts, geo, quality, dictionary, datapackage, citation, notes), the pointer (shelf).
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publication import datapackage, dictionary, quality, review
from publication.admission import refus_de_controle, refus_de_licence
from publication.checksums import (
    LONGUEUR,
    confier_au_disque,
    ecrire_sommes,
    empreinte_contenu,
    empreintes,
    verifier,
)
from publication.citation import citation_bib, citation_txt
from publication.contract import MENTION_DEMO, PREFIXES, ErreurPublication
from publication.diff import comparer
from publication.edition import Edition
from publication.extracts import TableExtraite, extraire
from publication.geo import ecrire_contours
from publication.method import copier_methode
from publication.notes import rediger
from publication.origins import (
    RACINE,
    colonnes_publiees,
    lire_verrou,
    modeles_par_indicateur,
    origine_de,
    references_publiees,
    version_du_code,
)
from publication.review import Accord, Retenue
from publication.secrecy import examiner
from publication.sheets import statique
from publication.sheets.pdf import ErreurPdf
from publication.shelf import (
    A_REMPLACER,
    CHANTIER,
    Publication,
    a_ses_fiches,
    annoncer,
    balayer,
    basculer,
    confier_dossier,
    courante,
    elaguer,
    lister,
    nom_temporaire,
    revenir,
    verrou_de_publication,
)

__all__ = ["Publication", "accepter", "comparer", "courante", "lister", "publier", "revenir", "verifier"]

CIBLE_DBT = RACINE / "dbt_project" / "target"
DISQUE_PLEIN = (errno.ENOSPC, errno.EDQUOT)
DESCRIPTIONS = {
    "contours_2015": "Contours des quartiers prioritaires du zonage 2015.",
    "contours_2024": "Contours des quartiers prioritaires du zonage 2024.",
    "qualite": "Résultats des contrôles de cette version.",
}


def maintenant() -> datetime:
    """The clock of publication."""
    return datetime.now(tz=UTC)


def publier(
    entrepot: Path,
    donnees: Path,
    *,
    cible_dbt: Path = CIBLE_DBT,
    origine: str | None = None,
    horloge: Callable[[], datetime] = maintenant,
    garder: int | None = None,
    fiches: bool = True,
    releases: Path | None = None,
    accord: Accord | None = None,
    relecture: bool = True,
) -> str:
    """Publish the content of a warehouse; the same content is the same release, and nothing is then rewritten.

    Args:
        entrepot: DuckDB file written by dbt.
        donnees: the data folder (`spatial/`, `catalogue/`, `qualite/`, `verrou.yml` are read, `releases/` is written).
        cible_dbt: folder of dbt's `manifest.json` and `run_results.json`.
        origine: `demo`, `deposit` or `live`; by default what the lock says.
        garder: number of releases to keep, 5 or more; None keeps them all, since figures are cited by release.
        fiches: write the static sheet of every quartier, in HTML and in PDF; the same content already published without them gains them.
        releases: the shelf, `donnees/releases` by default.
        accord: the decision to publish a content that was held (`accepter`).
        relecture: hold a content that changed too much (review).
    Returns:
        the id of the release that readers now get.
    Raises:
        PublicationRetenue: the content changed too much to be published unread; it is kept aside (review).
        ErreurPublication: the release is refused; the previous one is still current, byte for byte.
    """
    releases = releases or donnees / "releases"
    with verrou_de_publication(releases):
        balayer(releases)
        chantier = releases / nom_temporaire(CHANTIER)
        try:
            (chantier / "release").mkdir(parents=True)
            (chantier / "temporaire").mkdir()
            release_id = _construire(
                entrepot,
                donnees,
                chantier,
                cible_dbt,
                origine,
                horloge,
                fiches=fiches,
                accord=accord,
                relecture=relecture,
            )
            basculer(releases, release_id)
            review.abandonner(releases.parent)
        except OSError as erreur:
            if erreur.errno in DISQUE_PLEIN:
                raise ErreurPublication(
                    f"Disque plein pendant la publication dans {releases} : libérez de la place et relancez ; "
                    "la version précédente reste en ligne."
                ) from erreur
            raise
        finally:
            # What cannot be removed now is swept by the next publication.
            shutil.rmtree(chantier, ignore_errors=True)
        if garder is not None:
            elaguer(releases, garder)
        annoncer(releases)
    return release_id


def accepter(donnees: Path, qui: str, pourquoi: str, *, horloge: Callable[[], datetime] = maintenant) -> str:
    """Publish the content that was held; the release, its notes and the feed say who accepted it, when and why.

    Returns:
        the id of the release that readers now get.
    Raises:
        ErreurPublication: nothing is held, or it is no longer what was read.
    """
    retenue, accord = review.accorder(donnees, qui, pourquoi, horloge())
    gardee = donnees / review.DOSSIER
    return publier(
        gardee / "entrepot.duckdb",
        gardee,
        cible_dbt=gardee / "cible",
        origine=retenue.origine,
        horloge=horloge,
        fiches=retenue.fiches,
        releases=donnees / "releases",
        accord=accord,
    )


def _construire(
    entrepot: Path,
    donnees: Path,
    chantier: Path,
    cible_dbt: Path,
    origine: str | None,
    horloge: Callable[[], datetime],
    *,
    fiches: bool,
    accord: Accord | None,
    relecture: bool,
) -> str:
    """Write the release in `chantier/release`, move it to its final name unless it is already there; returns its id."""
    releases, dossier = chantier.parent, chantier / "release"
    remede = "relancez dbt build"
    manifeste = quality.lire_json(cible_dbt / "manifest.json", remede)
    resultats = quality.lire_json(cible_dbt / "run_results.json", remede)
    attentes = donnees / "qualite" / "attentes.json"
    controles = quality.lire_controles(
        resultats, manifeste, quality.lire_json(attentes, "relancez les contrôles d'ingestion"), attentes
    )
    acces = lire_verrou(donnees / "verrou.yml")
    origine = origine or origine_de(acces)
    _refuser(refus_de_controle(controles))

    tables = _contenu(entrepot, donnees, chantier, controles, est_demo=origine == "demo")
    definitions = dictionary.construire(manifeste)
    _refuser(dictionary.derive(definitions, tables.values()) + refus_de_licence(dossier))

    sommes = empreintes(dossier)
    empreinte = empreinte_contenu(sommes)[:LONGUEUR]
    deja = _deja_publiee(releases, empreinte)
    fiches = fiches or (deja is not None and a_ses_fiches(deja))
    if deja is not None and not verifier(deja) and (a_ses_fiches(deja) or not fiches):
        return deja.name

    publiee_le = horloge()
    release_id = deja.name if deja else f"{publiee_le.astimezone(UTC):%Y%m%d}-{empreinte}"
    colonnes = colonnes_publiees(donnees)
    precedente = _precedente(releases, deja)
    if accord is not None and accord.contenu != empreinte:
        raise ErreurPublication(
            f"Le contenu à publier ({empreinte}) n'est pas celui qui a été relu ({accord.contenu}) : "
            "relancez un rafraîchissement, puis « observatoire releases review »."
        )
    if relecture and accord is None and deja is None and precedente is not None:
        motifs = review.motifs_de_relecture(precedente, dossier, acces, review.Seuils.lire(donnees))
        if motifs:
            depuis = publiee_le.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            retenue = Retenue(empreinte, precedente.name, depuis, motifs, origine, fiches, entrepot="")
            raise review.retenir(entrepot, donnees, cible_dbt, retenue)
    avertissement = {"avertissement": MENTION_DEMO} if origine == "demo" else {}
    edition = Edition(
        release_id=release_id,
        dossier=dossier,
        publiee_le=publiee_le,
        origine=origine,
        tables=tables,
        definitions=definitions,
        descriptions={**_descriptions(manifeste), **DESCRIPTIONS},
        acces=acces,
        controles=controles,
        colonnes=colonnes,
        references=references_publiees(donnees),
        modeles=modeles_par_indicateur(manifeste, colonnes),
        code=version_du_code(),
        executions=quality.execute_le(resultats, attentes),
        differences=avertissement
        | ({"relecture": asdict(accord)} if accord else {})
        | comparer(precedente, dossier, nom_apres=release_id, sommes_apres=sommes),
    )
    if fiches:
        _ecrire_fiches(edition, sommes, precedente)
    _completer(edition, sommes)
    _ranger(releases, dossier, release_id)
    return release_id


def _contenu(
    entrepot: Path, donnees: Path, chantier: Path, controles: list[quality.Controle], *, est_demo: bool
) -> dict[str, TableExtraite]:
    """Write `tables/` and `geo/`: all that the identity of a release depends on; `controles` gains those of secrecy."""
    dossier = chantier / "release"
    tables = extraire(entrepot, dossier, chantier / "temporaire", est_demo=est_demo)
    examen = examiner(dossier, donnees, _precedente(chantier.parent, None))
    _refuser(examen.refus)
    controles[:] = sorted([*controles, *examen.controles])
    tables[quality.NOM] = quality.ecrire_qualite(controles, dossier, est_demo=est_demo)
    return {**tables, **ecrire_contours(donnees, dossier, est_demo=est_demo)}


def _ecrire_fiches(edition: Edition, sommes: dict[str, str], precedente: Path | None) -> None:
    """The static sheets; what they hold comes from `tables/` and `geo/`, so they are no part of the identity.

    OBSERVATOIRE_ADRESSE gives them the site of their permanent address.
    """
    descripteur = {"origine": edition.origine, "provenance": {"references": edition.references}}
    jour = edition.publiee_le.astimezone(UTC).date()
    adresse = os.environ.get("OBSERVATOIRE_ADRESSE", "").rstrip("/")
    try:
        statique.ecrire(edition.dossier, sommes, descripteur, jour, precedente=precedente, base=adresse)
    except ErreurPdf as erreur:
        raise ErreurPublication(str(erreur)) from erreur


def _completer(edition: Edition, sommes: dict[str, str]) -> None:
    """Write everything that describes the content, then the checksums, and read it all back."""
    dossier = edition.dossier
    dictionary.ecrire_dictionnaire(edition.definitions, dossier, est_demo=edition.est_demo)
    _ecrire(dossier / "diff.json", _json(edition.differences))
    _ecrire(dossier / "notes.md", rediger(edition))
    _ecrire(dossier / "citation.txt", citation_txt(edition))
    _ecrire(dossier / "citation.bib", citation_bib(edition))
    copier_methode(dossier)
    sommes = empreintes(dossier, sommes)
    _ecrire(dossier / "datapackage.json", _json(datapackage.construire(edition, sommes)))
    ecrire_sommes(dossier, empreintes(dossier, sommes))
    confier_au_disque(dossier)
    _refuser(verifier(dossier))


def _ranger(releases: Path, dossier: Path, release_id: str) -> None:
    """Give the release its final name; a release of the same content, damaged or without its sheets, is put aside first."""
    definitif = releases / release_id
    if definitif.exists():
        retiree = releases / nom_temporaire(A_REMPLACER)
        definitif.rename(retiree)
        dossier.rename(definitif)
        confier_dossier(releases)
        shutil.rmtree(retiree)
        return
    dossier.rename(definitif)
    confier_dossier(releases)


def _deja_publiee(releases: Path, empreinte: str) -> Path | None:
    return next((p.dossier for p in lister(releases) if p.release_id.endswith(f"-{empreinte}")), None)


def _precedente(releases: Path, remplacee: Path | None) -> Path | None:
    """The release readers have now, to compare with; not the one that is being replaced."""
    avant = courante(releases)
    return None if avant is None or avant == remplacee or verifier(avant) else avant


def _descriptions(manifeste: dict[str, Any]) -> dict[str, str]:
    descriptions = {}
    for noeud in manifeste["nodes"].values():
        nom = str(noeud["name"])
        if noeud.get("resource_type") == "model" and nom.startswith(PREFIXES):
            descriptions[nom.split("_", 1)[1]] = " ".join(str(noeud.get("description") or "").split())
    return descriptions


def _refuser(phrases: list[str]) -> None:
    if phrases:
        raise ErreurPublication(*phrases)


def _json(contenu: Any) -> str:
    return json.dumps(contenu, ensure_ascii=False, indent=1) + "\n"


def _ecrire(chemin: Path, texte: str) -> None:
    chemin.write_text(texte, encoding="utf-8", newline="\n")
