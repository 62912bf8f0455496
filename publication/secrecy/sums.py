"""Totals of several territories → equations between the counts of their members.

Belongs here: « ensemble des QPV » against its observed members, the publishers' totals of `rapprochements`, quartiers inside
their commune, contracts of the register.
Does not belong here: relations inside one territory (relations), solving (solver).

Our own sums hold the observed members only, so they give nothing away: that is what is checked here, member by member.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import polars as pl

from publication.secrecy.algebra import UN, Equation
from publication.secrecy.masked import CELLULE, Publiees
from publication.secrecy.relations import Cible, Lecteur, fichier_de, rationnel
from publication.secrecy.rules import ROLES

SERIE = ["zonage", "indicateur", "periode"]
# A sum of counts and its members differ by rounding of floating-point numbers at most.
TOLERANCE_RELATIVE = 1e-9
TOLERANCE = 1e-6
RAPPROCHEMENT = {**dict.fromkeys(("jeu", "millesime", "controle"), pl.String), "attendu": pl.Float64}
CONTRAT = {**dict.fromkeys(("code_contrat", "indicateur", "periode", "jeu", "millesime"), pl.String)} | dict.fromkeys(
    ROLES, pl.Float64
)


def relations_des_totaux(publiees: Publiees, lecteur: Lecteur) -> tuple[list[Cible], list[Equation]]:
    """Masked counts that a total may give away; what the totals and their published members say of them."""
    if publiees.comptees.is_empty():
        return [], []
    relations = [
        *_ensembles(publiees, lecteur),
        *_totaux_du_producteur(publiees, lecteur),
        *_communes(publiees, lecteur),
    ]
    cibles: list[Cible] = []
    for ligne in publiees.comptees.sort(CELLULE).iter_rows(named=True):
        cible, definitions = lecteur.cible(ligne)
        if cible.cellule[3] not in publiees.regles.indicateurs_lies:
            cibles.append(cible)
            relations += definitions
    return cibles, relations


def appartenances(publiees: Publiees) -> pl.DataFrame:
    """`ensemble`, `code_territoire`, `zonage`: one row per quartier and group of quartiers it belongs to."""
    quartiers = publiees.territoires.filter(pl.col("niveau") == "qpv")
    par_epci = quartiers.with_columns(pl.col("codes_epci").str.split(";")).explode("codes_epci")
    groupes = [
        quartiers.select(pl.lit("QPV-FR").alias("ensemble"), "code_territoire", "zonage"),
        quartiers.select("QPV-R" + pl.col("code_region").alias("ensemble"), "code_territoire", "zonage"),
        quartiers.select("QPV-D" + pl.col("code_departement").alias("ensemble"), "code_territoire", "zonage"),
        par_epci.select("QPV-E" + pl.col("codes_epci").alias("ensemble"), "code_territoire", "zonage"),
    ]
    return pl.concat(g.select(pl.nth(0).alias("ensemble"), pl.nth(1), pl.nth(2)) for g in groupes).drop_nulls()


def _ensembles(publiees: Publiees, lecteur: Lecteur) -> Iterator[Equation]:
    """« Ensemble des QPV »: what a total holds beyond its observed members is the sum of the others."""
    liens, lieu = appartenances(publiees), ["code_territoire", "zonage"]
    cle = ["ensemble", *SERIE]
    masques = publiees.comptees.join(liens, on=lieu).select(cle).unique()
    totaux = (
        publiees.valeurs.filter(pl.col("niveau") == "ensemble_qpv")
        .rename({"code_territoire": "ensemble"})
        .select(*cle, "jeu", "millesime", *ROLES)
        .join(masques.lazy(), on=cle, how="semi")
        .collect(engine="streaming")
    )
    sommes = (
        _observes(publiees.membres, publiees.regles.panels)
        .select(*lieu, "indicateur", "periode", *ROLES)
        .lazy()
        .join(liens.lazy(), on=lieu)
        .join(masques.lazy(), on=cle, how="semi")
        .group_by(cle)
        .agg(pl.col(role).sum().alias(f"somme_{role}") for role in ROLES)
        .collect(engine="streaming")
    )
    compares = totaux.join(sommes, on=cle, how="left").sort(cle)
    for role in ROLES:
        reste = pl.col(role) - pl.col(f"somme_{role}").fill_null(0)
        suspects = compares.filter(reste > TOLERANCE + TOLERANCE_RELATIVE * pl.col(role).abs())
        if role == "valeur":
            # The value of a share is no sum; the one of a count is.
            suspects = suspects.filter(pl.col("numerateur").is_null() & pl.col("denominateur").is_null())
        for total in suspects.with_columns(reste=reste).iter_rows(named=True):
            membres = publiees.membres.join(liens.filter(pl.col("ensemble") == total["ensemble"]), on=lieu, how="semi")
            # A sum of ours cannot hold what nobody disseminates: only the masked members are in question.
            absents = membres.filter(*(pl.col(nom) == total[nom] for nom in SERIE), pl.col("statut") == "secret")
            nom = (
                f"total {total['ensemble']} de {total['indicateur']} ({role}), {total['periode']}, "
                "moins les quartiers publiés"
            )
            yield _somme(absents, role, total["reste"], nom, lecteur, total, est_ajoutee=True)


def _observes(membres: pl.DataFrame, panels: set[str]) -> pl.DataFrame:
    """Observed members; on a fixed panel, those observed at every period of the indicator."""
    observes = membres.filter(pl.col("statut") == "observe")
    serie = ["code_territoire", "zonage", "indicateur"]
    attendues = membres.group_by("zonage", "indicateur").agg(attendu=pl.col("periode").n_unique())
    complets = (
        observes.group_by(serie)
        .agg(pl.col("periode").n_unique())
        .join(attendues, on=["zonage", "indicateur"])
        .filter(pl.col("periode") == pl.col("attendu"))
    )
    est_panel = pl.col("indicateur").is_in(sorted(panels))
    return pl.concat([observes.filter(~est_panel), observes.filter(est_panel).join(complets, on=serie, how="semi")])


def _somme(
    absents: pl.DataFrame,
    role: str,
    reste: float,
    nom: str,
    lecteur: Lecteur,
    total: dict[str, Any],
    *,
    est_ajoutee: bool,
    jeu_rond: Fraction = Fraction(0),
) -> Equation:
    """Σ members not published = what is left of the total, to within `jeu_rond` on either side."""
    termes: dict[Any, Fraction] = {
        lecteur.somme(ligne, role)[0]: UN for ligne in absents.sort("code_territoire").iter_rows(named=True)
    }
    second = rationnel(reste)
    if jeu_rond:
        # reste − jeu ≤ Σ ≤ reste + jeu, as Σ + arrondi = reste + jeu with 0 ≤ arrondi ≤ 2 × jeu.
        termes[("arrondi", nom)] = UN
        second += jeu_rond
    return Equation(termes, second, nom, frozenset({fichier_de(total)}), est_ajoutee)


def _totaux_du_producteur(publiees: Publiees, lecteur: Lecteur) -> Iterator[Equation]:
    """The publisher's row « Ensemble », kept as a control in `rapprochements`, rounded to the hundred."""
    membres = publiees.membres
    par_fichier = (
        membres.filter(pl.col("statut") == "secret")
        .select("jeu", "millesime", "indicateur", "periode", "zonage")
        .unique()
    )
    totaux = (
        publiees.table("rapprochements", RAPPROCHEMENT)
        .filter(pl.col("controle").str.starts_with("ensemble_"))
        .with_columns(indicateur=pl.col("controle").str.strip_prefix("ensemble_"))
        .collect()
        .join(par_fichier, on=["jeu", "millesime", "indicateur"])
        .sort("jeu", "millesime", "indicateur", "periode")
    )
    arrondi = publiees.regles.arrondi_ensemble
    for total in totaux.iter_rows(named=True):
        lignes = membres.filter(*(pl.col(nom) == total[nom] for nom in SERIE))
        # The publisher's may; but a quartier that its file does not hold is not in its total either.
        absents = lignes.filter(pl.col("valeur").is_null() & pl.col("empreinte_sha256").is_not_null())
        reste = total["attendu"] - lignes["valeur"].sum()
        demi = Fraction(arrondi, 2) if total["attendu"] % arrondi == 0 else Fraction(0)
        if reste + float(demi) < 0:
            continue
        nom = f"ligne « Ensemble » du producteur pour {total['indicateur']}, {total['periode']}, moins les quartiers publiés"
        yield _somme(absents, "valeur", reste, nom, lecteur, total, est_ajoutee=False, jeu_rond=demi)
        if demi:
            borne: dict[Any, Fraction] = {("arrondi", nom): UN, ("marge", nom): UN}
            yield Equation(borne, 2 * demi, "arrondi du total")


def _communes(publiees: Publiees, lecteur: Lecteur) -> Iterator[Equation]:
    """Quartiers that lie in one commune: their sum is at most the count of the commune.

    The part of the commune outside the quartiers is one more unknown, so that the relation only bounds.
    """
    situes = publiees.territoires.filter(
        (pl.col("niveau") == "qpv") & ~pl.col("codes_communes").str.contains(";")
    ).select("code_territoire", "zonage", commune="codes_communes")
    interieurs = publiees.membres.join(situes, on=["code_territoire", "zonage"])
    cle = ["commune", *SERIE]
    masques = interieurs.filter(pl.col("statut") == "secret").select(cle).unique()
    communes = (
        publiees.valeurs.filter((pl.col("niveau") == "commune") & pl.col("statut").is_in(["observe", "partiel"]))
        .select([*CELLULE, "jeu", "millesime", *ROLES])
        .rename({"code_territoire": "commune"})
        .drop("zonage")
        .join(masques.lazy(), on=["commune", "indicateur", "periode"])
        .collect(engine="streaming")
    )
    for total in communes.sort(cle).iter_rows(named=True):
        lignes = interieurs.filter(*(pl.col(nom) == total[nom] for nom in cle))
        for role in ROLES:
            if total[role] is None or (role == "valeur" and total["denominateur"] is not None):
                continue
            absents = lignes.filter(pl.col(role).is_null())
            reste = total[role] - (lignes[role].sum() or 0)
            nom = f"commune {total['commune']} moins ses autres quartiers, {total['indicateur']} ({role}), {total['periode']}"
            equation = _somme(absents, role, reste, nom, lecteur, total, est_ajoutee=True)
            if absents.height and equation.second >= 0:
                ailleurs: dict[Any, Fraction] = {("hors quartiers", nom): UN}
                yield Equation({**equation.termes, **ailleurs}, equation.second, nom, equation.fichiers, True)


def contrats_trop_larges(publiees: Publiees) -> list[dict[str, Any]]:
    """Totals of a contract published while one of its quartiers is masked by our own threshold.

    Which quartiers a contract covers is not in the register: any quartier of its département may be the only one hidden.
    """
    propres = publiees.comptees.filter(
        pl.col("jeu").map_elements(publiees.regles.est_seuil_propre, return_dtype=pl.Boolean)
    ).with_columns(departement=pl.col("code_territoire").str.slice(2, 3))
    contrats = (
        publiees.table("contrats", CONTRAT)
        .filter(pl.any_horizontal(pl.col(role).is_not_null() for role in ROLES))
        .collect()
    )
    return (
        contrats.join(
            propres.select("indicateur", "periode", "code_territoire", "zonage", "departement"),
            on=["indicateur", "periode"],
        )
        .filter(
            ~pl.col("code_contrat").str.starts_with("CN")
            | (pl.col("code_contrat").str.slice(2, 3) == pl.col("departement"))
        )
        .sort("code_contrat", "indicateur", "periode", "code_territoire")
        .rows(named=True)
    )
