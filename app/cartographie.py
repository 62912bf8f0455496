"""What a map shows: quartiers of a place, points near them, one indicator when it may be coloured.

Belongs here: places offered, points with their distance, indicators allowed on a map.
Does not belong here: layers and their shapes (publication.sheets.lieux), drawing (plan), widgets and tables of the page (vues.carte).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from app.comparaison import indicateurs_offerts, periodes_recentes, territoires_offerts
from publication.sheets.fiche import Registre
from publication.sheets.lieux import COUCHES, NATURES, REP, REP_INCONNU, SANS_NOM, forme
from publication.sheets.modele import Indicateur, Territoire, pas_publie

POINTS_MAX = 300
DISTANCE_MAX = 2000
# A quartier whose contour is nearer than this from that of the chosen one is drawn with it.
VOISINAGE_DEGRES = 0.02
# No map of delinquency, of nationality or origin, of what the pupils of a school are (rule of the product).
THEMES_SANS_CARTE = frozenset({"securite", "discriminations", "education"})
MOTS_SANS_CARTE = ("etrang", "immigr", "national", "delinq", "insecurite", "ips_", "eleves")
UNITES_SANS_CARTE = frozenset({"oui/non", "statut", "code", "liste", "statut, dates"})


@dataclass(frozen=True)
class Lieu:
    """One point; `distance` is to the nearest quartier of 2024, None when the release does not hold it."""

    couche: str
    nature: str
    nom: str
    code_commune: str
    longitude: float
    latitude: float
    education_prioritaire: str | None
    distance: float | None
    code_qpv: str | None

    @property
    def forme(self) -> str:
        return forme(self.couche, self.education_prioritaire)

    @property
    def nature_ecrite(self) -> str:
        nature = NATURES.get(self.nature, self.nature.replace("_", " "))
        if self.couche != "ecoles":
            return nature
        return f"{nature}, {REP.get(self.education_prioritaire or '', REP_INCONNU)}"


def lieux_offerts(registre: Registre, code_qpv: str) -> dict[str, str]:
    """`qpv:…` first when the address names a quartier, then départements, intercommunalités and communes."""
    communes = sorted({c for q in registre.quartiers.values() for c in q.communes})
    autour = {f"qpv:{code_qpv}": f"Autour de {registre.nom('qpv', code_qpv)} ({code_qpv})"} if code_qpv else {}
    offerts = territoires_offerts(registre, "2015") | territoires_offerts(registre, "2024")
    return {
        **autour,
        **dict(sorted(offerts.items())),
        **{f"commune:{c}": f"{registre.nom('commune', c)} (commune {c})" for c in communes},
    }


def quartiers_du_lieu(registre: Registre, lieu: str) -> list[Territoire]:
    """Quartiers of both zonings, by code; around a quartier, those whose contour is near."""
    niveau, _, code = lieu.partition(":")
    if niveau == "qpv":
        return [registre.quartiers[c] for c in _voisins(registre, code)]
    retenus = (
        q
        for q in registre.quartiers.values()
        if code in {"departement": [q.code_departement], "epci": q.epcis, "commune": q.communes}[niveau]
    )
    return sorted(retenus, key=lambda q: q.code_territoire)


def _voisins(registre: Registre, code: str) -> list[str]:
    contours = registre.release.contours(list(registre.quartiers))
    if code not in contours:
        return [code]
    codes = sorted(contours)
    formes = shapely.from_wkb([contours[c] for c in codes])
    proches = shapely.dwithin(formes, formes[codes.index(code)], VOISINAGE_DEGRES)
    return [c for c, proche in zip(codes, proches, strict=True) if proche]


def lieux(registre: Registre, codes: Sequence[str], couches: Sequence[str]) -> list[Lieu]:
    """Points of the layers less than `DISTANCE_MAX` metres from one of the quartiers, nearest first, latest vintage."""
    par_nature = {nature: couche for couche in couches for nature in COUCHES[couche][1]}
    if not par_nature or not codes:
        return []
    lignes = registre.release.lire(
        "with m as (select nature, max(millesime) as millesime from {proximites} where list_contains(?, nature) group by 1), "
        "p as (select x.* from {proximites} x join m using (nature, millesime)), "
        "v as (select distinct identifiant, nature, millesime from p where list_contains(?, code_qpv) and distance_m <= ?), "
        "d as (select identifiant, nature, min(distance_m) as distance, arg_min(code_qpv, distance_m) as code_qpv "
        "from p where zonage = '2024' group by all), "
        "l as (select identifiant, millesime, nature, libelle, code_commune, longitude, latitude, "
        "statut_education_prioritaire as rep from {etablissements} union all "
        "select identifiant, millesime, type_service, libelle, code_commune, longitude, latitude, null from {services}) "
        "select v.nature, v.identifiant, any_value(l.libelle) as nom, any_value(l.code_commune) as code_commune, "
        "any_value(l.longitude) as longitude, any_value(l.latitude) as latitude, any_value(l.rep) as rep, "
        "any_value(d.distance) as distance, any_value(d.code_qpv) as code_qpv "
        "from v join l using (identifiant, millesime, nature) left join d using (identifiant, nature) "
        "where l.longitude is not null and l.latitude is not null group by 1, 2 order by distance nulls last, 1, 2",
        [list(par_nature), list(codes), DISTANCE_MAX],
    )
    return [_lieu(par_nature[ligne["nature"]], ligne) for ligne in lignes]


def _lieu(couche: str, ligne: dict[str, Any]) -> Lieu:
    return Lieu(
        couche, ligne["nature"], ligne["nom"] or SANS_NOM, ligne["code_commune"] or "", ligne["longitude"],
        ligne["latitude"], ligne["rep"], ligne["distance"], ligne["code_qpv"],
    )  # fmt: skip


def est_cartographiable(carte: Indicateur) -> bool:
    """False for what a map must not show, and for what is not a number."""
    return (
        carte.theme not in THEMES_SANS_CARTE
        and carte.unite not in UNITES_SANS_CARTE
        and carte.sur_la_fiche
        and not any(mot in carte.indicateur for mot in MOTS_SANS_CARTE)
    )


def indicateurs_de_la_carte(registre: Registre) -> dict[str, str]:
    """`2024:part_…` → label; the empty key is a map without colour."""
    choix = {"": "Aucun"}
    for zonage in ("2024", "2015"):
        for nom, carte in indicateurs_offerts(registre, zonage).items():
            if est_cartographiable(carte):
                choix[f"{zonage}:{nom}"] = f"{carte.libelle} (quartiers de {zonage})"
    return choix


def valeurs(
    registre: Registre, cle: str, codes: Sequence[str]
) -> tuple[str, float | None, dict[str, tuple[float | None, str]]]:
    """Latest period of `zonage:indicateur`, the step of a rounded figure and, by quartier, its value and status."""
    zonage, _, indicateur = cle.partition(":")
    periode = periodes_recentes(registre, zonage)[indicateur]
    lignes = registre.release.lire(
        "select code_territoire, valeur, statut, methode_incertitude as m, borne_basse as b, borne_haute as h from {valeurs} where niveau = 'qpv' and zonage = ? and indicateur = ? "
        "and periode = ? and list_contains(?, code_territoire)",
        [zonage, indicateur, periode, list(codes)],
    )
    pas = next((p for li in lignes if (p := pas_publie(li["m"], li["b"], li["h"])) is not None), None)
    return periode, pas, {ligne["code_territoire"]: (ligne["valeur"], ligne["statut"]) for ligne in lignes}
