"""The register of commitments, by quartier, partner type, axis and state, with the outcome figures beside.

Belongs here: the choices of the address, the order of the blocks, how to fill an empty register.
Does not belong here: filters and outcome figures (app.engagements), the tables of one quartier (sections of the sheet).
"""

from __future__ import annotations

import streamlit as st

from app import engagements as eng
from app import etat, session
from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Registre
from publication.sheets.format_fr import INSECABLE, nombre
from publication.sheets.registre_local import Engagement, est_vide, lire
from publication.sheets.sections import engagements as section
from publication.sheets.sections import vie_locale

LIGNES_MAX = 200
LONGUEUR_CODE = 12
REMPLIR = (
    ("Écrire les modèles vides, au format CSV, dans un dossier à soi", "observatoire registre modeles MON_DOSSIER"),
    (
        "Les remplir dans un tableur, puis les vérifier : chaque problème est dit avec son fichier, sa ligne et sa colonne",
        "observatoire registre verifier MON_DOSSIER",
    ),
    (
        "Publier une nouvelle version avec ce dossier",
        "OBSERVATOIRE_REGISTRE=MON_DOSSIER observatoire refresh --source live",
    ),
)


def _remplir() -> Html:
    """The three steps, and what must never be written."""
    etapes = b.joindre(b.balise("li", texte, b.code(commande)) for texte, commande in REMPLIR)
    return b.joindre(
        (
            b.balise("h2", "Remplir le registre"),
            b.balise("ol", etapes, class_="simple"),
            b.balise(
                "p",
                "Un engagement est porté par une institution : jamais de nom de personne, d’adresse électronique ni de téléphone.",
            ),
        )
    )


def _choix(registre: Registre, tous: list[Engagement]) -> eng.Choix:
    quartiers, partenaires, axes, etats = eng.offerts(registre, tous)
    gauche, droite = st.columns(2)
    with gauche:
        quartier = etat.choix("qpv", "Quartier", quartiers)
        axe = etat.choix("axe", "Axe du contrat de ville", axes)
    with droite:
        partenaire = etat.choix("partenaire", "Type de partenaire", partenaires)
        avancement = etat.choix("etat", "État", etats)
    return eng.Choix(quartier, partenaire, axe, avancement)


def _selection(registre: Registre, retenus: list[Engagement], choix: eng.Choix) -> Html:
    """Counts, commitments, outcome figures."""
    if not retenus:
        return b.balise("p", "Aucun engagement ne répond à ces choix.")
    coupe = f"{nombre(LIGNES_MAX)} lignes affichées sur {nombre(len(retenus))} : affinez les choix." if len(retenus) > LIGNES_MAX else ""  # fmt: skip
    return b.joindre(
        (
            b.balise("p", b.balise("strong", section.resume(retenus))),
            eng.tableau_etats(retenus),
            b.balise("h2", "Les engagements"),
            section.tableau_engagements(retenus[:LIGNES_MAX], registre),
            b.balise("p", coupe) if coupe else "",
            section.consigne(),
            b.balise("h2", "À côté, les chiffres des quartiers"),
            eng.resultats(registre, retenus, choix.axe),
        )
    )


def _quartier(code: str) -> Html:
    """Everything else the register says of one quartier, and its contrat de ville."""
    fiche = session.fiche(code) if code else None
    if fiche is None:
        return b.balise("p", "Choisissez un quartier pour lire sa feuille de route, ses dispositifs, son conseil citoyen, ses associations, ses postes et les chiffres de son contrat de ville.")  # fmt: skip
    saisie = lire(fiche.registre, code)
    morceaux = (
        ("Feuille de route", section.feuille_de_route(fiche, saisie.objectifs)),
        ("Dispositifs", section.dispositifs(saisie.dispositifs)),
        ("Conseil citoyen", vie_locale.conseils(saisie.conseils)),
        ("Soutien aux associations", vie_locale.associations(saisie.soutiens)),
        ("Présence humaine", vie_locale.presence(saisie.postes)),
        *(
            (("Territoire de veille active", section.veilles(fiche.registre, saisie.veilles)),)
            if saisie.veilles
            else ()
        ),
    )
    blocs = b.joindre(b.joindre((b.balise("h3", titre), contenu)) for titre, contenu in morceaux)
    nom = f"{fiche.territoire.libelle or code} ({code})"
    return b.joindre((b.balise("h2", f"Le reste du registre{INSECABLE}: {nom}"), blocs, vie_locale.contrats(fiche)))


def _page() -> None:
    st.set_page_config(page_title=f"Engagements – {session.NOM_SITE}")
    registre = session.registre()
    st.html(b.joindre((
        b.balise("h1", "Engagements"),
        b.balise("p", "Ce à quoi des institutions se sont engagées dans les quartiers prioritaires de la politique de la ville (QPV), où elles en sont, et avec quelle preuve.", class_="chapo"),
    )))  # fmt: skip
    if est_vide(registre):
        st.html(b.joindre((b.balise("p", section.REGISTRE_VIDE), eng.contenu(registre), _remplir())))
        return
    tous = eng.engagements(registre)
    choix = _choix(registre, tous)
    retenus = eng.choisir(tous, choix)
    demande = etat.parametre("qpv")
    if demande and demande != choix.quartier:
        st.html(
            b.balise(
                "p", f"Le registre local ne dit rien du quartier « {demande[:LONGUEUR_CODE]} » dans cette version."
            )
        )
    st.html(b.joindre((
        b.balise("h2", "Où en sont les engagements"),
        _selection(registre, retenus, choix),
        _quartier(choix.quartier),
        b.balise("h2", "Contenu du registre"),
        eng.contenu(registre),
        _remplir(),
    )))  # fmt: skip


_page()
