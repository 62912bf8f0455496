"""Gaps of one indicator over the quartiers of a territory, and what can be said of their change.

Belongs here: choices offered, one row per quartier, the change kept for each, counts, rows of the file.
Does not belong here: widgets, HTML and charts (vues.ecarts); deciding whether a change can be read (the release says it).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from app.comparaison import territoires_offerts
from publication.sheets.balises import LECTURES, motif
from publication.sheets.fiche import Registre
from publication.sheets.modele import (
    ECHELLE,
    NOMS_NIVEAUX,
    Ecart,
    Evolution,
    Indicateur,
    Territoire,
    Valeur,
    lecture_ecart,
)
from publication.sheets.sections.ecart import ETIQUETTES
from publication.sheets.textes import nom_de_reference

FRANCE = "france"
# Order of the codes inside a level, the same as on a sheet: France first among the ensembles, métropole first nationally.
_RANG_CODE = (
    "case when code_reference like 'QPV-FR%' or code_reference = 'FRM' then 0 when code_reference like 'QPV-R%' "
    "or code_reference = 'FRHM' then 1 when code_reference like 'QPV-D%' or code_reference = 'FR' then 2 "
    "when code_reference like 'QPV-E%' then 3 else 0 end, code_reference"
)
AUCUNE_PAIRE = "aucune paire de dates n’est publiée pour ce quartier"
REFERENCE_NON_PUBLIEE = "la référence choisie n’est pas publiée pour ce chiffre"
VALEUR_NON_PUBLIEE = "la valeur du quartier n’est pas publiée"


@dataclass(frozen=True)
class Choix:
    """What the address asks for."""

    indicateur: Indicateur
    zonage: str
    niveau: str
    periode: str


@dataclass(frozen=True)
class Ligne:
    """One quartier: its value, its gap at the period, and the change kept for it; None where the release has no row."""

    quartier: Territoire
    sens: int
    valeur: Valeur | None
    ecart: Ecart | None
    evolution: Evolution | None

    @property
    def lecture(self) -> str:
        return lecture_ecart(self.ecart, self.sens) if self.ecart else ""

    @property
    def est_lue(self) -> bool:
        """True when the release gives the change a label."""
        return bool(self.evolution and self.evolution.etiquette)

    @property
    def deltas(self) -> tuple[float | None, float | None, float | None]:
        """Change of the quartier, of the reference, of the gap; nothing when the comparison is refused."""
        e = self.evolution
        return (e.delta_qpv, e.delta_reference, e.delta_ecart) if e and e.est_eligible else (None, None, None)

    @property
    def est_decomposee(self) -> bool:
        """True when both changes can be put side by side."""
        return None not in self.deltas[:2]

    @property
    def issue(self) -> str:
        """The label of the change in words, or why it has none."""
        if self.evolution is None:
            return AUCUNE_PAIRE
        if self.evolution.etiquette:
            return ETIQUETTES[self.evolution.etiquette]
        return motif(self.evolution.motif)

    @property
    def absence(self) -> tuple[str, str]:
        """Status and sentence of a gap that is not there."""
        if self.ecart is None:
            return "non_diffuse", REFERENCE_NON_PUBLIEE
        return self.ecart.statut, motif(self.ecart.motif) or VALEUR_NON_PUBLIEE


@lru_cache(maxsize=3)
def _offres(registre: Registre) -> dict[str, dict[str, dict[str, set[str]]]]:
    """Indicator → zoning → period → levels, for the gaps that the release holds."""
    offres: dict[str, dict[str, dict[str, set[str]]]] = {}
    for li in registre.release.lire(
        "select distinct indicateur, zonage, periode, niveau_reference from {ecarts} where ecart is not null"
    ):
        offres.setdefault(li["indicateur"], {}).setdefault(li["zonage"], {}).setdefault(li["periode"], set()).add(
            li["niveau_reference"]
        )
    return offres


def indicateurs_offerts(registre: Registre) -> dict[str, Indicateur]:
    """Figures of the sheet with at least one gap, by axis and theme."""
    offres = _offres(registre)
    return {i.indicateur: i for i in registre.indicateurs_en_ordre if i.indicateur in offres and i.sur_la_fiche}


def zonages_offerts(registre: Registre, indicateur: str) -> list[str]:
    """Zonings where the indicator has a gap."""
    return sorted(_offres(registre)[indicateur])


def periodes_offertes(registre: Registre, indicateur: str, zonage: str) -> list[str]:
    """Latest first; a base without an established date comes last."""
    periodes = _offres(registre)[indicateur][zonage]
    return sorted(periodes, key=lambda p: (not p.startswith("base-"), p), reverse=True)


def niveaux_offerts(registre: Registre, indicateur: str, zonage: str, periode: str) -> dict[str, str]:
    """Levels with at least one gap at the period, in the order of the ladder."""
    niveaux = _offres(registre)[indicateur][zonage][periode]
    return {n: NOMS_NIVEAUX[n] for n in ECHELLE if n in niveaux}


def territoires(registre: Registre, zonage: str) -> dict[str, str]:
    """All France (count only), then régions, départements and intercommunalités that hold a quartier."""
    regions = {q.code_region for q in registre.quartiers.values() if q.zonage == zonage and q.code_region}
    return {
        FRANCE: "Toute la France (compte seulement)",
        **{f"region:{c}": f"{registre.nom('region', c)} (région)" for c in sorted(regions)},
        **territoires_offerts(registre, zonage),
    }


def quartiers(registre: Registre, zonage: str, territoire: str) -> list[Territoire]:
    """Every quartier of the territory, by code."""
    niveau, _, code = territoire.partition(":")

    def dedans(q: Territoire) -> bool:
        lieux = {"region": q.code_region == code, "departement": q.code_departement == code, "epci": code in q.epcis}
        return territoire == FRANCE or lieux.get(niveau, False)

    retenus = [q for q in registre.quartiers.values() if q.zonage == zonage and dedans(q)]
    return sorted(retenus, key=lambda q: q.code_territoire)


def selectionner(registre: Registre, choix: Choix, territoire: str) -> list[Ligne]:
    """One row per quartier of the territory, by code, whether or not the release can say something of it."""
    i, release = choix.indicateur, registre.release
    cle = {"indicateur": i.indicateur, "periode": choix.periode}
    valeurs = {
        v.code_territoire: v
        for li in release.choisir("valeurs", Valeur._fields, {"niveau": "qpv", "zonage": choix.zonage, **cle})
        if (v := Valeur._make(li))
    }
    ecarts, evolutions = _ecarts(registre, choix), _evolutions(registre, choix)
    codes = quartiers(registre, choix.zonage, territoire)
    return [
        Ligne(q, i.sens, valeurs.get(c), ecarts.get(c), evolutions.get(c)) for q in codes if (c := q.code_territoire)
    ]


def _ecarts(registre: Registre, choix: Choix) -> dict[str, Ecart]:
    """Quartier → its gap at the level: the first reference with a gap, else the first row, which says why."""
    lignes = registre.release.lire(
        f"select {', '.join(Ecart._fields)} from {{ecarts}} where zonage = ? and indicateur = ? and periode = ? "
        "and niveau_reference = ? qualify row_number() over (partition by code_qpv "
        f"order by ecart is null, {_RANG_CODE}) = 1",
        [choix.zonage, choix.indicateur.indicateur, choix.periode, choix.niveau],
    )
    return {li["code_qpv"]: Ecart(**li) for li in lignes}


def _evolutions(registre: Registre, choix: Choix) -> dict[str, Evolution]:
    """Quartier → the change kept, by the rule of a sheet: readable, up to the latest date, then over the longest time.

    A reason that holds whatever the reference has the level `toutes`.
    """
    lignes = registre.release.lire(
        f"select {', '.join(Evolution._fields)} from {{evolutions}} where zonage = ? and indicateur = ? "
        "and niveau_reference in (?, 'toutes') qualify row_number() over (partition by code_qpv "
        "order by coalesce(est_eligible, false) desc, periode_fin desc, periode_debut, niveau_reference = 'toutes', "
        f"{_RANG_CODE}) = 1",
        [choix.zonage, choix.indicateur.indicateur, choix.niveau],
    )
    return {li["code_qpv"]: Evolution(**li) for li in lignes}


def references(registre: Registre, choix: Choix) -> dict[str, Valeur]:
    """Code → published value of the reference, which carries the step it was rounded to."""
    lignes = registre.release.choisir(
        "valeurs",
        Valeur._fields,
        {"niveau": choix.niveau, "indicateur": choix.indicateur.indicateur, "periode": choix.periode},
    )
    return {v.code_territoire: v for li in lignes if (v := Valeur._make(li)).zonage in ("", None, choix.zonage)}


def compter(lignes: Sequence[Ligne]) -> tuple[int, Counter[str], Counter[str], Counter[str]]:
    """Readable changes; counts by label and by motive of the changes; counts by reading of the gaps (empty: no gap)."""
    etiquettes = Counter(li.issue for li in lignes if li.est_lue)
    motifs = Counter(li.issue for li in lignes if not li.est_lue)
    return etiquettes.total(), etiquettes, motifs, Counter(li.lecture for li in lignes)


def trame(registre: Registre, lignes: Sequence[Ligne], choix: Choix) -> pl.DataFrame:
    """The rows of the screen, in the same order, with the numbers of the release."""
    rangs = [_rang(registre, li, choix) for li in lignes]
    nombres = ("valeur", "valeur_reference", "ecart", "ecart_borne_basse", "ecart_borne_haute")
    deltas = ("evolution_quartier", "evolution_reference", "evolution_ecart")
    schema = {nom: pl.Float64 if nom in nombres + deltas else pl.String for nom in (rangs[0] if rangs else {})}
    return pl.DataFrame(rangs, schema=schema)


def _rang(registre: Registre, li: Ligne, choix: Choix) -> dict[str, object]:
    v, g, e = li.valeur, li.ecart, li.evolution
    return {
        "code": li.quartier.code_territoire,
        "libelle": li.quartier.libelle,
        "zonage": choix.zonage,
        "indicateur": choix.indicateur.indicateur,
        "periode": choix.periode,
        "valeur": v.valeur if v else None,
        "statut": v.statut if v else "non_diffuse",
        "reference": nom_de_reference(registre, g.niveau_reference, g.code_reference) if g else "",
        "valeur_reference": g.valeur_reference if g else None,
        "ecart": g.ecart if g else None,
        "unite_ecart": (g.unite_ecart or "") if g else "",
        "ecart_borne_basse": g.borne_basse if g else None,
        "ecart_borne_haute": g.borne_haute if g else None,
        "lecture": LECTURES[li.lecture][1] if li.lecture else "",
        "absence_ecart": "" if li.lecture else li.absence[1],
        "evolution_debut": e.periode_debut if e else "",
        "evolution_fin": e.periode_fin if e else "",
        "evolution_quartier": li.deltas[0],
        "evolution_reference": li.deltas[1],
        "evolution_ecart": li.deltas[2],
        "evolution_lecture": li.issue if li.est_lue else "",
        "evolution_motif": "" if li.est_lue else li.issue,
    }
