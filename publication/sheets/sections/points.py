"""One figure among its references: the dot-and-range plot, how to read it, and its table.

Belongs here: the rows drawn and printed for one indicator, the row « reste de la commune ».
Does not belong here: the drawing itself (graphiques), the choice of the indicators (emploi, habitants, the page).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publication.sheets import balises as b
from publication.sheets import chiffre
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche
from publication.sheets.format_fr import ABSENCES, avec_unite, en_periode, nombre, periode, typographier
from publication.sheets.format_fr import ecart as ecart_ecrit
from publication.sheets.graphiques import PlageDessinee, Repere, points_et_plage
from publication.sheets.modele import Ecart, Indicateur, Valeur, ecart_hors_quartier, lecture_ecart
from publication.sheets.sections import themes
from publication.sheets.textes import inclusion, lieu, nom_reference, valeur_ecrite

# An approximation of the gap with the rest of the commune makes sense for rates on a part of the population only.
AVEC_RESTE_DE_LA_COMMUNE = frozenset({"taux_emploi_15_64"})
UNITES_DESSINEES = {"%": "en %", "€/an/UC": "en euros par an et par unité de consommation"}
NIVEAUX_ATTENDUS = (
    ("commune", "commune"),
    ("epci", "intercommunalité"),
    ("departement", "département"),
    ("region", "région"),
    ("france", "France"),
)
# Fewer quartiers than this make a range that says more of one of them than of the département.
MINIMUM_PLAGE = 3
TABLEAU_SUIT = "Le tableau qui suit donne les mêmes valeurs."


@dataclass(frozen=True)
class Sujet:
    """What one plot is about: the value drawn, its gaps, and the range of the département when it can be shown."""

    fiche: Fiche
    indicateur: Indicateur
    valeur: Valeur
    ecarts: Sequence[Ecart]
    plage: PlageDessinee | None


def indicateurs_en_points(fiche: Fiche) -> list[Indicateur]:
    """The figures that can be drawn against their references: those with at least one gap, the employment rate first."""
    avec_ecart = {cle[0] for cle, liste in fiche.ecarts.items() if any(e.ecart is not None for e in liste)}
    candidats = themes.indicateurs_de(fiche, ("emploi", "transversal"))
    retenus = [i for i in candidats if i.indicateur in avec_ecart and i.unite in UNITES_DESSINEES]
    return sorted(retenus, key=lambda i: i.indicateur != "taux_emploi_15_64")


def points(fiche: Fiche, indicateur: Indicateur) -> Html:
    """The plot, its reading and its table; the reason when there is no number."""
    sujet = _sujet(fiche, indicateur)
    if sujet is None:
        derniere = fiche.derniere(indicateur.indicateur)
        statut = derniere.statut if derniere is not None else "non_diffuse"
        phrase = ABSENCES.get(statut, ABSENCES["non_diffuse"]).phrase
        return b.joindre((b.balise("p", b.absence(statut), f" {phrase}"), b.legende_absences((statut,))))
    return b.joindre((_dessin(sujet), _consigne(sujet), _tableau(sujet)))


def dessin(fiche: Fiche, indicateur: Indicateur) -> Html:
    """The plot alone; empty when there is no number."""
    sujet = _sujet(fiche, indicateur)
    return _dessin(sujet) if sujet is not None else Html("")


def _dessin(sujet: Sujet) -> Html:
    indicateur = sujet.indicateur
    axe = f"{UNITES_DESSINEES.get(indicateur.unite, indicateur.unite)}, {periode(sujet.valeur.periode)}"
    alt = f"{indicateur.libelle}. {_resume(sujet)} {TABLEAU_SUIT}"
    return points_et_plage(_reperes(sujet), sujet.plage, axe, alt)


def _sujet(fiche: Fiche, indicateur: Indicateur) -> Sujet | None:
    """The latest readable period that has a gap; otherwise the latest readable one; None without any number."""
    serie = [v for v in fiche.valeurs.get(indicateur.indicateur, []) if v.est_lisible and v.valeur is not None]
    if not serie:
        return None
    avec_ecart = [v for v in serie if any(e.ecart is not None for e in fiche.ecarts_de(v.indicateur, v.periode))]
    v = (avec_ecart or serie)[-1]
    return Sujet(fiche, indicateur, v, fiche.ecarts_en_echelle(v.indicateur, v.periode), _plage(fiche, v))


def _plage(fiche: Fiche, v: Valeur) -> PlageDessinee | None:
    plage = fiche.plages.get((v.indicateur, v.periode))
    if plage is None or plage.nb_observes < MINIMUM_PLAGE or plage.minimum is None or plage.maximum is None:
        return None
    nom = fiche.registre.nom("departement", fiche.territoire.code_departement)
    return PlageDessinee(f"QPV du département ({nom})", plage.minimum, plage.maximum, plage.valeurs)


def _reperes(sujet: Sujet) -> list[Repere]:
    """The quartier first, then its references in the order of the ladder, each name once."""
    v = sujet.valeur
    nom = sujet.fiche.territoire.libelle or sujet.fiche.code
    ecrit = valeur_ecrite(v, sujet.indicateur)
    reperes = [Repere(nom, "quartier", v.valeur or 0.0, ecrit, v.borne_basse, v.borne_haute)]
    for e in sujet.ecarts:
        nom = typographier(nom_reference(sujet.fiche, e.niveau_reference, e.code_reference))
        if e.valeur_reference is not None and nom not in {repere.nom for repere in reperes}:
            ecrit = chiffre.reference(sujet.fiche, e, sujet.indicateur)
            reperes.append(Repere(nom, e.niveau_reference, e.valeur_reference, ecrit))
    return reperes


def _resume(sujet: Sujet) -> str:
    debut = f"{valeur_ecrite(sujet.valeur, sujet.indicateur)} dans le quartier {en_periode(sujet.valeur.periode)}"
    references = ", ".join(
        f"{chiffre.reference(sujet.fiche, e, sujet.indicateur)} {lieu(sujet.fiche, e)}"
        for e in sujet.ecarts
        if e.valeur_reference is not None
    )
    return f"{debut} ; {references}." if references else f"{debut}."


def _bornes(sujet: Sujet, plage: PlageDessinee) -> tuple[str, str]:
    unite, decimales, pas = sujet.indicateur.unite, sujet.indicateur.decimales, sujet.valeur.pas
    return avec_unite(plage.minimum, unite, decimales, pas), avec_unite(plage.maximum, unite, decimales, pas)


def _consigne(sujet: Sujet) -> Html:
    v = sujet.valeur
    lire = [f"le disque violet est le quartier ({valeur_ecrite(v, sujet.indicateur)} {en_periode(v.periode)})"]
    if v.borne_basse is not None and v.methode_incertitude == "sondage":
        lire.append("la barre violette claire est son intervalle indicatif")
    if sujet.ecarts:
        lire.append("chaque forme grise est une référence")
    if sujet.plage is not None:
        compte = sujet.fiche.plages[(v.indicateur, v.periode)]
        bas, haut = _bornes(sujet, sujet.plage)
        lire.append(
            f"la bande du bas va de {bas} à {haut} : les quartiers du département, un trait par quartier "
            f"({nombre(compte.nb_observes)} observés sur {nombre(compte.nb_quartiers)})"
        )
    return b.consigne(f"{' ; '.join(lire)}.", sujet.indicateur.avertissement)


def _tableau(sujet: Sujet) -> Html:
    v, indicateur = sujet.valeur, sujet.indicateur
    fiable = chiffre.precisions(sujet.fiche, v, indicateur)
    propre = b.joindre((chiffre.valeur(v, indicateur), b.balise("small", fiable) if fiable else ""))
    lignes: list[list[object]] = [[b.balise("strong", sujet.fiche.territoire.libelle), propre, "—", "—"]]
    statuts: set[str] = {v.statut} if v.statut in ABSENCES else set()
    for e in sujet.ecarts:
        lignes.append(_ligne_reference(sujet, e, statuts))
        reste = _reste_de_la_commune(sujet, e)
        if reste is not None:
            statuts.add("estime")
            lignes.append(reste)
    if sujet.plage is not None:
        bas, haut = _bornes(sujet, sujet.plage)
        etendue = b.joindre((sujet.plage.nom, b.balise("small", "du plus bas au plus haut")))
        lignes.append([etendue, f"{bas} à {haut}", "—", "—"])
    table = b.tableau(
        f"{indicateur.libelle}, {periode(v.periode)} : le quartier et ses références",
        ("Territoire", "Valeur", "Écart du quartier", "Lecture"),
        lignes,
        note=f"{chiffre.source_courte(sujet.fiche, v)}. Les écarts sont calculés avant arrondi.{_absents(sujet)}",
        numeriques=(1, 2),
    )
    return b.joindre((table, b.legende_absences(statuts)))


def _ligne_reference(sujet: Sujet, e: Ecart, statuts: set[str]) -> list[object]:
    valeur: object = chiffre.reference(sujet.fiche, e, sujet.indicateur)
    if e.valeur_reference is None:
        valeur = b.absence(chiffre.statut_ecart(e))
    if e.ecart is None or e.statut in ABSENCES:
        statuts.add(chiffre.statut_ecart(e))
    mentions = (chiffre.niveau(e), inclusion(e), chiffre.couverture(sujet.fiche, e))
    precision = b.balise("small", ", ".join(mention for mention in mentions if mention))
    nom = b.joindre((nom_reference(sujet.fiche, e.niveau_reference, e.code_reference), precision))
    return [nom, valeur, chiffre.ecart(e, sujet.indicateur), chiffre.lecture(e, sujet.indicateur)]


def _absents(sujet: Sujet) -> str:
    presents = {e.niveau_reference for e in sujet.ecarts}
    noms = [mot for niveau, mot in NIVEAUX_ATTENDUS if niveau not in presents]
    return f" Référence non publiée à cette date : {', '.join(noms)}." if noms else ""


def _reste_de_la_commune(sujet: Sujet, e: Ecart) -> list[object] | None:
    """The row « reste de la commune », estimated with the weight of the quartier among the inhabitants."""
    fiche = sujet.fiche
    permis = sujet.indicateur.indicateur in AVEC_RESTE_DE_LA_COMMUNE and len(fiche.territoire.communes) == 1
    if not permis or e.niveau_reference != "commune" or e.ecart is None:
        return None
    habitants = next((v.valeur for v in fiche.valeurs.get("population_municipale", []) if v.periode == e.periode), None)
    commune = fiche.valeur_reference("commune", e.code_reference, "population_municipale", e.periode)
    if habitants is None or commune is None or commune.valeur is None:
        return None
    reste = ecart_hors_quartier(e.ecart, habitants, commune.valeur)
    if reste is None:
        return None
    poids = avec_unite(100 * habitants / commune.valeur, "%", 1)
    nom = b.joindre(
        (
            f"Reste de la commune ({fiche.registre.nom('commune', e.code_reference)}, hors quartier)",
            b.balise("small", f"approché avec le poids du quartier : {poids} des habitants de la commune"),
        )
    )
    ecart = b.joindre((b.balise("span", ecart_ecrit(reste, "point"), class_="ecart"), b.marque("estime")))
    sens = sujet.indicateur.sens
    valeur = b.joindre(
        (
            avec_unite((sujet.valeur.valeur or 0.0) - reste, sujet.indicateur.unite, sujet.indicateur.decimales),
            b.marque("estime"),
        )
    )
    return [nom, valeur, ecart, b.lecture(lecture_ecart(e, sens), sens)]
