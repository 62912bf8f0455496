"""The register of commitments as the page reads it: choices offered, rows kept, outcome figures of the quartiers.

Belongs here: filters, the quartiers concerned, the figures of an axis, the table of the outcome figures.
Does not belong here: the table of commitments (publication.sheets.sections.engagements), widgets (vues.engagements).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from publication.sheets import balises as b
from publication.sheets import chiffre
from publication.sheets.balises import Html
from publication.sheets.fiche import Registre
from publication.sheets.format_fr import compte, nombre, periode
from publication.sheets.modele import Indicateur, Valeur
from publication.sheets.registre_local import AXES, ETATS, PARTENAIRES, TABLES, Engagement
from publication.sheets.sections.engagements import etat, lien_quartier
from publication.sheets.tables import toutes

TOUS = ""
QUARTIERS_MAX = 60
# Outcome figures read beside the commitments of an axis; an axis without a figure per quartier says so.
CHIFFRES_DES_AXES: dict[str, tuple[str, ...]] = {
    "emploi": ("taux_emploi_15_64", "part_defm_1_an_plus"),
    "transitions": ("nb_logements_sociaux", "france_services_500m"),
    "emancipation": ("ips_moyen_ecoles_proches", "part_moins_25_ans"),
    "securite_citoyennete": (),
    "transversal": ("taux_pauvrete_60", "population_municipale"),
}
TABLES_EN_MOTS = {
    "engagements": "Engagements des partenaires",
    "feuilles_de_route": "Feuilles de route des quartiers",
    "conseils_citoyens": "Conseils citoyens",
    "presence_humaine": "Présence humaine",
    "associations": "Soutien aux associations",
    "dispositifs": "Dispositifs",
    "veille_active": "Territoires de veille active",
}


@dataclass(frozen=True)
class Choix:
    """What the address keeps; an empty field keeps everything."""

    quartier: str = TOUS
    partenaire: str = TOUS
    axe: str = TOUS
    etat: str = TOUS


def engagements(registre: Registre) -> list[Engagement]:
    """Every commitment of the release."""
    return toutes(registre.release, "engagements", Engagement)


def codes_saisis(registre: Registre) -> list[str]:
    """The quartiers that at least one table of the register names."""
    release, codes = registre.release, set[str]()
    for table in (*TABLES, "veille_active"):
        if table in release.tables:
            codes |= {li["code_qpv"] for li in release.lire(f"select distinct code_qpv from {{{table}}}")}
    return sorted(code for code in codes if code in registre.quartiers)


def offerts(registre: Registre, tous: Sequence[Engagement]) -> tuple[dict[str, str], ...]:
    """Choices of quartier, partner type, axis and state: only what the register holds."""
    codes = codes_saisis(registre)
    quartiers = {code: f"{registre.nom('qpv', code)} ({code})" for code in codes}
    types = {t: PARTENAIRES.get(t, t) for t in (*PARTENAIRES, *_autres(tous, "type_partenaire", PARTENAIRES))}
    axes = {a: AXES.get(a, a) for a in (*AXES, *_autres(tous, "axe", AXES))}
    etats = {x: ETATS[x][1] if x in ETATS else x for x in (*ETATS, *_autres(tous, "etat", ETATS))}
    presents = ({e.type_partenaire for e in tous}, {e.axe for e in tous}, {e.etat for e in tous})
    listes = [{c: m for c, m in mots.items() if c in p} for mots, p in zip((types, axes, etats), presents, strict=True)]
    return (
        {TOUS: "Tous les quartiers"} | quartiers,
        {TOUS: "Tous les partenaires"} | listes[0],
        {TOUS: "Tous les axes"} | listes[1],
        {TOUS: "Tous les états"} | listes[2],
    )


def _autres(tous: Sequence[Engagement], champ: str, connus: Mapping[str, object]) -> list[str]:
    """Codes of the release that have no word yet."""
    return sorted({str(getattr(e, champ)) for e in tous} - set(connus))


def choisir(tous: Sequence[Engagement], choix: Choix) -> list[Engagement]:
    """The commitments that meet every choice, by due date."""
    retenus = [
        e
        for e in tous
        if choix.quartier in (TOUS, e.code_qpv)
        and choix.partenaire in (TOUS, e.type_partenaire)
        and choix.axe in (TOUS, e.axe)
        and choix.etat in (TOUS, e.etat)
    ]
    return sorted(retenus, key=lambda e: (str(e.echeance or ""), e.code_qpv, e.identifiant))


def tableau_etats(retenus: Sequence[Engagement]) -> Html:
    """States by axis: counts, with both totals."""
    etats = [x for x in ETATS if any(e.etat == x for e in retenus)]
    etats += sorted({e.etat for e in retenus} - set(ETATS))
    axes = [a for a in AXES if any(e.axe == a for e in retenus)] + sorted({e.axe for e in retenus} - set(AXES))

    def ligne(nom: str, liste: Sequence[Engagement]) -> tuple[object, ...]:
        return (nom, *(nombre(sum(e.etat == x for e in liste)) for x in etats), nombre(len(liste)))

    lignes = [ligne(AXES.get(a, a), [e for e in retenus if e.axe == a]) for a in axes]
    lignes.append(ligne("ensemble", retenus))
    entetes = ("Axe", *(etat(ETATS, x) for x in etats), "Total")
    legende = "Nombre d’engagements par axe et par état, une ligne du registre par quartier"
    return b.tableau(legende, entetes, lignes, numeriques=range(1, len(entetes)))


def indicateurs(registre: Registre, axe: str) -> list[Indicateur]:
    """Outcome figures of one axis; of all of them, the first of each."""
    noms = CHIFFRES_DES_AXES.get(axe, ()) if axe else tuple(liste[0] for liste in CHIFFRES_DES_AXES.values() if liste)
    return [registre.indicateurs[nom] for nom in noms if nom in registre.indicateurs]


def resultats(registre: Registre, retenus: Sequence[Engagement], axe: str) -> Html:
    """Outcome figures of the quartiers concerned: beside the commitments, never attributed to them."""
    choisis = indicateurs(registre, axe)
    if not choisis:
        return b.balise("p", "Aucun chiffre n’est publié par quartier pour cet axe : rien ne peut être placé à côté.")
    codes = sorted({e.code_qpv for e in retenus if e.code_qpv in registre.quartiers})
    statuts: set[str] = set()
    lignes = []
    for code in codes[:QUARTIERS_MAX]:
        series = registre.series("qpv", code)
        cellules = [_cellule(series.get(i.indicateur, []), i, statuts) for i in choisis]
        compte_etats = sum(e.code_qpv == code for e in retenus)
        lignes.append((lien_quartier(registre, code), nombre(compte_etats), *cellules))
    reste = len(codes) - len(lignes)
    note = f"{compte(reste, 'autre quartier', 'autres quartiers')} : choisissez-en un." if reste else ""
    entetes = ("Quartier", "Engagements", *(i.libelle for i in choisis))
    legende = "Chiffres des quartiers concernés, à leur dernière date publiée"
    return b.joindre(
        (
            b.tableau(legende, entetes, lignes, numeriques=range(1, len(entetes)), note=note),
            b.legende_absences(statuts),
            b.consigne(
                "ces chiffres décrivent le quartier ; leur date est écrite sous chacun.",
                "ils ne mesurent pas l’effet des engagements.",
            ),
        )
    )


def _cellule(serie: Sequence[Valeur], indicateur: Indicateur, statuts: set[str]) -> Html:
    if not serie:
        statuts.add("non_diffuse")
        return b.absence("non_diffuse", "Ce chiffre n’est pas publié pour ce quartier de 2024.")
    derniere = serie[-1]
    statuts.add(derniere.statut)
    return b.joindre((chiffre.valeur(derniere, indicateur), b.balise("small", periode(derniere.periode))))


def contenu(registre: Registre) -> Html:
    """Rows and quartiers of each table of the register: what is filled, what is not."""
    release = registre.release
    lignes = []
    for table in (*TABLES, "veille_active"):
        if table not in release.tables:
            continue
        n = release.lire(f"select count(*) as n, count(distinct nullif(code_qpv, '')) as q from {{{table}}}")[0]
        lignes.append((TABLES_EN_MOTS[table], nombre(n["n"]) if n["n"] else "vide", nombre(n["q"])))
    return b.tableau("Ce que le registre contient", ("Table", "Lignes", "Quartiers"), lignes, numeriques=(1, 2))
