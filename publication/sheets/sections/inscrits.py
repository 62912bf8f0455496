"""Registered job seekers of the quartier: level, base-100 trend, structure.

Belongs here: what is counted at France Travail on 31 December, and its warnings.
Does not belong here: unemployment rates (notions), the employment rate (points).
"""

from __future__ import annotations

from collections.abc import Sequence

from publication.sheets import balises as b
from publication.sheets import chiffre
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche
from publication.sheets.format_fr import (
    ABSENCES,
    INSECABLE,
    annee,
    avec_unite,
    compte,
    en_periode,
    nombre,
    periode,
    typographier,
)
from publication.sheets.graphiques import LEGENDE, Point, Serie, tendance
from publication.sheets.modele import Ecart, Indicateur, Valeur
from publication.sheets.sections import themes
from publication.sheets.sections.points import TABLEAU_SUIT
from publication.sheets.textes import DEPARTS_ARRIVEES, nom_reference

STRUCTURE = (
    "part_defm_categorie_a",
    "part_defm_1_an_plus",
    "part_defm_2_ans_plus",
    "part_defm_moins_26_ans",
    "part_defm_50_ans_plus",
    "part_defm_femmes",
    "part_defm_niveau_cap_bep_ou_moins",
    "part_defm_rsa",
)
# The table already says « parmi les inscrits A, B, C ».
_RACCOURCIS = (
    (" parmi les demandeurs d’emploi A, B, C", ""),
    ("des demandeurs d’emploi A, B, C inscrits", "des inscrits"),
)


def section_inscrits(fiche: Fiche) -> Html:
    """Level, trend and structure; the reason when nothing is published."""
    serie = fiche.valeurs.get("defm_abc", [])
    morceaux = [b.balise("h3", "Demandeurs d’emploi inscrits à France Travail"), niveau_inscrits(fiche)]
    if serie:
        morceaux += [_tendance(fiche), _structure(fiche)]
    return b.joindre(morceaux)


def niveau_inscrits(fiche: Fiche) -> Html:
    """How many, when, and how many without any work; or why it is not known."""
    serie = fiche.valeurs.get("defm_abc", [])
    abc = fiche.indicateur("defm_abc")
    v = fiche.derniere_lisible("defm_abc")
    if abc is None or not serie:
        return b.balise("p", b.absence("non_diffuse"), f" {_absence_2024(fiche)}")
    if v is None or v.valeur is None:
        statut = serie[-1].statut
        return b.balise("p", b.absence(statut), f" {ABSENCES.get(statut, ABSENCES['non_diffuse']).phrase}")
    categorie_a = next((x.valeur for x in fiche.valeurs.get("defm_a", []) if x.periode == v.periode), None)
    detail = f", dont {nombre(categorie_a)} sans aucun emploi (catégorie A)" if categorie_a is not None else ""
    return b.balise(
        "p",
        b.balise("strong", compte(round(v.valeur), "habitant")),
        f" du quartier sont inscrits en catégories A, B ou C {en_periode(v.periode)}{detail}. ",
        "Ces catégories réunissent les personnes tenues de rechercher un emploi. ",
        abc.avertissement,
    )


def _absence_2024(fiche: Fiche) -> str:
    phrase = f"Le nombre d’inscrits n’est pas diffusé sur le zonage {fiche.territoire.zonage} dans cette version."
    if fiche.territoire.zonage == "2024" and fiche.liens:
        return f"{phrase} La fiche {fiche.liens[0].code_qp2015} donne les effectifs du périmètre de 2015."
    return phrase


def _tendance(fiche: Fiche) -> Html:
    """Base-100 index of the quartier and of the fixed panels; the line stops where a 31 December is missing."""
    indice = fiche.indicateur("indice_defm_abc")
    propres = indices_propres(fiche)
    if indice is None:
        return Html("")
    if len(propres) < 2:
        derniere = fiche.derniere("indice_defm_abc")
        statut = derniere.statut if derniere is not None else "non_calculable"
        phrase = ABSENCES.get(statut, ABSENCES["non_calculable"]).phrase
        return b.balise("p", b.absence(statut), f" Évolution en base 100 : {phrase}")
    return b.joindre(
        (
            b.balise("h4", titre_tendance(propres)),
            dessin_tendance(fiche, propres),
            b.consigne(_lire(propres), f"{indice.avertissement} {DEPARTS_ARRIVEES}"),
            _tableau_tendance(fiche, _series(fiche, propres), indice),
        )
    )


def indices_propres(fiche: Fiche) -> list[Valeur]:
    """The published indices of the quartier; a trend needs two."""
    return [v for v in fiche.valeurs.get("indice_defm_abc", []) if v.est_lisible and v.valeur is not None]


def titre_tendance(propres: Sequence[Valeur]) -> str:
    """The title of the trend."""
    return f"Évolution depuis le {periode(propres[0].periode)}, en base 100"


def dessin_tendance(fiche: Fiche, propres: Sequence[Valeur]) -> Html:
    """The lines alone, with their legend."""
    series = _series(fiche, propres)
    debut, dernier = propres[0], propres[-1]
    niveau = nombre(dernier.valeur or 0.0, 1)
    resume = f"Inscrits A, B, C, base 100 au {periode(debut.periode)} : {niveau} au {periode(dernier.periode)}."
    alt = f"{resume} {TABLEAU_SUIT}"
    traces = [_tracer(nom, valeurs) for nom, valeurs in series]
    return b.joindre(
        (
            tendance(traces, "base 100", "au 31 décembre", origine=100, alt=alt),
            b.legende_series([nom for nom, _ in series], LEGENDE),
        )
    )


def _series(fiche: Fiche, propres: Sequence[Valeur]) -> list[tuple[str, Sequence[Valeur]]]:
    """The quartier, then the QPV of its département, of its région and of France, when their panel is published."""
    t = fiche.territoire
    series: list[tuple[str, Sequence[Valeur]]] = [(t.libelle or fiche.code, propres)]
    for code in (f"QPV-D{t.code_departement}", f"QPV-R{t.code_region}", "QPV-FR"):
        publiees = fiche.references.get(("ensemble_qpv", code), {}).get("indice_defm_abc", [])
        valeurs = [v for v in publiees if v.valeur is not None]
        if valeurs:
            series.append((typographier(nom_reference(fiche, "ensemble_qpv", code)), valeurs))
    return series


def _tracer(nom: str, valeurs: Sequence[Valeur]) -> Serie:
    return Serie(
        nom,
        [
            Point(float(annee(v.periode)), v.valeur or 0.0, nombre(v.valeur or 0.0, 1), periode(v.periode))
            for v in valeurs
        ],
    )


def _lire(propres: Sequence[Valeur]) -> str:
    """One sentence with the real numbers, one on the missing years, one on the interval."""
    debut, dernier = propres[0], propres[-1]
    niveau = nombre(dernier.valeur or 0.0, 1)
    texte = (
        f"{niveau} au {periode(dernier.periode)} : le nombre d’inscrits du quartier vaut {niveau}{INSECABLE}% "
        f"de celui du {periode(debut.periode)}."
    )
    annees = [int(annee(v.periode)) for v in propres]
    absentes = [str(a) for a in range(annees[0], annees[-1]) if a not in annees]
    if absentes:
        texte += f" La ligne s’interrompt, car aucune donnée n’existe au 31 décembre {', '.join(absentes)}."
    if dernier.borne_basse is not None and dernier.borne_haute is not None:
        bornes = f"de {nombre(dernier.borne_basse, 1)} à {nombre(dernier.borne_haute, 1)}"
        texte += f" L’intervalle de variabilité naturelle du dernier point va {bornes}."
    return texte


def _tableau_tendance(fiche: Fiche, series: Sequence[tuple[str, Sequence[Valeur]]], indice: Indicateur) -> Html:
    """One row per date: the count of the quartier, its index and those of the panels."""
    effectifs = {v.periode: v for v in fiche.valeurs.get("defm_abc", [])}
    indices = [(nom, {v.periode: v for v in valeurs}) for nom, valeurs in series]
    periodes = sorted({p for _, par_periode in indices for p in par_periode} | set(effectifs))
    abc = fiche.indicateur("defm_abc") or indice
    statuts = {v.statut for v in effectifs.values() if v.statut in ABSENCES}
    lignes = []
    for p in periodes:
        cellules: list[object] = [periode(p)]
        cellules.append(chiffre.valeur(effectifs[p], abc) if p in effectifs else b.absence("non_diffuse"))
        for _, par_periode in indices:
            if p in par_periode:
                cellules.append(nombre(par_periode[p].valeur or 0.0, 1))
            else:
                statuts.add("non_calculable")
                cellules.append(b.absence("non_calculable"))
        lignes.append(cellules)
    table = b.tableau(
        "Demandeurs d’emploi inscrits A, B, C : nombre et indice",
        ("Date", "Inscrits du quartier", *(f"Indice : {nom}" for nom, _ in series)),
        lignes,
        note="Ensembles : seuls les quartiers observés à toutes les dates sont comptés. "
        + chiffre.source_courte(fiche, series[0][1][-1]),
        numeriques=range(1, len(series) + 2),
    )
    return b.joindre((table, b.legende_absences(statuts)))


def _structure(fiche: Fiche) -> Html:
    """The table of `tableau_structure`, how to read it, and every date of its figures."""
    table = tableau_structure(fiche)
    if not table:
        return Html("")
    lecture = b.consigne(
        "chaque part est calculée sur l’ensemble des inscrits A, B, C du quartier ; les barres vont de 0 à 100 %.",
        "l’ancienneté d’inscription n’est pas une durée de chômage ; ces parts dépendent aussi de l’âge des habitants.",
    )
    historique = themes.historique(fiche, _presents(fiche), "Structure des inscrits")
    return b.joindre((b.balise("h4", "Structure"), table, lecture, historique))


def tableau_structure(fiche: Fiche) -> Html:
    """Who the registered job seekers are, beside the QPV of the région (or the widest published set)."""
    presents = _presents(fiche)
    if not presents:
        return Html("")
    statuts: set[str] = set()
    lignes = [_ligne_structure(fiche, i, statuts) for i in presents]
    date = max(v.periode for i in presents if (v := fiche.derniere(i.indicateur)) is not None)
    table = b.tableau(
        f"Qui sont les inscrits A, B, C du quartier, {periode(date)}",
        ("Parmi les inscrits A, B, C", "Quartier", "Référence", "Écart", "Lecture"),
        lignes,
        numeriques=(3,),
    )
    return b.joindre((table, b.legende_absences(statuts)))


def _presents(fiche: Fiche) -> list[Indicateur]:
    """The indicators of the structure that have at least one published row here."""
    return [i for nom in STRUCTURE if (i := fiche.indicateur(nom)) is not None and fiche.derniere(nom) is not None]


def _ligne_structure(fiche: Fiche, indicateur: Indicateur, statuts: set[str]) -> list[object]:
    v = fiche.valeurs[indicateur.indicateur][-1]
    if v.statut in ABSENCES:
        statuts.add(v.statut)
    e = _reference_structure(fiche, v)
    libelle = indicateur.libelle
    for long, court in _RACCOURCIS:
        libelle = libelle.replace(long, court)
    propre = b.joindre((chiffre.valeur(v, indicateur), _barre(v.valeur, "barre")))
    if e is None:
        statuts.add("non_diffuse")
        absent = b.absence("non_diffuse")
        return [libelle, propre, absent, absent, b.balise("small", "aucune référence n’est publiée pour ce chiffre")]
    if e.ecart is None or e.statut in ABSENCES:
        statuts.add(chiffre.statut_ecart(e))
    reference: object = b.absence(chiffre.statut_ecart(e))
    if e.valeur_reference is not None:
        nom = nom_reference(fiche, e.niveau_reference, e.code_reference)
        ecrit = avec_unite(e.valeur_reference, "%", 1)
        reference = b.joindre((ecrit, _barre(e.valeur_reference, "barre ref"), b.balise("small", nom)))
    return [libelle, propre, reference, chiffre.ecart(e, indicateur), chiffre.lecture(e, indicateur)]


def _reference_structure(fiche: Fiche, v: Valeur) -> Ecart | None:
    ecarts = [e for e in fiche.ecarts_de(v.indicateur, v.periode) if e.niveau_reference == "ensemble_qpv"]
    prefere = f"QPV-R{fiche.territoire.code_region}"
    return next((e for e in ecarts if e.code_reference == prefere), ecarts[0] if ecarts else None)


def _barre(part: float | None, classe: str) -> Html:
    if part is None:
        return Html("")
    largeur = min(max(part, 0.0), 100.0)
    return Html(f'<span class="{classe}" aria-hidden="true"><i style="width:{largeur:.1f}%"></i></span>')
