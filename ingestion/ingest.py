"""One dataset end to end: acquired, verified, read, typed, written; the last good snapshot of a file stays in use.

Belongs here: the order of the steps, what is skipped because nothing changed, what a failure leaves in place.
Does not belong here: the steps themselves (acquire, verify, read, normalise), what runs when (orchestration).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl

from ingestion.acquire import Source, acquerir, lecture_declaree
from ingestion.archive import Archive, ErreurAcquisition
from ingestion.catalogue import Correction, ErreurCatalogue, Fichier, Jeu, Lecture, Millesime
from ingestion.corrections import ErreurCorrection, corriger
from ingestion.lock import EntreeVerrou, Verrou
from ingestion.meta import ce_que_dit_l_archive
from ingestion.normalise import CELLULES, ErreurDerive, normaliser, tranches
from ingestion.parquet import (
    NATURES,
    abimes,
    chemin_brut,
    chemin_sommes,
    chemin_type,
    mention_de,
    ouvrir_ensemble,
    tenir_table_vide,
)
from ingestion.read import ErreurLecture, lots
from ingestion.register.gate import ecarter, empreinte_des_regles, examiner
from ingestion.register.location import est_registre
from ingestion.rows import se_decident_seules
from ingestion.snapshots import chemin_journal, comparer, journaliser

Horloge = Callable[[], datetime]
REFUS = (ErreurAcquisition, ErreurLecture, ErreurDerive, ErreurCorrection, ErreurCatalogue, pl.exceptions.PolarsError)
# What turns bytes into typed cells: a change in any of these files reads everything again.
FICHE_LUE = {"jeu", "zonage", "niveau", "cle", "marques", "blocs", "personnelles", "colonnes_gardees"}
MODULES = (
    *("cells", "codes", "columns", "containers", "corrections", "frames", "ingest", "normalise", "numbers", "parquet"),
    *(
        "periods",
        "read",
        "read_csv",
        "read_json",
        "read_parquet",
        "read_sdmx",
        "read_shapefile",
        "read_workbook",
        "rows",
        "workbook_child",
    ),
)


@dataclass(frozen=True)
class BilanFichier:
    """What became of one declared file; the counts are rows of the typed layer in use.

    `statut`: `a_jour`, `en_echec` (with `message`) or `jamais_charge`; `facultatif`: a release may go without it;
    `a_change`: the typed layer was written by this run;
    `en_service`: there is a typed layer to publish; `nb_cellules_illisibles`: kept rows hold them.
    """

    millesime: str
    fichier: str
    statut: Literal["a_jour", "en_echec", "jamais_charge"]
    message: str
    a_change: bool
    en_service: bool
    nb_lues: int = 0
    nb_retenues: int = 0
    nb_exclues: int = 0
    nb_quarantaine: int = 0
    nb_cellules_illisibles: int = 0
    facultatif: bool = False


@dataclass(frozen=True)
class BilanJeu:
    """What became of a dataset, file by file."""

    jeu: str
    fichiers: tuple[BilanFichier, ...]

    @property
    def sans_instantane(self) -> list[str]:
        """Declared files that have nothing to publish, as `<millésime>/<fichier>`."""
        return [f"{f.millesime}/{f.fichier}" for f in self.fichiers if not (f.en_service or f.facultatif)]

    @property
    def en_echec(self) -> list[BilanFichier]:
        """Files that were refused by this run."""
        return [f for f in self.fichiers if f.statut == "en_echec"]

    @property
    def a_change(self) -> bool:
        """True when this run wrote the typed layer of one file at least."""
        return any(f.a_change for f in self.fichiers)


def ingerer_jeu(
    jeu: Jeu, source: Source, donnees: Path, horloge: Horloge, corrections: Iterable[Correction] = ()
) -> BilanJeu:
    """Brings every file of a dataset to its typed layer; a file that fails never stops another.

    Writes `<data>/archive`, `<data>/raw`, `<data>/normalise` and the lock `<data>/verrou.yml`. A file whose bytes, card
    and code are those of its typed layer is not read again.

    Args:
        source: demo, deposit or the publishers (`acquire`).
        horloge: current time, with a time zone.
    """
    archive, verrou = Archive(donnees / "archive"), Verrou(donnees / "verrou.yml")
    bilans = []
    for millesime in jeu.millesimes:
        for fichier in millesime.fichiers:
            precedent = verrou.lire(jeu.jeu, millesime.millesime, fichier.nom)
            obtenue = acquerir(jeu, millesime, fichier, source, archive, verrou, horloge)
            travail = _Travail(jeu, millesime, fichier, donnees, archive, horloge, tuple(corrections))
            entree, a_change = travail.mener(obtenue, precedent)
            verrou.ecrire(jeu.jeu, millesime.millesime, fichier.nom, entree)
            bilans.append(travail.bilan(entree, a_change))
    verrou.enregistrer()
    tenir_table_vide(donnees, jeu, None if any(b.en_service for b in bilans) else CELLULES)
    return BilanJeu(jeu.jeu, tuple(bilans))


@dataclass(frozen=True)
class _Travail:
    """One file to bring from the archive to its typed layer."""

    jeu: Jeu
    millesime: Millesime
    fichier: Fichier
    donnees: Path
    archive: Archive
    horloge: Horloge
    corrections: tuple[Correction, ...]

    def mener(self, obtenue: EntreeVerrou, precedent: EntreeVerrou | None) -> tuple[EntreeVerrou, bool]:
        """The entry to lock, and whether the typed layer was written."""
        en_service = self._en_service()
        if obtenue.sha256 is None:
            gardee = self._garder(en_service, obtenue, precedent)
            # A layer in use was read once, whatever the lock remembers: its file is missed, not awaited.
            statut: Literal["a_jour", "en_echec", "jamais_charge"] = "en_echec" if en_service else obtenue.statut
            return replace(gardee, statut=statut, message=obtenue.message), False
        lecture = lecture_declaree(self.jeu, self.fichier, obtenue.origine)
        empreinte = self._empreinte(obtenue.sha256, lecture)
        if en_service.get("normalise") == empreinte:
            return replace(obtenue, normalise=empreinte), False
        contenu = None
        try:
            contenu = self.archive.verifie(obtenue.sha256)
            self._ecrire(contenu, obtenue.sha256, empreinte, lecture)
        except REFUS as erreur:
            entree = self._garder(en_service, obtenue, precedent)
            dit = ce_que_dit_l_archive(contenu) if contenu else ""
            message = " ".join(filter(None, [obtenue.message, f"{erreur}{dit}"]))
            return replace(entree, verifie_le=obtenue.verifie_le, statut="en_echec", message=message), False
        return replace(obtenue, normalise=empreinte), True

    def _garder(
        self, en_service: dict[str, str], obtenue: EntreeVerrou, precedent: EntreeVerrou | None
    ) -> EntreeVerrou:
        """The entry of the bytes whose typed layer is in use; the refused ones stay in the archive only."""
        if not en_service:
            return replace(obtenue, normalise=None)
        sha256, normalise = en_service["sha256"], en_service["normalise"]
        if precedent is not None and precedent.sha256 == sha256:
            return replace(precedent, normalise=normalise)
        # A live inventory records what the publisher gives before anything reads it: only the layer knows its bytes.
        return EntreeVerrou(
            sha256, self.archive.taille(sha256), None, obtenue.origine, None, obtenue.verifie_le, normalise=normalise
        )

    def bilan(self, entree: EntreeVerrou, a_change: bool) -> BilanFichier:
        """The counts of the typed layer in use."""
        en_service = bool(entree.normalise and self._en_service())
        comptes: dict[str, int] = {}
        illisibles = 0
        if en_service:
            sorts = pl.scan_parquet(self._type("lignes")).group_by("sort").len()
            comptes = dict(sorts.collect(engine="streaming").iter_rows())
            quarantaine = pl.scan_parquet(self._type("quarantaine")).select(pl.len()).collect().item()
            illisibles = quarantaine - comptes.get("quarantaine", 0)
        return BilanFichier(
            millesime=self.millesime.millesime,
            fichier=self.fichier.nom,
            statut=entree.statut,
            message=entree.message,
            a_change=a_change,
            en_service=en_service,
            nb_lues=sum(comptes.values()),
            nb_retenues=comptes.get("retenue", 0),
            nb_exclues=comptes.get("exclue", 0),
            nb_quarantaine=comptes.get("quarantaine", 0),
            nb_cellules_illisibles=illisibles,
            facultatif=self.fichier.est_facultatif,
        )

    @property
    def _brut(self) -> Path:
        return chemin_brut(self.donnees, self.jeu, self.millesime, self.fichier)

    @property
    def _sommes(self) -> Path:
        return chemin_sommes(self.donnees, self.jeu, self.millesime, self.fichier)

    def _type(self, nature: str) -> Path:
        return chemin_type(self.donnees, self.jeu, self.millesime, self.fichier, nature)

    def _en_service(self) -> dict[str, str]:
        """`sha256` and `normalise` (digest) of the typed layer on the disk; empty when it is not whole, or when one bit of
        it changed since it was written: the file is then read again from the archive."""
        chemins = [self._brut, *(self._type(nature) for nature in NATURES)]
        if not all(chemin.exists() for chemin in chemins) or abimes(self._sommes, chemins):
            return {}
        mention = mention_de(self._type(NATURES[-1]))
        return mention if {"sha256", "normalise"} <= mention.keys() else {}

    def _empreinte(self, sha256: str, lecture: Lecture) -> str:
        """Digest of everything the typed layer comes from: bytes, what the card says of them, code."""
        fiche = {
            "jeu": self.jeu.model_dump(mode="json", include=FICHE_LUE),
            "millesime": self.millesime.model_dump(mode="json", include={"millesime", "periodes"}),
            "fichier": self.fichier.model_dump(mode="json", include={"fichier", "partie", "cle", "blocs", "niveau"}),
            "lecture": lecture.model_dump(mode="json"),
            "corrections": [c.model_dump(mode="json") for c in self.corrections if c.jeu == self.jeu.jeu],
        }
        if est_registre(self.jeu):
            fiche["registre"] = empreinte_des_regles()
        texte = json.dumps([sha256, fiche, _version_du_code()], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(texte.encode()).hexdigest()

    def _ecrire(self, contenu: Path, sha256: str, empreinte: str, lecture: Lecture) -> None:
        """The raw and typed layers, batch by batch; they take their place together, or not at all."""
        fichier = self.fichier.model_copy(update={"lecture": lecture})
        ingere_le = self.horloge().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        brut = self._brut
        chemins = [brut, *(self._type(nature) for nature in NATURES)]
        with ouvrir_ensemble(chemins, sommes=self._sommes) as ensemble:
            for lues in self._lots(contenu, fichier, lecture):
                ensemble.ajouter(self._couches(lues, fichier, sha256, ingere_le))
                # The next batch is not read while this one is in memory.
                del lues
            ensemble.fermer({"sha256": sha256, "normalise": empreinte})
            self._noter_les_changements(ensemble.a_cote[brut], sha256, contenu.stat().st_size)

    def _couches(self, lues: pl.DataFrame, fichier: Fichier, sha256: str, ingere_le: str) -> list[pl.DataFrame]:
        """The rows of a batch as the raw layer holds them, then the typed layers in the order of `NATURES`."""
        lues, refus = examiner(lues, self.jeu, self.fichier) if est_registre(self.jeu) else (lues, [])
        corrigees = corriger(lues, self.corrections, self.jeu, self.millesime, self.fichier)
        normalise = normaliser(corrigees, self.jeu, self.millesime, fichier, sha256)
        normalise = ecarter(normalise, refus, self.jeu, self.millesime.millesime, self.fichier)
        audit = {"_jeu": self.jeu.jeu, "_millesime": self.millesime.millesime}
        audit |= {"_empreinte": sha256, "_ingere_le": ingere_le}
        publiees = lues.with_columns(pl.lit(valeur).alias(nom) for nom, valeur in audit.items())
        return [publiees, *(getattr(normalise, nature) for nature in NATURES)]

    def _lots(self, contenu: Path, fichier: Fichier, lecture: Lecture) -> Iterator[pl.DataFrame]:
        """The rows of the file: in one batch when a rule of its card, or a correction, looks at several of them."""
        lieu = f"{self.jeu.jeu}, millésime {self.millesime.millesime}, {self.fichier.nom}"
        lus = (sans_donnees_personnelles(lot, self.jeu) for lot in lots(contenu, lieu, lecture))
        corrigee = any((c.jeu, c.fichier) == (self.jeu.jeu, self.fichier.nom) for c in self.corrections)
        if se_decident_seules(self.jeu, fichier) and not corrigee and not est_registre(self.jeu):
            for lot in lus:
                yield from tranches(lot, self.jeu, self.millesime, fichier)
                del lot  # for the same reason as in `_ecrire`
        else:
            yield pl.concat(list(lus))

    def _noter_les_changements(self, nouveau: Path, apres: str, taille: int) -> None:
        """New bytes under a name already read: what they change is written in the journal of the file."""
        chemin = self._brut
        if not chemin.exists() or abimes(self._sommes, [chemin]):
            return
        avant = pl.scan_parquet(chemin).select("_empreinte").head(1).collect().item()
        if avant == apres:
            return
        ancien, brut = pl.read_parquet(chemin), pl.read_parquet(nouveau)
        cle = (self.fichier.cle or self.jeu.cle).colonnes
        dates = [c for b in self.jeu.blocs for c in b.colonne_periode]
        presentes = [c for c in dict.fromkeys([*cle, *dates]) if c in brut.columns]
        entree = {
            "date": brut["_ingere_le"][0],
            "empreinte_avant": avant,
            "empreinte_apres": apres,
            "taille_avant": self.archive.taille(avant),
            "taille_apres": taille,
        }
        journaliser(
            chemin_journal(self.donnees, self.jeu, self.millesime, self.fichier),
            entree | comparer(ancien, brut, presentes if set(cle) & set(brut.columns) else []),
        )


def sans_donnees_personnelles(lues: pl.DataFrame, jeu: Jeu) -> pl.DataFrame:
    """The rows without the columns that the card names as personal data, compared without case.

    With `colonnes_gardees`, a column that the card does not name is dropped as well: a new one never comes in unseen.
    """
    personnelles = {colonne.casefold() for colonne in jeu.personnelles}
    gardees = {colonne.casefold() for colonne in jeu.colonnes_gardees}

    def est_ecartee(colonne: str) -> bool:
        nom = colonne.casefold()
        return nom in personnelles or (bool(gardees) and nom not in gardees and colonne != "_ligne")

    return lues.drop([colonne for colonne in lues.columns if est_ecartee(colonne)])


@cache
def _version_du_code() -> str:
    dossier = Path(__file__).parent
    octets = b"".join((dossier / f"{module}.py").read_bytes() for module in MODULES)
    return hashlib.sha256(octets + pl.__version__.encode()).hexdigest()
