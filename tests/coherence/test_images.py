"""The pictures of the documentation: those that are named exist, those that exist are named and are taken by the script.

Belongs here: names of files, alternative texts, weight.
Does not belong here: taking the pictures (docs/captures.py).
"""

from __future__ import annotations

import re
from pathlib import Path

PROJET = Path(__file__).resolve().parents[2]
IMAGES = PROJET / "docs" / "images"
CITATION = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
POIDS_MAX = 150 * 1024


def citations() -> list[tuple[Path, str]]:
    """Every local picture of the README and of the docs, with its alternative text."""
    pages = [PROJET / "README.md", *sorted((PROJET / "docs").rglob("*.md"))]
    return [
        ((page.parent / adresse).resolve(), texte)
        for page in pages
        for texte, adresse in CITATION.findall(page.read_text(encoding="utf-8"))
        if "://" not in adresse
    ]


def test_les_images_citees_sont_celles_du_dossier_et_du_script() -> None:
    presentes = {chemin.resolve() for chemin in IMAGES.iterdir()}
    assert {chemin for chemin, _ in citations()} == presentes
    prises = set(re.findall(r'Capture\(\s*"([\w-]+)"', (PROJET / "docs" / "captures.py").read_text(encoding="utf-8")))
    assert {f"{nom}.png" for nom in prises} == {chemin.name for chemin in presentes}


def test_chaque_image_a_un_texte_et_reste_legere() -> None:
    assert citations()
    assert all(len(texte.split()) >= 4 for _, texte in citations())
    assert [chemin.name for chemin in IMAGES.iterdir() if chemin.stat().st_size > POIDS_MAX] == []


def test_le_readme_montre_deux_a_quatre_images_et_dit_que_les_chiffres_sont_inventes() -> None:
    texte = (PROJET / "README.md").read_text(encoding="utf-8")
    assert 2 <= len(CITATION.findall(texte)) <= 4
    assert "figures of these pictures are fictitious" in texte
