"""The method page that a release carries: a figure and its definition leave together.

Belongs here: copying `docs/methode.md` of the checkout into the release as `methode.md`.
Does not belong here: writing that page (`make docs`), showing it (app), the order of the steps (release).
"""

from __future__ import annotations

from pathlib import Path

from publication.origins import RACINE

PAGE = RACINE / "docs" / "methode.md"
NOM = "methode.md"


def copier_methode(dossier: Path, page: Path = PAGE) -> None:
    """Copy the page byte for byte; an installation without its documentation publishes a release without it."""
    if page.is_file():
        (dossier / NOM).write_bytes(page.read_bytes())
