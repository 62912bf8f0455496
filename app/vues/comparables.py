"""The comparable quartiers of one quartier, at `/comparables?qpv=QN05001I`: the rule, the neighbours, their figures.

Belongs here: the choice of the quartier, the counts of the release, the order of the blocks.
Does not belong here: tables and reasons (publication.sheets.sections.comparables), finding the neighbours (transformation).
"""

from __future__ import annotations

import streamlit as st

from app import etat, session
from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Registre
from publication.sheets.format_fr import compte, nombre
from publication.sheets.sections import comparables as section
from publication.sheets.sections.bandeau import adresse
from publication.sheets.voisins import codes_pourvus, lire

LONGUEUR_CODE = 12


def _offerts(registre: Registre, demande: str) -> dict[str, str]:
    """The quartiers that have a group, and the one of the address whatever it is."""
    codes = [code for code in codes_pourvus(registre) if code in registre.quartiers]
    if demande in registre.quartiers and demande not in codes:
        codes.append(demande)

    def nom(code: str) -> str:
        communes = ", ".join(registre.nom("commune", c) for c in registre.quartiers[code].communes)
        return f"{registre.nom('qpv', code)}, {communes} ({code})"

    return {"": "Choisir un quartier"} | {code: nom(code) for code in codes}


def _pour_qui(registre: Registre) -> Html:
    """Which quartiers have a group in this release, by zoning."""
    pourvus = set(codes_pourvus(registre))
    lignes = []
    for zonage in ("2024", "2015"):
        quartiers = [q for q in registre.quartiers.values() if q.zonage == zonage]
        seuls = sum(bool(q.est_qpv_unique_epci) for q in quartiers)
        inconnus = sum(q.est_qpv_unique_epci is None for q in quartiers)
        avec = sum(q.code_territoire in pourvus for q in quartiers)
        lignes.append((f"Zonage {zonage}", *(nombre(n) for n in (len(quartiers), seuls, inconnus, avec))))
    entetes = ("Zonage", "Quartiers", "Seuls dans leur intercommunalité", "Intercommunalité inconnue", "Avec un groupe")
    return b.joindre(
        (
            b.balise("h2", "Quels quartiers ont un groupe"),
            b.tableau("Quartiers seuls dans leur intercommunalité", entetes, lignes, numeriques=(1, 2, 3, 4)),
            b.balise(
                "p",
                "Les quartiers de 2015 n’ont pas de groupe : il n’est formé que pour le zonage en vigueur. "
                "Les quartiers dont l’intercommunalité compte plusieurs quartiers prioritaires se comparent entre eux, page ",
                b.balise("a", "Comparer", href="/comparer", target="_self"),
                ".",
            ),
        )
    )


def _groupe(code: str) -> Html:
    """The whole page of one quartier."""
    fiche = session.fiche(code)
    if fiche is None:
        return Html("")
    titre = b.balise("h2", f"{fiche.territoire.libelle or code} ({code})")
    lien = b.balise("p", b.balise("a", "Fiche du quartier", href=adresse(code), target="_self"), ".")
    groupe = lire(fiche.registre, code)
    if not groupe.voisins:
        return b.joindre((titre, b.balise("p", b.balise("strong", "Aucun quartier comparable.")), section.sans_groupe(fiche), lien))  # fmt: skip
    return b.joindre(
        (
            titre,
            section.presentation(fiche, groupe),
            lien,
            b.balise("h3", "Les quartiers comparables"),
            section.tableau_voisins(fiche, groupe),
            b.balise("h3", "Les chiffres clés de chacun"),
            section.tableau_chiffres(fiche, groupe, detail=True),
        )
    )


def _page() -> None:
    st.set_page_config(page_title=f"Quartiers comparables – {session.NOM_SITE}")
    registre = session.registre()
    pourvus = len(codes_pourvus(registre))
    st.html(b.joindre((
        b.balise("h1", "Quartiers comparables"),
        b.balise("p", "Un quartier prioritaire de la politique de la ville (QPV) seul dans son intercommunalité n’a pas de voisin à qui se comparer : voici ceux qui lui ressemblent par la taille.", class_="chapo"),
        b.balise("p", f"{compte(pourvus, 'quartier a', 'quartiers ont')} un groupe dans cette version."),
    )))  # fmt: skip
    demande = etat.parametre("qpv").strip().upper()
    code = etat.choix("qpv", "Quartier", _offerts(registre, demande))
    if demande and demande not in registre.quartiers:
        montre = demande[:LONGUEUR_CODE] + ("…" if len(demande) > LONGUEUR_CODE else "")
        st.html(b.balise("p", f"Aucun quartier ne porte le code « {montre} » dans cette version."))
    st.html(b.joindre((_groupe(code) if code else "", _pour_qui(registre))))


_page()
