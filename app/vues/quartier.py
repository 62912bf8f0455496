"""The sheet of a quartier, at `/quartier?qpv=QP014001&reference=commune`: the address holds the whole state.

Belongs here: reading the address, the choice of the reference and of the figure drawn.
Does not belong here: the order of the sections (publication.sheets.feuille), what a section shows (sections), the data (fiche).
"""

from __future__ import annotations

import streamlit as st

from app import etat, session
from publication.sheets import balises as b
from publication.sheets import feuille
from publication.sheets.fiche import Fiche
from publication.sheets.format_fr import INSECABLE
from publication.sheets.graphiques import en_images
from publication.sheets.modele import ECHELLE, NOMS_NIVEAUX
from publication.sheets.sections import bandeau, sources
from publication.sheets.sections.points import indicateurs_en_points, points

LONGUEUR_CODE = 12


def _introuvable(code: str) -> None:
    """Unknown or hostile code: a sentence and a way out, nothing else."""
    st.set_page_config(page_title=f"Quartier introuvable – {session.NOM_SITE}")
    montre = code[:LONGUEUR_CODE] + ("…" if len(code) > LONGUEUR_CODE else "")
    detail = (
        f"Aucun quartier ne porte le code « {montre} » dans cette version."
        if code
        else "L’adresse de cette page ne contient pas de code de quartier."
    )
    st.html(
        b.joindre(
            (
                b.balise("h1", "Quartier introuvable" if code else "Choisir un quartier"),
                b.balise("p", detail),
                b.balise("p", "Un code du zonage 2015 s’écrit QP014001, un code du zonage 2024 QN01401M."),
            )
        )
    )
    st.page_link("vues/accueil.py", label="Chercher un quartier par son nom, sa commune ou son code")


def _references(fiche: Fiche) -> dict[str, str]:
    """The levels that have at least one gap on this sheet, in the order of the ladder."""
    presents = {e.niveau_reference for liste in fiche.ecarts.values() for e in liste if e.ecart is not None}
    return {"auto": "Référence par défaut : la première publiée (intercommunalité, commune, département…)"} | {
        n: NOMS_NIVEAUX[n] for n in ECHELLE if n in presents
    }


def _fiche(fiche: Fiche) -> None:
    t = fiche.territoire
    commune = ", ".join(fiche.registre.nom("commune", c) for c in t.communes)
    st.set_page_config(
        page_title=f"{t.libelle or t.code_territoire} ({t.code_territoire}), {commune} – {session.NOM_SITE}"
    )
    st.html(b.joindre((bandeau.bandeau(fiche), _fiches_a_imprimer(fiche), bandeau.sommaire())))
    reference = etat.choix("reference", "Comparer le quartier avec", _references(fiche))
    contours = session.contours((fiche.code, *sorted(fiche.valeurs_liees)))
    st.html(en_images(feuille.themes_de(fiche, contours, reference)))
    _autre_figure(fiche)
    st.html(
        b.joindre(
            (
                feuille.situation_de(fiche, reference),
                sources.section_sources(fiche, _base()),
                _retrouver(fiche),
            )
        )
    )


def _autre_figure(fiche: Fiche) -> None:
    """Any other figure against its references, chosen by the reader and kept in the address."""
    candidats = {i.indicateur: i.libelle for i in indicateurs_en_points(fiche)}
    if not candidats:
        return
    st.html(b.balise("h3", "Représenter un autre chiffre"))
    choisi = etat.choix(
        "indicateur", "Indicateur à placer parmi ses références", {"": "Choisir un indicateur"} | candidats
    )
    indicateur = fiche.indicateur(choisi)
    if indicateur is not None:
        st.html(en_images(points(fiche, indicateur)))


def _base() -> str:
    """Address of the site, without path, for the permalink of the citation."""
    adresse = getattr(st.context, "url", "") or ""
    return "/".join(adresse.split("/")[:3]) if adresse.startswith("http") else ""


def _fiches_a_imprimer(fiche: Fiche) -> b.Html:
    """Links to the files of this sheet that the release holds; empty when it was published without them."""
    release = fiche.registre.release
    liens = [
        b.balise("a", mot, href=f"/releases/{release.identifiant}/{nom}", target="_blank", rel="noopener")
        for mot, nom in (
            ("Fiche en PDF (4 pages au plus)", f"quartiers/{fiche.code}.pdf"),
            ("Fiche en une page, sans script", f"quartiers/{fiche.code}.html"),
        )
        if nom in release.empreintes
    ]
    return b.balise("p", b.joindre(liens, " · ")) if liens else b.Html("")


def _retrouver(fiche: Fiche) -> b.Html:
    sql = f"SELECT * FROM 'valeurs.parquet' WHERE code_territoire = '{fiche.code}';"
    phrase = f"Retrouver ces chiffres dans les données publiées (page Données){INSECABLE}:"
    return b.joindre((b.balise("p", phrase), b.code(sql)))


def _page() -> None:
    code = st.query_params.get("qpv", "").strip().upper()
    fiche = session.fiche(code) if len(code) <= LONGUEUR_CODE else None
    if fiche is None:
        _introuvable(code)
    else:
        _fiche(fiche)


_page()
