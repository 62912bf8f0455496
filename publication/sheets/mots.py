"""The words of the codes of an indicator, the same on the screen and on the method page.

Belongs here: themes, directions, levels as a reader reads them.
Does not belong here: names of the levels of a reference (modele), sentences about a quartier (textes).
"""

from __future__ import annotations

from publication.sheets.format_fr import periode

THEMES = {
    "activite_economique": "Activité économique",
    "citoyennete": "Citoyenneté",
    "demande_emploi": "Demande d’emploi",
    "ecologie": "Écologie",
    "education": "Éducation",
    "geographies": "Géographies",
    "numerique": "Numérique",
    "sante": "Santé",
    "securite": "Sécurité",
}
SENS = {
    -1: "Une valeur plus haute est moins favorable.",
    0: "Sans sens favorable ou défavorable : l’indicateur est descriptif.",
    1: "Une valeur plus haute est plus favorable.",
}
NIVEAUX = {
    "Q": "publié par quartier",
    "Qe": "calculé par quartier d’après des lieux, des adresses ou des contours",
    "Qi": "estimé par quartier d’après les Iris (îlots regroupés pour l’information statistique)",
    "C": "contexte : commune ou échelon plus large, jamais le quartier",
    "N": "repère national : aucun quartier n’a sa valeur",
    "L": "saisi par le territoire dans le registre local",
}
# Rhythm of publication of a dataset → what to expect when its publisher announces no date.
RYTHMES = {
    "quotidienne": "chaque jour",
    "mensuelle": "chaque mois, date non annoncée",
    "bimestrielle": "tous les deux mois, date non annoncée",
    "trimestrielle": "chaque trimestre, date non annoncée",
    "annuelle": "chaque année, date non annoncée",
    "irreguliere": "sans rythme fixe, date non annoncée",
    "saisie": "au fil de la saisie du registre",
    "close": "aucune : la publication est terminée",
}


def prochaine_publication(annoncee: object, rythme: str | None) -> str:
    """The date that the publisher announces; otherwise its rhythm."""
    return periode(str(annoncee)) if annoncee else RYTHMES.get(rythme or "", "non annoncée")


def nom_theme(theme: str) -> str:
    """`Demande d’emploi`; a code without a name of its own is written in plain words."""
    return THEMES.get(theme, theme.replace("_", " ").capitalize())
