"""Comparison of the quartiers of one département or intercommunalité: table, interval plot, scatter, files.

Belongs here: choices of the address, the table, the two charts and the download buttons.
Does not belong here: selecting rows (comparaison), writing files (exports).
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import etat, exports, session, vega
from app.comparaison import (
    Cellule,
    Ligne,
    cinquieme_ecrit,
    couples,
    indicateurs_offerts,
    observes,
    ordonnables,
    ordonner,
    rang_ecrit,
    selectionner,
    territoires_offerts,
)
from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.couleurs import GRIS_FONCE, VIOLET
from publication.sheets.fiche import CHIFFRES_CLES, Registre
from publication.sheets.format_fr import ABSENCES, avec_unite, intervalle, nombre, periode
from publication.sheets.format_fr import ecart as ecart_ecrit
from publication.sheets.modele import ECHELLE, NOMS_NIVEAUX, Indicateur
from publication.sheets.textes import nom_de_reference

ZONAGES = {"2024": "Quartiers de 2024", "2015": "Quartiers de 2015"}
VUES = {"tableau": "Tableau", "points": "Points et intervalles", "nuage": "Nuage de deux indicateurs"}


def _ecrit(c: Cellule, i: Indicateur) -> str:
    if not c.est_lisible or c.valeur is None:
        return ABSENCES.get(c.statut, ABSENCES["non_diffuse"]).mot
    return avec_unite(c.valeur, i.unite, i.decimales, c.pas)


def _cellule(c: Cellule, i: Indicateur, avec_rang: bool) -> Html:
    if not c.est_lisible:
        return b.absence(c.statut)
    ecart = f"écart {ecart_ecrit(c.ecart, c.unite_ecart, i.decimales)}" if c.ecart is not None else ""
    notes = [ecart, cinquieme_ecrit(c), rang_ecrit(c) if avec_rang else ""]
    petits = b.joindre(b.balise("small", f" {note}") for note in notes if note)
    return b.joindre((_ecrit(c, i), b.marque(c.statut), petits))


def _tableau(lignes: Sequence[Ligne], cartes: Sequence[Indicateur], ordre: str) -> Html:
    entetes: list[object] = ["Quartier", "Communes"]
    for i in cartes:
        date = next(iter(lignes)).cellules[i.indicateur].periode
        n = f"{periode(date)}, {nombre(observes(lignes, i.indicateur))} observés sur {nombre(len(lignes))}"
        entetes.append(b.joindre((i.libelle, b.balise("small", f" {n}"))))
    corps = [
        (
            b.joindre((li.quartier.libelle, b.balise("small", f" {li.quartier.code_territoire}"))),
            li.communes,
            *(_cellule(li.cellules[i.indicateur], i, i.indicateur == ordre) for i in cartes),
        )
        for li in lignes
    ]
    table = b.tableau("Quartiers et indicateurs", entetes, corps, numeriques=range(2, len(entetes)))
    statuts = {c.statut for li in lignes for c in li.cellules.values()} - {"observe"}
    lire = (
        "sous la valeur, l’écart du quartier avec la référence choisie, nommée dans les fichiers à télécharger, puis son "
        "cinquième parmi les quartiers observés du département : le 1ᵉʳ réunit les valeurs les moins favorables, le 5ᵉ les plus "
        "favorables ; il n’y en a pas à moins de dix quartiers observés."
    )
    ne_pas_lire = "un cinquième est relatif : il peut changer sans que le quartier change, et ne se compare pas d’une date à l’autre."
    return b.joindre((table, b.legende_absences(statuts), b.consigne(lire, ne_pas_lire)))


def _reference(registre: Registre, c: Cellule, i: Indicateur, niveau: str) -> str:
    """`59,4 % (Aisne)`; empty when the reference has no value at that date."""
    if c.valeur_reference is None:
        return ""
    return f"{avec_unite(c.valeur_reference, i.unite, i.decimales)} ({nom_de_reference(registre, niveau, c.code_reference)})"


def _points(registre: Registre, lignes: Sequence[Ligne], i: Indicateur, niveau: str) -> None:
    """One rail per quartier: its interval, its value and the value of its reference."""
    rangs = [
        {"nom": f"{li.quartier.code_territoire} {li.quartier.libelle}", "v": c.valeur, "b": c.basse, "h": c.haute,
         "texte": _ecrit(c, i), "r": c.valeur_reference, "reference": _reference(registre, c, i, niveau)}
        for li in lignes if (c := li.cellules[i.indicateur]).est_lisible
    ]  # fmt: skip
    y = {"field": "nom", "type": "nominal", "sort": None, "title": None}
    x = {"type": "quantitative", "title": i.libelle, "scale": {"zero": False}}
    avec = [r for r in rangs if r["b"] is not None and r["h"] is not None]
    situes = [r for r in rangs if r["r"] is not None]
    couches = [
        vega.couche(situes, {"type": "tick", "color": GRIS_FONCE, "thickness": 2, "size": 18},
                    {"y": y, "x": {**x, "field": "r"}, "tooltip": [vega.infobulle("nom", "Quartier"), vega.infobulle("reference", "Référence")]}),
        vega.couche(avec, {"type": "rule", "color": GRIS_FONCE}, {"y": y, "x": {**x, "field": "b"}, "x2": {"field": "h"}}),
        vega.couche(rangs, {"type": "point", "filled": True, "size": 70, "color": VIOLET},
                    {"y": y, "x": {**x, "field": "v"}, "tooltip": [vega.infobulle("nom", "Quartier"), vega.infobulle("texte", i.libelle)]}),
    ]  # fmt: skip
    _dessiner(couches, 60 + 24 * len(rangs), f"{i.libelle} : {len(rangs)} quartiers observés sur {len(lignes)}.")
    corps = [
        (li.quartier.libelle, _cellule(c, i, False),
         intervalle(c.basse, c.haute, i.unite, i.decimales) if c.basse is not None and c.haute is not None else "—",
         _reference(registre, c, i, niveau) or "—")
        for li in lignes if (c := li.cellules[i.indicateur])
    ]  # fmt: skip
    st.html(b.joindre((
        b.consigne("chaque disque est un quartier ; le trait gris couché est l’intervalle de sa valeur (enquête, petit effectif ou arrondi) ; "
                   f"le trait gris debout est sa référence (niveau choisi : {NOMS_NIVEAUX[niveau]}).", i.avertissement),
        b.tableau(i.libelle, ("Quartier", "Valeur", "Intervalle", "Référence"), corps, numeriques=(1, 2)),
        b.legende_absences({li.cellules[i.indicateur].statut for li in lignes} - {"observe"}),
    )))  # fmt: skip


def _nuage(lignes: Sequence[Ligne], x: Indicateur, y: Indicateur) -> None:
    retenus = couples(lignes, x.indicateur, y.indicateur)
    rangs = [
        {"nom": li.quartier.libelle, "x": li.cellules[x.indicateur].valeur, "y": li.cellules[y.indicateur].valeur,
         "tx": _ecrit(li.cellules[x.indicateur], x), "ty": _ecrit(li.cellules[y.indicateur], y)}
        for li in retenus
    ]  # fmt: skip
    axe = {"type": "quantitative", "scale": {"zero": False}}
    bulles = [vega.infobulle("nom", "Quartier"), vega.infobulle("tx", x.libelle), vega.infobulle("ty", y.libelle)]
    encodage = {
        "x": {**axe, "field": "x", "title": x.libelle},
        "y": {**axe, "field": "y", "title": y.libelle},
        "tooltip": bulles,
    }
    marque = {"type": "point", "filled": True, "size": 70, "color": VIOLET}
    _dessiner([vega.couche(rangs, marque, encodage)], 380, f"{x.libelle} et {y.libelle} : {len(rangs)} quartiers.")
    st.html(b.joindre((
        b.balise("p", f"Quartiers laissés de côté, faute des deux valeurs : {len(lignes) - len(retenus)} sur {len(lignes)}."),
        b.consigne("chaque point est un quartier.", "deux chiffres qui vont ensemble ne disent pas que l’un cause l’autre."),
        b.tableau("Valeurs du nuage", ("Quartier", x.libelle, y.libelle), [(r["nom"], r["tx"], r["ty"]) for r in rangs], numeriques=(1, 2)),
    )))  # fmt: skip


def _dessiner(couches: Sequence[vega.Specification], hauteur: int, texte: str) -> None:
    if any(couches):
        dessin = {
            **vega.specification(couches, hauteur),
            "description": f"{texte} Le tableau qui suit donne les mêmes valeurs.",
        }
        st.vega_lite_chart(dessin, width="stretch", theme=None)


def _fichiers(registre: Registre, lignes: Sequence[Ligne], indicateurs: Sequence[str]) -> None:
    def mention(jeu: str, millesime: str) -> str:
        source = registre.source_de(jeu, millesime)
        return f"{(source.mention or source.titre) if source else jeu}, {millesime}" if jeu else ""

    table = exports.trame(lignes, indicateurs, mention)
    for nom, ecrire in (("csv", exports.csv), ("xlsx", exports.xlsx), ("parquet", exports.parquet)):
        st.download_button(f"Télécharger en {nom.upper()}", ecrire(table), f"comparaison.{nom}", key=f"fichier_{nom}")


def _page() -> None:
    st.set_page_config(page_title=f"Comparer – {session.NOM_SITE}")
    registre = session.registre()
    st.html(b.joindre((
        b.balise("h1", "Comparer"),
        b.balise("p", "Les quartiers prioritaires de la politique de la ville (QPV) d’un département ou d’une intercommunalité, par code.", class_="chapo"),
    )))  # fmt: skip
    zonage = etat.choix("zonage", "Zonage", ZONAGES)
    territoire = etat.choix("territoire", "Territoire", territoires_offerts(registre, zonage))
    offerts = indicateurs_offerts(registre, zonage)
    defaut = [i for i in CHIFFRES_CLES if i in offerts][:4] or list(offerts)[:4]
    noms = {i: carte.libelle for i, carte in offerts.items()}
    choisis = etat.choix_multiple("indicateurs", "Indicateurs (huit au plus)", noms, defaut=defaut, maximum=8)
    niveau = etat.choix(
        "reference", "Référence de l’écart", {n: NOMS_NIVEAUX[n] for n in ECHELLE}, defaut="departement"
    )
    vue = etat.choix("vue", "Représentation", VUES)
    lignes = selectionner(registre, zonage, territoire, choisis, niveau)
    retenus = {i: noms[i] for i in choisis}
    ordre = ""
    if etat.bascule("ordre", "Ordonner par un indicateur"):
        possibles = {i.indicateur: i.libelle for i in ordonnables(lignes, [offerts[i] for i in choisis])}
        if not possibles:
            st.html(b.balise("p", "Aucun des indicateurs choisis n’a de rang : descriptifs, ou jamais mis en ordre."))
        else:
            ordre = etat.choix("par", "Indicateur de l’ordre", possibles)
            lignes = ordonner(lignes, offerts[ordre])
            st.html(
                b.balise(
                    "p",
                    f"Du moins favorable au plus favorable, {nombre(observes(lignes, ordre))} observés sur {nombre(len(lignes))}. "
                    "Le rang est celui du département. Un rang est relatif : il peut changer sans que le quartier change. "
                    "Des rangs dont les intervalles se recouvrent ne se distinguent pas.",
                )
            )
    st.html(b.balise("h2", VUES[vue]))
    if vue == "points":
        _points(registre, lignes, offerts[etat.choix("x", "Indicateur", retenus)], niveau)
    elif vue == "nuage":
        x = etat.choix("x", "Axe horizontal", retenus)
        y = etat.choix("y", "Axe vertical", retenus, defaut=choisis[-1])
        _nuage(lignes, offerts[x], offerts[y])
    else:
        st.html(_tableau(lignes, [offerts[i] for i in choisis], ordre))
    st.html(b.balise("h2", "Télécharger"))
    _fichiers(registre, lignes, choisis)


_page()
