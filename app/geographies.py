"""The ledger of the two zonings: what each quartier of 2015 became, where each quartier of 2024 comes from.

Belongs here: territories offered, rows of the ledger, exits, entries, mergers, watched territories, schools of both lists.
Does not belong here: widgets and HTML (vues.geographies), computing the links (the release holds them).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from publication.sheets.fiche import Registre
from publication.sheets.modele import Lien, Territoire

HEXAGONE = "hexagone"
FRANCE = "france"
OUTRE_MER = frozenset({"01", "02", "03", "04", "06"})
SANS_STATUT = "non publié"


@dataclass(frozen=True)
class Mouvement:
    """What the release says of one quartier; `lies` are its codes in the other zoning."""

    quartier: Territoire
    mouvement: str
    lies: tuple[str, ...]
    est_fusion: bool
    est_scission: bool


@dataclass(frozen=True)
class LigneRegistre:
    """One link, or one quartier without any link: the missing side is empty."""

    code_2015: str
    code_2024: str
    part_2015: float | None
    part_2024: float | None
    lien: str


def territoires(registre: Registre) -> dict[str, str]:
    """`hexagone`, `france`, `region:28`, `departement:76` → name, for those that hold at least one quartier."""
    regions = sorted({q.code_region for q in registre.quartiers.values() if q.code_region})
    departements = sorted({q.code_departement for q in registre.quartiers.values() if q.code_departement})
    return {
        HEXAGONE: "France hexagonale et Corse",
        FRANCE: "France, outre-mer compris",
        **{f"region:{c}": f"{registre.nom('region', c)} (région)" for c in regions},
        **{f"departement:{c}": f"{registre.nom('departement', c)} (département {c})" for c in departements},
    }


def est_dans(territoire: str, code_region: str | None, code_departement: str | None) -> bool:
    """Whether a place belongs to the chosen territory; the hexagone leaves out the places without a région."""
    niveau, _, code = territoire.partition(":")
    if niveau == FRANCE:
        return True
    if niveau == HEXAGONE:
        return bool(code_region) and code_region not in OUTRE_MER
    return code == (code_region if niveau == "region" else code_departement)


def mouvements(registre: Registre, territoire: str) -> list[Mouvement]:
    """Every quartier of the territory, both zonings, by code."""
    lignes = registre.release.lire(
        "select code_qpv, mouvement, codes_lies, est_fusion, est_scission from {mouvements} order by code_qpv"
    )
    resultat = []
    for ligne in lignes:
        quartier = registre.quartiers.get(ligne["code_qpv"])
        if quartier is None or not est_dans(territoire, quartier.code_region, quartier.code_departement):
            continue
        lies = tuple(code for code in (ligne["codes_lies"] or "").split(";") if code)
        resultat.append(
            Mouvement(quartier, ligne["mouvement"], lies, bool(ligne["est_fusion"]), bool(ligne["est_scission"]))
        )
    return resultat


def registre_des_liens(liens: Sequence[Lien], tous: Sequence[Mouvement]) -> list[LigneRegistre]:
    """The links with one side in the territory, then its quartiers without any link; by code of 2015, then of 2024."""
    codes = {m.quartier.code_territoire for m in tous}
    lignes = [
        LigneRegistre(x.code_qp2015, x.code_qn2024, x.part_surface_2015, x.part_surface_2024, x.type_lien)
        for x in liens
        if x.code_qp2015 in codes or x.code_qn2024 in codes
    ]
    relies = {x.code_qp2015 for x in liens} | {x.code_qn2024 for x in liens}
    for m in tous:
        code = m.quartier.code_territoire
        if code in relies:
            continue
        lien = m.mouvement if m.mouvement in {"sorti", "entre"} else "non_calcule"
        ancien, nouveau = (code, "") if m.quartier.zonage == "2015" else ("", code)
        lignes.append(LigneRegistre(ancien, nouveau, None, None, lien))
    return sorted(lignes, key=lambda li: (not li.code_2015, li.code_2015, li.code_2024))


def statuts_2024(tous: Sequence[Mouvement]) -> Counter[str]:
    """Identique, modifié, nouveau (last letter of the code), and those whose letter is not published."""
    return Counter(m.quartier.statut_perimetre or SANS_STATUT for m in tous if m.quartier.zonage == "2024")


def sorties(tous: Sequence[Mouvement]) -> list[Mouvement]:
    return [m for m in tous if m.mouvement == "sorti"]


def entrees(tous: Sequence[Mouvement]) -> list[Mouvement]:
    return [m for m in tous if m.mouvement == "entre"]


def fusions(tous: Sequence[Mouvement]) -> list[Mouvement]:
    """Quartiers of 2024 made of several quartiers of 2015."""
    return [m for m in tous if m.est_fusion and m.quartier.zonage == "2024"]


def trame(registre: Registre, lignes: Sequence[LigneRegistre]) -> pl.DataFrame:
    """The ledger as a file; shares in percent."""
    return pl.DataFrame(
        [
            pl.Series("code_qp2015", [li.code_2015 or None for li in lignes], dtype=pl.String),
            pl.Series("libelle_2015", [registre.nom("qpv", li.code_2015) or None for li in lignes], dtype=pl.String),
            pl.Series("code_qn2024", [li.code_2024 or None for li in lignes], dtype=pl.String),
            pl.Series("libelle_2024", [registre.nom("qpv", li.code_2024) or None for li in lignes], dtype=pl.String),
            pl.Series("part_surface_2015", [li.part_2015 for li in lignes], dtype=pl.Float64),
            pl.Series("part_surface_2024", [li.part_2024 for li in lignes], dtype=pl.Float64),
            pl.Series("lien", [li.lien for li in lignes], dtype=pl.String),
        ]
    )


def suivis(registre: Registre, territoire: str, indicateurs: Sequence[str]) -> list[dict[str, Any]]:
    """Watched territories of the place, with the latest figure of each of these indicators (that of their commune)."""
    lignes = registre.release.lire(
        "select nature, identifiant, libelle, code_commune, code_qpv, indicateur, periode, valeur, statut "
        "from {territoires_suivis} where list_contains(?, indicateur) "
        "qualify row_number() over (partition by nature, identifiant, libelle, code_commune, indicateur "
        "order by date_reference desc nulls last, periode desc) = 1 order by nature, identifiant, libelle, indicateur",
        [list(indicateurs)],
    )
    groupes: dict[tuple[str, ...], dict[str, Any]] = {}
    for ligne in lignes:
        commune = ligne["code_commune"] or ""
        lieu = registre.quartiers.get(ligne["identifiant"]) or registre.territoires.get(("commune", commune, ""))
        region, departement = (lieu.code_region, lieu.code_departement) if lieu else (None, None)
        if est_dans(territoire, region, departement):
            cle = (ligne["nature"], ligne["identifiant"], ligne["libelle"] or "", commune)
            groupe = groupes.setdefault(cle, {**ligne, "chiffres": {}})
            groupe["chiffres"][ligne["indicateur"]] = ligne
    return list(groupes.values())


def discordances(registre: Registre, territoire: str) -> list[dict[str, Any]]:
    """Schools of both lists for the zoning 2024, once each whatever the number of vintages that say it."""
    lignes = registre.release.lire(
        "select discordance, identifiant, nature, libelle, code_commune, code_departement, statut_education_prioritaire, "
        "code_qpv, min(distance_m) as distance_m, max(distance_limite_m) as limite, "
        "string_agg(distinct millesime, ', ' order by millesime) as millesimes "
        "from {discordances_education_prioritaire} where zonage = '2024' group by all order by discordance, code_commune, identifiant"
    )
    regions = {t.code_territoire: t.code_region for t in registre.territoires.values() if t.niveau == "departement"}
    return [li for li in lignes if est_dans(territoire, regions.get(li["code_departement"]), li["code_departement"])]


def annuaire_dit_l_education_prioritaire(registre: Registre) -> bool:
    """Whether a list of the release says of at least one school if it belongs to priority education."""
    nombre = registre.release.lire("select count(statut_education_prioritaire) as n from {etablissements}")[0]["n"]
    return bool(nombre)
