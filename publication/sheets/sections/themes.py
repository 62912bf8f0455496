"""A theme as a table: every figure of the quartier, its reference, its gap and its reason when there is none.

Belongs here: the generic table of a list of indicators, its dated history, its warnings, and the sections made of nothing else.
Does not belong here: the employment section (emploi), the headline cards (chiffres_cles).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from publication.sheets import balises as b
from publication.sheets import chiffre
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche, Registre
from publication.sheets.format_fr import ABSENCES, INSECABLE, compte, periode
from publication.sheets.modele import Indicateur, Valeur
from publication.sheets.textes import absence_ecart, valeur_ecrite

# What no figure per quartier will say, whatever the release holds.
LIMITES = {
    "securite_citoyennete": "Le sentiment d’insécurité n’est mesuré qu’à l’échelle nationale. Les faits enregistrés par la "
    "police et la gendarmerie ne sont publiés que pour la commune : ils ne décrivent pas le quartier.",
    "emancipation": "Aucune mesure des discriminations n’existe par quartier.",
}
# The page of the definitions in the explorer; the static pages have their own (feuille).
DEFINITIONS = "/indicateurs"
ENTETES = ("Indicateur", "Date", "Quartier", "Référence", "Écart", "Lecture")


def indicateurs_de(fiche: Fiche, axes: Sequence[str], themes: Sequence[str] | None = None) -> list[Indicateur]:
    """The indicators of some axes that a sheet may show, per quartier, in the order of the cards."""
    return [
        i
        for i in fiche.registre.indicateurs_en_ordre
        if i.axe in axes and (themes is None or i.theme in themes) and i.sur_la_fiche and i.par_quartier
    ]


def tableau_theme(fiche: Fiche, indicateurs: Sequence[Indicateur], reference: str, legende: str) -> Html:
    """One row per indicator that has at least one published row for this quartier; the warnings below."""
    table = tableau_chiffres(fiche, indicateurs, reference, legende)
    if not table:
        return Html("")
    presents = [i for i in indicateurs if fiche.derniere(i.indicateur) is not None]
    precautions = fiche.registre.une_fois(_cle("precautions", presents), lambda: avertissements(presents))
    return b.joindre((table, precautions, historique(fiche, presents, legende)))


def _cle(quoi: str, indicateurs: Sequence[Indicateur]) -> tuple[str, ...]:
    return quoi, *(i.indicateur for i in indicateurs)


def tableau_chiffres(fiche: Fiche, indicateurs: Sequence[Indicateur], reference: str, legende: str) -> Html:
    """The table alone, with the legend of its signs; empty without any published row."""
    statuts: set[str] = set()
    couples = ((i, fiche.derniere(i.indicateur)) for i in indicateurs)
    lignes = [_ligne(fiche, i, v, reference, statuts) for i, v in couples if v is not None]
    if not lignes:
        return Html("")
    return b.joindre(
        (b.tableau(legende, ENTETES, lignes, numeriques=(2, 4), classe="theme"), b.legende_absences(statuts))
    )


def _ligne(fiche: Fiche, indicateur: Indicateur, v: Valeur, reference: str, statuts: set[str]) -> list[object]:
    if v.statut in ABSENCES:
        statuts.add(v.statut)
    fiable = chiffre.precisions(fiche, v, indicateur)
    cellule = b.joindre((chiffre.valeur(v, indicateur), b.balise("small", fiable) if fiable else ""))
    nom = lien_definition(indicateur.indicateur, indicateur.libelle)
    e = fiche.ecart_choisi(v.indicateur, v.periode, reference)
    if e is None or e.ecart is None:
        statut, raison = absence_ecart(fiche, indicateur, e)
        statuts.add(statut)
        if e is not None and e.valeur_reference is not None:
            libelle = b.balise("small", chiffre.libelle_reference(fiche, e))
            ref = b.joindre((chiffre.reference(fiche, e, indicateur), libelle))
            return [nom, chiffre.date(v), cellule, ref, b.absence(statut, raison), b.balise("small", raison)]
        absent = b.absence(statut, raison)
        return [nom, chiffre.date(v), cellule, absent, absent, b.balise("small", raison)]
    if e.statut in ABSENCES:
        statuts.add(e.statut)
    ref = b.joindre((chiffre.reference(fiche, e, indicateur), b.balise("small", chiffre.libelle_reference(fiche, e))))
    return [nom, chiffre.date(v), cellule, ref, chiffre.ecart(e, indicateur), chiffre.lecture(e, indicateur)]


def avertissements(indicateurs: Sequence[Indicateur]) -> Html:
    """« Ne pas lire »: the warning of each figure, said once for all those that share it."""
    groupes: dict[str, list[str]] = {}
    for indicateur in indicateurs:
        if indicateur.avertissement and indicateur.avertissement != "—":
            groupes.setdefault(indicateur.avertissement, []).append(indicateur.libelle)
    if not groupes:
        return Html("")
    lignes = b.joindre(
        b.balise(
            "li", texte, b.balise("small", f" ({', '.join(noms) if len(noms) < 4 else f'{len(noms)} indicateurs'})")
        )
        for texte, noms in groupes.items()
    )
    return b.repli("Ne pas lire : les précautions de chaque source", b.balise("ul", lignes, class_="simple"))


def historique(fiche: Fiche, indicateurs: Sequence[Indicateur], legende: str) -> Html:
    """Every published date of every figure, without any line between them; sources are numbered, breaks are printed.

    The figures published at the same dates from the same files share a table, one column per date: no cell is empty.
    """
    sources: dict[str, int] = {}
    ensembles: dict[tuple[Colonne, ...], list[tuple[Indicateur, Sequence[Valeur]]]] = {}
    for indicateur in indicateurs:
        serie = fiche.valeurs.get(indicateur.indicateur, [])
        colonnes = tuple(
            Colonne(
                v.periode,
                bool(v.est_date_deduite),
                v.millesime,
                sources.setdefault(chiffre.attribution(fiche, v), len(sources) + 1),
            )
            for v in serie
        )
        ensembles.setdefault(colonnes, []).append((indicateur, serie))
    theme = legende.partition(" : ")[0]
    tables = [_dates(fiche, theme, colonnes, series) for colonnes, series in ensembles.items() if len(colonnes) > 1]
    uniques = [(c[0], i, serie[0]) for c, series in ensembles.items() if len(c) == 1 for i, serie in series]
    if uniques:
        tables.append(_une_date(fiche, f"{theme}, chiffres publiés à une seule date", uniques))
    valeurs = [v for series in ensembles.values() for _, serie in series for v in serie]
    notes = b.joindre((f"Source {numero}{INSECABLE}: {source}" for source, numero in sources.items()), b.balise("br"))
    suite = (
        b.balise("p", notes, class_="note-tableau"),
        b.legende_absences({v.statut for v in valeurs}),
        fiche.registre.une_fois(_cle("ruptures", indicateurs), lambda: ruptures(fiche.registre, indicateurs)),
    )
    return b.repli(f"Toutes les dates publiées ({compte(len(valeurs), 'valeur')})", b.joindre((*tables, *suite)))


class Colonne(NamedTuple):
    """What a column of the history has in common: its date, its file and the number of its source."""

    periode: str
    est_date_deduite: bool
    millesime: str | None
    source: int


def _dates(
    fiche: Fiche, theme: str, colonnes: tuple[Colonne, ...], series: list[tuple[Indicateur, Sequence[Valeur]]]
) -> Html:
    """One row per figure, one column per date."""
    lignes = [[i.libelle, *(_datee(fiche, i, v) for v in serie)] for i, serie in series]
    entetes = ("Indicateur", *map(_entete, colonnes))
    legende = f"{theme}, de {periode(colonnes[0].periode)} à {periode(colonnes[-1].periode)}"
    return b.tableau(legende, entetes, lignes, classe="dates", numeriques=range(1, len(entetes)))


def _une_date(fiche: Fiche, titre: str, uniques: list[tuple[Colonne, Indicateur, Valeur]]) -> Html:
    lignes = [
        (i.libelle, chiffre.date(v), _datee(fiche, i, v), str(colonne.source), colonne.millesime or "—")
        for colonne, i, v in uniques
    ]
    return b.tableau(titre, ("Indicateur", "Date", "Valeur", "Source", "Millésime"), lignes, numeriques=(2,))


@lru_cache(maxsize=1_000)
def _entete(colonne: Colonne) -> Html:
    vintage = f"millésime {colonne.millesime}, " if colonne.millesime else ""
    precision = b.balise("small", f"{vintage}source {colonne.source}")
    return b.joindre((chiffre.date_ecrite(colonne.periode, colonne.est_date_deduite), precision))


def _datee(fiche: Fiche, indicateur: Indicateur, v: Valeur) -> Html:
    errata = chiffre.errata(fiche, v)
    ecrite = chiffre.valeur(v, indicateur)
    return b.joindre((ecrite, *(b.balise("small", dit) for dit in errata))) if errata else ecrite


def ruptures(registre: Registre, indicateurs: Sequence[Indicateur]) -> Html:
    """The breaks that forbid or qualify a comparison between two of the dates above."""
    vues: dict[tuple[str, str], list[str]] = {}
    for indicateur in indicateurs:
        for rupture in registre.ruptures.get(indicateur.indicateur, []):
            mot = "aucune comparaison au travers" if rupture.severite == "bloquante" else "à lire avec précaution"
            vues.setdefault((str(rupture.date_rupture), f"{rupture.motif} ({mot})"), []).append(indicateur.libelle)
    if not vues:
        return Html("")
    lignes = b.joindre(
        b.balise("li", b.balise("strong", f"{periode(date)}{INSECABLE}: "), texte) for (date, texte) in sorted(vues)
    )
    return b.joindre((b.balise("p", b.balise("strong", "Ruptures de série")), b.balise("ul", lignes, class_="simple")))


def absents(fiche: Fiche, indicateurs: Sequence[Indicateur]) -> Html:
    """The names of the indicators of a theme without any row for this quartier; their reasons are said once, further down."""
    noms = [i.libelle for i in indicateurs if fiche.derniere(i.indicateur) is None]
    if not noms:
        return Html("")
    liste = b.balise("p", " ; ".join(noms), ". ", b.balise("a", "Pourquoi", href="#donnees-manquantes"), ".")
    return b.repli(f"Sans valeur pour ce quartier ({len(noms)})", liste)


@lru_cache(maxsize=1_000)
def lien_definition(indicateur: str, libelle: str) -> Html:
    """The name of an indicator, with a link to what it counts."""
    return b.balise("a", libelle, href=f"{DEFINITIONS}?indicateur={indicateur}", class_="nom")


def section_simple(fiche: Fiche, titre: str, ancre: str, axe: str, reference: str) -> Html:
    """A section made of one table; when nothing is published per quartier, that is what it says."""
    tous = [i for i in fiche.registre.indicateurs_en_ordre if i.axe == axe and i.sur_la_fiche]
    par_quartier = [i for i in tous if i.par_quartier]
    morceaux: list[object] = [b.balise("h2", titre, id=ancre)]
    table = tableau_theme(fiche, par_quartier, reference, titre)
    if not table:
        morceaux.append(b.balise("p", "Aucun chiffre de ce thème n’est publié pour ce quartier dans cette version."))
    morceaux.append(table)
    if axe in LIMITES:
        morceaux.append(b.balise("p", LIMITES[axe]))
    morceaux.append(absents(fiche, tous))
    return b.joindre(morceaux)


def contexte_commune(fiche: Fiche, indicateurs: Sequence[Indicateur], theme: str) -> Html:
    """Figures of the whole commune (level C), given as context and never as a gap of the quartier."""
    lignes = []
    for indicateur in indicateurs:
        for code in fiche.territoire.communes:
            serie = fiche.references.get(("commune", code), {}).get(indicateur.indicateur, [])
            if serie:
                v = serie[-1]
                lignes.append(
                    (
                        indicateur.libelle,
                        fiche.registre.nom("commune", code),
                        chiffre.date(v),
                        chiffre.valeur(v, indicateur) if not v.est_lisible else valeur_ecrite(v, indicateur),
                    )
                )
    if not lignes:
        return Html("")
    return b.joindre(
        (
            b.tableau(
                f"Contexte, {theme} : valeurs de la commune entière",
                ("Indicateur", "Commune", "Date", "Valeur"),
                lignes,
                numeriques=(3,),
            ),
            avertissements(indicateurs),
        )
    )
