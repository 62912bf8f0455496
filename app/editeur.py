"""Who publishes this installation of the observatory, as its operator says it.

Belongs here: the two settings OBSERVATOIRE_EDITEUR and OBSERVATOIRE_CONTACT and what is written when they are absent.
Does not belong here: the texts around them (vues), the producers of the data (table sources).
"""

from __future__ import annotations

import os
import re

from publication.sheets import balises as b
from publication.sheets.balises import Html

_COURRIEL = re.compile(r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$")
SANS_EDITEUR = "L’éditeur de cette installation ne s’est pas encore nommé."
SANS_CONTACT = "Aucun contact n’est encore indiqué pour cette installation."


def editeur() -> Html:
    """A sentence that names who publishes, from OBSERVATOIRE_EDITEUR."""
    nom = os.environ.get("OBSERVATOIRE_EDITEUR", "").strip()
    return b.balise("p", f"Ce site est publié par {nom}." if nom else SANS_EDITEUR)


def contact() -> Html:
    """A sentence with the address, the page or the words of OBSERVATOIRE_CONTACT."""
    valeur = os.environ.get("OBSERVATOIRE_CONTACT", "").strip()
    if not valeur:
        return b.balise("p", SANS_CONTACT)
    if _COURRIEL.match(valeur):
        return b.balise("p", "Contact : ", b.balise("a", valeur, href=f"mailto:{valeur}"))
    return b.balise("p", "Contact : ", b.lien_externe(valeur, valeur))
