"""A refresh whose steps are fakes: what is tested is the order, the outcome and the sentences.

Belongs here: the fake steps and the small settings that several test files share.
Does not belong here: real steps (tests/integration), assertions.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ingestion.catalogue import Jeu
from ingestion.ingest import BilanFichier, BilanJeu
from orchestration.journal import Journal
from orchestration.refresh import Etapes, Issue, rafraichir
from orchestration.settings import Reglages
from orchestration.state import Inventaire
from orchestration.steps import BilanFichiers
from publication.checksums import LONGUEUR, ecrire_sommes, empreinte_contenu

# A day, and the digest of a release that holds no table.
RELEASE = f"20261124-{empreinte_contenu({})[:LONGUEUR]}"


def publier_une_vide(releases: Path, nom: str = RELEASE) -> None:
    """A whole release without a table, and the pointer on it."""
    (releases / nom).mkdir(parents=True, exist_ok=True)
    ecrire_sommes(releases / nom, {})
    (releases / "current").unlink(missing_ok=True)
    (releases / "current").symlink_to(nom)


class Monde:
    """What the fake steps answer, and the calls they received."""

    def __init__(self, dossier: Path) -> None:
        # What tells a fictitious territory from published files.
        (dossier / "references.yml").touch()
        self.reglages = Reglages(data=dossier / "donnees", source="demo", depot=dossier, sans_fiches=True)
        self.inventaire = Inventaire("demo", {"insee.cog/2026/a.csv": "aa"}, "fiches", "code")
        self.fichiers = BilanFichiers([], [])
        self.noeuds: list[Any] = []
        self.release = RELEASE
        self.appels: list[str] = []
        self.refuses: set[str] = set()
        self.perdus: set[str] = set()
        self.journal = Journal()

    def rafraichir(self, **options: Any) -> Issue:
        self.appels.clear()
        self.journal = Journal()
        return rafraichir(self.reglages, journal=self.journal, etapes=self.etapes(), **options)

    def etapes(self) -> Etapes:
        return Etapes(
            inventorier=self._inventorier,
            ouvrir_source=self._ouvrir_source,
            ingerer=self._ingerer,
            elaguer=self._noter("elaguer", []),
            bilan_fichiers=lambda _contexte: self.fichiers,
            placer=self._noter("placer"),
            ecrire_fiches=self._noter("fiches"),
            valider=self._noter("valider", []),
            lancer_validation=self._noter("valider", list),
            valider_jeu=self._noter("valider_jeu", []),
            construire=self._construire,
            balayer=self._noter("balayer"),
            publier=self._publier,
            resume=lambda _contexte, release: {
                "release": release,
                "chemin": "ici",
                "tables": {"valeurs": 3},
                "couverture": [],
            },
        )

    def _noter(self, nom: str, resultat: Any = None) -> Any:
        def etape(*_arguments: Any, **_options: Any) -> Any:
            self.appels.append(nom)
            return resultat

        return etape

    def _ingerer(self, _contexte: Any, jeu: Jeu, _source: Any) -> BilanJeu:
        """One file per vintage; those of the datasets in `refuses` keep an earlier snapshot, in `perdus` have none."""
        self.appels.append("ingerer")
        refuse, perdu = jeu.jeu in self.refuses, jeu.jeu in self.perdus
        message = f"{jeu.jeu} : colonne TP60 attendue." if refuse or perdu else ""
        return BilanJeu(
            jeu.jeu,
            tuple(
                BilanFichier(m.millesime, "a.csv", "en_echec" if message else "a_jour", message, True, not perdu, 3, 3)
                for m in jeu.millesimes
            ),
        )

    def _inventorier(self, *_arguments: Any) -> Inventaire:
        return self.inventaire

    @contextmanager
    def _ouvrir_source(self, _contexte: Any, **_options: Any) -> Any:
        yield None

    def _construire(self, contexte: Any, _suivi: Any = None) -> Any:
        self.appels.append("construire")
        echecs = [noeud for noeud in self.noeuds if not noeud.reussi]
        entrepot = contexte.donnees / "entrepot" / "1" / "entrepot.duckdb"
        return SimpleNamespace(reussi=not echecs, echecs=echecs, noeuds=self.noeuds, entrepot=entrepot)

    def _publier(self, contexte: Any, _entrepot: Path) -> str:
        self.appels.append("publier")
        publier_une_vide(contexte.donnees / "releases", self.release)
        return self.release
