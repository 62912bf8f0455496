"""« Vie associative, conseil citoyen, présence humaine »: local entries, dated, and the figures of the contrat de ville.

Belongs here: tables of associations, conseil citoyen and posts, figures at the level of the contract.
Does not belong here: the rows of the register (registre_local), commitments (engagements).
"""

from __future__ import annotations

from collections.abc import Sequence

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche, Registre
from publication.sheets.format_fr import avec_unite, date_longue, nombre, periode
from publication.sheets.registre_local import (
    CONSEILS,
    FONCTIONS,
    ChiffreContrat,
    Conseil,
    Poste,
    Soutien,
    chiffres_du_contrat,
    codes_contrats,
    lire,
)
from publication.sheets.sections.engagements import sans_registre

VIDE = "Le registre local est vide dans cette version : rien n’est connu ici des associations, du conseil citoyen ni de la présence humaine."
NON_SAISI = "non saisi"


def section_vie_locale(fiche: Fiche) -> Html:
    """The section of the sheet: the register, then what open data say of the contract."""
    morceaux: list[object] = [b.balise("h2", "Vie associative, conseil citoyen, présence humaine", id="vie-locale")]
    absence = sans_registre(fiche, VIDE)
    if absence:
        morceaux.append(absence)
    else:
        saisie = lire(fiche.registre, fiche.code)
        morceaux += [b.balise("h3", "Soutien aux associations"), associations(saisie.soutiens)]
        morceaux += [b.balise("h3", "Conseil citoyen"), conseils(saisie.conseils)]
        morceaux += [b.balise("h3", "Présence humaine"), presence(saisie.postes)]
    return b.joindre((*morceaux, contrats(fiche)))


def associations(soutiens: Sequence[Soutien]) -> Html:
    """Amounts per association and year, the part under a multi-year agreement, amounts shared between quartiers."""
    if not soutiens:
        return b.balise("p", "Aucun soutien à une association n’a été saisi pour ce quartier dans le registre local.")
    lignes = [
        (
            b.joindre((s.association, b.balise("small", s.identifiant))),
            str(s.annee),
            _euros(s.montant_attribue_eur),
            _euros(s.montant_cpo_eur),
            "oui, part d’une action de plusieurs quartiers" if s.est_reparti else "non",
        )
        for s in sorted(soutiens, key=lambda s: (-s.annee, s.association))
    ]
    entetes = ("Association", "Année", "Montant attribué", "Dont convention pluriannuelle", "Montant réparti")
    note = "Convention pluriannuelle d’objectifs (CPO) : un engagement de plusieurs années envers l’association."
    return b.tableau("Soutien aux associations", entetes, lignes, numeriques=(2, 3), note=note)


def conseils(liste: Sequence[Conseil]) -> Html:
    """State and meetings per year, then what the conseil wanted said beside the figures."""
    if not liste:
        return b.balise("p", "Aucun conseil citoyen n’a été saisi pour ce quartier : on ne sait pas s’il en existe un.")
    ordre = sorted(liste, key=lambda c: (-c.annee, c.identifiant))
    lignes = [
        (
            str(c.annee),
            CONSEILS.get(c.statut_conseil_citoyen, c.statut_conseil_citoyen),
            NON_SAISI if c.nb_reunions is None else nombre(c.nb_reunions),
            date_longue(c.date_derniere_reunion) or "—",
            b.lien_externe("compte rendu", c.url_preuve) if c.url_preuve else "—",
        )
        for c in ordre
    ]
    table = b.tableau(
        "Conseil citoyen, par année",
        ("Année", "État", "Réunions", "Dernière réunion", "Pièce"),
        lignes,
        numeriques=(2,),
    )
    paroles = [(c.annee, c.parole) for c in ordre if c.parole]
    if not paroles:
        return table
    annee, parole = paroles[0]
    return b.joindre((table, b.balise("p", f"Parole du conseil citoyen ({annee}) : « {parole} »")))


def presence(postes: Sequence[Poste]) -> Html:
    """Posts by function and employer: an institution, never a person."""
    if not postes:
        return b.balise("p", "Aucun poste n’a été saisi pour ce quartier dans le registre local.")
    lignes = [
        (
            FONCTIONS.get(p.fonction, p.fonction),
            str(p.annee),
            p.employeur,
            NON_SAISI if p.etp is None else nombre(p.etp, 1),
        )
        for p in sorted(postes, key=lambda p: (-p.annee, p.fonction, p.identifiant))
    ]
    entetes = ("Fonction", "Année", "Employeur", "Équivalents temps plein dans le quartier")
    return b.tableau("Présence humaine, par poste", entetes, lignes, numeriques=(3,))


def contrats(fiche: Fiche) -> Html:
    """Figures of each contrat de ville of the quartier: they cover it whole, and are never split between quartiers."""
    titre = b.balise("h3", "Au grain du contrat de ville")
    listes = {code: chiffres_du_contrat(fiche.registre, code) for code in codes_contrats(fiche)}
    if not listes:
        phrase = "Le contrat de ville de ce quartier n’est pas connu dans les fichiers publiés."
        return b.joindre((titre, b.balise("p", phrase)))
    tables = [
        tableau_contrat(fiche.registre, code, liste)
        if liste
        else b.balise("p", f"Aucun chiffre n’est publié pour le contrat {code}.")
        for code, liste in listes.items()
    ]
    if not any(listes.values()):
        return b.joindre((titre, *tables))
    legende = b.legende_absences(c.statut for liste in listes.values() for c in liste)
    lecture = b.consigne(
        "ces chiffres sont ceux de tout le contrat de ville.",
        "ils ne sont jamais répartis entre ses quartiers : rien n’en est dit pour un seul d’entre eux.",
    )
    return b.joindre((titre, *tables, legende, lecture))


def tableau_contrat(registre: Registre, code: str, liste: Sequence[ChiffreContrat]) -> Html:
    """The latest value of each figure of one contract, with its source."""
    lignes = []
    for c in liste:
        carte, source = registre.indicateurs.get(c.indicateur), registre.source_de(c.jeu, c.millesime)
        if carte is None:
            continue
        ecrit = b.absence(c.statut) if c.valeur is None else b.joindre((_ecrit(c.valeur, carte.unite, carte.decimales), b.marque(c.statut)))  # fmt: skip
        lignes.append((carte.libelle, periode(c.periode), ecrit, source.titre if source else c.jeu or "—"))
    return b.tableau(
        f"Contrat de ville {code}", ("Indicateur", "Date", "Valeur", "Source"), lignes, numeriques=(2,)
    )  # fmt: skip


def _ecrit(valeur: float, unite: str, decimales: int) -> str:
    return ("oui" if valeur else "non") if unite == "oui/non" else avec_unite(valeur, unite, decimales)


def _euros(montant: float | None) -> str:
    return NON_SAISI if montant is None else avec_unite(montant, "€", 0)
