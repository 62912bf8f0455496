"""« Sources et définitions »: where each figure of the sheet comes from, and how to cite it.

Belongs here: source lines with licence, vintage and checksum, the way to the definitions, citation.
Does not belong here: the list of every source of the release (vues/donnees).
"""

from __future__ import annotations

from itertools import groupby

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche
from publication.sheets.format_fr import INSECABLE, compte, periode
from publication.sheets.modele import Source
from publication.sheets.sections.bandeau import adresse
from publication.sheets.sections.themes import DEFINITIONS

ETATS = {
    "a_jour": "à jour",
    "ancien": "ancien",
    "en_echec": "dernière copie saine, la mise à jour a échoué",
    "attendu": "attendu",
    "jamais_charge": "jamais chargé",
}


COLONNES = ("Millésime", "Fichier", "Licence", "État")


def section_sources(fiche: Fiche, base: str, version: str = "") -> Html:
    """`base`: address of the site, for the permalink of the citation; `version`: see `citation`."""
    utilises = fiche.jeux_utilises
    utiles = [s for s in fiche.registre.sources if (s.jeu, s.millesime) in utilises]
    groupes = [_groupe(fiche, list(groupe)) for _, groupe in groupby(utiles, key=lambda s: (s.jeu, s.titre, s.mention))]
    return b.joindre(
        (
            b.balise("h2", "Sources et définitions", id="sources"),
            b.repli(
                f"Sources de cette fiche ({compte(len(utiles), 'fichier')})",
                b.tableau_groupe("Sources de cette fiche", COLONNES, groupes),
            ),
            b.balise(
                "p",
                b.balise("strong", f"Définitions{INSECABLE}: "),
                b.balise("a", "ce que compte chaque indicateur", href=DEFINITIONS),
                ", son numérateur, son dénominateur, ses ruptures et ses précautions de lecture.",
            ),
            b.balise("p", b.balise("strong", f"Citer cette fiche{INSECABLE}: "), citation(fiche, base, version)),
        )
    )


def abrege(fiche: Fiche) -> Html:
    """Each dataset of the sheet with its vintages, by licence: the printed form of the table above."""
    licences: dict[str, dict[str, list[str]]] = {}
    utilises = fiche.jeux_utilises
    for s in fiche.registre.sources:
        if (s.jeu, s.millesime) in utilises:
            mention = (s.mention or f"{s.producteur}, {s.titre}").removeprefix("Source").lstrip(f" {INSECABLE}:")
            millesimes = licences.setdefault(s.licence or "Licence à confirmer", {}).setdefault(mention, [])
            if s.millesime not in millesimes:
                millesimes.append(s.millesime)
    return b.joindre(
        b.balise(
            "p",
            b.balise("strong", f"{licence}{INSECABLE}: "),
            " ; ".join(f"{mention} ({', '.join(sorted(millesimes))})" for mention, millesimes in sorted(jeux.items())),
            ".",
            class_="note-tableau",
        )
        for licence, jeux in sorted(licences.items())
    )


def _groupe(fiche: Fiche, fichiers: list[Source]) -> Html:
    """The files of one dataset; most quartiers rest on the same ones."""
    cle = ("sources", fichiers[0].jeu, *((s.millesime, s.fichier) for s in fichiers))
    return fiche.registre.une_fois(
        cle, lambda: b.groupe(_titre(fichiers[0]), len(COLONNES), [_ligne(s) for s in fichiers])
    )


def _titre(source: Source) -> Html:
    return b.joindre((b.lien_externe(source.titre, source.page), b.balise("small", source.mention or "")))


def _ligne(source: Source) -> tuple[object, ...]:
    empreinte = f"sha256 {source.empreinte_sha256[:12]}…" if source.empreinte_sha256 else "sans empreinte"
    etat = ETATS.get(source.statut, source.statut)
    return (
        source.millesime,
        b.joindre((source.fichier, b.balise("small", empreinte))),
        source.licence or "à confirmer",
        b.joindre((etat, b.balise("small", _publie(source.date_publication)))) if source.date_publication else etat,
    )


def citation(fiche: Fiche, base: str, version: str = "") -> str:
    """« Observatoire QPV, version …, fiche …, d’après … »; by default the version is the release."""
    t = fiche.territoire
    utilises = fiche.jeux_utilises
    producteurs = sorted({s.producteur for s in fiche.registre.sources if (s.jeu, s.millesime) in utilises})
    version = version or f"version {fiche.registre.release.identifiant}"
    return f"Observatoire QPV, {version}, fiche {t.libelle} ({t.code_territoire}), d’après {' ; '.join(producteurs)}. {base}{adresse(t.code_territoire)}"


def _publie(date: object) -> str:
    if not date:
        return ""
    return f"publié : {periode(str(date))}"
