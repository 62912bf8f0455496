"""« Quartiers comparables »: the neighbours by size of a quartier alone in its EPCI, their median, or why there are none.

Belongs here: the rule in words, the table of the neighbours, the figures beside the median, the section of the sheet.
Does not belong here: reading the tables and the reasons (voisins), the choice of the quartier (the page).
"""

from __future__ import annotations

from urllib.parse import urlencode

from publication.sheets import balises as b
from publication.sheets import chiffre
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche
from publication.sheets.format_fr import INSECABLE, avec_unite, compte, nombre, periode
from publication.sheets.modele import Indicateur, Valeur
from publication.sheets.sections.bandeau import adresse
from publication.sheets.sections.chiffres_cles import LIBELLES_A_VENIR
from publication.sheets.textes import raison_absence
from publication.sheets.voisins import (
    NB_VOISINS,
    OBSERVES_MIN,
    Chiffre,
    Groupe,
    Mediane,
    Voisin,
    absents,
    candidats,
    chiffres,
    lire,
    raison,
)

REGLE = (
    "Parmi les quartiers de 2024 eux aussi seuls dans leur intercommunalité (établissement public de coopération "
    "intercommunale, EPCI), sont retenus les huit dont la population, celle de la commune et celle de l’intercommunalité "
    "sont les plus proches. L’hexagone et la Corse d’un côté, l’outre-mer de l’autre."
)
CALCUL = (
    "Chaque taille est prise en logarithme, centrée sur la médiane des candidats, divisée par 1,4826 fois l’écart absolu "
    "médian et ramenée entre −3 et 3. La distance est la racine de la moyenne des carrés des différences ; elle n’a pas "
    "d’unité. Pauvreté, emploi et prestations n’entrent pas dans le choix : ce sont les chiffres que l’on veut comparer."
)
MEDIANE_IMPOSSIBLE = "Aucune médiane n’est calculée pour ce chiffre à cette date."


def section_comparables(fiche: Fiche) -> Html:
    """The section of the sheet: neighbours, median and a link to the page, or the reason why there are none."""
    titre = b.balise("h2", "Quartiers comparables", id="quartiers-comparables")
    groupe = lire(fiche.registre, fiche.code)
    if not groupe.voisins:
        return b.joindre((titre, sans_groupe(fiche)))
    page = "/comparables?" + urlencode({"qpv": fiche.code})
    return b.joindre(
        (
            titre,
            presentation(fiche, groupe),
            tableau_voisins(fiche, groupe),
            tableau_chiffres(fiche, groupe),
            b.balise("p", b.balise("a", "Les chiffres de chacun des quartiers comparables", href=page, target="_self"), "."),
        )
    )  # fmt: skip


def sans_groupe(fiche: Fiche) -> Html:
    """The reason, and the way to the quartiers of the other zoning when that is the reason."""
    t = fiche.territoire
    morceaux: list[object] = [b.balise("p", raison(fiche))]
    if t.zonage != "2024" and fiche.liens:
        codes = [lien.code_qn2024 for lien in fiche.liens]
        liens = b.joindre((b.balise("a", _nom(fiche, c), href=adresse(c), target="_self") for c in codes), ", ")
        morceaux.append(b.balise("p", "Quartier de 2024 lié", INSECABLE, ": ", liens, "."))
    return b.joindre(morceaux)


def presentation(fiche: Fiche, groupe: Groupe) -> Html:
    """Badge, rule, and how many neighbours were found among how many candidates."""
    n, parmi = len(groupe.voisins), candidats(fiche.registre, fiche.territoire)
    morceaux: list[object] = []
    if fiche.territoire.est_qpv_unique_epci:
        badge = b.balise("span", "QPV unique", class_="pastille")
        morceaux.append(
            b.balise(
                "p", badge, " Seul quartier prioritaire de la politique de la ville (QPV) de son intercommunalité."
            )
        )
    trouves = f"{compte(n, 'quartier comparable', 'quartiers comparables')} parmi {compte(parmi, 'candidat')}."
    if n < NB_VOISINS:
        trouves += f" La règle en retient {NB_VOISINS} : il n’y a pas assez de candidats."
    morceaux += [b.balise("p", REGLE), b.balise("p", b.balise("strong", trouves))]
    return b.joindre((*morceaux, b.repli("Comment la distance est calculée", b.balise("p", CALCUL))))


def tableau_voisins(fiche: Fiche, groupe: Groupe) -> Html:
    """Distance and the three sizes, the quartier itself first."""
    lignes: list[tuple[object, ...]] = []
    if groupe.soi is not None:
        lignes.append((b.balise("strong", _nom(fiche, fiche.code)), "—", *_tailles(groupe.soi)))
    lignes += [(_lien(fiche, v.code_comparable), nombre(v.distance, 2), *_tailles(v)) for v in groupe.voisins]
    premier = groupe.voisins[0]
    dates = (_annee(premier.population_qpv_date), _annee(premier.recensement_date))
    entetes = ("Quartier", "Distance", f"Population du quartier ({dates[0]})", f"De la commune ({dates[1]})", f"De l’intercommunalité ({dates[1]})")  # fmt: skip
    lire_ainsi = (
        f"{_nom(fiche, premier.code_comparable)} est le plus proche{INSECABLE}: à une distance de {nombre(premier.distance, 2)}, "
        f"il compte {compte(round(premier.population_qpv), 'habitant')}."
    )
    return b.joindre(
        (
            b.tableau("Quartiers comparables, du plus proche au plus éloigné par la taille", entetes, lignes, numeriques=(1, 2, 3, 4)),
            b.consigne(lire_ainsi, "« comparable » parle de taille seulement : ni l’histoire, ni le bâti, ni les habitants ne sont comparés."),
        )
    )  # fmt: skip


def tableau_chiffres(fiche: Fiche, groupe: Groupe, *, detail: bool = False) -> Html:
    """The headline figures of the quartier beside the median; with `detail`, one more column per neighbour."""
    montres, statuts = chiffres(fiche, groupe, des_voisins=detail), set[str]()
    voisins = [v.code_comparable for v in groupe.voisins] if detail else []
    lignes = []
    for c in montres:
        cellules = [_cellule(c.valeur, c.indicateur, statuts), _mediane(c, statuts)]
        if detail:
            cellules += [_cellule(v, c.indicateur, statuts) for v in c.des_voisins]
        lignes.append((b.joindre((c.indicateur.libelle, b.balise("small", periode(c.periode)))), *cellules))
    entetes = (
        "Chiffre clé",
        "Ce quartier",
        "Médiane des comparables",
        *(b.joindre((fiche.registre.nom("qpv", code), b.balise("small", code))) for code in voisins),
    )
    legende = "Chiffres clés : le quartier, la médiane des quartiers comparables" + (
        " et chacun d’eux" if detail else ""
    )
    return b.joindre(
        (
            b.tableau(legende, entetes, lignes, numeriques=range(1, len(entetes))) if lignes else "",
            b.legende_absences(statuts),
            b.consigne(
                _exemple(montres),
                f"la médiane partage les quartiers comparables en deux moitiés ; ce n’est ni une moyenne ni un objectif. "
                f"Elle n’est donnée que si {OBSERVES_MIN} d’entre eux au moins ont une valeur publiée.",
            ),
            _absents(fiche, montres),
        )
    )


def _cellule(v: Valeur | None, indicateur: Indicateur, statuts: set[str]) -> Html:
    if v is None:
        statuts.add("non_diffuse")
        return b.absence("non_diffuse", "Aucune ligne publiée pour ce quartier à cette date.")
    statuts.add(v.statut)
    return chiffre.valeur(v, indicateur)


def _mediane(c: Chiffre, statuts: set[str]) -> Html:
    m = c.mediane
    if m is None:
        statuts.add("non_calculable")
        return b.absence("non_calculable", MEDIANE_IMPOSSIBLE)
    sur = b.balise("small", f"{compte(m.nb_observes, 'publié')} sur {m.nb_comparables}")
    statuts.add(m.statut)
    if m.mediane is None:
        phrase = f"{m.nb_observes} des {m.nb_comparables} quartiers comparables ont une valeur publiée : il en faut {OBSERVES_MIN}."
        return b.joindre((b.absence(m.statut, phrase), sur))
    return b.joindre((_ecrite(m, c.indicateur), b.marque(m.statut), sur))


def _ecrite(m: Mediane, i: Indicateur) -> str:
    """A median of counts may fall between two of them: it then keeps its half."""
    valeur = m.mediane or 0.0
    decimales = 1 if i.decimales == 0 and not valeur.is_integer() and abs(valeur) < 100 else i.decimales
    return avec_unite(valeur, i.unite, decimales)


def _exemple(montres: list[Chiffre]) -> str:
    for c in montres:
        if c.valeur is not None and c.valeur.est_lisible and c.mediane is not None and c.mediane.mediane is not None:
            return (
                f"{c.indicateur.libelle}, {periode(c.periode)}{INSECABLE}: {_ecrite(c.mediane, c.indicateur)} pour la médiane des "
                f"{c.mediane.nb_observes} quartiers comparables dont la valeur est publiée."
            )
    return ""


def _absents(fiche: Fiche, montres: list[Chiffre]) -> Html:
    """The headline figures without a row, each with its reason."""
    noms = absents(montres)
    if not noms:
        return Html("")
    lignes = []
    for nom in noms:
        indicateur = fiche.indicateur(nom)
        libelle = indicateur.libelle if indicateur else LIBELLES_A_VENIR.get(nom, nom)
        statut, phrase = raison_absence(fiche, indicateur) if indicateur else ("non_calculable", "La source n’est pas encore chargée dans cette version.")  # fmt: skip
        lignes.append(b.balise("li", f"{libelle}{INSECABLE}: ", b.absence(statut, phrase), f" {phrase}"))
    titre = f"{compte(len(noms), 'chiffre clé', 'chiffres clés')} sans valeur ici, et pourquoi"
    return b.repli(titre, b.balise("ul", b.joindre(lignes), class_="simple"))


def _tailles(v: Voisin) -> tuple[str, ...]:
    return tuple(nombre(taille) for taille in (v.population_qpv, v.population_communes, v.population_epci))


def _annee(jour: object) -> str:
    return str(jour)[:4] if jour else "date non établie"


def _nom(fiche: Fiche, code: str) -> str:
    return f"{fiche.registre.nom('qpv', code)} ({code})"


def _lien(fiche: Fiche, code: str) -> Html:
    """Name, code and commune, with a link to the sheet."""
    quartier = fiche.registre.quartiers.get(code)
    communes = ", ".join(fiche.registre.nom("commune", c) for c in quartier.communes) if quartier else ""
    lien = b.balise("a", _nom(fiche, code), href=adresse(code), target="_self")
    return b.joindre((lien, b.balise("small", communes) if communes else ""))
