"""Changes too large to publish unread: found against the previous release, kept aside, accepted by a person.

Belongs here: the comparison with the thresholds, the sentences, the folder `<data>/retenue` and what an acceptance records.
Does not belong here: the thresholds themselves (catalogue/methode.yml and the cards), masked cells (secrecy), building a release (release).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from publication.checksums import sha256
from publication.contract import CLES, ErreurPublication
from publication.edition import nombre_fr
from publication.extracts import duckdb_borne
from publication.origins import Acces
from publication.quality import lire_json

DOSSIER = "retenue"
CHANTIER = ".retenue.chantier"
ETAT = "retenue.json"
SEUILS = Path("catalogue") / "relecture.json"
# Everything of the data folder that publication reads beside the warehouse; a later run rewrites it.
LUS = ("catalogue", "spatial", "qualite", "verrou.yml")
CIBLE = ("manifest.json", "run_results.json")
PHRASES_MONTREES = 20
INSECABLE = "\u00a0"


class PublicationRetenue(ErreurPublication):
    """The release is whole and waits for a person; the phrases name what changed and the command to run."""


@dataclass(frozen=True)
class Seuils:
    """Thresholds of `catalogue/relecture.json`; None watches nothing.

    `volume_pct`: change of the rows or bytes of a file, in percent; `par_jeu`: the datasets with their own;
    `couverture_pct`: loss of published values; `magnitude_facteur`: ratio of the medians, at least 1.
    """

    volume_pct: float | None
    couverture_pct: float | None
    magnitude_facteur: float | None
    par_jeu: dict[str, float | None]

    @classmethod
    def lire(cls, donnees: Path) -> Seuils:
        """Raises ErreurPublication when the file is absent: nothing is published without the check."""
        return cls(**lire_json(donnees / SEUILS, "écrivez d'abord les tables du catalogue"))

    def volume(self, jeu: str) -> float | None:
        """The threshold of one dataset."""
        return self.par_jeu.get(jeu, self.volume_pct)


@dataclass(frozen=True)
class Accord:
    """A person's decision to publish `contenu` (digest of the content): `qui` (user of the system), `quand` (ISO 8601, UTC), `pourquoi`, `motifs` (what was held)."""

    contenu: str
    qui: str
    quand: str
    pourquoi: str
    motifs: list[str]


@dataclass(frozen=True)
class Retenue:
    """The candidate kept aside: `contenu` digest, `avant` release it was compared with, `depuis` (ISO 8601, UTC), `motifs`, `origine`, `fiches`, `entrepot` sha256."""

    contenu: str
    avant: str
    depuis: str
    motifs: list[str]
    origine: str
    fiches: bool
    entrepot: str


# --- what changed too much ----------------------------------------------------------------------------------------------


def motifs_de_relecture(avant: Path, apres: Path, acces: list[Acces], seuils: Seuils) -> list[str]:
    """One sentence per change beyond a threshold, with the old and the new value; empty when nothing is held.

    Args:
        avant: the release that readers have.
        apres: folder of the candidate, `tables/` written.
        acces: the lock of the run, for the sizes of its files.
    """
    temporaire = apres.parent / "temporaire"
    temporaire.mkdir(exist_ok=True)
    with duckdb_borne(None, temporaire) as connexion:
        for nom, dossier in (("a", avant), ("b", apres)):
            chemin = str(dossier / "tables" / "valeurs.parquet").replace("'", "''")
            connexion.execute(f"create temp view {nom} as select * from read_parquet('{chemin}')")
        return [
            *_volumes(avant, apres, acces, seuils),
            *_couvertures(connexion, seuils.couverture_pct),
            *_magnitudes(connexion, seuils.magnitude_facteur),
        ]


def _volumes(avant: Path, apres: Path, acces: list[Acces], seuils: Seuils) -> Iterator[str]:
    """Rows and bytes of the files that both sides have; a new file or vintage is no change of another."""
    tailles = [
        {(f["jeu"], f["millesime"], f["fichier"]): f["taille"] for f in fichiers}
        for fichiers in (
            lire_json(avant / "datapackage.json", "vérifiez la publication")["provenance"]["fichiers"],
            [asdict(a) for a in acces],
        )
    ]
    lignes = [
        {tuple(s[c] for c in CLES["sources"]): s["nb_lignes_lues"] for s in pq.read_table(d / "tables/sources.parquet").to_pylist()}
        for d in (avant, apres)
    ]  # fmt: skip
    for mesure, (anciens, nouveaux) in (("lignes lues", lignes), ("octets", tailles)):
        for cle in sorted(set(anciens) & set(nouveaux)):
            seuil, ancien, nouveau = seuils.volume(cle[0]), anciens[cle], nouveaux[cle]
            if seuil is None or not ancien or nouveau is None or abs(nouveau - ancien) * 100 <= seuil * ancien:
                continue
            jeu, millesime, fichier = cle
            yield (
                f"Jeu {jeu}, millésime {millesime}, fichier {fichier}{INSECABLE}: {nombre_fr(nouveau)} {mesure} "
                f"au lieu de {nombre_fr(ancien)} ({_variation(ancien, nouveau)}, seuil {_decimal(seuil)}{INSECABLE}%)."
            )


def _couvertures(connexion: Any, seuil: float | None) -> Iterator[str]:
    """Fewer published values for an indicator, a level, a zoning and a period; the worst loss of each indicator."""
    if seuil is None:
        return
    groupe = "indicateur, niveau, zonage, periode"
    compte = "count(coalesce(cast(valeur as varchar), valeur_texte))"
    for indicateur, niveau, zonage, periode, ancien, nouveau, autres in connexion.execute(
        f"""
        with avant as (select {groupe}, {compte} as n from a group by all),
        apres as (select {groupe}, {compte} as n from b group by all),
        pertes as (
            select {groupe}, avant.n as ancien, coalesce(apres.n, 0) as nouveau
            from avant left join apres using ({groupe}) where (avant.n - coalesce(apres.n, 0)) * 100 > ? * avant.n
        )
        select {groupe}, ancien, nouveau, count(*) over (partition by indicateur) - 1 as autres from pertes
        qualify row_number() over (partition by indicateur order by nouveau / ancien, ancien desc, {groupe}) = 1
        order by indicateur
        """,
        [seuil],
    ).fetchall():
        yield (
            f"Indicateur {indicateur} ({_place(niveau, zonage, periode)}){INSECABLE}: {nombre_fr(nouveau)} valeurs publiées "
            f"au lieu de {nombre_fr(ancien)} ({_variation(ancien, nouveau)}, seuil {_decimal(seuil)}{INSECABLE}%){_suite(autres)}."
        )


def _magnitudes(connexion: Any, facteur: float | None) -> Iterator[str]:
    """Medians of the same territories; a new period is compared with the last one that was published."""
    if facteur is None:
        return
    for indicateur, zonage, periode, reference, ancienne, nouvelle, autres in connexion.execute(
        """
        with periodes as (
            select n.indicateur, n.zonage, n.periode, max(o.periode) as reference
            from (select distinct indicateur, zonage, periode from b) as n
            inner join (select distinct indicateur, zonage, periode from a) as o
                on o.indicateur = n.indicateur and o.zonage = n.zonage and o.periode <= n.periode
            group by all
        ),
        medianes as (
            select p.indicateur, p.zonage, p.periode, p.reference, median(abs(a.valeur)) as ancienne,
                median(abs(b.valeur)) as nouvelle
            from periodes as p
            inner join b on b.indicateur = p.indicateur and b.zonage = p.zonage and b.periode = p.periode
            inner join a on a.indicateur = p.indicateur and a.zonage = p.zonage and a.periode = p.reference
                and a.niveau = b.niveau and a.code_territoire = b.code_territoire
            where a.valeur <> 0 and b.valeur <> 0
            group by all
        )
        select *, count(*) over (partition by indicateur) - 1 as autres from medianes
        where nouvelle > $1 * ancienne or ancienne > $1 * nouvelle
        qualify row_number() over (
            partition by indicateur order by abs(ln(nouvelle / ancienne)) desc, zonage, periode
        ) = 1
        order by indicateur
        """,
        [facteur],
    ).fetchall():
        depuis = "" if periode == reference else f" en {reference}"
        yield (
            f"Indicateur {indicateur} ({_place('', zonage, periode)}){INSECABLE}: {_decimal(nouvelle)} en médiane des mêmes "
            f"territoires au lieu de {_decimal(ancienne)}{depuis} (seuil{INSECABLE}: facteur {_decimal(facteur)}){_suite(autres)}."
        )


def _place(niveau: str, zonage: str, periode: str) -> str:
    return ", ".join(mot for mot in (niveau, f"zonage {zonage}" if zonage else "", periode) if mot)


def _suite(autres: int) -> str:
    return f", et {nombre_fr(autres)} autre{'s' if autres > 1 else ''} de cet indicateur" if autres else ""


def _variation(ancien: float, nouveau: float) -> str:
    signe = "+" if nouveau >= ancien else "−"
    return f"{signe}{abs(nouveau - ancien) * 100 / ancien:.1f}".replace(".", ",") + f"{INSECABLE}%"


def _decimal(nombre: float) -> str:
    return f"{nombre:.6g}".replace(".", ",")


# --- the candidate kept aside -------------------------------------------------------------------------------------------


def retenir(entrepot: Path, donnees: Path, cible_dbt: Path, retenue: Retenue) -> PublicationRetenue:
    """Keep the warehouse and all that publication reads beside it; replaces the candidate held before, if any.

    The same content stays held since the day it first was. Returns the error to raise.
    """
    connue = lire(donnees)
    depuis = connue.depuis if connue and connue.contenu == retenue.contenu else retenue.depuis
    chantier = donnees / CHANTIER
    shutil.rmtree(chantier, ignore_errors=True)
    (chantier / "cible").mkdir(parents=True)
    for nom in LUS:
        origine = donnees / nom
        (shutil.copytree if origine.is_dir() else shutil.copy2)(origine, chantier / nom)
    for nom in CIBLE:
        shutil.copy2(cible_dbt / nom, chantier / "cible" / nom)
    shutil.copy2(entrepot, chantier / "entrepot.duckdb")
    gardee = Retenue(**{**asdict(retenue), "depuis": depuis, "entrepot": sha256(chantier / "entrepot.duckdb")})
    (chantier / ETAT).write_text(json.dumps(asdict(gardee), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    abandonner(donnees)
    chantier.rename(donnees / DOSSIER)
    return PublicationRetenue(*phrases(gardee))


def lire(donnees: Path) -> Retenue | None:
    """The candidate held in a data folder, None when there is none."""
    chemin = donnees / DOSSIER / ETAT
    return Retenue(**lire_json(chemin, "relancez un rafraîchissement")) if chemin.is_file() else None


def abandonner(donnees: Path) -> None:
    """Forget the candidate held: something else was published."""
    if (donnees / DOSSIER).exists():
        (donnees / DOSSIER / ETAT).unlink(missing_ok=True)
        shutil.rmtree(donnees / DOSSIER)


def accorder(donnees: Path, qui: str, pourquoi: str, quand: datetime) -> tuple[Retenue, Accord]:
    """The candidate held and the decision about it.

    Raises:
        ErreurPublication: nothing is held, no reason is given, or the candidate was altered since.
    """
    retenue = lire(donnees)
    if retenue is None:
        raise ErreurPublication(f"Aucune publication retenue dans {donnees}{INSECABLE}: il n'y a rien à accepter.")
    if not pourquoi.strip():
        raise ErreurPublication("Une raison est demandée : elle est publiée avec la version.")
    if sha256(donnees / DOSSIER / "entrepot.duckdb") != retenue.entrepot:
        raise ErreurPublication(
            f"L'entrepôt retenu dans {donnees / DOSSIER} a été altéré depuis le {retenue.depuis} : relancez un rafraîchissement."
        )
    instant = quand.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return retenue, Accord(retenue.contenu, qui, instant, " ".join(pourquoi.split()), retenue.motifs)


def phrases(retenue: Retenue) -> list[str]:
    """What is held and what to do, one sentence each."""
    montres = retenue.motifs[:PHRASES_MONTREES]
    reste = len(retenue.motifs) - len(montres)
    return [
        f"Publication retenue depuis le {retenue.depuis}, à comparer avec la version {retenue.avant}{INSECABLE}:",
        *montres,
        *([f"Et {nombre_fr(reste)} autres changements{INSECABLE}: « observatoire releases review »."] if reste else []),
        'Publiez-la telle quelle avec « observatoire releases accept "RAISON" », ou attendez que la source soit corrigée.',
    ]
