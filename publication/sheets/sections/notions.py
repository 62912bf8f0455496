"""Unemployment: three notions, three places, never one scale; and the ILO rate of the département as a landmark.

Belongs here: the explanation of the three notions, the quarterly chart of the département and of France.
Does not belong here: registered job seekers (inscrits), the employment rate (points). No rate is ever given to a quartier.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from publication.sheets import balises as b
from publication.sheets import chiffre
from publication.sheets.balises import Html
from publication.sheets.fiche import INDICATEUR_BIT, Fiche
from publication.sheets.format_fr import en_periode, periode
from publication.sheets.graphiques import COULEURS_REPERES, LEGENDE, Point, Serie, tendance
from publication.sheets.modele import Indicateur, Valeur
from publication.sheets.textes import nom_reference, valeur_ecrite

# The chart starts one year before the 2015 zoning; the whole series since 1982 is in the extracts.
DEPUIS = 2014
NOTIONS = (
    (
        "Chômage au sens du BIT",
        "Enquête Emploi, règles du Bureau international du travail : sans emploi, disponible et en recherche. "
        "Mesuré en France, par région et par département. Aucun quartier n’a de taux à lui.",
    ),
    (
        "Chômage au sens du recensement",
        "Déclaré par les habitants dans leur bulletin. Publié pour la commune et au-dessus. "
        "Pour le quartier, le recensement donne le taux d’emploi.",
    ),
    (
        "Inscrits à France Travail",
        "Personnes inscrites, comptées quartier par quartier au 31 décembre. "
        "Certaines travaillent, d’autres ne s’inscrivent pas : c’est un effectif, pas un taux.",
    ),
)


def section_notions(fiche: Fiche) -> Html:
    """The three notions side by side, then the landmark on its own axis."""
    morceaux = [
        b.balise("h3", "Trois mesures du chômage, trois échelles"),
        b.balise(
            "p",
            "Ces mesures ne comptent pas les mêmes personnes : elles ne sont jamais placées sur le même axe, "
            "ni soustraites l’une de l’autre.",
        ),
        _cartes(),
        _ensemble_des_qpv(fiche),
    ]
    indicateur = fiche.indicateur(INDICATEUR_BIT)
    if indicateur is not None:
        cle = ("chomage", fiche.territoire.code_departement)
        morceaux.append(fiche.registre.une_fois(cle, lambda: _repere(fiche, indicateur)))
    return b.joindre(morceaux)


@cache
def _cartes() -> Html:
    cartes = b.joindre(b.balise("div", b.balise("h4", titre), b.balise("p", texte)) for titre, texte in NOTIONS)
    return b.balise("div", cartes, class_="notions")


def _ensemble_des_qpv(fiche: Fiche) -> Html:
    """The only ILO rate that exists for QPV: one for all of them together."""
    indicateur = fiche.indicateur("taux_chomage_bit_qpv")
    publiees = fiche.references.get(("ensemble_qpv", "QPV-FR"), {}).get("taux_chomage_bit_qpv", [])
    valeurs = [v for v in publiees if v.valeur is not None]
    if indicateur is None or not valeurs:
        return Html("")
    suite = ", ".join(f"{valeur_ecrite(v, indicateur)} {en_periode(v.periode)}" for v in valeurs)
    phrase = f"Pour tous les quartiers prioritaires de France réunis, le taux de chômage au sens du BIT est de {suite}."
    return b.joindre(
        (b.balise("p", phrase), b.balise("p", chiffre.source_courte(fiche, valeurs[-1]), class_="source-ligne"))
    )


def _repere(fiche: Fiche, indicateur: Indicateur) -> Html:
    series = _series(fiche)
    departement = fiche.registre.nom("departement", fiche.territoire.code_departement)
    titre = b.balise("h4", f"Repère : taux de chômage au sens du BIT, {departement} et France")
    if not series:
        absence = b.balise("p", b.absence("non_diffuse"), " Ce taux n’est pas chargé dans cette version.")
        return b.joindre((titre, absence))
    nom, valeurs = series[0]
    dernier = valeurs[-1]
    resume = (
        f"Taux de chômage au sens du BIT, {nom} : {valeur_ecrite(dernier, indicateur)} au {periode(dernier.periode)}."
    )
    alt = f"{resume} Le tableau qui suit donne les mêmes valeurs."
    traces = [_tracer(nom, v, indicateur) for nom, v in series]
    return b.joindre(
        (
            titre,
            tendance(traces, "en % des actifs", "", alt=alt, pas=0.25, couleurs=COULEURS_REPERES),
            b.legende_series([n for n, _ in series], LEGENDE, "reperes"),
            b.consigne(
                f"au {periode(dernier.periode)}, {valeur_ecrite(dernier, indicateur)} des actifs ({nom}) sont au chômage au sens du BIT.",
                "ce repère ne dit rien du quartier et ne se compare pas au nombre d’inscrits.",
            ),
            *(b.balise("p", f"{n} — {chiffre.source_courte(fiche, v[-1])}", class_="source-ligne") for n, v in series),
            _tableau(series, indicateur),
        )
    )


def _series(fiche: Fiche) -> list[tuple[str, list[Valeur]]]:
    """The département, then France (hors Mayotte if published so), from `DEPUIS` on."""
    t = fiche.territoire
    series: list[tuple[str, list[Valeur]]] = []
    for niveau, codes in (("departement", (t.code_departement,)), ("france", ("FRHM", "FR", "FRM"))):
        for code in codes:
            valeurs = _valeurs(fiche, niveau, code)
            if valeurs:
                series.append((nom_reference(fiche, niveau, code), valeurs))
                break
    return series


def _valeurs(fiche: Fiche, niveau: str, code: str) -> list[Valeur]:
    publiees = fiche.references.get((niveau, code), {})
    nom = next((cle for cle in sorted(publiees) if cle.startswith("taux_chomage_bit")), "")
    return [v for v in publiees.get(nom, []) if v.valeur is not None and int(v.periode[:4]) >= DEPUIS]


def _tracer(nom: str, valeurs: Sequence[Valeur], indicateur: Indicateur) -> Serie:
    return Serie(
        nom,
        [Point(_annee(v.periode), v.valeur or 0.0, valeur_ecrite(v, indicateur), periode(v.periode)) for v in valeurs],
    )


def _annee(p: str) -> float:
    """`2021-T3` → 2021.5."""
    return int(p[:4]) + (int(p[-1]) - 1) / 4 if "-T" in p else float(p[:4])


def _tableau(series: Sequence[tuple[str, Sequence[Valeur]]], indicateur: Indicateur) -> Html:
    par_serie = [(nom, {v.periode: v for v in valeurs}) for nom, valeurs in series]
    periodes = sorted({p for _, valeurs in par_serie for p in valeurs}, reverse=True)
    manque = any(p not in valeurs for _, valeurs in par_serie for p in periodes)
    lignes = [
        [
            periode(p),
            *(b.e(valeur_ecrite(v[p], indicateur)) if p in v else b.absence("non_diffuse") for _, v in par_serie),
        ]
        for p in periodes
    ]
    table = b.tableau(
        "Taux de chômage au sens du BIT, corrigé des variations saisonnières",
        ("Trimestre", *(nom for nom, _ in par_serie)),
        lignes,
        numeriques=range(1, len(par_serie) + 1),
    )
    legende = b.legende_absences({"non_diffuse"} if manque else ())
    return b.repli(f"Tableau des {len(periodes)} trimestres", b.joindre((table, legende)))
