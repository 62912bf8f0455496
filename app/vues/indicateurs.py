"""Every indicator of the release: the list by axis and theme, or the card of one of them.

Belongs here: the address, the search box, which of the two is shown.
Does not belong here: the card and the list themselves (carte_indicateur), reading rows (catalogue_indicateurs).
"""

from __future__ import annotations

import streamlit as st

from app import carte_indicateur, etat, session
from app.catalogue_indicateurs import chercher
from app.recherche import LONGUEUR_MAX
from publication.sheets import balises as b
from publication.sheets.fiche import Registre
from publication.sheets.format_fr import compte, nombre


def _liste(registre: Registre) -> None:
    st.html(b.joindre((
        b.balise("h1", "Indicateurs"),
        b.balise("p", "Ce que chaque chiffre mesure, d’où il vient, ce qui en est publié par quartier prioritaire de la politique de la ville (QPV).", class_="chapo"),
    )))  # fmt: skip
    requete = st.text_input(
        "Chercher un indicateur par son nom, son thème ou sa définition",
        key="recherche", bind="query-params", type="search", live="300ms", max_chars=LONGUEUR_MAX,
        placeholder="pauvreté, emploi des femmes, logement social…",
    )  # fmt: skip
    trouves = chercher(registre.indicateurs_en_ordre, requete or "")
    bilan = f"{compte(len(trouves), 'indicateur')} sur {nombre(len(registre.indicateurs))}."
    if not trouves:
        bilan = "Aucun indicateur ne répond à cette recherche. Essayez un seul mot, ou videz le champ."
    st.html(b.joindre((b.balise("p", bilan, role="status"), carte_indicateur.liste(registre, trouves))))


def _page() -> None:
    registre, demande = session.registre(), etat.parametre("indicateur")
    indicateur = registre.indicateurs.get(demande)
    titre = indicateur.libelle if indicateur else "Indicateurs"
    st.set_page_config(page_title=f"{titre} – {session.NOM_SITE}")
    if indicateur is not None:
        st.html(carte_indicateur.carte(registre, indicateur))
    elif demande:
        st.html(carte_indicateur.introuvable(registre, demande))
    else:
        _liste(registre)


_page()
