"""The pictures of the README and of the docs: pages of the demonstration release, taken by a headless Chromium.

Belongs here: which pages, at which width, where the picture stops, its compression.
Does not belong here: tests of the pages (tests/browser); the release itself (make refresh).

`make screenshots`, or `python docs/captures.py FOLDER_OF_DATA`: the release of the folder must be the demonstration's, whose
figures are invented. Raises SystemExit with a sentence when it is not, or when Chromium is missing.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import httpx
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

RACINE = Path(__file__).resolve().parent.parent
IMAGES = RACINE / "docs" / "images"
COULEURS = 128  # flat pages: more colours weigh and do not show


class Capture(NamedTuple):
    """One picture: `nom`.png, address, width and height in px, text of the heading to begin at (empty: the top)."""

    nom: str
    chemin: str
    largeur: int
    hauteur: int
    debut: str = ""


CAPTURES = (
    Capture("accueil", "/", 1280, 900),
    Capture("fiche", "/quartier?qpv=QP961001", 1280, 1150),
    Capture("fiche-telephone", "/quartier?qpv=QP961001", 390, 844),
    Capture("comparer", "/comparer?zonage=2015&territoire=departement:961", 1280, 1000),
    Capture("comparer-telephone", "/comparer?zonage=2015&territoire=departement:961", 390, 844),
    Capture("ecarts", "/ecarts?indicateur=taux_emploi_15_64&zonage=2015&territoire=departement:961", 1280, 1000, "Les écarts"),
    Capture("carte", "/carte?territoire=departement:961&couches=ecoles,sante&indicateur=2015:taux_pauvrete_60", 1280, 1100),
    Capture("geographies", "/geographies?territoire=region:96", 1280, 900, "Correspondance 2015 – 2024"),
    Capture("donnees", "/donnees", 1280, 900),
)  # fmt: skip


def compresser(png: bytes) -> bytes:
    """The same picture with a palette: a third of the weight."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    sortie = io.BytesIO()
    image.quantize(COULEURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        sortie, "PNG", optimize=True
    )
    return sortie.getvalue()


def prendre(navigateur: Browser, site: str, capture: Capture) -> bytes:
    """One picture, without the blinking caret, the animations and the toolbar of the browser."""
    contexte = navigateur.new_context(
        viewport={"width": capture.largeur, "height": capture.hauteur},
        locale="fr-FR",
        timezone_id="Europe/Paris",
        reduced_motion="reduce",
    )
    page = contexte.new_page()
    page.goto(site + capture.chemin)
    page.wait_for_selector(".pied-page", timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.wait_for_selector('[data-testid="stSkeleton"]', state="detached")  # widgets arrive after the text
    page.evaluate("() => document.fonts.ready")
    if capture.debut:
        titre = page.get_by_role("heading", name=capture.debut, exact=True)
        titre.evaluate("t => { t.style.scrollMarginTop = '80px'; t.scrollIntoView({block: 'start'}) }")  # under the bar
    png = page.screenshot(animations="disabled", caret="hide")
    contexte.close()
    return compresser(png)


def servir(donnees: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start the observatory on a free local port; returns its process and its address once it answers."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    commande = [sys.executable, "-m", "streamlit", "run", str(RACINE / "app" / "observatoire.py")]
    serveur = subprocess.Popen(  # noqa: S603 - our own command, no input
        [*commande, "--server.port", str(port), "--server.headless", "true"],
        env=os.environ | {"OBSERVATOIRE_DATA": str(donnees)},
        stdout=subprocess.DEVNULL,
    )
    adresse, limite = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while time.monotonic() < limite and serveur.poll() is None:
        try:
            if httpx.get(f"{adresse}/_stcore/health", timeout=2, trust_env=False).is_success:
                return serveur, adresse
        except httpx.TransportError:
            time.sleep(0.2)
    serveur.kill()
    raise SystemExit(f"L’observatoire n’a pas démarré sur {donnees} en 60 s : essayez make serve pour lire son erreur.")


def verifier_demonstration(donnees: Path) -> None:
    """Pictures of real quartiers would say figures without their date: only the demonstration's may be taken."""
    fiche = donnees / "releases" / "current" / "diff.json"
    if not fiche.is_file() or "avertissement" not in json.loads(fiche.read_text(encoding="utf-8")):
        raise SystemExit(
            f"{donnees} : une version de démonstration est attendue dans releases/current ; lancez make refresh puis make screenshots."
        )


def principal(donnees: Path) -> None:
    """Take every picture, and remove those that are no longer in the list."""
    verifier_demonstration(donnees)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("Chromium est introuvable : make browser l’installe.")
    serveur, site = servir(donnees)
    try:
        with sync_playwright() as playwright:
            navigateur = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            images = {f"{capture.nom}.png": prendre(navigateur, site, capture) for capture in CAPTURES}
            navigateur.close()
    finally:
        serveur.terminate()
        serveur.wait(timeout=20)
    for ancienne in IMAGES.glob("*.png"):
        if ancienne.name not in images:
            ancienne.unlink()
    for nom, contenu in images.items():
        (IMAGES / nom).write_bytes(contenu)
        print(f"{nom} : {len(contenu) // 1024} Ko")


if __name__ == "__main__":
    principal(Path(sys.argv[1] if len(sys.argv) > 1 else "data/demo").resolve())
