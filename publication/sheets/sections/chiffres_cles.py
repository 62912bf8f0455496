"""« Chiffres clés »: the twelve headline figures, each with its date, reference, gap, reliability and source.

Belongs here: the twelve cards, the 2015 value shown on a 2024 sheet when the link allows it.
Does not belong here: the full list of figures of a theme (themes, emploi).
"""

from __future__ import annotations

from publication.sheets import balises as b
from publication.sheets import chiffre
from publication.sheets.balises import Html
from publication.sheets.fiche import CHIFFRES_CLES, Fiche
from publication.sheets.format_fr import ABSENCES, INSECABLE, en_periode, periode
from publication.sheets.modele import Indicateur, Valeur
from publication.sheets.sections.bandeau import adresse
from publication.sheets.sections.ecart import ETIQUETTES
from publication.sheets.textes import absence_ecart, nom_reference, raison_absence, valeur_ecrite

# Headline figures that a release may not hold yet; once it does, the label of its card is used.
LIBELLES_A_VENIR = {
    "nb_logements_sociaux": "Nombre de logements du parc social",
    "ips_moyen_ecoles_proches": "Indice de position sociale des écoles proches",
    "france_services_500m": "France services à moins de 500 m",
}


def section_chiffres_cles(fiche: Fiche, reference: str) -> Html:
    """The section; a figure without a value keeps its card, with its reason."""
    cartes = []
    statuts: set[str] = set()
    for nom in CHIFFRES_CLES:
        indicateur = fiche.indicateur(nom)
        if indicateur is None:
            cartes.append(_carte_non_chargee(nom, statuts))
        else:
            cartes.append(_carte(fiche, indicateur, reference, statuts))
    return b.joindre(
        (
            b.balise("h2", "Chiffres clés", id="chiffres-cles"),
            b.balise("ul", b.joindre(cartes), class_="chiffres"),
            _compteur(fiche, reference),
            b.consigne(
                "chaque valeur du quartier est suivie de celle d’un territoire de référence et de l’écart entre les deux. "
                "◆ l’écart est moins favorable au quartier, ▲ plus favorable, ● trop faible pour être lu. "
                "Un intervalle dit la précision : marge d’une enquête (« sondage ») ou hasard d’un petit effectif (« variabilité naturelle »).",
                "un écart n’est pas un jugement sur les habitants ; « QPV compris » rappelle que la référence contient le quartier.",
            ),
            b.legende_absences(statuts),
        )
    )


def _carte(fiche: Fiche, indicateur: Indicateur, reference: str, statuts: set[str]) -> Html:
    derniere = fiche.derniere(indicateur.indicateur)
    if derniere is None:
        liee = _valeur_liee(fiche, indicateur)
        if liee is not None:
            return _carte_liee(fiche, indicateur, *liee)
        return _carte_vide(fiche, indicateur, statuts)
    if not derniere.est_lisible:
        statuts.add(derniere.statut)
        corps = b.joindre(
            (
                b.balise("p", b.absence(derniere.statut), f" {ABSENCES[derniere.statut].mot}", class_="valeur vide"),
                b.balise("p", chiffre.phrase_absence(derniere), class_="date"),
                _derniere_lisible(fiche, indicateur),
            )
        )
    else:
        if derniere.statut in ABSENCES:
            statuts.add(derniere.statut)
        fiable = chiffre.precisions(fiche, derniere, indicateur)
        corps = b.joindre(
            (
                b.balise("p", chiffre.valeur(derniere, indicateur), class_="valeur"),
                b.balise("p", chiffre.date(derniere), f" · {fiable}" if fiable else "", class_="date"),
                _bloc_ecart(fiche, derniere, indicateur, reference, statuts),
            )
        )
    pied = b.balise("p", chiffre.source_courte(fiche, derniere), class_="pied")
    return b.balise(
        "li", b.balise("h3", indicateur.libelle), corps, pied, class_="chiffre", data_indicateur=indicateur.indicateur
    )


def _bloc_ecart(fiche: Fiche, v: Valeur, indicateur: Indicateur, reference: str, statuts: set[str]) -> Html:
    e = fiche.ecart_choisi(v.indicateur, v.periode, reference)
    if e is not None and e.ecart is not None:
        if e.statut in ABSENCES:
            statuts.add(e.statut)
        return b.joindre(
            (
                b.balise("p", chiffre.ecart(e, indicateur), " ", chiffre.lecture(e, indicateur), class_="ref"),
                b.balise(
                    "p",
                    f"{chiffre.libelle_reference(fiche, e)}{INSECABLE}: ",
                    b.balise("strong", chiffre.reference(fiche, e, indicateur)),
                    class_="ref",
                ),
            )
        )
    statut, phrase = absence_ecart(fiche, indicateur, e)
    statuts.add(statut)
    raison = b.balise("p", b.absence(statut, phrase), f" écart : {phrase}", class_="ref")
    return b.joindre((raison, _dernier_ecart(fiche, indicateur, reference, statuts)))


def _dernier_ecart(fiche: Fiche, indicateur: Indicateur, reference: str, statuts: set[str]) -> Html:
    for v in reversed(fiche.valeurs.get(indicateur.indicateur, [])):
        e = fiche.ecart_choisi(indicateur.indicateur, v.periode, reference)
        if e is not None and e.ecart is not None:
            if e.statut in ABSENCES:
                statuts.add(e.statut)
            return b.balise(
                "p",
                f"Dernier écart publié, {periode(v.periode)}, {nom_reference(fiche, e.niveau_reference, e.code_reference)} : ",
                chiffre.ecart(e, indicateur),
                " ",
                chiffre.lecture(e, indicateur),
                class_="ref",
            )
    return Html("")


def _derniere_lisible(fiche: Fiche, indicateur: Indicateur) -> Html:
    ancienne = fiche.derniere_lisible(indicateur.indicateur)
    if ancienne is None:
        return Html("")
    return b.balise(
        "p",
        f"Dernière valeur publiée{INSECABLE}: ",
        b.balise("strong", valeur_ecrite(ancienne, indicateur)),
        f" {en_periode(ancienne.periode)}.",
        class_="ref",
    )


def _carte_vide(fiche: Fiche, indicateur: Indicateur, statuts: set[str]) -> Html:
    statut, phrase = raison_absence(fiche, indicateur)
    statuts.add(statut)
    return b.balise(
        "li",
        b.balise("h3", indicateur.libelle),
        b.balise("p", b.absence(statut), f" {ABSENCES[statut].mot}", class_="valeur vide"),
        b.balise("p", phrase, class_="date"),
        class_="chiffre",
        data_indicateur=indicateur.indicateur,
    )


def _carte_non_chargee(nom: str, statuts: set[str]) -> Html:
    """A headline figure whose indicator is not in this release at all."""
    statuts.add("non_calculable")
    return b.balise(
        "li",
        b.balise("h3", LIBELLES_A_VENIR.get(nom, nom)),
        b.balise("p", b.absence("non_calculable"), f" {ABSENCES['non_calculable'].mot}", class_="valeur vide"),
        b.balise("p", "La source n’est pas encore chargée dans cette version.", class_="date"),
        class_="chiffre",
        data_indicateur=nom,
    )


def _valeur_liee(fiche: Fiche, indicateur: Indicateur) -> tuple[str, str, Valeur] | None:
    """On a 2024 sheet, the 2015 value of a quartier whose perimeter is the same or nearly so."""
    if fiche.territoire.zonage != "2024":
        return None
    for lien in fiche.liens:
        if lien.type_lien in {"identique", "proche"}:
            serie = fiche.valeurs_liees.get(lien.code_qp2015, {}).get(indicateur.indicateur, [])
            lisible = next((v for v in reversed(serie) if v.est_lisible), None)
            if lisible is not None:
                return lien.code_qp2015, lien.type_lien, lisible
    return None


def _carte_liee(fiche: Fiche, indicateur: Indicateur, code: str, type_lien: str, v: Valeur) -> Html:
    mot = "identique" if type_lien == "identique" else "proche"
    return b.balise(
        "li",
        b.balise("h3", indicateur.libelle),
        b.balise("p", chiffre.valeur(v, indicateur), class_="valeur"),
        b.balise("p", chiffre.date(v), f" · périmètre 2015 ({mot})", class_="date"),
        b.balise("p", "Non diffusé sur le zonage 2024. ", b.balise("a", f"Écarts sur la fiche {code}", href=adresse(code), target="_self"), class_="ref"),
        b.balise("p", chiffre.source_courte(fiche, v), class_="pied"),
        class_="chiffre autre-perimetre",
        data_indicateur=indicateur.indicateur,
    )  # fmt: skip


def _compteur(fiche: Fiche, reference: str) -> Html:
    """« n évolutions d’écart lisibles sur N », with the labels of those that can be read."""
    evolutions = {nom: fiche.evolution(nom, reference) for nom in CHIFFRES_CLES}
    lisibles = {nom: e for nom, e in evolutions.items() if e is not None and e.etiquette in ETIQUETTES}
    phrase = f"Évolutions de l’écart lisibles : {len(lisibles)} sur {len(CHIFFRES_CLES)}."
    suite = b.balise(
        "a", "Toutes les évolutions, et pourquoi certaines ne peuvent pas être lues", href="#l-ecart", target="_self"
    )
    if not lisibles:
        return b.balise("p", phrase, " ", suite, class_="note-tableau")
    details = b.joindre(
        b.balise("li", f"{_libelle(fiche, nom)}, {periode(e.periode_debut)} → {periode(e.periode_fin)}{INSECABLE}: ", b.balise("strong", ETIQUETTES[e.etiquette or "stable"]))
        for nom, e in lisibles.items()
    )  # fmt: skip
    return b.joindre((b.balise("p", phrase, " ", suite), b.balise("ul", details, class_="simple")))


def _libelle(fiche: Fiche, nom: str) -> str:
    indicateur = fiche.indicateur(nom)
    return indicateur.libelle if indicateur else nom
