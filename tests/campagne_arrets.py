"""`kill -9` at seeded random moments of a full refresh: `python tests/campagne_arrets.py --data DIR …`.

Belongs here: one killed refresh and the next run, what must hold after each, the journal of a campaign, its page.
Does not belong here: kills at one precise point (faults/test_kill_at_switch.py), kills of Dagster (faults/test_orchestrator_killed.py).

The journal has one line per kill and is appended to: a campaign that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.demo import ecrire_territoire
from orchestration.settings import DEPOT_DU_CODE
from publication.checksums import CONTENU, empreintes, verifier
from publication.release import publier
from publication.shelf import courante

JOURNAL = Path(__file__).resolve().parent / "resultats" / "arrets.jsonl"
# Seconds that the children of a dead refresh have to end.
DELAI_ORPHELINS_S = 10.0
UN_POINT_DE_PLUS = """
    update fct_valeurs set valeur = valeur + 1, borne_basse = borne_basse + 1, borne_haute = borne_haute + 1
    where indicateur = 'taux_emploi_15_64' and niveau = 'qpv' and valeur is not null
"""


@dataclass(frozen=True)
class Banc:
    """What a campaign starts from: a source, its published files, a data folder that holds a last good release and nothing else.

    `attendues`: checksums of `tables/` and `geo/` of an undisturbed refresh of the same files.
    """

    source: str
    depot: Path
    depart: Path
    attendues: dict[str, str]

    @classmethod
    def monter(cls, source: str, depot: Path, pretes: Path, depart: Path) -> Banc:
        """Publish another content as the last good release, so that the refresh has something to switch.

        Args:
            pretes: data folder after an undisturbed refresh, read only.
            depart: folder made here.
        """
        depart.mkdir(parents=True)
        (origine,) = (pretes / "entrepot").rglob("*.duckdb")
        with tempfile.TemporaryDirectory(dir=depart.parent) as dossier:
            entrepot = Path(dossier) / "entrepot.duckdb"
            shutil.copy(origine, entrepot)
            entrepot.chmod(0o644)
            with duckdb.connect(str(entrepot)) as connexion:
                connexion.execute(UN_POINT_DE_PLUS)
            publier(
                entrepot,
                pretes,
                cible_dbt=pretes / "dbt" / "cible",
                fiches=False,
                releases=depart / "releases",
                relecture=False,
            )
        attendues = contenu((pretes / "releases" / "current").resolve())
        assert contenu((depart / "releases" / "current").resolve()) != attendues, "the last good release must differ"
        return cls(source, depot, depart, attendues)

    def commande(self, donnees: Path) -> list[str]:
        """A full refresh without the sheets, one line of JSON per step."""
        options = ["--source", self.source, "--deposit", str(self.depot), "--data", str(donnees)]
        return [sys.executable, "-m", "orchestration.cli", "refresh", "--json", "--sans-fiches", *options]

    def neuf(self, donnees: Path) -> Path:
        """A data folder that holds the last good release only; its files are shared, none is written in place."""
        shutil.rmtree(donnees, ignore_errors=True)
        shutil.copytree(self.depart, donnees, copy_function=os.link, symlinks=True)
        return donnees


@dataclass(frozen=True)
class Arret:
    """A refresh that was killed: when, in which step, and what readers had afterwards."""

    apres_s: float
    etape: str
    release: str


def contenu(release: Path) -> dict[str, str]:
    """Checksums of what makes two releases the same one."""
    return {chemin: somme for chemin, somme in empreintes(release).items() if chemin.startswith(CONTENU)}


def tuer(banc: Banc, donnees: Path, moment_s: float) -> Arret | float:
    """Start a refresh and kill it after some seconds; what it took when it ended before."""
    debut = time.monotonic()
    with (donnees / "sortie.jsonl").open("wb") as sortie:
        processus = subprocess.Popen(banc.commande(donnees), cwd=DEPOT_DU_CODE, stdout=sortie, stderr=sortie)
        try:
            processus.wait(timeout=moment_s)
        except subprocess.TimeoutExpired:
            processus.kill()
        code = processus.wait()
    duree = time.monotonic() - debut
    if code != -9:
        assert code == 0, (donnees / "sortie.jsonl").read_text(encoding="utf-8")[-2000:]
        return duree
    release = courante(donnees / "releases")
    assert release is not None, "readers have no release any more"
    return Arret(round(duree, 2), etape_atteinte(donnees / "sortie.jsonl"), release.name)


def etape_atteinte(sortie: Path) -> str:
    """The last line that a killed refresh wrote: a step that ended, or a dataset."""
    lignes = sortie.read_text(encoding="utf-8").splitlines()
    faites = [json.loads(ligne) for ligne in lignes if ligne.startswith("{") and ligne.endswith("}")]
    if not faites:
        return "start"
    derniere = faites[-1]
    return f"after {derniere['etape']}" + (f" {derniere['jeu']}" if "jeu" in derniere else "")


def constater(banc: Banc, donnees: Path) -> None:
    """After a kill: the last good release is untouched, readers have it or the whole next one, no child lives on."""
    bonne = courante(banc.depart / "releases")
    assert bonne is not None
    assert empreintes(donnees / "releases" / bonne.name) == empreintes(bonne), "the last good release was altered"
    servie = courante(donnees / "releases")
    assert servie is not None, "readers have no release any more"
    assert verifier(servie) == []
    assert servie.name == bonne.name or contenu(servie) == banc.attendues, "readers have something else"
    assert orphelins(donnees) == []


def orphelins(donnees: Path) -> list[str]:
    """Command lines of the processes that still work on a data folder after a delay."""
    limite = time.monotonic() + DELAI_ORPHELINS_S
    while vivants := _au_travail(donnees):
        if time.monotonic() > limite:
            return vivants
        time.sleep(0.2)
    return []


def _au_travail(donnees: Path) -> list[str]:
    trouves = []
    for dossier in Path("/proc").iterdir():
        try:
            commande = (dossier / "cmdline").read_bytes() if dossier.name.isdigit() else b""
        except OSError:
            continue  # it ended meanwhile
        if str(donnees).encode() in commande.split(b"\0") and int(dossier.name) != os.getpid():
            trouves.append(commande.replace(b"\0", b" ").decode())
    return trouves


def reprendre(banc: Banc, donnees: Path) -> None:
    """The next run: it releases what an undisturbed one releases, and nothing of the dead one is left."""
    fini = subprocess.run(banc.commande(donnees), cwd=DEPOT_DU_CODE, capture_output=True, text=True, check=False)
    assert fini.returncode == 0, fini.stdout[-2000:] + fini.stderr[-2000:]
    conforme(banc, donnees)


def conforme(banc: Banc, donnees: Path) -> None:
    """The release is that of an undisturbed refresh, verified; nothing half-written is left anywhere."""
    servie = courante(donnees / "releases")
    assert servie is not None
    assert verifier(servie) == []
    assert contenu(servie) == banc.attendues
    restes = [c.name for c in (donnees / "releases").iterdir() if c.name.startswith((".construction", ".current"))]
    assert restes == []
    assert list(donnees.rglob("*.partiel")) == []
    assert len(list((donnees / "entrepot").iterdir())) == 1


# --- campaign ---------------------------------------------------------------------------------------------------------


def campagne(
    banc: Banc, chantier: Path, n: int, graine: int, journal: Path, entier: float = 0.0
) -> list[dict[str, Any]]:
    """Kill until the journal holds `n` kills of this source and seed; each kill is followed by the next run."""
    lignes = lire(journal)
    miennes = [ligne for ligne in lignes if (ligne["source"], ligne["graine"]) == (banc.source, graine)]
    duree = max((ligne["entier_s"] for ligne in miennes), default=entier)
    if not duree:
        donnees = banc.neuf(chantier / "entier")
        debut = time.monotonic()
        reprendre(banc, donnees)
        duree = time.monotonic() - debut
        shutil.rmtree(donnees)
    for rang in range(len(miennes), n):
        hasard = random.Random(f"{graine}-{rang}")
        donnees = banc.neuf(chantier / "essai")
        fait = tuer(banc, donnees, hasard.random() * duree)
        while not isinstance(fait, Arret):
            # The machine was quicker than before: this one counts for nothing.
            duree = fait
            fait = tuer(banc, banc.neuf(donnees), hasard.random() * duree)
        constater(banc, donnees)
        reprendre(banc, donnees)
        place = {"source": banc.source, "graine": graine, "rang": rang, "le": f"{datetime.now(UTC):%Y-%m-%d}"}
        ligne = {**place, "entier_s": round(duree, 1), **asdict(fait)}
        miennes.append(ligne)
        journal.parent.mkdir(parents=True, exist_ok=True)
        with journal.open("a", encoding="utf-8") as sortie:
            sortie.write(json.dumps(ligne, ensure_ascii=False) + "\n")
        print(f"{rang + 1}/{n}: killed after {fait.apres_s} s ({fait.etape}), recovered", flush=True)
    return miennes


def lire(journal: Path) -> list[dict[str, Any]]:
    """The lines of a journal, none when it does not exist."""
    return [json.loads(ligne) for ligne in journal.read_text(encoding="utf-8").splitlines()] if journal.exists() else []


def page_arrets(lignes: list[dict[str, Any]]) -> str:
    """The part of docs/fiabilite.md on the kills of the campaign, in Markdown; empty without a kill."""
    if not lignes:
        return ""
    tables = []
    for source in sorted({ligne["source"] for ligne in lignes}):
        siennes = [ligne for ligne in lignes if ligne["source"] == source]
        etapes = Counter(ligne["etape"].split(" ")[1] if " " in ligne["etape"] else "start" for ligne in siennes)
        ou = ", ".join(f"{nombre} after the line `{etape}`" for etape, nombre in etapes.most_common())
        moments = sorted(ligne["apres_s"] for ligne in siennes)
        tables.append(
            f"- {source}: killed {len(siennes)} times, each followed by a run; seeds {sorted({ligne['graine'] for ligne in siennes})}, "
            f"{min(ligne['le'] for ligne in siennes)} to {max(ligne['le'] for ligne in siennes)}; "
            f"moments drawn in the first {max(ligne['entier_s'] for ligne in siennes):.0f} s, from {moments[0]:.1f} s to "
            f"{moments[-1]:.1f} s; {ou}."
        )
    return "\n".join(
        [
            "## Campaign of kills (F1)",
            "",
            "A full refresh starts from nothing beside a last good release of another content, and is killed at a seeded "
            "random moment.",
            "Each time: the last good release is identical byte for byte, what readers get verifies, no child process lives "
            "on, and the next run releases the checksums of an undisturbed refresh, with nothing left over.",
            "A kill that did not end so stops the campaign.",
            "",
            *tables,
        ]
    )


def _territoire(dossier: Path) -> Path:
    ecrire_territoire(dossier)
    return dossier


def _pretes(source: str, depot: Path, donnees: Path) -> Path:
    """An undisturbed refresh."""
    donnees.mkdir()
    subprocess.run(Banc(source, depot, donnees, {}).commande(donnees), cwd=DEPOT_DU_CODE, check=True)
    return donnees


def main() -> int:
    """Runs or continues a campaign."""
    lecteur = argparse.ArgumentParser(description=__doc__)
    lecteur.add_argument("--source", choices=["demo", "deposit"], default="demo")
    lecteur.add_argument("--depot", type=Path, help="published files; the demo territory is written")
    lecteur.add_argument("--pretes", type=Path, help="data folder of an undisturbed refresh; made when absent")
    lecteur.add_argument("-n", type=int, default=50)
    lecteur.add_argument("--graine", type=int, default=1)
    lecteur.add_argument(
        "--entier", type=float, default=0.0, help="seconds that a whole refresh takes; measured when 0"
    )
    lecteur.add_argument("--journal", type=Path, default=JOURNAL)
    choix = lecteur.parse_args()
    with tempfile.TemporaryDirectory(prefix="arrets-") as dossier:
        chantier = Path(dossier)
        depot = choix.depot.resolve() if choix.depot else _territoire(chantier / "territoire")
        pretes = choix.pretes.resolve() if choix.pretes else _pretes(choix.source, depot, chantier / "pretes")
        banc = Banc.monter(choix.source, depot, pretes, chantier / "depart")
        campagne(banc, chantier, choix.n, choix.graine, choix.journal, choix.entier)
    return 0


if __name__ == "__main__":
    sys.exit(main())
