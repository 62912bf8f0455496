"""Downloads: every table with its dictionary, how to read it in one line, and the accounts of each source.

Belongs here: links to the files of the release, citation, sources, reconciliations and quarantine.
Does not belong here: serving the files (routes), figures of a quartier (quartier).
"""

from __future__ import annotations

from collections import Counter
from datetime import date

import streamlit as st

from app import etat, session
from app.donnees_comptes import comptes, quarantaine
from app.donnees_controles import controles, fraicheur
from app.donnees_provenance import provenance
from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Registre
from publication.sheets.format_fr import INSECABLE, compte, nombre, octets, periode
from publication.sheets.mots import prochaine_publication
from publication.sheets.sections.sources import ETATS

DESCRIPTIONS = {
    "valeurs": "Toutes les valeurs : une ligne par territoire, zonage, indicateur et période, avec statut et source",
    "ecarts": "Écart de chaque quartier avec chaque référence, à une date",
    "evolutions": "Évolution de l’écart entre deux dates, quand elle peut être lue",
    "tendances": "Sens d’une part sur ses cinq dernières dates, quand la règle le permet",
    "territoires": "Quartiers, communes, intercommunalités, départements, régions, France",
    "indicateurs": "Fiche de chaque indicateur : définition, unité, sens, avertissement",
    "sources": "Fichiers d’origine : adresse, licence, millésime, empreinte, lignes lues et publiées",
    "ruptures": "Ruptures de série de chaque indicateur",
    "correspondances": "Quartiers de 2015 et de 2024 : parts de surface commune",
    "mouvements": "Ce que chaque quartier est devenu d’un zonage à l’autre : sorti, entré, identique, modifié",
    "territoires_suivis": "Quartiers de 2015 sortis du zonage et territoires de veille active, avec les chiffres de leur commune",
    "disponibilites": "Nombre de quartiers observés, masqués ou non diffusés, par indicateur et date",
    "rapprochements": "Contrôles : lignes lues = publiées + quarantaine + exclues, totaux publiés",
    "quarantaine": "Cellules et lignes mises de côté, avec la valeur lue et le motif",
    "qualite": "Résultats des contrôles de qualité",
    "errata": "Corrections publiées",
    "comparables": "Quartiers comparables des intercommunalités à quartier unique",
    "comparables_medianes": "Médiane des quartiers comparables, pour chaque chiffre du zonage 2024",
    "etablissements": "Écoles et collèges",
    "services": "Services publics, santé, numérique",
    "proximites": "Distance des établissements et services à chaque quartier",
    "discordances_education_prioritaire": "Écoles et collèges où l’éducation prioritaire et les quartiers ne coïncident pas",
    "engagements": "Registre local : engagements des partenaires",
    "feuilles_de_route": "Registre local : feuilles de route des quartiers",
    "conseils_citoyens": "Registre local : conseils citoyens",
    "presence_humaine": "Registre local : présence humaine dans les quartiers",
    "associations": "Registre local : associations et conventions",
    "dispositifs": "Registre local : dispositifs qui couvrent les quartiers",
    "veille_active": "Registre local : territoires de veille active",
    "contrats": "Chiffres au grain du contrat de ville",
}
METADONNEES = (
    ("datapackage.json", "Description des tables, types, unités, sources, licences (Frictionless)"),
    ("dictionnaire.csv", "Dictionnaire : table, colonne, type, unité, définition, nom d’origine"),
    ("dictionnaire.parquet", "Le même dictionnaire en Parquet"),
    ("notes.md", "Notes de version"),
    ("diff.json", "Ce qui a changé depuis la version précédente"),
    ("citation.txt", "Citation"),
    ("citation.bib", "Citation BibTeX"),
    ("SHA256SUMS", "Empreintes de tous les fichiers"),
)


def _fichiers(registre: Registre) -> Html:
    release = registre.release
    base = f"/releases/{release.identifiant}"
    lignes = []
    for nom in sorted(release.tables, key=lambda n: (list(DESCRIPTIONS).index(n) if n in DESCRIPTIONS else 99, n)):
        nb = release.lire(f"select count(*) as n from {{{nom}}}")[0]["n"]
        taille = (release.chemin / "tables" / f"{nom}.parquet").stat().st_size
        lien = b.balise("a", f"{nom}.parquet", href=f"{base}/tables/{nom}.parquet", download=f"{nom}.parquet")
        lignes.append(
            (lien, DESCRIPTIONS.get(nom, ""), "vide dans cette version" if nb == 0 else nombre(nb), octets(taille))
        )
    return b.tableau(
        "Tables de la version, au format Parquet", ("Fichier", "Contenu", "Lignes", "Taille"), lignes, numeriques=(2, 3)
    )


def _metadonnees(registre: Registre) -> Html:
    release = registre.release
    base = f"/releases/{release.identifiant}"
    contours = [(nom, "Contours des quartiers") for nom in sorted(release.empreintes) if nom.startswith("geo/")]
    lignes = [
        (
            b.balise("a", nom, href=f"{base}/{nom}", target="_blank", rel="noopener"),
            texte,
            octets((release.chemin / nom).stat().st_size),
        )
        for nom, texte in (*METADONNEES, *contours)
        if (release.chemin / nom).is_file()
    ]
    return b.tableau("Dictionnaire, citation et contours", ("Fichier", "Contenu", "Taille"), lignes, numeriques=(2,))


def _exemples(registre: Registre) -> Html:
    """One line per tool, on a quartier of this release."""
    code = next(iter(sorted(c for c in registre.quartiers if c.startswith("QP"))), "QP014001")
    exemples = (
        (
            "DuckDB",
            f"SELECT * FROM 'valeurs.parquet' WHERE code_territoire = '{code}' AND indicateur = 'taux_emploi_15_64';",
        ),
        (
            "Polars (Python)",
            f'pl.scan_parquet("valeurs.parquet").filter(pl.col("code_territoire") == "{code}").collect()',
        ),
        (
            "R",
            f'arrow::open_dataset("valeurs.parquet") |> dplyr::filter(code_territoire == "{code}") |> dplyr::collect()',
        ),
    )
    return b.joindre(b.joindre((b.balise("h3", nom), b.code(ligne))) for nom, ligne in exemples)


def _citation(registre: Registre) -> Html:
    """The first sentence of the citation, then the whole text with every attribution line."""
    texte = registre.release.texte("citation.txt").strip()
    if not texte:
        return Html("")
    premiere = b.balise("p", b.balise("strong", "Citer : "), texte.splitlines()[0])
    return b.joindre((premiere, b.repli("Citation complète et mentions d’attribution", b.code(texte))))


def _sources(registre: Registre) -> Html:
    lignes = [
        (
            b.joindre((b.lien_externe(s.titre, s.page), b.balise("small", f"{s.producteur} · {s.jeu}"))),
            s.millesime or "—",
            b.joindre(
                (
                    s.fichier or "—",
                    b.balise(
                        "small", f"sha256 {s.empreinte_sha256[:12]}…" if s.empreinte_sha256 else "aucun fichier chargé"
                    ),
                )
            ),
            s.licence or "à confirmer",
            periode(str(s.date_publication or "—")),
            prochaine_publication(s.prochaine_publication, s.rythme),
            ETATS.get(s.statut, s.statut),
        )
        for s in registre.sources
    ]
    etats = Counter(ETATS.get(s.statut, s.statut) for s in registre.sources)
    phrase = (
        f"{compte(len(lignes), 'fichier')}{INSECABLE}: "
        + ", ".join(f"{nombre(n)} {etat}" for etat, n in etats.most_common())
        + "."
    )
    table = b.tableau(
        "Sources déclarées",
        ("Source", "Millésime", "Fichier", "Licence", "Publié le", "Prochaine publication", "État"),
        lignes,
    )
    return b.joindre((b.balise("p", phrase), b.repli("Liste des sources", table)))


def _page() -> None:
    st.set_page_config(page_title=f"Données – {session.NOM_SITE}")
    registre = session.registre()
    st.html(
        b.joindre(
            (
                b.balise("h1", "Données"),
                b.balise(
                    "p",
                    "Toutes les tables de la version publiée, avec ce qu’il faut pour les comprendre, les citer et les vérifier.",
                    class_="chapo",
                ),
                b.balise(
                    "p",
                    "Version : ",
                    b.balise("strong", registre.release.identifiant),
                    ". Une version ne change jamais ; son adresse est stable.",
                ),
                b.balise("h2", "Tables"),
                _fichiers(registre),
                b.balise("h2", "Dictionnaire, citation, contours"),
                _metadonnees(registre),
                _citation(registre),
                b.balise("h2", "Lire une table en une ligne"),
                _exemples(registre),
                b.balise("h2", "Sources"),
                _sources(registre),
                b.balise("h2", "Rapprochements et quarantaine"),
                comptes(registre),
                quarantaine(registre),
                b.balise("h2", "Contrôles de qualité"),
                controles(registre.release),
                b.balise("h2", "Fraîcheur des sources"),
                fraicheur(registre.release, date.today()),
                b.balise("h2", "D’où vient un chiffre", id="provenance"),
                provenance(
                    registre.release,
                    etat.parametre("provenance"),
                    etat.parametre("indicateur"),
                    etat.parametre("periode"),
                ),
            )
        )
    )


_page()
