"""What the printed sheet keeps of a quartier: the sections of the page, shortened to four sheets of A4.

Belongs here: the figures of each theme that are printed, how many rows of a list, the order of the blocks.
Does not belong here: what a section says (sections), the layout (imprime.typ), writing the files (pdf).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.carte import cle
from publication.sheets.feuille import JALON, JALON_ISO, NOM_SITE, titre
from publication.sheets.fiche import CHIFFRES_CLES, Fiche
from publication.sheets.format_fr import INSECABLE, compte, typographier
from publication.sheets.graphiques import dessins
from publication.sheets.registre_local import Conseil, Poste, Saisie, Soutien, lire
from publication.sheets.sections import (
    bandeau,
    chiffres_cles,
    comparables,
    ecart,
    engagements,
    geographies,
    inscrits,
    manquantes,
    points,
    sources,
    themes,
    vie_locale,
)
from publication.sheets.sections import carte as section_carte
from publication.sheets.voisins import lire as lire_voisins

Section = list[dict[str, Any]]
L = TypeVar("L", Soutien, Conseil, Poste)
# The main figures of each theme beside the headline ones, which the first page has, chosen once so that two printed
# sheets hold the same ones; the page has them all.
PRINCIPAUX: dict[str, tuple[str, ...]] = {
    "emploi": (
        "taux_emploi_15_64",
        "taux_emploi_femmes_15_64",
        "part_emplois_precaires",
        "defm_abc_pour_100_hab",
        "indice_defm_abc",
        "creations_etablissements_pour_1000_hab",
        "etablissements_pour_1000_hab",
    ),
    "transitions": (
        "npnru",
        "part_beneficiaires_c2s",
        "distance_france_services",
        "france_services_500m",
        "lieux_conseiller_numerique_500m",
        "lieux_mediation_numerique_500m",
        "distance_maison_ou_centre_sante",
        "maisons_et_centres_sante_500m",
        "medecins_generalistes_500m",
        "pharmacies_500m",
    ),
    "emancipation": (
        "ips_moyen_ecoles_proches",
        "ips_moyen_colleges_proches",
        "taux_reussite_dnb_colleges_proches",
        "taux_reussite_dnb_residents",
        "taux_scolarisation_16_24",
        "part_diplome_inferieur_bac",
        "part_diplome_bac2_plus",
        "cite_educative",
        "nb_ecoles_100m",
        "nb_ecoles_rep_100m",
        "nb_colleges_300m",
        "nb_colleges_rep_300m",
    ),
    "securite_citoyennete": ("participation_electorale", "associations_pour_1000_hab", "conseil_citoyen_statut"),
    "revenus": (
        "taux_pauvrete_60",
        "niveau_vie_median",
        "niveau_vie_d1",
        "rapport_interdecile_d9_d1",
    ),
    "prestations": (
        "part_allocataires_rsa",
        "part_population_couverte_caf",
        "part_allocataires_dependants_50",
        "part_allocataires_monoparents",
    ),
    "population": (
        "densite_population",
        "part_75_ans_plus",
        "part_familles_monoparentales_menages",
    ),
    "logement": (
        "part_logement_social",
        "loyer_median_parc_social",
        "taux_mobilite_parc_social",
        "taux_vacance_parc_social",
    ),
}
LARGEUR_DESSIN = 550
# The register is filled by hand: nothing bounds its lists, four sheets bound what is printed of them.
LIGNES_REGISTRE = 6


def composer(fiche: Fiche, contours: Mapping[str, bytes], base: str, reference: str = "auto") -> dict[str, Any]:
    """The printed sheet as plain data: texts, pieces of the page's own markup, drawings with their alternative.

    Args:
        contours, base: as for `feuille.composer`.
    Returns:
        a document that JSON can hold, with JALON and JALON_ISO where the date of the last change goes.
    """
    t = fiche.territoire
    return {
        "site": NOM_SITE,
        "titre": titre(fiche),
        "nom": t.libelle or t.code_territoire,
        "code": t.code_territoire,
        "adresse": f"{base}/quartiers/{t.code_territoire}",
        "base": base,
        "date": JALON,
        "iso": JALON_ISO,
        "demonstration": fiche.registre.release.est_demonstration,
        "bandeau": bandeau.bandeau(fiche, version=("Mis à jour le", JALON)),
        "en_bref": bandeau.section_en_bref(fiche, reference),
        "carte": _carte(fiche, contours),
        "sections": [
            [{"html": chiffres_cles.section_chiffres_cles(fiche, reference)}],
            *_themes(fiche, reference),
            *_situation(fiche, reference),
            _sources(fiche, base),
        ],
    }


def _section(ancre: str, *blocs: object) -> Section:
    """A section under the title it has on the page; drawings stay apart, since they are not markup of the page."""
    nom = dict(bandeau.SOMMAIRE)[ancre]
    liste = [bloc if isinstance(bloc, dict) else {"html": b.e(bloc)} for bloc in blocs if bloc]
    return [{"html": b.balise("h2", nom)}, *liste]


def _carte(fiche: Fiche, contours: Mapping[str, bytes]) -> dict[str, Any] | None:
    """The map without the labels of lists that are not printed; its legend is text beside it."""
    dessin = section_carte.dessin_de(fiche, contours, avec_reperes=False, avec_legende=False)
    if dessin is None:
        return None
    legende = [{"svg": cle(forme), "mots": mots} for forme, mots in section_carte.legende_de(fiche, contours)]
    return {"svg": dessin.svg_imprime, "alt": dessin.alt, "legende": legende}


def _themes(fiche: Fiche, reference: str) -> Iterable[Section]:
    """The axes of the contract, then the transversal themes: main figures, in the order of the page."""
    yield _section(
        "emploi",
        _dessins(fiche),
        inscrits.niveau_inscrits(fiche),
        inscrits.tableau_structure(fiche),
        _tableau(fiche, ("emploi",), None, "emploi", "Emploi : chiffres du quartier et écarts avec la référence", reference),
    )  # fmt: skip
    for axe, ancre in (
        ("transitions", "transitions"),
        ("emancipation", "emancipation"),
        ("securite_citoyennete", "securite-et-citoyennete"),
    ):
        nom = dict(bandeau.SOMMAIRE)[ancre]
        vide = "Aucun chiffre de ce thème n’est publié pour ce quartier dans cette version."
        limite = b.balise("p", themes.LIMITES[axe]) if axe in themes.LIMITES else None
        yield _section(
            ancre, _tableau(fiche, (axe,), None, axe, nom, reference) or b.balise("p", typographier(vide)), limite
        )
    yield _section(
        "habitants-et-logement",
        *(
            _tableau(fiche, ("transversal",), (theme,), theme, nom, reference)
            for theme, nom in (
                ("revenus", "Revenus et pauvreté"),
                ("prestations", "Prestations sociales"),
                ("population", "Habitants et ménages"),
                ("logement", "Logement"),
            )
        ),
    )


def _tableau(
    fiche: Fiche, axes: Sequence[str], noms: Sequence[str] | None, cle: str, legende: str, reference: str
) -> Html:
    """The main figures that this quartier has, and how many more the page gives."""
    tous = [
        i
        for i in themes.indicateurs_de(fiche, axes, noms)
        if fiche.derniere(i.indicateur) is not None and i.indicateur not in inscrits.STRUCTURE
    ]
    gardes = [i for i in tous if i.indicateur in PRINCIPAUX[cle]]
    table = themes.tableau_chiffres(fiche, gardes, reference, legende)
    reste = len({i.indicateur for i in tous} - {i.indicateur for i in gardes} - set(CHIFFRES_CLES))
    return b.joindre((table, _suite(reste, "autre chiffre", "autres chiffres"))) if table else table


def _suite(reste: int, singulier: str, pluriel: str) -> Html:
    """« 4 autres chiffres sur la fiche en ligne. »; empty when nothing was left out."""
    if reste <= 0:
        return Html("")
    return b.balise("p", f"{compte(reste, singulier, pluriel)} sur la fiche en ligne.", class_="note-tableau")


def _dessins(fiche: Fiche) -> dict[str, Any] | None:
    """The employment rate among its references and the registered job seekers in base 100, side by side."""
    couples: list[tuple[str, Html]] = []
    taux = fiche.indicateur("taux_emploi_15_64")
    if taux is not None and any(nom == taux.indicateur for nom, _ in fiche.ecarts):
        couples.append((taux.libelle, points.dessin(fiche, taux)))
    propres = inscrits.indices_propres(fiche)
    if len(propres) > 1:
        couples.append(
            (
                f"Inscrits à France Travail{INSECABLE}: {inscrits.titre_tendance(propres).lower()}",
                inscrits.dessin_tendance(fiche, propres),
            )
        )
    liste = [
        {
            "titre": nom,
            "alt": alt.replace(f" {points.TABLEAU_SUIT}", ""),
            "svg": svg,
            "suite": re.sub(r"<div.*</div>", "", html),
        }
        for nom, html in couples
        for alt, svg in dessins(html, LARGEUR_DESSIN)
    ]
    return {"dessins": liste} if liste else None


def _situation(fiche: Fiche, reference: str) -> Iterable[Section]:
    """From « L'écart » to « Données manquantes »."""
    yield [{"html": ecart.section_ecart(fiche, reference, abrege=True)}]
    yield _section("geographies", geographies.phrase(fiche), geographies.correspondance(fiche) if fiche.liens else None)
    if lire_voisins(fiche.registre, fiche.code).voisins:
        yield [{"html": comparables.section_comparables(fiche)}]
    saisie = lire(fiche.registre, fiche.code)
    yield _section("engagements", *_engagements(fiche, saisie))
    yield _section("vie-locale", *_vie_locale(fiche, saisie))
    enligne = b.balise("a", "fiche en ligne", href=f"/quartiers/{fiche.code}#donnees-manquantes")
    yield _section(
        "donnees-manquantes",
        manquantes.resume(fiche),
        b.balise("p", "La liste complète, chiffre par chiffre, est sur la ", enligne, ".", class_="note-tableau"),
    )


def _engagements(fiche: Fiche, saisie: Saisie) -> Iterable[Html]:
    absence = engagements.sans_registre(fiche)
    if absence:
        yield absence
        return
    if saisie.engagements:
        yield b.balise("p", engagements.resume(saisie.engagements))
        yield engagements.tableau_engagements(saisie.engagements[:LIGNES_REGISTRE])
        yield _suite(len(saisie.engagements) - LIGNES_REGISTRE, "autre engagement", "autres engagements")
    else:
        yield b.balise("p", engagements.AUCUN_ENGAGEMENT)
    yield b.balise("h3", "Feuille de route")
    yield engagements.feuille_de_route(fiche, saisie.objectifs[:LIGNES_REGISTRE])
    yield _suite(len(saisie.objectifs) - LIGNES_REGISTRE, "autre objectif", "autres objectifs")
    yield b.balise("h3", "Dispositifs")
    yield engagements.dispositifs(saisie.dispositifs[:LIGNES_REGISTRE])
    yield _suite(len(saisie.dispositifs) - LIGNES_REGISTRE, "autre dispositif", "autres dispositifs")


def _vie_locale(fiche: Fiche, saisie: Saisie) -> Iterable[Html]:
    """The latest year of each list of the register, then the figures of the contract."""
    absence = engagements.sans_registre(fiche, vie_locale.VIDE)
    if absence:
        yield absence
    else:
        soutiens, conseils, postes = _dernieres(saisie.soutiens), _dernieres(saisie.conseils), _dernieres(saisie.postes)
        yield b.balise("h3", "Soutien aux associations")
        yield vie_locale.associations(soutiens)
        yield _suite(len(saisie.soutiens) - len(soutiens), "autre ligne", "autres lignes")
        yield b.balise("h3", "Conseil citoyen")
        yield vie_locale.conseils(conseils)
        yield _suite(len(saisie.conseils) - len(conseils), "autre année", "autres années")
        yield b.balise("h3", "Présence humaine")
        yield vie_locale.presence(postes)
        yield _suite(len(saisie.postes) - len(postes), "autre poste", "autres postes")
    yield vie_locale.contrats(fiche)


def _dernieres(liste: Sequence[L]) -> list[L]:
    """The rows of the latest year, as many as a printed list may hold."""
    derniere = max((ligne.annee for ligne in liste), default=None)
    return [ligne for ligne in liste if ligne.annee == derniere][:LIGNES_REGISTRE]


def _sources(fiche: Fiche, base: str) -> Section:
    return _section(
        "sources",
        sources.abrege(fiche),
        b.balise("p", b.balise("strong", typographier("Citer cette fiche : ")), sources.citation(fiche, base, f"mise à jour du {JALON}")),
        b.balise("p", f"{NOM_SITE} : un observatoire indépendant. Ce n’est pas un site de l’État.", class_="note-tableau"),
    )  # fmt: skip
