"""Gap of each quartier with one reference, for one indicator, and what can be said of its change.

Belongs here: choices of the address, counts, the table, the two charts and the file.
Does not belong here: selecting rows and counting (app.ecarts), writing files (exports).
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import ecarts as ec
from app import etat, exports, session, vega
from app.dessins_ecarts import HAUTEUR_LIGNE, LIGNES_DESSINEES, decomposition, legende, nuage_par_departement, points
from publication.sheets import balises as b
from publication.sheets import chiffre
from publication.sheets.balises import Html
from publication.sheets.fiche import Registre
from publication.sheets.format_fr import INSECABLE, avec_unite, compte, en_periode, nombre, periode
from publication.sheets.format_fr import ecart as ecart_ecrit
from publication.sheets.modele import NOMS_NIVEAUX, Valeur
from publication.sheets.textes import DEPARTS_ARRIVEES, evolution_ecrite, inclusion, nom_de_reference, valeur_ecrite

ZONAGES = {"2024": "Quartiers de 2024", "2015": "Quartiers de 2015"}
SUITE = "Le tableau qui suit donne les mêmes valeurs."
PAR_DEFAUT = "taux_pauvrete_60"


def _choix(registre: Registre) -> tuple[ec.Choix, str, dict[str, str]]:
    """The choices of the address; each list offers only what the release holds."""
    offerts = ec.indicateurs_offerts(registre)
    nom = etat.choix("indicateur", "Indicateur", {i: c.libelle for i, c in offerts.items()}, defaut=PAR_DEFAUT)
    publies = {z: ZONAGES[z] for z in ec.zonages_offerts(registre, nom)}
    zonage = etat.choix("zonage", "Zonage", publies, defaut="2015")
    dates = {p: periode(p) for p in ec.periodes_offertes(registre, nom, zonage)}
    date = etat.choix("periode", "Date de l’écart", dates)
    niveaux = ec.niveaux_offerts(registre, nom, zonage, date)
    niveau = etat.choix("reference", "Niveau de référence", niveaux, defaut="departement")
    lieux = ec.territoires(registre, zonage)
    return ec.Choix(offerts[nom], zonage, niveau, date), etat.choix("territoire", "Territoire", lieux), lieux


def _comptes(lignes: Sequence[ec.Ligne]) -> Html:
    """Readable changes first, then the labels, the motives and the readings, most frequent first."""
    lues, etiquettes, motifs, lectures = ec.compter(lignes)
    phrase = b.balise("strong", f"{compte(lues, 'évolution lisible', 'évolutions lisibles')} sur {nombre(len(lignes))}")

    def lignes_de(comptes: dict[str, int], nature: str) -> list[tuple[object, ...]]:
        ordre = sorted(comptes.items(), key=lambda c: (-c[1], c[0]))
        return [(texte[:1].upper() + texte[1:], nature, nombre(n)) for texte, n in ordre]

    par_lecture = [
        (b.lecture(code) if code else "Sans écart publié", "Écart", nombre(n)) for code, n in sorted(lectures.items(), reverse=True)
    ]  # fmt: skip
    corps = [*lignes_de(etiquettes, "Évolution lisible"), *lignes_de(motifs, "Évolution non lue"), *par_lecture]
    return b.joindre((
        b.balise("p", phrase, f" quartiers. {DEPARTS_ARRIVEES}"),
        b.tableau("Nombre de quartiers par lecture et par motif", ("Lecture ou motif", "De quoi", "Quartiers"), corps, numeriques=(2,)),
    ))  # fmt: skip


def _reference(registre: Registre, li: ec.Ligne, choix: ec.Choix, publiees: dict[str, Valeur]) -> Html:
    g = li.ecart
    if g is None or g.valeur_reference is None:
        return b.absence("non_diffuse", ec.REFERENCE_NON_PUBLIEE)
    publiee, i = publiees.get(g.code_reference), choix.indicateur
    ecrit = avec_unite(g.valeur_reference, i.unite, i.decimales, publiee.pas if publiee else None)
    nom = f" {nom_de_reference(registre, g.niveau_reference, g.code_reference)} ({inclusion(g)})"
    return b.joindre((ecrit, b.marque(publiee.statut) if publiee else "", b.balise("small", nom)))


def _evolution(li: ec.Ligne, choix: ec.Choix) -> tuple[object, ...]:
    """Label or motive, dates, own change, change of the reference."""
    e, i = li.evolution, choix.indicateur
    deltas = [evolution_ecrite(d, i) if d is not None else "—" for d in li.deltas[:2]]
    dates = f"{periode(e.periode_debut)} → {periode(e.periode_fin)}" if e else "—"
    issue = b.balise("strong", li.issue) if li.est_lue else b.balise("small", f"Non lue{INSECABLE}: {li.issue}")
    return (issue, dates, *deltas)


def _tableau(registre: Registre, lignes: Sequence[ec.Ligne], choix: ec.Choix) -> Html:
    publiees, i = ec.references(registre, choix), choix.indicateur
    entetes = ("Quartier", "Valeur", "Référence", "Écart", "Lecture", "Évolution de l’écart", "Dates", "Du quartier", "De la référence")  # fmt: skip
    corps = [
        (
            b.joindre((
                b.balise("a", li.quartier.libelle, href=f"/quartiers/{li.quartier.code_territoire}", target="_self"),
                b.balise("small", f" {li.quartier.code_territoire}"),
            )),
            chiffre.valeur(li.valeur, i) if li.valeur else b.absence("non_diffuse"),
            _reference(registre, li, choix, publiees),
            chiffre.ecart(li.ecart, i) if li.ecart and li.lecture else b.absence(*li.absence),
            b.lecture(li.lecture, i.sens) if li.lecture else b.balise("small", li.absence[1]),
            *_evolution(li, choix),
        )
        for li in lignes
    ]  # fmt: skip
    statuts = {li.valeur.statut if li.valeur else "non_diffuse" for li in lignes}
    statuts |= {li.ecart.statut if li.lecture and li.ecart else li.absence[0] for li in lignes}
    legende_table = f"{i.libelle}, {periode(choix.periode)} : écart et évolution, quartier par quartier"
    return b.joindre(
        (b.tableau(legende_table, entetes, corps, numeriques=(1, 2, 3, 7, 8)), b.legende_absences(statuts))
    )


def _lire(registre: Registre, lignes: Sequence[ec.Ligne], choix: ec.Choix) -> Html:
    """How to read the first gap of the list, with its numbers."""
    exemple = next((li for li in lignes if li.lecture and li.valeur), None)
    ne_pas = choix.indicateur.avertissement or "un écart décrit un lieu, il ne juge ni le quartier ni ses habitants."
    if exemple is None or exemple.ecart is None or exemple.ecart.ecart is None or exemple.valeur is None:
        return b.consigne("", ne_pas)
    g, i = exemple.ecart, choix.indicateur
    phrase = (
        f"{en_periode(choix.periode)}, {exemple.quartier.libelle} est à {valeur_ecrite(exemple.valeur, i)}, "
        f"soit {ecart_ecrit(g.ecart or 0.0, g.unite_ecart or '', i.decimales)} par rapport à sa référence "
        f"({nom_de_reference(registre, g.niveau_reference, g.code_reference)})."
    )
    return b.consigne(phrase, ne_pas)


def _dessiner(couches: Sequence[vega.Specification], hauteur: int, texte: str) -> None:
    if any(couches):
        dessin = {**vega.specification(couches, hauteur), "description": f"{texte} {SUITE}"}
        st.vega_lite_chart(dessin, width="stretch", theme=None)


def _graphique(registre: Registre, lignes: Sequence[ec.Ligne], choix: ec.Choix) -> None:
    """Dots of the gaps around the zero line: one line per quartier, or per département when there are many."""
    avec = [li for li in lignes if li.lecture]
    texte = f"{choix.indicateur.libelle}, écart {en_periode(choix.periode)} : {nombre(len(avec))} quartiers avec un écart sur {nombre(len(lignes))}."
    st.html(b.joindre((b.balise("h2", "Les écarts"), b.balise("p", texte), legende(avec))))
    if len(avec) <= LIGNES_DESSINEES:
        _dessiner(points(avec, choix.indicateur), 70 + HAUTEUR_LIGNE * len(avec), texte)
    else:
        couches, rangees = nuage_par_departement(avec, choix.indicateur, lambda c: registre.nom("departement", c))
        _dessiner(couches, 70 + 2 * HAUTEUR_LIGNE * rangees, texte)
        st.html(b.balise("p", "Une ligne par département : les intervalles sont dans le fichier à télécharger."))


def _deux_evolutions(lignes: Sequence[ec.Ligne], choix: ec.Choix) -> None:
    """What the quartier did and what its reference did, for the changes that the release holds eligible."""
    retenues = [li for li in lignes if li.est_decomposee]
    st.html(b.balise("h2", "Ce qu’ont fait le quartier et sa référence"))
    if not retenues:
        st.html(
            b.balise(
                "p", "Aucune évolution ne peut être décomposée ici : le tableau dit pourquoi, quartier par quartier."
            )
        )
        return
    texte = f"Évolution du quartier (●) et de sa référence (◇), {nombre(len(retenues))} quartiers sur {nombre(len(lignes))}."
    st.html(b.balise("p", texte))
    if len(retenues) <= LIGNES_DESSINEES:
        _dessiner(decomposition(retenues, choix.indicateur), 70 + HAUTEUR_LIGNE * len(retenues), texte)
    else:
        st.html(b.balise("p", f"Le dessin s’arrête à {LIGNES_DESSINEES} quartiers : choisir un territoire plus petit."))
    i = choix.indicateur
    corps = [
        (f"{li.quartier.libelle} ({li.quartier.code_territoire})", f"{periode(e.periode_debut)} → {periode(e.periode_fin)}",
         evolution_ecrite(e.delta_qpv or 0.0, i), evolution_ecrite(e.delta_reference or 0.0, i), li.issue)
        for li in retenues if (e := li.evolution)
    ]  # fmt: skip
    entetes = ("Quartier", "Dates", "Évolution du quartier", "De la référence", "Lecture")
    st.html(b.joindre((
        b.tableau("Évolution du quartier et de sa référence", entetes, corps, numeriques=(2, 3)),
        b.consigne("l’évolution de l’écart est ce qu’a fait le quartier moins ce qu’a fait la référence.", "une évolution du quartier n’est pas celle de ses habitants."),
    )))  # fmt: skip


def _page() -> None:
    st.set_page_config(page_title=f"Écarts – {session.NOM_SITE}")
    registre = session.registre()
    st.html(b.joindre((
        b.balise("h1", "Écarts"),
        b.balise("p", "Un indicateur, les quartiers prioritaires de la politique de la ville (QPV) d’un territoire : l’écart de chacun avec une référence, et si cet écart a bougé.", class_="chapo"),
    )))  # fmt: skip
    choix, territoire, lieux = _choix(registre)
    lignes = ec.selectionner(registre, choix, territoire)
    fiche = b.balise(
        "a", "Fiche de l’indicateur", href=f"/indicateurs?indicateur={choix.indicateur.indicateur}", target="_self"
    )
    st.html(b.joindre((
        b.balise("p", f"Référence{INSECABLE}: {NOMS_NIVEAUX[choix.niveau]}. ", fiche, "."),
        b.balise("h2", lieux[territoire]),
        _comptes(lignes),
    )))  # fmt: skip
    if territoire == ec.FRANCE:
        st.html(
            b.balise(
                "p",
                "Pour voir le tableau quartier par quartier, choisir une région, un département ou une intercommunalité.",
            )
        )
        return
    _graphique(registre, lignes, choix)
    st.html(b.joindre((_tableau(registre, lignes, choix), _lire(registre, lignes, choix))))
    _deux_evolutions(lignes, choix)
    st.html(b.balise("h2", "Télécharger"))
    fichier = exports.csv(ec.trame(registre, lignes, choix))
    st.download_button(
        "Télécharger le tableau en CSV", fichier, f"ecarts_{choix.indicateur.indicateur}.csv", key="fichier_csv"
    )


_page()
