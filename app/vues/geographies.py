"""Geographies: the ledger of the quartiers of 2015 and of 2024 for one territory, exits, entries, mergers, watched territories.

Belongs here: the choice of the address, tables and sentences of the page, the download button.
Does not belong here: selecting rows (app.geographies), the map of one quartier (its sheet) or of a territory (carte).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app import etat, exports, session
from app import geographies as geo
from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import CHIFFRES_CLES, Registre
from publication.sheets.format_fr import INSECABLE, avec_unite, compte, nombre, periode
from publication.sheets.sections.bandeau import STATUTS, adresse
from publication.sheets.sections.geographies import LIENS

LIGNES_MAX = 200
NATURES_LIENS = {
    **LIENS,
    "sorti": "Sorti : aucun quartier de 2024 n’y correspond",
    "entre": "Nouveau : aucun quartier de 2015 n’y correspond",
    "non_calcule": "Surface commune non calculée : un des deux contours n’est pas publié",
}
NATURES_SUIVIES = {"ancien_qpv": "Quartier de 2015 sorti", "veille_active": "Territoire de veille active"}
DISCORDANCES = {
    "prioritaire_loin_des_quartiers": "Établissements de l’éducation prioritaire loin des quartiers",
    "proche_hors_education_prioritaire": "Établissements proches d’un quartier et hors éducation prioritaire",
}
COLONNES_SUIVIES = 4


def _quartier(registre: Registre, code: str) -> Html:
    """Name and code, with a link to the sheet."""
    if not code:
        return b.e("—")
    lien = b.balise("a", registre.nom("qpv", code), href=adresse(code), target="_self")
    return b.joindre((lien, b.balise("small", code)))


def _part(part: float | None) -> object:
    return b.absence("non_calculable") if part is None else avec_unite(part, "%", 0)


def _coupe(n: int) -> str:
    if n <= LIGNES_MAX:
        return ""
    return f"{nombre(LIGNES_MAX)} lignes affichées sur {nombre(n)} : choisissez une région ou un département, ou le fichier complet."


def _comptes(tous: Sequence[geo.Mouvement]) -> Html:
    """Counts of both zonings: every one can be found again in the tables below."""
    statuts = geo.statuts_2024(tous)
    par_zonage = {z: sum(m.quartier.zonage == z for m in tous) for z in ("2015", "2024")}
    lignes = [
        ("Quartiers de 2015", nombre(par_zonage["2015"])),
        ("Quartiers de 2015 sans successeur", nombre(len(geo.sorties(tous)))),
        ("Quartiers de 2024", nombre(par_zonage["2024"])),
        *((f"Quartiers de 2024, périmètre {mot} (code en {lettre})", nombre(statuts.get(cle, 0)))
          for cle, mot, lettre in (("identique", STATUTS["identique"], "I"), ("modifie", STATUTS["modifie"], "M"), ("nouveau", STATUTS["nouveau"], "N"))),
        ("Quartiers de 2024 dont le code ne porte aucune de ces lettres", nombre(statuts.get(geo.SANS_STATUT, 0))),
        ("Quartiers de 2024 formés de plusieurs quartiers de 2015", nombre(len(geo.fusions(tous)))),
    ]  # fmt: skip
    return b.tableau("Nombre de quartiers des deux zonages", ("Quoi", "Nombre"), lignes, numeriques=(1,))


def _registre(registre: Registre, lignes: Sequence[geo.LigneRegistre]) -> Html:
    corps = [
        (
            _quartier(registre, li.code_2015),
            _quartier(registre, li.code_2024),
            _part(li.part_2015) if li.code_2015 and li.code_2024 else "—",
            _part(li.part_2024) if li.code_2015 and li.code_2024 else "—",
            NATURES_LIENS.get(li.lien, li.lien),
        )
        for li in lignes[:LIGNES_MAX]
    ]
    entetes = ("Quartier 2015", "Quartier 2024", "Part de 2015 conservée", "Part de 2024 déjà prioritaire", "Lien")
    return b.joindre((
        b.tableau("Correspondance des deux zonages, en parts de surface", entetes, corps, numeriques=(2, 3), note=_coupe(len(lignes))),
        b.consigne(
            "une ligne par couple de quartiers qui ont une surface commune ; un tiret dit qu’il n’y a pas de quartier de l’autre zonage.",
            "ce sont des parts de surface, pas d’habitants. Calcul de l’observatoire à partir des contours publiés.",
        ),
    ))  # fmt: skip


def _liste(registre: Registre, titre: str, mouvements: Sequence[geo.Mouvement], vide: str) -> Html:
    """Exits, entries or mergers, with the quartiers of the other zoning when there are some."""
    if not mouvements:
        return b.joindre((b.balise("h3", titre), b.balise("p", vide)))
    corps = [
        (
            _quartier(registre, m.quartier.code_territoire),
            ", ".join(registre.nom("commune", c) for c in m.quartier.communes),
            b.joindre(_quartier(registre, code) for code in m.lies) if m.lies else "—",
        )
        for m in mouvements[:LIGNES_MAX]
    ]
    table = b.tableau(
        titre, ("Quartier", "Communes", "Autre zonage"), corps, legende_visible=False, note=_coupe(len(mouvements))
    )
    return b.joindre((b.balise("h3", f"{titre}{INSECABLE}: {nombre(len(mouvements))}"), table))


def _chiffre(registre: Registre, ligne: dict[str, Any] | None, indicateur: str) -> Html:
    carte = registre.indicateurs[indicateur]
    if ligne is None or ligne["valeur"] is None:
        return b.absence(ligne["statut"] if ligne else "non_diffuse")
    publiees = registre.series("commune", ligne["code_commune"] or "").get(indicateur, [])
    pas = next((v.pas for v in publiees if v.periode == ligne["periode"]), None)
    ecrit = avec_unite(ligne["valeur"], carte.unite, carte.decimales, pas)
    return b.joindre((ecrit, b.marque(ligne["statut"]), b.balise("small", periode(ligne["periode"]))))


def _suivis(registre: Registre, territoire: str) -> Html:
    """Territories without figures of their own: those of their commune, marked as estimates."""
    presents = {
        li["indicateur"] for li in registre.release.lire("select distinct indicateur from {territoires_suivis}")
    }
    ordre = [i for i in (*CHIFFRES_CLES, *sorted(presents)) if i in presents and i in registre.indicateurs]
    choisis = [i for i in dict.fromkeys(ordre) if registre.indicateurs[i].sur_la_fiche][:COLONNES_SUIVIES]
    lignes = geo.suivis(registre, territoire, choisis)
    if not lignes:
        return b.balise("p", "Aucun territoire suivi dans cette sélection.")
    corps = [
        (
            b.joindre((li["libelle"] or li["identifiant"], b.balise("small", li["identifiant"]))),
            NATURES_SUIVIES.get(li["nature"], li["nature"]),
            registre.nom("commune", li["code_commune"]),
            *(_chiffre(registre, li["chiffres"].get(i), i) for i in choisis),
        )
        for li in lignes
    ]
    entetes = ("Territoire", "Nature", "Commune", *(registre.indicateurs[i].libelle for i in choisis))
    statuts = {c["statut"] for li in lignes for c in li["chiffres"].values()} | {
        "non_diffuse" for li in lignes if len(li["chiffres"]) < len(choisis)
    }
    base = f"/releases/{registre.release.identifiant}/tables/territoires_suivis.parquet"
    return b.joindre((
        b.tableau("Territoires suivis et chiffres de leur commune", entetes, corps, numeriques=range(3, 3 + len(choisis))),
        b.legende_absences(statuts),
        b.consigne("chaque chiffre est celui de la commune entière, faute de mesure propre au territoire : il est marqué estimé.",
                   "ce n’est pas une mesure du territoire."),
        b.balise("p", "Tous les indicateurs de ces territoires : ", b.balise("a", "territoires_suivis.parquet", href=base, download="territoires_suivis.parquet"), "."),
    ))  # fmt: skip


def _education(registre: Registre, territoire: str) -> Html:
    """Both lists of schools, or why they are empty."""
    if not geo.annuaire_dit_l_education_prioritaire(registre):
        return b.balise(
            "p",
            "Ces deux listes sont vides dans cette version : l’annuaire des établissements qu’elle a lu n’a pas de colonne "
            "d’éducation prioritaire. L’appartenance des écoles et des collèges n’est donc pas connue ; cela ne veut pas "
            "dire que les deux cartes coïncident.",
        )
    toutes = geo.discordances(registre, territoire)
    morceaux: list[object] = []
    for cle, titre in DISCORDANCES.items():
        lignes = [li for li in toutes if li["discordance"] == cle]
        morceaux.append(b.balise("h3", f"{titre}{INSECABLE}: {nombre(len(lignes))}"))
        if not lignes:
            morceaux.append(b.balise("p", "Aucun établissement dans cette sélection."))
            continue
        corps = [
            (
                b.joindre((li["libelle"], b.balise("small", f"{li['identifiant']} · {li['millesimes']}"))),
                {"ecole": "école", "college": "collège"}.get(li["nature"], li["nature"]),
                registre.nom("commune", li["code_commune"]),
                li["statut_education_prioritaire"] or b.absence("non_diffuse"),
                _quartier(registre, li["code_qpv"] or ""),
                b.absence("non_calculable") if li["distance_m"] is None else avec_unite(li["distance_m"], "m", 0),
                b.absence("non_calculable") if li["limite"] is None else avec_unite(li["limite"], "m", 0),
            )
            for li in lignes[:LIGNES_MAX]
        ]
        entetes = (
            "Établissement",
            "Nature",
            "Commune",
            "Éducation prioritaire",
            "Quartier le plus proche",
            "Distance",
            "Distance limite",
        )
        morceaux.append(b.tableau(titre, entetes, corps, numeriques=(5, 6), legende_visible=False, note=_coupe(len(lignes))))  # fmt: skip
    return b.joindre(morceaux)


def _page() -> None:
    st.set_page_config(page_title=f"Géographies – {session.NOM_SITE}")
    registre = session.registre()
    st.html(b.joindre((
        b.balise("h1", "Géographies"),
        b.balise("p", "Ce que chaque quartier prioritaire de la politique de la ville (QPV) de 2015 est devenu en 2024, et d’où vient chaque quartier de 2024.", class_="chapo"),
    )))  # fmt: skip
    offerts = geo.territoires(registre)
    territoire = etat.choix("territoire", "Territoire", offerts)
    tous = geo.mouvements(registre, territoire)
    lignes = geo.registre_des_liens(registre.liens, tous)
    st.html(b.joindre((b.balise("h2", offerts[territoire]), _comptes(tous))))
    fichier = exports.csv(geo.trame(registre, lignes))
    st.download_button(
        "Télécharger la correspondance en CSV",
        fichier,
        f"correspondance_{territoire.replace(':', '_')}.csv",
        key="fichier_csv",
    )
    st.html(b.joindre((
        b.balise("h2", "Correspondance 2015 – 2024"),
        b.balise("p", f"{compte(len(lignes), 'ligne')}."),
        _registre(registre, lignes),
        b.balise("h2", "Sorties, entrées, fusions"),
        _liste(registre, "Quartiers de 2015 sortis, sans successeur", geo.sorties(tous), "Aucun quartier de 2015 n’est sorti du zonage."),
        _liste(registre, "Quartiers de 2024 nouveaux", geo.entrees(tous), "Aucun quartier de 2024 n’est nouveau."),
        _liste(registre, "Quartiers de 2024 formés de plusieurs quartiers de 2015", geo.fusions(tous), "Aucune fusion."),
        b.balise("h2", "Territoires suivis"),
        b.balise("p", "Quartiers de 2015 sortis du zonage (ex-QPV) et territoires de veille active (TVA)."),
        _suivis(registre, territoire),
        b.balise("h2", "Éducation prioritaire et quartiers"),
        b.balise("p", "Réseaux d’éducation prioritaire (REP et REP+) et quartiers de 2024 : les établissements où les deux cartes ne se recouvrent pas."),
        _education(registre, territoire),
    )))  # fmt: skip


_page()
