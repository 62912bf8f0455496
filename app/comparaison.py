"""Selection of the quartiers of one territory and of the figures that are compared.

Belongs here: territories offered, latest period of a figure, rows by code, order on request, rows of the two charts.
Does not belong here: widgets and HTML (vues.comparer), files (exports).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from publication.sheets.fiche import Registre
from publication.sheets.format_fr import INSECABLE, ordinal
from publication.sheets.modele import Indicateur, Territoire, pas_publie

# A value of these statuses is a number that can be read.
LISIBLES = frozenset({"observe", "estime", "partiel"})


@dataclass(frozen=True)
class Cellule:
    """One figure of one quartier, with its gap against the chosen reference when the release holds one."""

    valeur: float | None
    statut: str
    periode: str
    basse: float | None = None
    haute: float | None = None
    ecart: float | None = None
    unite_ecart: str = ""
    cinquieme: int | None = None
    rang_meilleur: int | None = None
    rang_pire: int | None = None
    effectif: int | None = None
    code_reference: str = ""
    valeur_reference: float | None = None
    pas: float | None = None
    jeu: str = ""
    millesime: str = ""

    @property
    def est_lisible(self) -> bool:
        return self.statut in LISIBLES and self.valeur is not None


@dataclass(frozen=True)
class Ligne:
    quartier: Territoire
    communes: str
    cellules: dict[str, Cellule]


def territoires_offerts(registre: Registre, zonage: str) -> dict[str, str]:
    """`departement:76` or `epci:200…` → name, for those that hold at least one quartier of the zoning."""
    quartiers = [q for q in registre.quartiers.values() if q.zonage == zonage]
    departements = {q.code_departement for q in quartiers if q.code_departement}
    epcis = {code for q in quartiers for code in q.epcis}
    return {
        **{f"departement:{c}": f"{registre.nom('departement', c)} (département {c})" for c in sorted(departements)},
        **{f"epci:{c}": f"{registre.nom('epci', c)} (intercommunalité)" for c in sorted(epcis)},
    }


def quartiers_du_territoire(registre: Registre, zonage: str, territoire: str) -> list[Territoire]:
    """Every quartier of the territory, by code."""
    niveau, _, code = territoire.partition(":")
    retenus = (
        q
        for q in registre.quartiers.values()
        if q.zonage == zonage and (q.code_departement == code if niveau == "departement" else code in q.epcis)
    )
    return sorted(retenus, key=lambda q: q.code_territoire)


def periodes_recentes(registre: Registre, zonage: str) -> dict[str, str]:
    """Indicator → latest period with at least one number for the zoning."""
    lignes = registre.release.lire(
        "select indicateur, arg_max(periode, (periode not like 'base-%', periode)) as periode from {disponibilites} "
        "where zonage = ? and nb_observes + nb_estimes > 0 group by 1",
        [zonage],
    )
    return {ligne["indicateur"]: ligne["periode"] for ligne in lignes}


def indicateurs_offerts(registre: Registre, zonage: str) -> dict[str, Indicateur]:
    """Figures shown on a sheet that have a number in this zoning."""
    recentes = periodes_recentes(registre, zonage)
    return {i.indicateur: i for i in registre.indicateurs_en_ordre if i.indicateur in recentes and i.sur_la_fiche}


def selectionner(
    registre: Registre, zonage: str, territoire: str, indicateurs: Sequence[str], niveau: str
) -> list[Ligne]:
    """All quartiers × chosen figures, by code; a figure without a row is `non_diffuse`."""
    quartiers = quartiers_du_territoire(registre, zonage, territoire)
    recentes = periodes_recentes(registre, zonage)
    codes = [q.code_territoire for q in quartiers]
    cellules: dict[tuple[str, str], Cellule] = {}
    for indicateur in indicateurs:
        for ligne in _lire(registre, zonage, indicateur, recentes[indicateur], niveau, codes):
            code, methode = ligne.pop("code"), ligne.pop("methode")
            pas = pas_publie(methode, ligne["basse"], ligne["haute"])
            cellules[code, indicateur] = Cellule(**ligne, pas=pas)
    return [
        Ligne(
            q,
            ", ".join(registre.nom("commune", c) for c in q.communes),
            {i: cellules.get((q.code_territoire, i), Cellule(None, "non_diffuse", recentes[i])) for i in indicateurs},
        )
        for q in quartiers
    ]


def _lire(
    registre: Registre, zonage: str, indicateur: str, periode: str, niveau: str, codes: list[str]
) -> list[dict[str, Any]]:
    """Values, their rank in the département, and the gap against one reference of the level.

    A level may hold several references: all the QPV of France first, then the smallest code; the gap names its own.
    A rank is the same on every row of a figure, whatever the reference.
    """
    return registre.release.lire(
        "with g as (select * from {ecarts} where zonage = ? and indicateur = ? and periode = ? and niveau_reference = ? "
        "and list_contains(?, code_qpv) qualify row_number() over (partition by code_qpv "
        "order by code_reference not like 'QPV-FR%', code_reference) = 1), "
        "r as (select code_qpv, max(quintile_departement) as cinquieme, max(rang_meilleur) as rang_meilleur, "
        "max(rang_pire) as rang_pire, max(effectif_departement) as effectif from {ecarts} where zonage = ? "
        "and indicateur = ? and periode = ? and list_contains(?, code_qpv) group by 1) "
        "select v.code_territoire as code, v.valeur, v.statut, v.periode, v.borne_basse as basse, v.borne_haute as haute, "
        "v.methode_incertitude as methode, g.ecart, coalesce(g.unite_ecart, '') as unite_ecart, "
        "coalesce(g.code_reference, '') as code_reference, g.valeur_reference, r.cinquieme, r.rang_meilleur, r.rang_pire, r.effectif, coalesce(v.jeu, '') as jeu, coalesce(v.millesime, '') as millesime "
        "from {valeurs} v left join g on g.code_qpv = v.code_territoire "
        "left join r on r.code_qpv = v.code_territoire "
        "where v.niveau = 'qpv' and v.zonage = ? and v.indicateur = ? and v.periode = ? "
        "and list_contains(?, v.code_territoire)",
        [zonage, indicateur, periode, niveau, codes, *[zonage, indicateur, periode, codes] * 2],
    )


def observes(lignes: Sequence[Ligne], indicateur: str) -> int:
    """How many quartiers have a number."""
    return sum(ligne.cellules[indicateur].est_lisible for ligne in lignes)


def ordonnables(lignes: Sequence[Ligne], indicateurs: Sequence[Indicateur]) -> list[Indicateur]:
    """Figures that may be put in order: those with a favourable side and a rank in the release (gap method §9)."""
    return [
        i
        for i in indicateurs
        if i.sens and any(ligne.cellules[i.indicateur].rang_meilleur is not None for ligne in lignes)
    ]


def ordonner(lignes: Sequence[Ligne], indicateur: Indicateur) -> list[Ligne]:
    """From the least to the most favourable value, as ranks and fifths are; codes for ties, no number last."""

    def cle(ligne: Ligne) -> tuple[bool, float, str]:
        cellule = ligne.cellules[indicateur.indicateur]
        valeur = cellule.valeur if cellule.est_lisible and cellule.valeur is not None else 0.0
        return not cellule.est_lisible, indicateur.sens * valeur, ligne.quartier.code_territoire

    return sorted(lignes, key=cle)


def cinquieme_ecrit(cellule: Cellule) -> str:
    """`2ᵉ cinquième`, empty where the release gives none."""
    return "" if cellule.cinquieme is None else f"{ordinal(cellule.cinquieme)}{INSECABLE}cinquième"


def rang_ecrit(cellule: Cellule) -> str:
    """`rang 3 à 7 sur 28` of the département, one rank when the interval is a point; empty where the release gives none."""
    if cellule.rang_meilleur is None or cellule.rang_pire is None:
        return ""
    bornes = f"{cellule.rang_meilleur}" + (
        f" à {cellule.rang_pire}" if cellule.rang_pire != cellule.rang_meilleur else ""
    )
    return f"rang{INSECABLE}{bornes} sur {cellule.effectif}"


def couples(lignes: Sequence[Ligne], x: str, y: str) -> list[Ligne]:
    """Quartiers where both figures are numbers."""
    return [ligne for ligne in lignes if ligne.cellules[x].est_lisible and ligne.cellules[y].est_lisible]
