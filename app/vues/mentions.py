"""Legal notice: who publishes, under which licences, what is kept about visitors.

Belongs here: the text of the notice and the licences of the producers, from the table sources.
Does not belong here: the name of the publisher (editeur), each file of a producer (donnees).
"""

from __future__ import annotations

import streamlit as st

from app import session
from app.editeur import contact, editeur
from app.licences import tableau_licences
from publication.sheets import balises as b


def _page() -> None:
    st.set_page_config(page_title=f"Mentions légales – {session.NOM_SITE}")
    st.html(
        b.joindre(
            (
                b.balise("h1", "Mentions légales"),
                b.balise("h2", "Éditeur"),
                editeur(),
                contact(),
                b.balise(
                    "p",
                    "L’Observatoire QPV (quartiers prioritaires de la politique de la ville) est indépendant. Ce n’est pas un site de l’État.",
                ),
                b.balise("h2", "Licences des données"),
                b.balise("p", "Chaque producteur garde sa licence ; la mention est à recopier avec ses chiffres."),
                tableau_licences(session.registre().release),
                b.balise("h2", "Licence du code"),
                b.balise("p", "Le code de l’observatoire est publié sous licence MIT."),
                b.balise("h2", "Vie privée"),
                b.balise("p", "Le site ne mesure pas son audience et ne demande aucune donnée personnelle."),
                b.balise(
                    "p",
                    "Le seul cookie est technique : il protège l’échange avec le serveur (cookie XSRF de Streamlit). Il ne sert à aucun suivi.",
                ),
            )
        )
    )


_page()
