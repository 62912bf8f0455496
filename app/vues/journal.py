"""The journal: every release on the shelf and what changed in it, errata, next publications, the feed.

Belongs here: reading the shelf once per release, the order of the blocks.
Does not belong here: words and tables (app.journal), computing the changes or writing the feed (publication).
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app import journal, session
from publication.sheets import balises as b
from publication.sheets.lecture import dossier_releases, releases_presentes
from publication.sheets.versions import Version, lister

ATOM = "journal.atom"


@st.cache_data(max_entries=2, show_spinner=False)
def _versions(presentes: tuple[tuple[str, int], ...]) -> list[Version]:
    return lister([Path(dossier) for dossier, _ in presentes])


def _lues() -> list[Version]:
    """The releases, read again when one comes, goes, or is written again."""
    presentes = []
    for dossier in releases_presentes(dossier_releases()):
        sommes = dossier / "SHA256SUMS"
        presentes.append((str(dossier), sommes.stat().st_mtime_ns if sommes.is_file() else 0))
    return _versions(tuple(presentes))


def _fil() -> b.Html:
    if not (dossier_releases() / ATOM).is_file():
        return b.balise("p", "Le fil Atom sera écrit à la prochaine publication.")
    lien = b.balise("a", "fil Atom du journal", href=f"/{ATOM}", target="_blank", rel="noopener")
    return b.balise("p", "Être prévenu de chaque version et de chaque correction : ", lien, ".")


def _page() -> None:
    st.set_page_config(page_title=f"Journal – {session.NOM_SITE}")
    registre, versions = session.registre(), _lues()
    presents = {v.identifiant for v in versions}
    orphelines = [v for v in versions if v.avant and v.avant not in presents]
    plus_anciennes = "Les versions antérieures à la plus ancienne de cette liste ne sont plus sur ce serveur." if orphelines else ""  # fmt: skip
    st.html(b.joindre((
        b.balise("h1", "Journal"),
        b.balise("p", "Chaque version publiée, ce qui a changé depuis la précédente, les corrections et les publications attendues.", class_="chapo"),
        _fil(),
        b.balise("h2", "Versions"),
        journal.tableau_versions(versions, registre.release.identifiant),
        b.balise("p", plus_anciennes) if plus_anciennes else "",
        b.consigne("un chiffre changé avait une autre valeur ou un autre statut dans la version précédente, pour le même territoire, le même indicateur et la même période.",
                   "un chiffre changé n’est pas une évolution du quartier : c’est sa source, ou son calcul, qui a été révisé."),
        b.balise("h2", "Ce qui a changé"),
        b.joindre(journal.detail(registre, v) for v in versions),
        b.balise("h2", "Corrections"),
        journal.errata(registre, registre.release.lire("select * from {errata}")),
        b.balise("h2", "Prochaines publications"),
        journal.prochaines(registre.sources),
    )))  # fmt: skip


_page()
