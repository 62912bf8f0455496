"""Traces of a person in a text that will be published: civility, mail address, telephone number.

Belongs here: what counts as a trace, the word that replaces it, the sentence that says why it is refused.
Does not belong here: columns that hold personal data by design (`Jeu.personnelles`), other rules (checks).

A name without a civility cannot be told from the name of a street or of an association: registre/README.md says so.
"""

from __future__ import annotations

import re

RETIRE = "(donnée personnelle retirée)"
# A place, a school or an association may bear the name of a person: « rue du Docteur Calmette », « école Madame de Sévigné ».
_LIEUX = (
    r"rue|avenue|boulevard|place|allée|square|impasse|passage|chemin|quai|cours|pont|parc|stade|gymnase|école|collège|"
    r"lycée|crèche|résidence|quartier|centre|maison|espace|salle|hôpital|clinique|fondation|association|institut"
)
_NOMME = re.compile(
    rf"\b(?:{_LIEUX})(?:\s+\w+)?\s+(?:de\s+la\s+|du\s+|de\s+|des\s+|d['’]\s*|l['’]\s*)?$", re.IGNORECASE
)
# Abridged civilities are never part of such a name. « M.J.C. » is no civility: something of two letters must follow.
_ABREGEES = r"M\.|MM\.|Mr\b\.?|Mmes?\b\.?|Mlles?\b\.?"
_ENTIERES = r"Monsieur|Messieurs|Madame|Mesdames|Mademoiselle"
_TITRES = r"Docteur|Professeur|Maître|Dr\b\.?|Pr\b\.?|Me\b\.?"
_CIVILITE = re.compile(
    rf"(?<![\w’'])(?:(?P<abregee>{_ABREGEES})|(?P<entiere>{_ENTIERES})\b|(?P<titre>(?:{_TITRES})))"
    r"[ \u00a0\u202f]*(?P<suite>[^\W\d_][\w’'-]+)"
)
_SANS_CAPITALE = re.compile(
    r"(?<![\w’'])(?:mr|mme|mlle|monsieur|madame|mademoiselle)\b\.?[ \u00a0\u202f]+(?P<suite>[^\W\d_][\w’'-]+)"
)
_COURRIEL = re.compile(r"[\w.%+-]+\s*(?:@|\(at\)|\[at\])\s*[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.IGNORECASE)
_TELEPHONE = re.compile(r"(?<!\d)(?:(?:\+|00)33[\s.-]?(?:\(0\)[\s.-]?)?|0)[1-9](?:[\s\u00a0\u202f.-]?\d{2}){4}(?!\d)")
# « Madame la maire » names a function, « monsieur ou madame » names nobody.
_SANS_NOM = {"le", "la", "les", "ou", "et", "qui"}


def trace(texte: str, *, est_adresse: bool = False) -> str | None:
    """The sentence that refuses a text which designates a person, without repeating what it holds; None when nothing does.

    Args:
        est_adresse: the text is the address of a page, where ten figures in a row are no telephone number.
    """
    if _COURRIEL.search(texte):
        return _phrase("une adresse électronique (non reproduite ici)")
    if est_adresse:
        return None
    if _TELEPHONE.search(texte):
        return _phrase("un numéro de téléphone (non reproduit ici)")
    if any(_designe(texte, m) for m in _CIVILITE.finditer(texte)) or any(
        _est_un_nom(m["suite"]) for m in _SANS_CAPITALE.finditer(texte)
    ):
        return _phrase("une civilité suivie d’un nom (non reproduits ici)")
    return None


def _designe(texte: str, trouve: re.Match[str]) -> bool:
    """True when a civility stands before a name, and not inside the name of a place nor before a function."""
    if trouve["abregee"]:
        return _est_un_nom(trouve["suite"])
    if _NOMME.search(texte[: trouve.start()]):
        return False
    return trouve["suite"][0].isupper() if trouve["titre"] else _est_un_nom(trouve["suite"])


def _est_un_nom(suite: str) -> bool:
    return suite[0].isupper() or (suite not in _SANS_NOM and not suite.startswith(("l’", "l'")))


def _phrase(quoi: str) -> str:
    return (
        f"attendu un texte qui ne désigne personne, trouvé {quoi} ; le registre est publié et un engagement est porté par "
        "une institution, jamais par une personne : écrivez le nom du service ou de l’institution"
    )
