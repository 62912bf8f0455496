"""One refresh from end to end: what runs, in which order, and what each failure means for readers.

Belongs here: the order of the steps, "nothing changed", the exit code, the sentences of the outcome.
Does not belong here: the steps themselves (steps), options of the command (cli), Dagster (definitions).
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.catalogue import ErreurCatalogue
from orchestration import steps
from orchestration.journal import Journal, accord, nombre
from orchestration.refresh_lock import RafraichissementEnCours, verrou_de_rafraichissement
from orchestration.run_log import JournalTenu
from orchestration.state import Etat, Inventaire
from orchestration.steps import Contexte
from orchestration.watch import sans_secret, surveiller

if TYPE_CHECKING:
    from orchestration.settings import Reglages

PUBLIE, RIEN, USAGE, REFUS = 0, 1, 2, 3
DISQUE_PLEIN = (errno.ENOSPC, errno.EDQUOT)
MOTS_DISQUE_PLEIN = ("No space left on device", "Could not write all bytes", "Disk quota exceeded")
PHRASES_MONTREES = 20


class ErreurUsage(ValueError):
    """The command cannot mean what was written; the message says what to write instead."""


class Arret(Exception):
    """Nothing is released; `phrases` say why. `retenue`: the release waits for a person, nothing is broken."""

    def __init__(self, phrases: Sequence[str], *, retenue: bool = False) -> None:
        super().__init__(" ".join(phrases))
        self.phrases = list(phrases)
        self.retenues = self.phrases if retenue else []


@dataclass(frozen=True)
class Issue:
    """Outcome of a refresh: its exit code, the release readers now get, the datasets refused, one sentence each.

    `retenues`: what a person must accept before it is released.
    """

    code: int
    release: str | None
    change: bool = False
    refus: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    retenues: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Etapes:
    """The steps, replaceable one by one in tests."""

    inventorier: Callable[..., Inventaire] = steps.inventorier
    ouvrir_source: Callable[..., Any] = steps.ouvrir_source
    ingerer: Callable[..., Any] = steps.ingerer
    elaguer: Callable[..., list[str]] = steps.elaguer_couches
    bilan_fichiers: Callable[..., steps.BilanFichiers] = steps.bilan_des_fichiers
    placer: Callable[..., None] = steps.placer
    ecrire_fiches: Callable[..., None] = steps.ecrire_fiches
    valider: Callable[..., Any] = steps.valider
    lancer_validation: Callable[..., Callable[[], Any]] = steps.lancer_validation
    valider_jeu: Callable[..., Any] = steps.valider_jeu
    balayer: Callable[..., None] = steps.balayer_entrepots
    construire: Callable[..., Any] = steps.construire_entrepot
    publier: Callable[..., str] = steps.publier
    resume: Callable[..., dict[str, Any]] = steps.resume_de_release


def rafraichir(
    reglages: Reglages,
    *,
    journal: Journal | None = None,
    seulement: Sequence[str] = (),
    forcer: bool = False,
    etapes: Etapes | None = None,
) -> Issue:
    """Refresh a data folder and publish a release when anything changed.

    Args:
        seulement: dataset ids to read again; the others keep their last snapshot.
        forcer: build even when nothing changed.
    Raises:
        ErreurUsage: unknown dataset, missing deposit, or a folder that holds data of the other nature.
    """
    journal, etapes = journal or Journal(), etapes or Etapes()
    contexte = Contexte(reglages)
    try:
        verifier_demande(contexte, seulement)
    except ErreurCatalogue as erreur:
        return _conclure(contexte, journal, etapes, Issue(RIEN, None, phrases=[str(erreur)]))
    with journal_tenu(contexte, journal, "commande") as tenu:
        try:
            with verrou_de_rafraichissement(contexte.donnees) as mort:
                if mort:
                    tenu.dire(
                        f"Le rafraîchissement précédent (processus {mort}) s'est arrêté sans finir : il est repris."
                    )
                with surveiller(contexte, "commande", tenu.execution, tenu.alerter) as fin:
                    issue = _sous_verrou(contexte, tenu, etapes, list(seulement), forcer)
                    fin(issue.code, issue.phrases, issue.retenues)
        except RafraichissementEnCours as erreur:
            issue = Issue(RIEN, steps.release_courante(contexte), phrases=[str(erreur)])
        except OSError as erreur:
            if erreur.errno not in DISQUE_PLEIN:
                raise
            issue = _disque_plein(contexte, erreur)
        return _conclure(contexte, tenu, etapes, issue)


def journal_tenu(contexte: Contexte, journal: Journal, porte: str) -> JournalTenu:
    """The journal of a run, also written in the data folder."""
    reglages = contexte.reglages
    return JournalTenu(
        journal,
        contexte.donnees,
        porte=porte,
        gardes=reglages.journaux_gardes,
        propre=lambda texte: sans_secret(texte, reglages),
    )


def verifier_demande(contexte: Contexte, seulement: Sequence[str]) -> None:
    """Refuse what cannot be meant, before touching anything.

    Raises:
        ErreurUsage.
    """
    reglages = contexte.reglages
    if reglages.source == "deposit" and reglages.depot is None:
        raise ErreurUsage("La source « deposit » demande un dossier : --deposit DOSSIER ou OBSERVATOIRE_DEPOT.")
    if reglages.source != "live" and reglages.depot is not None and not reglages.depot.is_dir():
        raise ErreurUsage(f"Le dossier {reglages.depot} n'existe pas : donnez celui des fichiers publiés.")
    if reglages.source == "demo" and reglages.depot is not None:
        from ingestion.acquire import est_territoire

        if not est_territoire(reglages.depot):
            raise ErreurUsage(
                f"{reglages.depot} n'est pas un territoire fictif (il n'a pas de references.yml) : des fichiers publiés "
                "demandent --source deposit, sans quoi leurs chiffres seraient dits fictifs."
            )
    inconnus = sorted(set(seulement) - set(contexte.catalogue.jeux)) if seulement else []
    if inconnus:
        connus = ", ".join(contexte.catalogue.jeux)
        raise ErreurUsage(f"Jeu inconnu : {', '.join(inconnus)}. Jeux déclarés : {connus}.")
    etat = Etat.lire(contexte.donnees)
    if etat and etat.nature != reglages.nature:
        mots = {"demo": "fictives de démonstration", "reel": "réelles"}
        raise ErreurUsage(
            f"{contexte.donnees} contient des données {mots[etat.nature]} : les données {mots[reglages.nature]} "
            "demandent un autre dossier (--data)."
        )


def _sous_verrou(contexte: Contexte, journal: Journal, etapes: Etapes, seulement: list[str], forcer: bool) -> Issue:
    try:
        return _rafraichir(contexte, journal, etapes, seulement, forcer)
    except ErreurCatalogue as erreur:
        return Issue(RIEN, steps.release_courante(contexte), phrases=[str(erreur)])
    except OSError as erreur:
        if erreur.errno not in DISQUE_PLEIN:
            raise
        # A half-built warehouse is what takes most room, and nobody reads it.
        etapes.balayer(contexte, garder=None)
        return _disque_plein(contexte, erreur)


def _disque_plein(contexte: Contexte, erreur: OSError) -> Issue:
    phrase = f"Disque plein ({erreur.filename or contexte.donnees}) : libérez de la place et relancez."
    return Issue(RIEN, steps.release_courante(contexte), phrases=[phrase])


def _rafraichir(contexte: Contexte, journal: Journal, etapes: Etapes, seulement: list[str], forcer: bool) -> Issue:
    etat = Etat.lire(contexte.donnees)
    if etat is None:
        etat = Etat(nature=contexte.reglages.nature)
        etat.ecrire(contexte.donnees)
    with journal.etape("inventaire", "Inventaire des fichiers publiés"):
        inventaire = etapes.inventorier(contexte, seulement, etat.inventaire)
    changements = inventaire.changements(etat.inventaire)
    courante = steps.release_courante(contexte)
    sans_fiches = not changements and steps.fiches_manquantes(contexte, etat)
    if not changements and not forcer and courante is not None and not sans_fiches:
        return Issue(etat.code_sortie, courante, refus=etat.refus, phrases=_phrases_inchange(etat, courante))
    for changement in changements:
        journal.dire(f"Changé : {changement}")
    if sans_fiches:
        journal.dire(f"Les fiches de la publication {courante} manquent, elle est complétée.")
    try:
        return _construire(contexte, journal, etapes, seulement, inventaire)
    except Arret as arret:
        return Issue(RIEN, courante, phrases=arret.phrases, retenues=arret.retenues)


def _phrases_inchange(etat: Etat, courante: str) -> list[str]:
    if etat.release != courante:
        return [
            f"Rien n'a changé depuis la publication {etat.release} ; la publication courante {courante} a été choisie "
            "par un retour : --force publie de nouveau."
        ]
    return [f"Rien n'a changé : la publication {courante} reste la bonne."]


def _construire(
    contexte: Contexte, journal: Journal, etapes: Etapes, seulement: list[str], inventaire: Inventaire
) -> Issue:
    refus = _ingerer_tout(contexte, journal, etapes, seulement)
    with journal.etape("spatial", "Contours, recouvrements et lieux proches"):
        etapes.placer(contexte)
    with journal.etape("fiches", "Fiches du catalogue"):
        etapes.ecrire_fiches(contexte)
    attentes = etapes.lancer_validation(contexte)
    try:
        etapes.balayer(contexte, garder=None)
        with journal.etape("entrepot", "Modèles et contrôles") as suivre:
            bilan = construire_ou_arreter(etapes, contexte, suivre)
            suivre.mesures |= mesures_de_l_entrepot(bilan)
    finally:
        with journal.etape("attentes", "Attentes sur les fichiers, commencées avec les modèles"):
            signaler_attentes(attentes(), journal.dire)
    if not bilan.reussi:
        raise Arret(phrases_dbt(bilan))
    with journal.etape("publication", "Publication") as suivre:
        release = publier_ou_arreter(etapes, contexte, bilan.entrepot)
        suivre.mesures["release"] = release
    code = REFUS if refus else PUBLIE
    steps.noter_etat(
        contexte,
        inventaire=inventaire,
        release=release,
        code_sortie=code,
        refus=refus,
        entrepot=bilan.entrepot.parent.name,
    )
    return Issue(code, release, change=True, refus=refus)


def construire_ou_arreter(etapes: Etapes, contexte: Contexte, suivre: Callable[[str], None]) -> Any:
    """The outcome of dbt; a project that does not parse is a reason to stop like another."""
    from orchestration.dbt_build import ErreurDbt

    try:
        bilan = etapes.construire(contexte, suivre)
    except ErreurDbt as erreur:
        _lever_si_disque_plein([str(erreur)])
        raise Arret([str(erreur)]) from erreur
    _lever_si_disque_plein([noeud.message for noeud in bilan.echecs])
    return bilan


def _lever_si_disque_plein(messages: Sequence[str]) -> None:
    """dbt and DuckDB say in words that the disk is full.

    Raises:
        OSError: with the number that the system gives to it.
    """
    if any(mots in message for message in messages for mots in MOTS_DISQUE_PLEIN):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def publier_ou_arreter(etapes: Etapes, contexte: Contexte, entrepot: Path) -> str:
    """The release id; a refusal of publication is a reason to stop like another."""
    from publication.contract import ErreurPublication
    from publication.review import PublicationRetenue

    try:
        return etapes.publier(contexte, entrepot)
    except ErreurPublication as erreur:
        raise Arret(erreur.phrases, retenue=isinstance(erreur, PublicationRetenue)) from erreur


def _ingerer_tout(contexte: Contexte, journal: Journal, etapes: Etapes, seulement: list[str]) -> list[str]:
    """Read every dataset; one that fails keeps its last good snapshot and never stops another.

    Returns:
        one sentence per file refused.
    Raises:
        Arret: a declared file has no usable snapshot at all.
    """
    jeux = [jeu for jeu in contexte.catalogue.jeux.values() if not seulement or jeu.jeu in seulement]
    with journal.etape("ingestion", "Lecture des fichiers publiés") as suivre, etapes.ouvrir_source(contexte) as source:
        suivre.total = len(jeux)
        for jeu in jeux:
            suivre(jeu.jeu)
            ingerer_mesure(etapes, contexte, jeu, source, journal)
        for retire in etapes.elaguer(contexte):
            journal.dire(f"Plus déclaré, retiré des couches : {retire}")
        bilan = etapes.bilan_fichiers(contexte)
    if bilan.manquants:
        raise Arret([*bilan.manquants, *bilan.refus])
    return bilan.refus


def ingerer_mesure(etapes: Etapes, contexte: Contexte, jeu: Any, source: Any, journal: Journal) -> Any:
    """Read one dataset, and one line of the log with its rows, bytes and seconds."""
    debut = time.perf_counter()
    bilan = etapes.ingerer(contexte, jeu, source)
    duree_s = round(time.perf_counter() - debut, 3)
    statut = "refuse" if bilan.en_echec else "lu" if bilan.a_change else "inchange"
    journal.mesurer("jeu", jeu=jeu.jeu, statut=statut, **steps.mesures_du_jeu(contexte, bilan), duree_s=duree_s)
    return bilan


def mesures_de_l_entrepot(bilan: Any) -> dict[str, int]:
    """Models and checks that ran, bytes of the warehouse."""
    entrepot: Path = bilan.entrepot
    return {
        "modeles": sum(noeud.type == "model" for noeud in bilan.noeuds),
        "controles": sum(noeud.type == "test" for noeud in bilan.noeuds),
        "octets": entrepot.stat().st_size if entrepot.exists() else 0,
    }


def signaler_attentes(resultats: Sequence[Any], dire: Callable[[str], None]) -> None:
    """Say the expectations that failed; they are published with the release and stop nothing."""
    for resultat in resultats:
        if resultat.resultat == "echoue":
            dire(f"{resultat.jeu}, {resultat.controle} : {resultat.message}")


def phrases_dbt(bilan: Any) -> list[str]:
    """One sentence per failed model or test, its first failing rows included."""
    echecs = bilan.echecs or bilan.noeuds
    phrases = [noeud.phrase() for noeud in echecs[:PHRASES_MONTREES]]
    if len(echecs) > PHRASES_MONTREES:
        phrases.append(f"Et {len(echecs) - PHRASES_MONTREES} autres échecs : voir les journaux de dbt.")
    return phrases


def _conclure(contexte: Contexte, journal: Journal, etapes: Etapes, issue: Issue) -> Issue:
    resume: dict[str, Any] = {
        "code": issue.code,
        "release": issue.release,
        "change": issue.change,
        "refus": issue.refus,
    }
    phrases = list(issue.phrases) if issue.code != RIEN else []
    if issue.change and issue.release:
        resume |= etapes.resume(contexte, issue.release)
        phrases += phrases_publiees(resume)
    elif issue.release and issue.code != RIEN:
        resume["chemin"] = str(contexte.donnees / "releases" / issue.release)
    if issue.code == RIEN:
        resume["erreurs"] = issue.phrases
        for phrase in issue.phrases:
            journal.alerter(phrase)
        reste = f"la publication {issue.release} reste en service" if issue.release else "aucune publication en service"
        journal.alerter(f"Rien n'a été publié ; {reste}.")
    for phrase in issue.refus:
        journal.alerter(phrase)
    journal.conclure(resume, phrases)
    return issue


def phrases_publiees(resume: dict[str, Any]) -> list[str]:
    """What was published and where, for a person."""
    tables: dict[str, int] = resume["tables"]
    pleines = {nom: lignes for nom, lignes in tables.items() if lignes}
    details = ", ".join(f"{nom} {nombre(lignes)}" for nom, lignes in sorted(pleines.items(), key=lambda c: -c[1]))
    phrases = [
        f"Publication {resume['release']}",
        f"  {resume['chemin']}",
        f"  {accord(len(tables), 'table')}, {accord(sum(tables.values()), 'ligne')} : {details}",
    ]
    phrases += [f"  {phrase}" for phrase in resume["couverture"]]
    if resume["refus"]:
        phrases.append(
            f"  {accord(len(resume['refus']), 'fichier refusé', 'fichiers refusés')}, dernier bon état conservé."
        )
    return phrases
