"""« Géographies »: the perimeter of 2015 and that of 2024, and their common surface.

Belongs here: links between the two zonings and their table.
Does not belong here: the map of both perimeters (sections.carte), figures (they are never read across the two perimeters).
"""

from __future__ import annotations

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche
from publication.sheets.format_fr import INSECABLE, avec_unite, compte
from publication.sheets.modele import Lien
from publication.sheets.sections.bandeau import STATUTS, adresse

LIENS = {
    "identique": "Périmètre identique",
    "proche": "Périmètre proche (au moins 95 % de surface commune dans les deux sens)",
    "partiel": "Surface commune partielle",
}


def section_geographies(fiche: Fiche) -> Html:
    """What the perimeter became from one zoning to the other; the map is further up."""
    plus_haut = b.balise("a", "La carte des contours", href="#carte")
    morceaux: list[object] = [
        b.balise("h2", "Géographies", id="geographies"),
        b.balise("p", _phrase(fiche), " ", plus_haut, " est au début de la fiche."),
    ]
    if fiche.liens:
        morceaux.append(correspondance(fiche))
        morceaux.append(
            b.consigne(
                _lire(fiche.liens[0]),
                "ce sont des parts de surface, pas d’habitants ; la population des deux périmètres ne se compare pas : "
                "le zonage 2024 est plus large. Les contours de 2024 sont arrondis à une dizaine de mètres.",
            )
        )
    return b.joindre(morceaux)


def phrase(fiche: Fiche) -> Html:
    """What became of the perimeter between the two zonings, in one paragraph."""
    return b.balise("p", _phrase(fiche))


def _phrase(fiche: Fiche) -> str:
    t, n = fiche.territoire, len(fiche.liens)
    if t.zonage == "2024":
        debut = f"Le périmètre de ce quartier est {STATUTS.get(t.statut_perimetre, 'défini par le zonage 2024')}. "
        return debut + (
            f"Il partage une surface avec {compte(n, 'quartier')} de 2015."
            if n
            else "Aucun quartier de 2015 n’y correspond."
        )
    if not n:
        return "Ce quartier de 2015 n’a pas de successeur dans le zonage 2024 : il reste consultable ici."
    return f"Ce périmètre de 2015 a été remplacé en 2024 : il partage une surface avec {compte(n, 'quartier')} du nouveau zonage."


def correspondance(fiche: Fiche) -> Html:
    """The quartiers of the other zoning that share a surface with this one, and which share."""
    lignes = [
        (
            _lien(fiche, lien.code_qp2015),
            _lien(fiche, lien.code_qn2024),
            _part(lien.part_surface_2015),
            _part(lien.part_surface_2024),
            LIENS.get(lien.type_lien, lien.type_lien),
        )
        for lien in fiche.liens
    ]
    return b.tableau(
        "Correspondance entre les deux zonages, en parts de surface",
        ("Quartier 2015", "Quartier 2024", "Part de 2015 conservée", "Part de 2024 déjà prioritaire", "Lien"),
        lignes,
        note="Calcul de l’observatoire à partir des contours publiés par l’ANCT.",
        numeriques=(2, 3),
    )


def _lire(lien: Lien) -> str:
    return (
        f"{_part(lien.part_surface_2015)} de la surface du quartier {lien.code_qp2015} se trouve dans le quartier {lien.code_qn2024}, "
        f"dont elle forme {_part(lien.part_surface_2024)}."
    )


def _part(part: float | None) -> str:
    return f"non calculable{INSECABLE}(nc)" if part is None else avec_unite(part, "%", 0)


def _lien(fiche: Fiche, code: str) -> Html:
    nom = fiche.registre.nom("qpv", code)
    texte = f"{nom} ({code})" if nom != code else code
    if code == fiche.code:
        return b.balise("strong", texte)
    return b.balise("a", texte, href=adresse(code), target="_self") if code in fiche.registre.quartiers else b.e(texte)
