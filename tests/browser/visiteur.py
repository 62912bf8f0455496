"""One visitor of the observatory, whose console errors, dialogs and outside requests are collected.

Belongs here: opening a page and waiting for its end, noticing incidents.
Does not belong here: starting the server or Chromium (conftest), assertions (test_*.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page

PIED = ".pied-page"  # the last thing a page writes


@dataclass
class Visite:
    """One visitor: pages whose console errors, dialogs and outside requests are collected."""

    page: Page
    site: str
    incidents: list[str] = field(default_factory=list)

    def ouvrir(self, chemin: str) -> Page:
        """Open a path of the site and wait until its last element is there."""
        self.page.goto(self.site + chemin)
        self.page.wait_for_selector(PIED, timeout=90_000)
        return self.page


def surveiller(visite: Visite) -> None:
    page = visite.page
    page.on("console", lambda m: visite.incidents.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda erreur: visite.incidents.append(f"script: {erreur}"))
    page.on("dialog", lambda dialogue: (visite.incidents.append(f"dialog: {dialogue.message}"), dialogue.dismiss()))
    interne = (visite.site, visite.site.replace("http", "ws", 1), "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(interne) else visite.incidents.append(f"outside: {r.url}"))


@contextmanager
def visiter(chromium: Browser, site: str, largeur: int = 1280) -> Iterator[Visite]:
    """A new session, nothing kept from another one; its incidents fail the test when it ends."""
    contexte = chromium.new_context(viewport={"width": largeur, "height": 900}, locale="fr-FR")
    visite = Visite(contexte.new_page(), site)
    surveiller(visite)
    yield visite
    contexte.close()
    assert visite.incidents == []
