"""One figure in HTML: its value, its date, its interval, its reference, its gap and its source.

Belongs here: how the pieces of a single figure are worded and marked up, in a card or in a table.
Does not belong here: the list of figures of a section (sections), numbers (format_fr).
"""

from __future__ import annotations

import re
from functools import lru_cache

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche
from publication.sheets.format_fr import (
    ABSENCES,
    INSECABLE,
    avec_unite,
    date_longue,
    en_periode,
    intervalle,
    nombre,
    periode,
)
from publication.sheets.format_fr import ecart as ecart_ecrit
from publication.sheets.modele import NOMS_NIVEAUX, Ecart, Indicateur, Valeur, lecture_ecart
from publication.sheets.textes import inclusion, nom_reference, valeur_ecrite

# Cautions written as codes in the release.
RESERVES = {
    "a_interpreter_avec_prudence": "à interpréter avec prudence",
    "composition_incertaine": "composition de l’intercommunalité à vérifier",
}
METHODES = {"sondage": "sondage, indicatif", "variabilite_naturelle": "variabilité naturelle"}


def valeur(v: Valeur, indicateur: Indicateur) -> Html:
    """The figure with its mark (`e`, `p`), or the glyph of what is missing."""
    if not v.est_lisible:
        return b.absence(v.statut)
    ecrite = b.e(valeur_ecrite(v, indicateur))
    return ecrite if v.statut == "observe" else b.joindre((ecrite, b.marque(v.statut)))


def date(v: Valeur) -> Html:
    """The period; a deduced date is marked."""
    return date_ecrite(v.periode, bool(v.est_date_deduite))


@lru_cache(maxsize=1_000)
def date_ecrite(quand: str, est_deduite: bool) -> Html:
    """A period in words, with an asterisk when the file does not say it."""
    texte = b.e(periode(quand))
    if not est_deduite:
        return texte
    return b.joindre(
        (texte, INSECABLE, b.balise("abbr", "*", title="date déduite : elle n’est pas écrite dans le fichier"))
    )


def fiabilite(v: Valeur, indicateur: Indicateur) -> str:
    """The interval and its kind; for a rounded figure, the step; empty when the source gives nothing."""
    if not v.est_lisible or v.borne_basse is None or v.borne_haute is None or v.borne_basse == v.borne_haute:
        return ""
    if v.methode_incertitude == "arrondi":
        pas = v.pas or 0.0
        return (
            f"arrondi à ±{INSECABLE}{nombre(pas / 2, 1)}{INSECABLE}point"
            if indicateur.unite == "%" and pas >= 1
            else ""
        )
    bornes = intervalle(v.borne_basse, v.borne_haute, indicateur.unite, indicateur.decimales)
    return f"{bornes} ({METHODES.get(v.methode_incertitude or '', 'intervalle')})"


def reserve(v: Valeur) -> str:
    """What the publisher or the sum says of a figure: its coverage (« 59 sur 62 ») or a caution; empty otherwise."""
    if not v.est_lisible or v.valeur is None or not v.valeur_texte:
        return ""
    if v.statut != "partiel" and re.fullmatch(r"\d+ sur \d+", v.valeur_texte):  # a whole sum: « 9 sur 9 »
        return ""
    texte = RESERVES.get(v.valeur_texte, v.valeur_texte.replace("_", " "))
    return f"partiel, {texte}" if v.statut == "partiel" else texte


def precisions(fiche: Fiche, v: Valeur, indicateur: Indicateur) -> str:
    """Interval, caution and errata of a figure, in one line."""
    return " · ".join(texte for texte in (fiabilite(v, indicateur), reserve(v), *errata(fiche, v)) if texte)


def errata(fiche: Fiche, v: Valeur) -> list[str]:
    """`erratum du 2 novembre 2026 : …`, for each error of the figure that was published."""
    return [
        f"erratum du {date_longue(e.date)}{INSECABLE}: {e.texte}"
        for e in fiche.registre.errata.get(v.indicateur, [])
        if e.concerne(v)
    ]


def reference(fiche: Fiche, ecart: Ecart, indicateur: Indicateur) -> str:
    """The value of the reference, with the decimals it was published with."""
    if ecart.valeur_reference is None:
        return ""
    publiee = fiche.valeur_reference(ecart.niveau_reference, ecart.code_reference, ecart.indicateur, ecart.periode)
    return avec_unite(ecart.valeur_reference, indicateur.unite, indicateur.decimales, publiee.pas if publiee else None)


def libelle_reference(fiche: Fiche, ecart: Ecart) -> str:
    """`Calvados (QPV compris)`: a reference never goes without its inclusion."""
    nom = nom_reference(fiche, ecart.niveau_reference, ecart.code_reference)
    mention = ", ".join(texte for texte in (inclusion(ecart), couverture(fiche, ecart)) if texte)
    return f"{nom[:-1]}, {mention})" if nom.endswith(")") else f"{nom} ({mention})"


def ecart(e: Ecart, indicateur: Indicateur) -> Html:
    """The signed gap and, for money, the difference in euros; the motive when there is none."""
    if e.ecart is None:
        return b.absence(statut_ecart(e), _pourquoi(e))
    ecrit = ecart_ecrit(e.ecart, e.unite_ecart or "", indicateur.decimales)
    texte = b.joindre((b.balise("span", ecrit, class_="ecart"), b.marque(e.statut)))
    if e.unite_ecart == "pct_reference" and e.valeur is not None and e.valeur_reference is not None:
        euros = f"{nombre(e.valeur - e.valeur_reference, -1, signe=True)}{INSECABLE}€"
        return b.joindre((texte, " ", b.balise("small", f"({euros})")))
    return texte


def statut_ecart(e: Ecart) -> str:
    """Status written for a gap that is missing; a missing reference is `non_diffuse`."""
    return e.statut if e.statut in ABSENCES else "non_diffuse"


def _pourquoi(e: Ecart) -> str:
    """Why there is no gap."""
    return b.motif(e.motif) if e.motif else ABSENCES[statut_ecart(e)].phrase


def lecture(e: Ecart, indicateur: Indicateur) -> Html:
    """◆ ● ▲ and the word; the reason when there is no gap."""
    if e.ecart is None:
        return b.balise("small", _pourquoi(e))
    return b.lecture(lecture_ecart(e, indicateur.sens), indicateur.sens)


def couverture(fiche: Fiche, e: Ecart) -> str:
    """How much of a partial reference is published: `partiel, 46 sur 51`; empty for a whole one."""
    publiee = fiche.valeur_reference(e.niveau_reference, e.code_reference, e.indicateur, e.periode)
    return reserve(publiee) if publiee is not None else ""


def source_courte(fiche: Fiche, v: Valeur) -> str:
    """`Source : Insee, Revenus – QPV, millésime 2022`: the attribution line of the dataset and its vintage."""
    citee = fiche.registre.references_publiees.get((v.indicateur, v.niveau, v.code_territoire, v.periode))
    vintage = f", millésime {v.millesime}" if v.millesime and citee is None else ""
    return f"Source{INSECABLE}: {attribution(fiche, v)}{vintage}"


def attribution(fiche: Fiche, v: Valeur) -> str:
    """The attribution line of the dataset of a figure, without its vintage."""
    citee = fiche.registre.references_publiees.get((v.indicateur, v.niveau, v.code_territoire, v.periode))
    if citee is not None:
        return citee
    source = fiche.registre.source_de(v.jeu, v.millesime)
    mention = (source.mention or source.titre) if source else (v.jeu or "source non précisée")
    return mention.removeprefix("Source").lstrip(f" {INSECABLE}:")


def phrase_absence(v: Valeur) -> str:
    """`secret statistique : …` in full words, for a card."""
    forme = ABSENCES.get(v.statut, ABSENCES["non_diffuse"])
    return f"{forme.mot[0].upper()}{forme.mot[1:]} {en_periode(v.periode)}. {forme.phrase}"


def niveau(e: Ecart) -> str:
    """The level of a reference on screen."""
    return NOMS_NIVEAUX.get(e.niveau_reference, e.niveau_reference)
