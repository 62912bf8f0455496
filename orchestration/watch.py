"""What nobody has to watch: how the last refresh ended, what is wrong now, who was told.

Belongs here: the record `<data>/veille.json`, the problems of a data folder, telling each channel what it does not know yet.
Does not belong here: the words of an alert (alerts), sending it (alert_channels), what a refresh does (refresh, session).

Both doors (command line, Dagster) work inside `surveiller`; a process that dies there leaves the proof of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from ingestion.archive import ErreurAcquisition, ecrire_atomique
from ingestion.catalogue import ErreurCatalogue
from ingestion.lock import Verrou
from orchestration import steps
from orchestration.alert_channels import ErreurEnvoi, canaux
from orchestration.alerts import Alerte, Probleme, comparer
from orchestration.freshness import Fraicheur, evaluer
from orchestration.journal import accord, nombre
from orchestration.refresh_lock import est_tenu
from publication.checksums import verifier

if TYPE_CHECKING:
    from orchestration.settings import Reglages
    from orchestration.steps import Contexte

T = TypeVar("T")
NOM = "veille.json"
RIEN_PUBLIE = 1


@dataclass(frozen=True)
class Tentative:
    """The last refresh, whatever came of it. Dates are UTC, ISO 8601; `fini_le` None: it runs, or it died.

    `porte`: `commande`, `dagster` or `service`; `phrases`: why nothing was released; `retenues`: what is held for review.
    """

    commence_le: str
    porte: str
    execution: str = ""
    fini_le: str | None = None
    code: int | None = None
    phrases: list[str] = field(default_factory=list)
    retenues: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Veille:
    """What is remembered from one run to the next.

    `ouverts`: key of a problem → `{genre, phrase, depuis}`; `dits`: channel → what it was told is open, same shape;
    `alerte`: the last one that left or failed to, `{le, sujet, canaux, echecs}`.
    """

    tentative: Tentative | None = None
    ouverts: dict[str, dict[str, str]] = field(default_factory=dict)
    dits: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    alerte: dict[str, Any] | None = None

    @classmethod
    def lire(cls, donnees: Path) -> Veille:
        """An unreadable record is an empty one: it is written again, and alerts may be repeated once."""
        try:
            brut = json.loads((donnees / NOM).read_text(encoding="utf-8"))
            tentative = brut.pop("tentative")
            # A key written by a later version is ignored: going back one version must stay possible.
            return replace(_connus(cls, brut), tentative=_connus(Tentative, tentative) if tentative else None)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def ecrire(self, donnees: Path) -> None:
        """Replace the record in one move."""
        texte = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        ecrire_atomique(donnees / NOM, f"{texte}\n".encode())


Fin = Callable[..., None]


@contextmanager
def surveiller(contexte: Contexte, porte: str, execution: str, dire: Callable[[str], None]) -> Iterator[Fin]:
    """Remember that a refresh began and how it ended, then tell the operators; under the refresh lock.

    Args:
        porte: `commande` or `dagster`; `execution`: the run, as its log names it.
        dire: told why an alert did not leave. An alert never raises.
    Yields:
        to be called with the exit code, why nothing was released (`phrases`) and what is held for review (`retenues`).
    """
    avant = Veille.lire(contexte.donnees).tentative
    if avant is not None and avant.fini_le is None:
        # Killed, and nobody could say it then; a night later it would be forgotten.
        _finir(contexte, avant, dire)
    tentative = Tentative(_maintenant(), porte, execution)
    try:
        _noter(contexte.donnees, tentative=tentative)
    except OSError as erreur:
        dire(
            f"Suivi non écrit ({erreur.strerror or erreur}) : l'arrêt brutal de ce rafraîchissement ne se verrait pas."
        )

    def fin(code: int, phrases: Sequence[str] = (), retenues: Sequence[str] = ()) -> None:
        propres = [sans_secret(phrase, contexte.reglages) for phrase in phrases]
        finie = replace(tentative, fini_le=_maintenant(), code=code, phrases=propres, retenues=list(retenues))
        _finir(contexte, finie, dire)

    try:
        yield fin
    except Exception as erreur:
        fin(RIEN_PUBLIE, [f"erreur imprévue, {type(erreur).__name__} : {erreur}"])
        raise


def _finir(contexte: Contexte, tentative: Tentative, dire: Callable[[str], None]) -> None:
    try:
        _noter(contexte.donnees, tentative=tentative)
        for phrase in prevenir(contexte, en_cours=False):
            dire(phrase)
    except OSError as erreur:
        # A full disk stops the record, not the outcome of the refresh.
        dire(f"Suivi non écrit ({erreur.strerror or erreur}) : les alertes de ce rafraîchissement ne sont pas parties.")


def prevenir(
    contexte: Contexte, maintenant: datetime | None = None, *, en_cours: bool | None = None, relire: bool = False
) -> list[str]:
    """Tell each channel what it was not told: new problems, ended ones.

    Args:
        en_cours: whether a refresh is running now; asked of the lock by default.
        relire: read every byte of the current release again.
    Returns:
        one sentence per channel that is badly set or did not take the alert; it is tried again at the next run.
    """
    quand = maintenant or datetime.now(UTC)
    actuels = {
        cle: replace(probleme, phrase=sans_secret(probleme.phrase, contexte.reglages))
        for cle, probleme in problemes(contexte, quand, en_cours=en_cours, relire=relire).items()
    }
    veille = Veille.lire(contexte.donnees)
    ouverts = {cle: _forme(probleme, veille.ouverts.get(cle), quand) for cle, probleme in actuels.items()}
    trouves, echecs = canaux(contexte.reglages)
    dits = dict(veille.dits)
    partis: list[str] = []
    sujet = ""
    for canal in trouves:
        alerte = comparer(_relire(dits.get(canal.nom, {})), actuels, origine(contexte.reglages))
        if alerte is None:
            continue
        sujet = alerte.sujet
        try:
            canal.envoyer(alerte)
        except ErreurEnvoi as erreur:
            echecs.append(str(erreur))
        else:
            partis.append(canal.nom)
            dits[canal.nom] = ouverts
    derniere = veille.alerte
    if sujet:
        derniere = {"le": _iso(quand), "sujet": sujet, "canaux": partis, "echecs": list(echecs)}
    _noter(contexte.donnees, ouverts=ouverts, dits=dits, alerte=derniere)
    return echecs


def essayer(reglages: Reglages) -> tuple[list[str], list[str]]:
    """Send a test message by every channel; returns the channels that took it, and the sentences of the others."""
    trouves, echecs = canaux(reglages)
    partis = []
    for canal in trouves:
        try:
            canal.envoyer(Alerte(origine(reglages), essai=True))
        except ErreurEnvoi as erreur:
            echecs.append(str(erreur))
        else:
            partis.append(canal.nom)
    return partis, echecs


def arret_hors_suivi(contexte: Contexte, porte: str, phrase: str) -> None:
    """Remember a refresh that failed before it could say anything; what a refresh said itself is kept."""
    tentative = Veille.lire(contexte.donnees).tentative
    if tentative is None or (tentative.fini_le is not None and tentative.code != RIEN_PUBLIE):
        propre = sans_secret(phrase, contexte.reglages)
        fini = Tentative(_maintenant(), porte, fini_le=_maintenant(), code=RIEN_PUBLIE, phrases=[propre])
        _noter(contexte.donnees, tentative=fini)


def problemes(
    contexte: Contexte, maintenant: datetime, *, en_cours: bool | None = None, relire: bool = False
) -> dict[str, Probleme]:
    """Everything that a person must look at now, by key."""
    veille = Veille.lire(contexte.donnees)
    court = est_tenu(contexte.donnees) if en_cours is None else en_cours
    trouves = [
        *_abimee(contexte, veille, relire=relire),
        *_de_la_tentative(veille.tentative, court),
        *_silence(veille.tentative, maintenant, contexte.reglages.alerte_silence_h),
    ]
    try:
        trouves += _refus(contexte)
        retards = [f for f in fraicheurs(contexte, maintenant) if f.verdict == "en_retard"]
        trouves += [Probleme(f"retard:{f.jeu}", "retard", f.phrase()) for f in retards]
    except (ErreurCatalogue, ErreurAcquisition):
        # Cards or a lock that cannot be read are the failure of the run; what was open before it stays open.
        trouves += [p for p in _relire(veille.ouverts).values() if p.genre in ("refus", "retard")]
    return {probleme.cle: probleme for probleme in trouves}


def fraicheurs(contexte: Contexte, maintenant: datetime) -> list[Fraicheur]:
    """The calendar of every dataset."""
    return evaluer(contexte.catalogue, Verrou(contexte.donnees / "verrou.yml"), maintenant.date())


def origine(reglages: Reglages) -> str:
    """Which installation speaks: the host of its address, otherwise its data folder."""
    hote = urlsplit(reglages.adresse or "").hostname
    return f"Observatoire QPV {hote or reglages.data}{', données fictives' if reglages.nature == 'demo' else ''}"


def sans_secret(texte: str, reglages: Reglages) -> str:
    """The same text, with every credential that this process knows replaced by `•••`."""
    connus = [reglages.alerte_smtp_mot_de_passe, reglages.alerte_webhook]
    valeurs = [secret.get_secret_value() for secret in connus if secret]
    valeurs += [
        valeur for nom, valeur in os.environ.items() if nom.startswith("OBSERVATOIRE_") and nom.endswith("_SECRET")
    ]
    for valeur in filter(None, valeurs):
        texte = texte.replace(valeur, "•••")
    return texte


def _abimee(contexte: Contexte, veille: Veille, *, relire: bool) -> list[Probleme]:
    """The current release has not its own bytes any more; what was found lasts until it is read again."""
    release = steps.release_courante(contexte)
    if release is None:
        return []
    cle = f"abimee:{release}"
    if not relire:
        return [probleme for probleme in _relire(veille.ouverts).values() if probleme.cle == cle]
    phrases = verifier(contexte.donnees / "releases" / release)
    autres = f" Et {accord(len(phrases) - 1, 'autre fichier', 'autres fichiers')}." if phrases[1:] else ""
    return [Probleme(cle, "abimee", f"{phrases[0]}{autres}")] if phrases else []


def _de_la_tentative(tentative: Tentative | None, en_cours: bool) -> list[Probleme]:
    if tentative is None:
        return []
    if tentative.fini_le is None:
        if en_cours:
            return []
        phrase = f"commencé le {tentative.commence_le} ({tentative.porte}), arrêté sans finir."
        return [Probleme(f"interruption:{tentative.commence_le}", "interruption", phrase)]
    if tentative.retenues:
        return [Probleme(f"retenue:{_empreinte(tentative.retenues)}", "retenue", " ".join(tentative.retenues))]
    if tentative.code == RIEN_PUBLIE:
        phrases = tentative.phrases or ["aucune raison n'a été donnée."]
        return [Probleme(f"echec:{_empreinte(phrases)}", "echec", " ".join(phrases))]
    return []


def _silence(tentative: Tentative | None, maintenant: datetime, heures: float) -> list[Probleme]:
    dernier = tentative and (tentative.fini_le or tentative.commence_le)
    if not dernier or (maintenant - datetime.fromisoformat(dernier)).total_seconds() < heures * 3600:
        return []
    phrase = f"le dernier date du {dernier}, il y a plus de {nombre(heures)} heures."
    return [Probleme("silence", "silence", phrase)]


def _refus(contexte: Contexte) -> list[Probleme]:
    """One per declared file whose last acquisition or reading was refused, whichever run refused it."""
    verrou = Verrou(contexte.donnees / "verrou.yml")
    refuses = []
    for jeu, millesime, fichier in contexte.catalogue.fichiers():
        entree = verrou.lire(jeu.jeu, millesime.millesime, fichier.nom)
        if entree is not None and entree.statut == "en_echec":
            lieu = f"{jeu.jeu}/{millesime.millesime}/{fichier.nom}"
            refuses.append(Probleme(f"refus:{lieu}", "refus", f"{lieu} : {entree.message}"))
    return refuses


def _empreinte(phrases: Sequence[str]) -> str:
    """The same for the same cause: dates, durations and counts change from one night to the next."""
    return hashlib.sha256(re.sub(r"\d+", "#", " ".join(phrases)).encode()).hexdigest()[:12]


def _forme(probleme: Probleme, avant: Mapping[str, str] | None, quand: datetime) -> dict[str, str]:
    depuis = avant["depuis"] if avant else _iso(quand)
    return {"genre": probleme.genre, "phrase": probleme.phrase, "depuis": depuis}


def _relire(formes: Mapping[str, Mapping[str, Any]]) -> dict[str, Probleme]:
    return {cle: Probleme(cle, forme["genre"], forme["phrase"]) for cle, forme in formes.items()}


def _connus(modele: type[T], brut: Mapping[str, Any]) -> T:
    champs = {champ.name for champ in fields(modele)}  # type: ignore[arg-type]
    return modele(**{cle: valeur for cle, valeur in brut.items() if cle in champs})


def _noter(donnees: Path, **champs: Any) -> None:
    replace(Veille.lire(donnees), **champs).ecrire(donnees)


def _maintenant() -> str:
    return _iso(steps.maintenant())


def _iso(quand: datetime) -> str:
    return quand.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
