"""The sheet of a quartier as one static page: every section in order, readable without script, printable.

Belongs here: the order of the sections, the frame of the page (head, skip link, header, footer), the date of the last change.
Does not belong here: what a section shows (sections), writing the files of a release (statique), the explorer's page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from itertools import groupby

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche, Registre
from publication.sheets.format_fr import INSECABLE, date_longue, periode
from publication.sheets.modele import AXES, Indicateur
from publication.sheets.sections import (
    bandeau,
    carte,
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
INDEPENDANT = f"{NOM_SITE}{INSECABLE}: un observatoire indépendant. Ce n’est pas un site de l’État."
# Stands for the date of the last change until it is known: the rest of the page says whether it changed.
JALON = "\ue000date\ue000"
JALON_ISO = "\ue000iso\ue000"
_MODIFIEE = re.compile(r'<meta name="dcterms\.modified" content="(\d{4}-\d{2}-\d{2})">')
DEFINITIONS = "definitions.html"
# From one sheet to another the reader stays among the static pages, on the site as in a folder.
_AUTRE_PAGE = re.compile(rf'href="(?:/quartier\?qpv=(Q[NP][0-9A-Z]{{6}})|{themes.DEFINITIONS}(?:\?indicateur=(\w+))?)"')


def themes_de(fiche: Fiche, contours: Mapping[str, bytes], reference: str) -> Html:
    """The first sections, from « En bref » to « Habitants et logement »: the map, then the figures, axis by axis."""
    return b.joindre(
        (
            bandeau.section_en_bref(fiche, reference),
            carte.section_carte(fiche, contours),
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


def situation_de(fiche: Fiche, reference: str) -> Html:
    """The following sections, from « L'écart » to « Données manquantes »: what moved, around what, with whom, what is missing."""
    return b.joindre(
        (
            ecart.section_ecart(fiche, reference),
            geographies.section_geographies(fiche),
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
        themes_de(fiche, contours, reference),
        situation_de(fiche, reference),
        sources.section_sources(fiche, base, version=f"mise à jour du {JALON}"),
    )
    return Html(_AUTRE_PAGE.sub(_parmi_les_pages, b.joindre(sections)))


def _parmi_les_pages(adresse: re.Match[str]) -> str:
    code, indicateur = adresse.groups()
    return f'href="{code}.html"' if code else f'href="{DEFINITIONS}{f"#{indicateur}" if indicateur else ""}"'


def definitions(registre: Registre) -> str:
    """The page of the definitions that every sheet links to: what each indicator counts, its breaks, its warning."""
    titre = "Ce que compte chaque indicateur"
    blocs = [b.balise("h1", titre)]
    for axe, groupe in groupby((i for i in registre.indicateurs_en_ordre if i.sur_la_fiche), key=lambda i: i.axe):
        blocs.append(b.balise("h2", AXES.get(axe, axe)))
        blocs += [_definition(registre, i) for i in groupe]
    entete = _entete(registre, b.balise("a", "Ouvrir dans l’explorateur", href=themes.DEFINITIONS))
    pied = b.balise("footer", b.balise("p", INDEPENDANT), class_="pied-page")
    return _page(f"{titre} – {NOM_SITE}", entete, b.joindre(blocs), pied)


def _definition(registre: Registre, i: Indicateur) -> Html:
    compte = f"{i.numerateur} / {i.denominateur}" if i.numerateur and i.denominateur else i.numerateur
    lignes: list[tuple[str, object]] = [
        ("Définition", i.definition),
        ("Calcul", compte),
        ("Unité", i.unite),
        ("Ne pas lire", i.avertissement if i.avertissement != "—" else ""),
        ("Source", " ; ".join(registre.titres_de(i.source))),
    ]
    lignes += [(f"Rupture, {periode(str(r.date_rupture))}", r.motif) for r in registre.ruptures.get(i.indicateur, [])]
    liste = b.joindre(b.joindre((b.balise("dt", nom), b.balise("dd", dit))) for nom, dit in lignes if dit)
    return b.joindre((b.balise("h3", i.libelle, id=i.indicateur), b.balise("dl", liste)))


def _page(titre: str, entete: Html, corps: Html, pied: Html, en_tete: str = "") -> str:
    return (
        '<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{en_tete}<title>{b.e(titre)}</title>\n"
        '<link rel="stylesheet" href="style.css">\n</head>\n<body class="stHtml feuille">\n'
        f'{entete}\n<main id="contenu">\n{corps}\n</main>\n{pied}\n</body>\n</html>\n'
    )


def document(fiche: Fiche, corps: Html, base: str) -> str:
    """The whole page, with JALON where `dater` writes the date of the last change."""
    imprimee = b.balise("a", "Fiche en PDF (4 pages au plus)", href=f"{fiche.code}.pdf")
    explorateur = b.balise("a", "Ouvrir dans l’explorateur", href=bandeau.adresse(fiche.code))
    entete = _entete(fiche.registre, b.joindre((imprimee, " · ", explorateur)))
    return _page(
        titre(fiche), entete, corps, _pied(fiche, base), f'<meta name="dcterms.modified" content="{JALON_ISO}">\n'
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


def _entete(registre: Registre, explorateur: Html) -> Html:
    avertissement = Html("")
    if registre.release.est_demonstration:
        avertissement = b.balise(
            "aside",
            "Données fictives de démonstration. ",
            b.balise("span", "Les quartiers, les communes et les chiffres de cette fiche sont inventés."),
            class_="bandeau-demo",
            aria_label="Données fictives",
        )
    return b.joindre(
        (
            b.balise("a", "Aller au contenu", href="#contenu", class_="evitement"),
            b.balise(
                "header", b.balise("p", b.balise("a", NOM_SITE, href="/")), b.balise("p", explorateur), class_="site"
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
        b.balise("p", INDEPENDANT),
        class_="pied-page",
    )  # fmt: skip
