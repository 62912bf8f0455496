"""`journal.atom`: the Atom feed of the releases and of the errata, in French.

Belongs here: the entries, their identifiers, dates and sentences; the same shelf always gives the same bytes.
Does not belong here: when the feed is written (shelf), what changed between two releases (diff).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape, quoteattr

import pyarrow.parquet as pq

from publication.contract import MENTION_DEMO
from publication.edition import NOM_OBSERVATOIRE, compte_fr, jour_fr, phrase_d_accord

JOURNAL = "journal.atom"
JAMAIS = "1970-01-01T00:00:00Z"
# Characters that XML 1.0 cannot hold, even escaped.
_INTERDITS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Entree:
    """One entry; `quand` is RFC 3339 in UTC, `chemin` the address of its page below the site."""

    identifiant: str
    titre: str
    quand: str
    texte: str
    chemin: str
    sorte: str


def composer(releases: list[tuple[Path, str, str]], adresse: str = "") -> bytes:
    """The feed of `releases`, each a folder, its date of publication and its origin, most recent first.

    Args:
        adresse: public address of the site; without it links are relative and there is no self link.
    """
    lisibles = [(dossier, quand, origine) for dossier, quand, origine in releases if quand]
    entrees = [_de_release(*release) for release in lisibles] + _des_errata(lisibles)
    entrees.sort(key=lambda e: (e.quand, e.identifiant), reverse=True)
    base = adresse.rstrip("/")
    autorite = urlsplit(base).hostname or "localhost"
    lignes = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr">',
        f"<id>tag:{autorite},2015:journal</id>",
        f"<title>{NOM_OBSERVATOIRE} : journal des versions</title>",
        f"<updated>{entrees[0].quand if entrees else JAMAIS}</updated>",
        f"<author><name>{NOM_OBSERVATOIRE}</name></author>",
    ]
    if base:
        lignes += [
            f'<link rel="self" type="application/atom+xml" href={quoteattr(f"{base}/{JOURNAL}")}/>',
            f'<link rel="alternate" type="text/html" href={quoteattr(f"{base}/")}/>',
        ]
    for entree in entrees:
        lignes += _xml(entree, base, autorite)
    return ("\n".join([*lignes, "</feed>"]) + "\n").encode()


def _xml(entree: Entree, base: str, autorite: str) -> list[str]:
    return [
        "<entry>",
        f"<id>tag:{autorite},{entree.quand[:10]}:{entree.sorte}/{quote(entree.identifiant, safe='')}</id>",
        f"<title>{_texte(entree.titre)}</title>",
        f"<updated>{entree.quand}</updated>",
        f'<link rel="alternate" href={quoteattr(base + entree.chemin)}/>',
        f'<category term="{entree.sorte}"/>',
        f'<content type="text">{_texte(entree.texte)}</content>',
        "</entry>",
    ]


def _de_release(dossier: Path, quand: str, origine: str) -> Entree:
    suffixe = f" — {MENTION_DEMO}" if origine == "demo" else ""
    return Entree(
        identifiant=dossier.name,
        titre=f"Version {dossier.name} du {jour_fr(date.fromisoformat(quand[:10]))}{suffixe}",
        quand=quand,
        texte=_changements(dossier),
        chemin=f"/releases/{dossier.name}/notes.md",
        sorte="version",
    )


def _changements(dossier: Path) -> str:
    """What `diff.json` counts, in one or two sentences."""
    try:
        differences = json.loads((dossier / "diff.json").read_text(encoding="utf-8"))
        chiffres, sources = differences["chiffres"], differences["sources"]
        comptes = ", ".join(
            (
                compte_fr(chiffres["ajoutes"], "chiffre ajouté", "chiffres ajoutés"),
                compte_fr(chiffres["modifies"], "modifié", "modifiés"),
                compte_fr(chiffres["supprimes"], "supprimé", "supprimés"),
            )
        )
        fichiers = ", ".join(
            (
                compte_fr(len(sources["ajoutees"]), "fichier source ajouté", "fichiers sources ajoutés"),
                compte_fr(len(sources["modifiees"]), "modifié", "modifiés"),
                compte_fr(len(sources["retirees"]), "retiré", "retirés"),
            )
        )
        avant = differences["avant"]
        accord = f" {phrase_d_accord(differences['relecture'])}" if "relecture" in differences else ""
    except (OSError, ValueError, KeyError, TypeError):
        return "Le détail des changements de cette version n'est pas lisible."
    debut = f"Depuis la version {avant}" if avant else "Première version de cet observatoire"
    return f"{debut} : {comptes}. {fichiers}.{accord}"


def _des_errata(releases: list[tuple[Path, str, str]]) -> list[Entree]:
    """Each erratum once, as the most recent release that holds it words it."""
    trouves: dict[str, Entree] = {}
    for dossier, publiee_le, _ in releases:
        for ligne in _lire_errata(dossier):
            identifiant = str(ligne["identifiant"])
            jour = ligne.get("date")
            trouves.setdefault(
                identifiant,
                Entree(
                    identifiant=identifiant,
                    titre=f"Erratum {identifiant}{_objet(ligne)}",
                    quand=f"{jour.isoformat()}T00:00:00Z" if isinstance(jour, date) else publiee_le,
                    texte=str(ligne.get("texte") or "Sans texte."),
                    chemin=f"/releases/{dossier.name}/tables/errata.parquet",
                    sorte="erratum",
                ),
            )
    return list(trouves.values())


def _lire_errata(dossier: Path) -> list[dict[str, Any]]:
    try:
        lignes: list[dict[str, Any]] = pq.read_table(dossier / "tables" / "errata.parquet").to_pylist()
    except (OSError, ValueError):  # a damaged release keeps its entry, and its errata are in the others
        return []
    return lignes


def _objet(ligne: dict[str, Any]) -> str:
    morceaux = [str(ligne[c]) for c in ("indicateur", "code_territoire", "periode") if ligne.get(c)]
    return f" ({', '.join(morceaux)})" if morceaux else ""


def _texte(texte: str) -> str:
    return escape(_INTERDITS.sub("", texte))
