"""Accessibility declaration: the target, what is tested, the obstacles that are known, whom to write to.

Belongs here: the text of the declaration.
Does not belong here: the tests it speaks of (tests/browser), the contact (editeur).
"""

from __future__ import annotations

import streamlit as st

from app import session
from app.editeur import contact
from publication.sheets import balises as b

TESTE = (
    "chaque page est relue par un outil automatique (axe), qui vérifie entre autres les contrastes, les titres et les noms des commandes ;",
    "le clavier seul atteint le contenu, la recherche et une réponse ;",
    "rien ne déborde de l’écran d’un téléphone, sauf les tableaux, qui défilent dans leur propre cadre ;",
    "chaque graphique de la fiche a un texte et un tableau avec les mêmes valeurs ;",
    "aucune lecture ne tient à la couleur seule : un symbole et un mot l’accompagnent.",
)
OBSTACLES = (
    "les pages du site ont besoin de JavaScript ; les fiches des quartiers (page web et PDF) et les fichiers de données se lisent sans lui ;",
    "certaines commandes (listes, menus) viennent de la bibliothèque Streamlit, dont le comportement avec chaque lecteur d’écran n’a pas été vérifié ;",
    "les boutons d’ouverture et d’effacement de ces listes portent un nom anglais (« Open », « Clear all »), que la bibliothèque ne permet pas de traduire ;",
    "l’agrandissement à 200 % et à 400 % est vérifié par un outil, page par page ; il ne l’a pas été à la main ;",
    "une valeur absente est écrite en abrégé (s, nd, nc) ; son explication est dans la légende qui suit.",
)


def _liste(phrases: tuple[str, ...]) -> b.Html:
    return b.balise("ul", b.joindre(b.balise("li", phrase) for phrase in phrases))


def _page() -> None:
    st.set_page_config(page_title=f"Accessibilité – {session.NOM_SITE}")
    st.html(
        b.joindre(
            (
                b.balise("h1", "Accessibilité"),
                b.balise(
                    "p",
                    "Le site vise le RGAA 4.1 (référentiel général d’amélioration de l’accessibilité). "
                    "Aucun audit complet n’a été fait : aucun taux de conformité n’est donc annoncé.",
                    class_="chapo",
                ),
                b.balise("h2", "Ce qui est vérifié automatiquement"),
                _liste(TESTE),
                b.balise("p", "Un outil automatique ne voit qu’une partie des défauts : il ne remplace pas un audit."),
                b.balise("h2", "Obstacles connus"),
                _liste(OBSTACLES),
                b.balise("h2", "Signaler un obstacle"),
                contact(),
                b.balise("p", "Déclaration écrite le 27 novembre 2026."),
            )
        )
    )


_page()
