"""What a screen says: numbers as they are written, and what does not fit.

Belongs here: reading a French number back, comparing the figures of a sheet with a release, measuring what overflows.
Does not belong here: assertions (test_*.py), opening a page (visiteur).
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as DelaiDepasse

# A telephone, then 200 % and 400 % of a 1280 px screen (WCAG 1.4.4 and 1.4.10), last the screen itself.
LARGEURS = (390, 640, 320, 1280)

# Texts that reach past the right edge without a region that scrolls around them: sideways scroll or cut text.
_DEHORS = """() => {
  const bord = document.documentElement.clientWidth, dehors = [];
  const racine = document.querySelector('[data-testid=stMain]') || document.body;
  const defile = e => { for (let p = e; p && p !== racine; p = p.parentElement) {
    const o = getComputedStyle(p).overflowX; if ((o === 'auto' || o === 'scroll') && p.scrollWidth > p.clientWidth) return true }
    return false };
  const cache = e => { for (let p = e; p && p !== document.body; p = p.parentElement) {
    const s = getComputedStyle(p); if (s.clip !== 'auto' || s.clipPath !== 'none' || s.visibility === 'hidden' || +s.opacity === 0) return true }
    return false };
  const marche = document.createTreeWalker(racine, NodeFilter.SHOW_TEXT), rang = document.createRange();
  for (let n; (n = marche.nextNode());) {
    if (!n.textContent.trim() || !n.parentElement || n.parentElement.closest('svg, style, script')) continue;
    rang.selectNodeContents(n);
    const r = rang.getBoundingClientRect();
    if (r.width > 1 && r.height > 1 && r.right > bord + 1 && !cache(n.parentElement) && !defile(n.parentElement))
      dehors.push(n.textContent.trim().slice(0, 60)) }
  return dehors.slice(0, 5) }"""
_DEFILEMENT = """() => { const m = document.querySelector('[data-testid=stMain]') || document.documentElement;
  return Math.max(m.scrollWidth - m.clientWidth, document.documentElement.scrollWidth - document.documentElement.clientWidth) }"""


class Ecrit(NamedTuple):
    """A number as a page writes it, with half of its last decimal."""

    valeur: float
    tolerance: float


def nombre_ecrit(texte: str) -> Ecrit | None:
    """The number that a text begins with, None when it begins with something else (`12 840 €`, `−3,4 points`)."""
    lu = re.match(r"\s*([+−]?)(\d[\d\u202f]*)(?:,(\d+))?", texte)
    if lu is None:
        return None
    signe, entier, decimales = lu.groups()
    chiffres = entier.replace("\u202f", "")
    valeur = float(f"{chiffres}.{decimales or 0}") * (-1 if signe == "−" else 1)
    # A figure published rounded is written as published: « 12 840 € » may stand for 12 843.
    pas = 10.0 if decimales is None and chiffres.endswith("0") and len(chiffres) > 4 else 10.0 ** -len(decimales or "")
    return Ecrit(valeur, pas / 2 + 1e-9)


def chiffres_faux(cartes: dict[str, str], release: Path, code: str) -> tuple[int, list[str]]:
    """How many headline figures have a number, and those that the release does not hold for that quartier and year.

    `cartes` is indicator → text of its card. A gap written on a card must be one of the release too.
    """
    nombre, faux = 0, []
    for indicateur, texte in cartes.items():
        valeur, date = [morceau for morceau in texte.split("\n") if morceau.strip()][1:3]
        lu, annee = nombre_ecrit(valeur), re.search(r"\d{4}", date)
        if lu is None:
            continue
        nombre += 1
        date = annee[0] if annee else texte
        if not _contient(publies(release, "valeurs", "code_territoire", "valeur", code), indicateur, date, lu):
            faux.append(texte)
        ecart = re.search(r"^[+−]\d[\d\u202f,]*(?=\s)", texte, re.MULTILINE)
        lu = nombre_ecrit(ecart[0]) if ecart else None
        if lu is not None and not _contient(
            publies(release, "ecarts", "code_qpv", "ecart", code), indicateur, date, lu
        ):
            faux.append(texte)
    return nombre, faux


@lru_cache(maxsize=64)
def publies(release: Path, table: str, cle: str, colonne: str, code: str) -> list[tuple[str, str, float]]:
    """Indicator, period and number of a quartier in a release, which never changes."""
    return duckdb.sql(
        f"select indicateur, periode, {colonne} from '{release}/tables/{table}.parquet' where {cle} = '{code}' and {colonne} is not null"
    ).fetchall()


def _contient(lignes: list[tuple[str, str, float]], indicateur: str, date: str, lu: Ecrit) -> bool:
    return any(i == indicateur and date in p and abs(v - lu.valeur) <= lu.tolerance for i, p, v in lignes)


def defauts_de_largeur(page: Page) -> dict[int, Any]:
    """Width → sideways scroll in px and texts out of the screen; empty when everything fits at every width.

    A chart follows a change of width a moment later: a defect is one that stays.
    """
    defauts: dict[int, Any] = {}
    for largeur in LARGEURS:
        page.set_viewport_size({"width": largeur, "height": 900})
        try:
            page.wait_for_function(f"() => ({_DEFILEMENT})() <= 0 && ({_DEHORS})().length === 0", timeout=20_000)
        except DelaiDepasse:
            defauts[largeur] = (page.evaluate(_DEFILEMENT), page.evaluate(_DEHORS))
    return defauts
