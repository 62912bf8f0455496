"""The sheet of a quartier as one static page: every section in order, readable without script, printable.

Belongs here: the order of the sections, the frame of the page (head, skip link, header, footer), the date of the last change.
Does not belong here: what a section shows (sections), writing the files of a release (statique), the explorer's page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche
from publication.sheets.format_fr import INSECABLE, date_longue
from publication.sheets.sections import (
    bandeau,
    chiffres_cles,
    comparables,
    ecart,
    emploi,
    engagements,
    geographies,
    habitants,
    manquantes,
    sources,
    themes,
    vie_locale,
)

NOM_SITE = "Observatoire QPV"
# Stands for the date of the last change until it is known: the rest of the page says whether it changed.
JALON = "\ue000date\ue000"
JALON_ISO = "\ue000iso\ue000"
_MODIFIEE = re.compile(r'<meta name="dcterms\.modified" content="(\d{4}-\d{2}-\d{2})">')
# From one sheet to another the reader stays among the static pages, on the site as in a folder.
_AUTRE_FICHE = re.compile(r'href="/quartier\?qpv=(Q[NP][0-9A-Z]{6})"')


def themes_de(fiche: Fiche, reference: str) -> Html:
    """The first sections, from « En bref » to « Habitants et logement »: the figures, axis by axis."""
    return b.joindre(
        (
            bandeau.section_en_bref(fiche, reference),
            chiffres_cles.section_chiffres_cles(fiche, reference),
            emploi.section_emploi(fiche, reference),
            themes.section_simple(fiche, "Transitions", "transitions", "transitions", reference),
            themes.section_simple(fiche, "Émancipation", "emancipation", "emancipation", reference),
            themes.section_simple(
                fiche, "Sécurité et citoyenneté", "securite-et-citoyennete", "securite_citoyennete", reference
            ),
            habitants.section_habitants(fiche, reference),
        )
    )


def situation_de(fiche: Fiche, contours: Mapping[str, bytes], reference: str) -> Html:
    """The following sections, from « L'écart » to « Données manquantes »: what moved, around what, with whom, what is missing."""
    return b.joindre(
        (
            ecart.section_ecart(fiche, reference),
            geographies.section_geographies(fiche, dict(contours)),
            comparables.section_comparables(fiche),
            engagements.section_engagements(fiche),
            vie_locale.section_vie_locale(fiche),
            manquantes.section_manquantes(fiche),
        )
    )


def composer(fiche: Fiche, contours: Mapping[str, bytes], base: str, reference: str = "auto") -> Html:
    """The body of the sheet: the sections of the explorer, in the same order.

    Args:
        contours: QPV code → WKB, for the quartier and those it is linked to.
        base: address of the site, without path, for the permalink of the citation; may be empty.
    """
    sections = (
        bandeau.bandeau(fiche, version=("Mis à jour le", JALON)),
        bandeau.sommaire(),
        themes_de(fiche, reference),
        situation_de(fiche, contours, reference),
        sources.section_sources(fiche, base, version=f"mise à jour du {JALON}"),
    )
    return Html(_AUTRE_FICHE.sub(r'href="\1.html"', b.joindre(sections)))


def document(fiche: Fiche, corps: Html, base: str) -> str:
    """The whole page, with JALON where `dater` writes the date of the last change."""
    return (
        '<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="dcterms.modified" content="{JALON_ISO}">\n<title>{b.e(titre(fiche))}</title>\n'
        '<link rel="stylesheet" href="style.css">\n</head>\n<body class="stHtml feuille">\n'
        f'{_entete(fiche)}\n<main id="contenu">\n{corps}\n</main>\n{_pied(fiche, base)}\n</body>\n</html>\n'
    )


def titre(fiche: Fiche) -> str:
    """Name, code, communes and site: the title of the document, whatever its format."""
    t = fiche.territoire
    communes = ", ".join(fiche.registre.nom("commune", code) for code in t.communes)
    return f"{t.libelle or t.code_territoire} ({t.code_territoire}), {communes} – {NOM_SITE}"


def dater(page: str, jour: date) -> str:
    """The page as it is published, with the date of its last change."""
    return page.replace(JALON, b.e(date_longue(jour))).replace(JALON_ISO, jour.isoformat())


def date_de(page: str) -> date | None:
    """The date of the last change that a published page states."""
    lue = _MODIFIEE.search(page[:1000])
    return date.fromisoformat(lue[1]) if lue else None


def _entete(fiche: Fiche) -> Html:
    avertissement = Html("")
    if fiche.registre.release.est_demonstration:
        avertissement = b.balise(
            "div",
            "Données fictives de démonstration. ",
            b.balise("span", "Les quartiers, les communes et les chiffres de cette fiche sont inventés."),
            class_="bandeau-demo",
            role="note",
        )
    imprimee = b.balise("a", "Fiche en PDF (4 pages au plus)", href=f"{fiche.code}.pdf")
    explorer = b.balise("a", "Ouvrir dans l’explorateur", href=bandeau.adresse(fiche.code))
    return b.joindre(
        (
            b.balise("a", "Aller au contenu", href="#contenu", class_="evitement"),
            b.balise(
                "header",
                b.balise("p", b.balise("a", NOM_SITE, href="/")),
                b.balise("p", imprimee, " · ", explorer),
                class_="site",
            ),
            avertissement,
        )
    )


def _pied(fiche: Fiche, base: str) -> Html:
    adresse = f"/quartiers/{fiche.code}"
    return b.balise(
        "footer",
        b.balise("p", f"Fiche mise à jour le {JALON}. Adresse permanente{INSECABLE}: ", b.balise("a", base + adresse, href=adresse), "."),
        b.balise("p", "Chaque chiffre porte sa source ; la licence de chaque source est dans « Sources et définitions »."),
        b.balise("p", f"{NOM_SITE}{INSECABLE}: un observatoire indépendant. Ce n’est pas un site de l’État."),
        class_="pied-page",
    )  # fmt: skip
