"""The two charts of the page « Écarts »: dots around the zero line, own change beside the change of the reference.

Belongs here: rows and layers of the charts, the shape of each reading, its legend.
Does not belong here: the frame of every chart (vega), the rows themselves (ecarts), the page (vues.ecarts).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from app import vega
from app.ecarts import Ligne
from publication.sheets import balises as b
from publication.sheets.balises import LECTURES, Html
from publication.sheets.couleurs import GRIS, GRIS_FONCE, MOINS_FAVORABLE, PLUS_FAVORABLE, TEXTE, VIOLET
from publication.sheets.format_fr import ecart as ecart_ecrit
from publication.sheets.format_fr import nombre
from publication.sheets.modele import Ecart, Indicateur
from publication.sheets.textes import evolution_ecrite

# Beyond, one line per quartier is no longer a picture.
LIGNES_DESSINEES = 60
HAUTEUR_LIGNE = 24
# Reading → Vega shape, sign of the legend, colour; the shape alone tells the reading.
FORMES: dict[str, tuple[str, str, str]] = {
    "moins_favorable": ("diamond", "◆", MOINS_FAVORABLE),
    "proche": ("circle", "●", GRIS_FONCE),
    "plus_favorable": ("triangle-up", "▲", PLUS_FAVORABLE),
    "superieur": ("square", "■", TEXTE),
    "inferieur": ("cross", "✚", TEXTE),
}
_UNITES = {
    "point": "Écart, en points",
    "point_indice": "Écart, en points d’indice",
    "pct_reference": "Écart, en % de la référence",
    "ratio": "Rapport à la référence",
}


def legende(lignes: Sequence[Ligne]) -> Html:
    """Sign, word and count of each reading drawn."""
    comptes = Counter(li.lecture for li in lignes)
    morceaux = [f"{FORMES[c][1]} {LECTURES[c][1]} ({nombre(comptes[c])})" for c in FORMES if comptes[c]]
    return b.balise("p", f"Légende : {' · '.join(morceaux)}. La ligne verticale est l’égalité avec la référence.") if morceaux else Html("")  # fmt: skip


def points(lignes: Sequence[Ligne], indicateur: Indicateur) -> list[vega.Specification]:
    """One line per quartier: its interval and its gap."""
    return _couches([_rang(li, li.ecart, indicateur, _nom(li)) for li in lignes if li.ecart])


def nuage_par_departement(
    lignes: Sequence[Ligne], indicateur: Indicateur, nom: Callable[[str], str]
) -> tuple[list[vega.Specification], int]:
    """One line per département, a dot per quartier, without intervals; and the number of lines."""
    rangs = [
        {**_rang(li, li.ecart, indicateur, nom(li.quartier.code_departement)), "b": None, "h": None}
        for li in lignes
        if li.ecart
    ]
    return _couches(rangs), len({r["y"] for r in rangs})


def _nom(li: Ligne) -> str:
    return f"{li.quartier.code_territoire} {li.quartier.libelle}"


def _rang(li: Ligne, g: Ecart, i: Indicateur, y: str) -> vega.Specification:
    return {
        "y": y, "nom": _nom(li), "v": g.ecart, "b": g.borne_basse, "h": g.borne_haute, "lecture": LECTURES[li.lecture][1],
        "code": li.lecture, "unite": g.unite_ecart or "", "texte": ecart_ecrit(g.ecart or 0.0, g.unite_ecart or "", i.decimales),
    }  # fmt: skip


def _couches(rangs: Sequence[vega.Specification]) -> list[vega.Specification]:
    if not rangs:
        return []
    unite = str(rangs[0]["unite"])
    y = {"field": "y", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 170}}
    x = {
        "type": "quantitative",
        "title": _UNITES.get(unite, "Écart, dans l’unité de l’indicateur"),
        "scale": {"zero": False},
    }
    bulles = [vega.infobulle("nom", "Quartier"), vega.infobulle("texte", "Écart"), vega.infobulle("lecture", "Lecture")]
    avec = [r for r in rangs if r["b"] is not None and r["h"] is not None]
    couches = [
        _egalite(1.0 if unite == "ratio" else 0.0, x),
        vega.couche(avec, {"type": "rule", "color": GRIS}, {"y": y, "x": {**x, "field": "b"}, "x2": {"field": "h"}}),
    ]
    for code, (forme, _, couleur) in FORMES.items():
        marque = {"type": "point", "shape": forme, "filled": True, "size": 80, "color": couleur, "opacity": 1}
        encodage = {"y": y, "x": {**x, "field": "v"}, "tooltip": bulles}
        couches.append(vega.couche([r for r in rangs if r["code"] == code], marque, encodage))
    return couches


def _egalite(valeur: float, x: vega.Specification) -> vega.Specification:
    return vega.couche([{"v": valeur}], {"type": "rule", "color": TEXTE, "size": 1.5}, {"x": {**x, "field": "v"}})


def decomposition(lignes: Sequence[Ligne], indicateur: Indicateur) -> list[vega.Specification]:
    """Own change (disc) and change of the reference (hollow diamond) of each quartier, joined by a line."""
    rangs = [
        {"y": _nom(li), "q": e.delta_qpv, "r": e.delta_reference, "tq": evolution_ecrite(e.delta_qpv or 0.0, indicateur),
         "tr": evolution_ecrite(e.delta_reference or 0.0, indicateur), "issue": li.issue}
        for li in lignes if (e := li.evolution)
    ]  # fmt: skip
    y = {"field": "y", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 170}}
    x = {"type": "quantitative", "title": "Évolution entre les deux dates", "scale": {"zero": False}}
    bulles = [vega.infobulle("y", "Quartier"), vega.infobulle("tq", "Évolution du quartier"),
              vega.infobulle("tr", "De la référence"), vega.infobulle("issue", "Lecture")]  # fmt: skip
    reference = {"type": "point", "shape": "diamond", "filled": False, "size": 80, "color": GRIS_FONCE, "opacity": 1}
    quartier = {"type": "point", "shape": "circle", "filled": True, "size": 80, "color": VIOLET, "opacity": 1}
    return [
        _egalite(0.0, x),
        vega.couche(rangs, {"type": "rule", "color": GRIS}, {"y": y, "x": {**x, "field": "r"}, "x2": {"field": "q"}}),
        vega.couche(rangs, reference, {"y": y, "x": {**x, "field": "r"}, "tooltip": bulles}),
        vega.couche(rangs, quartier, {"y": y, "x": {**x, "field": "q"}, "tooltip": bulles}),
    ]
