"""The indicators of a release: search, words of their codes, what is published of each, one real example.

Belongs here: rows of the list and of a card, read from the release.
Does not belong here: HTML (carte_indicateur), widgets (vues.indicateurs), figures of a quartier (publication.sheets).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from app.recherche import plier
from publication.sheets.fiche import Registre, construire
from publication.sheets.format_fr import INSECABLE, en_periode
from publication.sheets.format_fr import ecart as ecart_ecrit
from publication.sheets.modele import AXES as TITRES_DES_AXES
from publication.sheets.modele import Indicateur, Source, Valeur
from publication.sheets.mots import nom_theme
from publication.sheets.textes import inclusion, nom_de_reference, phrase_ecart, valeur_ecrite

AXES: tuple[tuple[str, str], ...] = tuple(TITRES_DES_AXES.items())
DISPONIBILITES = {
    "calcule": "calculé",
    "a_telecharger": "attendu : un fichier au moins reste à charger",
    "registre": "dépend du registre local",
    "national": "n’existe que pour l’ensemble des quartiers",
}
# Without a word of its own in the card, why there is no value.
RAISONS = {
    "a_telecharger": "La source est connue mais n’est pas encore chargée dans cette version.",
    "registre": "Renseigné par le territoire dans le registre local.",
    "national": "Cette mesure n’existe qu’à l’échelle nationale : aucune valeur par quartier.",
}
# A figure of one territory, in this order, when no quartier has one.
_NIVEAUX_EXEMPLE = (
    "case niveau when 'commune' then 0 when 'epci' then 1 when 'departement' then 2 when 'region' then 3 else 4 end"
)


@dataclass(frozen=True)
class Etendue:
    """Values of one level: how many territories and periods have one."""

    niveau: str
    zonage: str
    territoires: int
    periodes: list[str]


@dataclass(frozen=True)
class Millesime:
    """One vintage of a dataset: its first file, and the periods of the indicator read from it."""

    source: Source
    periodes: list[str]


def chercher(indicateurs: Iterable[Indicateur], requete: str) -> list[Indicateur]:
    """Indicators whose name, code, theme, axis or definition hold every word of the query, whatever the accents."""
    mots, axes = plier(requete).split(), dict(AXES)

    def texte(i: Indicateur) -> str:
        return plier(f"{i.libelle} {i.indicateur} {nom_theme(i.theme)} {axes.get(i.axe, i.axe)} {i.definition or ''}")

    return [i for i in indicateurs if all(mot in texte(i) for mot in mots)]


def proches(registre: Registre, inconnu: str) -> list[Indicateur]:
    """Three indicators whose code looks like an unknown one."""
    return [registre.indicateurs[i] for i in get_close_matches(inconnu, list(registre.indicateurs), n=3, cutoff=0.6)]


def version_definition(registre: Registre, indicateur: str) -> int | None:
    """Version of the definition of the card."""
    lignes = registre.release.lire("select version_definition from {indicateurs} where indicateur = ?", [indicateur])
    return lignes[0]["version_definition"] if lignes else None


def disponibilites(registre: Registre, indicateur: str) -> list[dict[str, object]]:
    """Zoning × period: how many quartiers are observed, estimated, masked; the latest zoning and period first."""
    return registre.release.lire(
        "select * from {disponibilites} where indicateur = ? order by zonage desc, periode desc", [indicateur]
    )


def etendues(registre: Registre, indicateur: str) -> list[Etendue]:
    """What is published beside the quartiers: communes, départements, France…"""
    lignes = registre.release.lire(
        "select niveau, coalesce(zonage, '') as zonage, count(distinct code_territoire) as territoires, "
        "list_sort(list(distinct periode)) as periodes from {valeurs} where indicateur = ? and niveau <> 'qpv' "
        "and statut in ('observe', 'estime', 'partiel') group by 1, 2 order by 1, 2",
        [indicateur],
    )
    return [Etendue(**li) for li in lignes]


def millesimes(registre: Registre, indicateur: Indicateur) -> list[Millesime]:
    """Every declared vintage of the datasets of the card and of its values, with the periods read from each."""
    lues: dict[tuple[str, str], set[str]] = {}
    for li in registre.release.lire(
        "select distinct jeu, millesime, periode from {valeurs} where indicateur = ? and jeu is not null",
        [indicateur.indicateur],
    ):
        jeux, versions = li["jeu"].split(";"), (li["millesime"] or "").split(";")
        for rang, jeu in enumerate(jeux):
            millesime = versions[rang] if len(versions) == len(jeux) else versions[0]
            lues.setdefault((jeu, millesime), set()).add(li["periode"])
    jeux_cites = {*(indicateur.source or "").split(";"), *(jeu for jeu, _ in lues)}
    premieres = {(s.jeu, s.millesime): s for s in reversed(registre.sources) if s.jeu in jeux_cites}
    return [Millesime(premieres[cle], sorted(lues.get(cle, ()))) for cle in sorted(premieres)]


def exemple(registre: Registre, indicateur: Indicateur) -> str:
    """One real sentence of the release: the first quartier by code with a figure at the latest period, with its gap when
    there is one; a territory when no quartier has a figure. Empty for what stays in the extracts and without any value."""
    if not indicateur.sur_la_fiche:
        return ""
    lisible = "indicateur = ? and statut in ('observe', 'estime', 'partiel') and coalesce(cast(valeur as varchar), valeur_texte) is not null"
    lignes = registre.release.lire(
        f"select {', '.join(Valeur._fields)} from {{valeurs}} where {lisible} and niveau <> 'ensemble_qpv' "
        f"order by niveau <> 'qpv', periode like 'base-%', periode desc, {_NIVEAUX_EXEMPLE}, "
        "statut <> 'observe', code_territoire limit 1",
        [indicateur.indicateur],
    )
    if not lignes:
        return ""
    valeur = Valeur(**lignes[0])
    if valeur.niveau == "qpv":
        return _phrase_quartier(registre, indicateur, valeur)
    nom = nom_de_reference(registre, valeur.niveau, valeur.code_territoire)
    return f"{en_periode(valeur.periode)}, {nom}{INSECABLE}: {valeur_ecrite(valeur, indicateur)}."


def _phrase_quartier(registre: Registre, indicateur: Indicateur, valeur: Valeur) -> str:
    fiche = construire(registre, valeur.code_territoire)
    nom = f"{registre.nom('qpv', valeur.code_territoire)} ({valeur.code_territoire})"
    ecart = fiche.ecart_choisi(indicateur.indicateur, valeur.periode, "auto") if fiche else None
    if fiche is not None and ecart is not None and ecart.ecart is not None:
        phrase = phrase_ecart(fiche, valeur, ecart)
        if phrase is not None:
            return f"pour {nom}{INSECABLE}: « {phrase.texte} »"
        reference = nom_de_reference(registre, ecart.niveau_reference, ecart.code_reference)
        ecrit = ecart_ecrit(ecart.ecart, ecart.unite_ecart or "", indicateur.decimales)
        suite = f" ; écart avec {reference} ({inclusion(ecart)}){INSECABLE}: {ecrit}"
    else:
        suite = ""
    return f"{en_periode(valeur.periode)}, {nom}{INSECABLE}: {valeur_ecrite(valeur, indicateur)}{suite}."


def zonages_avec_valeurs(registre: Registre) -> dict[str, dict[str, int]]:
    """Indicator → zoning → number of periods with at least one figure, in one query for the whole list."""
    resultat: dict[str, dict[str, int]] = {}
    for li in registre.release.lire(
        "select indicateur, zonage, count(*) as n from {disponibilites} where nb_observes + nb_estimes > 0 group by 1, 2"
    ):
        resultat.setdefault(li["indicateur"], {})[li["zonage"]] = li["n"]
    return resultat


def recettes(indicateur: str) -> Sequence[str]:
    """The SQL line that reads the values of the quartiers, and the one of their gaps."""
    return (
        f"SELECT * FROM 'valeurs.parquet' WHERE indicateur = '{indicateur}' AND niveau = 'qpv' ORDER BY code_territoire, periode;",
        f"SELECT * FROM 'ecarts.parquet' WHERE indicateur = '{indicateur}' ORDER BY code_qpv, periode;",
    )
