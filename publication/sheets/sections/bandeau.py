"""Head of a sheet: who the quartier is, what it is linked to, how to come back to it, and « En bref ».

Belongs here: identity, badges, table of contents, the generated sentences.
Does not belong here: figures with a gap (chiffres_cles, emploi, themes).
"""

from __future__ import annotations

from functools import cache
from urllib.parse import urlencode

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche
from publication.sheets.format_fr import INSECABLE, avec_unite, compte
from publication.sheets.textes import en_bref

STATUTS = {"identique": "identique à 2015", "modifie": "modifié en 2024", "nouveau": "nouveau en 2024"}
SOMMAIRE = (
    ("en-bref", "En bref"),
    ("carte", "Carte"),
    ("chiffres-cles", "Chiffres clés"),
    ("emploi", "Emploi"),
    ("transitions", "Transitions"),
    ("emancipation", "Émancipation"),
    ("securite-et-citoyennete", "Sécurité et citoyenneté"),
    ("habitants-et-logement", "Habitants, revenus, logement"),
    ("l-ecart", "L’écart"),
    ("geographies", "Géographies"),
    ("quartiers-comparables", "Quartiers comparables"),
    ("engagements", "Engagements et feuille de route"),
    ("vie-locale", "Vie associative, conseil citoyen, présence humaine"),
    ("donnees-manquantes", "Données manquantes"),
    ("sources", "Sources et définitions"),
)


def adresse(code: str, **etat: str) -> str:
    """The permalink of a sheet, with the choices that differ from the default."""
    return "/quartier?" + urlencode({"qpv": code, **{cle: valeur for cle, valeur in etat.items() if valeur}})


def bandeau(fiche: Fiche, version: tuple[str, str] | None = None) -> Html:
    """Name, places, code, perimeter, population, badges and linked quartiers.

    Args:
        version: label and text that date the sheet; by default the release it is read from.
    """
    t = fiche.territoire
    nom = fiche.registre.nom
    communes = ", ".join(nom("commune", code) for code in t.communes)
    lieux = [
        communes,
        *(nom("epci", code) for code in t.epcis),
        nom("departement", t.code_departement),
        nom("region", t.code_region),
    ]
    # Overseas, the région and the département bear the same name.
    distincts = list(dict.fromkeys(lieu for lieu in reversed(lieux) if lieu))
    fil = b.balise("p", f"{INSECABLE}› ".join(distincts), class_="fil")
    titre = b.balise("h1", t.libelle or t.code_territoire)
    return b.balise("div", fil, titre, _pastilles(fiche), _identite(fiche, version), class_="identite")


def _pastilles(fiche: Fiche) -> Html:
    t = fiche.territoire
    pastilles = [
        b.balise("span", t.code_territoire, class_="pastille pleine"),
        b.balise("span", f"zonage {t.zonage}", class_="pastille"),
    ]
    if t.statut_perimetre in STATUTS:
        pastilles.append(b.balise("span", f"périmètre {STATUTS[t.statut_perimetre]}", class_="pastille"))
    if t.est_qpv_unique_epci:
        pastilles.append(b.balise("span", "seul QPV de son intercommunalité", class_="pastille"))
    return b.balise("ul", b.joindre(b.balise("li", pastille) for pastille in pastilles), class_="pastilles")


def _identite(fiche: Fiche, version: tuple[str, str] | None) -> Html:
    t = fiche.territoire
    champs: list[tuple[str, object]] = []
    if t.population is not None:
        date = f" ({t.annee_population})" if t.annee_population else ""
        champs.append(("Population" + date, compte(round(t.population), "habitant")))
    part = fiche.derniere_lisible("part_population_commune_en_qpv")
    if part is not None and part.valeur is not None:
        lieu = "la commune" if len(t.communes) < 2 else "ses communes"
        champs.append((f"Habitants de {lieu} vivant en QPV ({part.periode})", avec_unite(part.valeur, "%", 1)))
    autre = "2024" if t.zonage == "2015" else "2015"
    liens = [lien.code_qn2024 if t.zonage == "2015" else lien.code_qp2015 for lien in fiche.liens]
    if liens:
        champs.append((f"Quartier lié, zonage {autre}", b.joindre((_lien(fiche, code) for code in liens), ", ")))
    elif t.zonage == "2015":
        champs.append(("Zonage 2024", "aucun quartier ne lui succède"))
    else:
        champs.append(("Zonage 2015", "aucun quartier ne le précède"))
    champs.append(version or ("Version publiée", fiche.registre.release.identifiant))
    return b.balise(
        "dl", b.joindre(b.balise("div", b.balise("dt", nom), b.balise("dd", contenu)) for nom, contenu in champs)
    )


def _lien(fiche: Fiche, code: str) -> Html:
    libelle = fiche.registre.nom("qpv", code)
    return b.balise("a", f"{libelle} ({code})" if libelle != code else code, href=adresse(code), target="_self")


@cache
def sommaire() -> Html:
    """Links to the sections, in their order."""
    liens = b.joindre(b.balise("li", b.balise("a", titre, href=f"#{ancre}")) for ancre, titre in SOMMAIRE)
    return Html(
        f'<nav class="sommaire" aria-label="Sections de la fiche"><p>Dans cette fiche</p><ul>{liens}</ul></nav>'
    )


def section_en_bref(fiche: Fiche, reference: str) -> Html:
    """3 to 5 generated sentences, each tied to the figures it rests on."""
    phrases = en_bref(fiche, reference)
    liste = b.joindre(b.balise("li", phrase.texte, data_chiffre=phrase.chiffre) for phrase in phrases)
    return b.joindre(
        (
            b.balise("h2", "En bref", id="en-bref"),
            b.balise("div", b.balise("ul", liste), class_="en-bref"),
            b.balise(
                "p",
                "Phrases écrites automatiquement à partir des chiffres de la fiche ; les écarts sont calculés avant arrondi.",
                class_="note-tableau",
            ),
        )
    )
