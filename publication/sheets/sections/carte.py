"""« Carte »: the perimeters of 2024 and 2015, the places in the quartier or within a kilometre, and the list of these places.

Belongs here: what the map shows, its legend, its text alternative, the lists by kind, the reason why a kind has none.
Does not belong here: the drawing (carte), reading the places (lieux), shares of surface between the perimeters (geographies).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.carte import Dessin, Point, dessiner
from publication.sheets.fiche import Fiche
from publication.sheets.format_fr import INSECABLE, avec_unite, compte, date_longue, periode
from publication.sheets.lieux import COUCHES, JEUX, NATURES, RAYON_M, REP, REP_INCONNU, SANS_NOM, Lieu, Liste, forme

# A dense town has more than a hundred schools within a kilometre: the nearest ones are drawn and listed, the rest is counted.
LIEUX_MAX = 20
PORTEE = f"à {avec_unite(RAYON_M / 1000, 'km', 0)} au plus"
LEGENDE_ECOLES = {
    "carre_plein": "en REP+",
    "carre_barre": "en REP",
    "carre": "hors éducation prioritaire",
    "carre_tirets": "statut REP non renseigné",
}
LEGENDE_SERVICES = {"croix": "sante", "triangle": "numerique", "losange": "guichets"}


def section_carte(fiche: Fiche, contours: Mapping[str, bytes]) -> Html:
    """`contours`: QPV code → WKB, for the quartier and those it is linked to."""
    morceaux: list[object] = [
        b.balise("h2", "Carte", id="carte"),
        b.balise("p", f"Lieux situés dans le quartier ou {PORTEE} de son contour, à vol d’oiseau. Les listes sous la carte donnent les mêmes lieux. Un lieu proche n’est pas un lieu que les habitants fréquentent."),
    ]  # fmt: skip
    dessin = dessin_de(fiche, contours)
    if dessin is None:
        morceaux.append(b.balise("p", "Contour non publié : rien ne peut être dessiné."))
    else:
        morceaux.append(b.balise("figure", dessin.en_ligne, class_="carte"))
        if dessin.illisibles:
            combien = compte(dessin.illisibles, "repère n’est pas écrit", "repères ne sont pas écrits")
            morceaux.append(b.balise("p", f"Faute de place, {combien} sur la carte."))
    morceaux.append(b.balise("p", b.balise("a", "Carte de l’explorateur, autour de ce quartier", href=f"/carte?qpv={fiche.code}", target="_self")))  # fmt: skip
    morceaux += [_couche(fiche, couche) for couche in COUCHES]
    return b.joindre(morceaux)


def dessin_de(
    fiche: Fiche, contours: Mapping[str, bytes], *, avec_reperes: bool = True, avec_legende: bool = True
) -> Dessin | None:
    """The map of a sheet with its text alternative: `.en_ligne` for a page, `.svg` and `.alt` for an image; None without contour.

    Args:
        contours: QPV code → WKB, for the quartier and those it is linked to.
        avec_reperes: labels that refer to the lists; false where the lists are not printed.
        avec_legende: false where the legend is written beside the drawing (`legende_de`).
    """
    reperes = _reperes(fiche) if avec_reperes else {}
    anciens = sorted(code for code in contours if code.startswith("QP"))
    nouveaux = sorted(code for code in contours if code.startswith("QN"))
    points = [
        Point(
            lieu.longitude,
            lieu.latitude,
            forme(lieu.couche, lieu.education_prioritaire),
            reperes.get(lieu.identifiant, ""),
        )
        for lieu in _dessines(fiche)
    ]
    alt = (
        f"Carte du quartier {fiche.territoire.libelle or fiche.code}. Trait plein : périmètre de 2024 ({', '.join(nouveaux) or 'aucun'}). "
        f"Tirets : périmètre de 2015 ({', '.join(anciens) or 'aucun'}). Dans le quartier ou {PORTEE} : "
        f"{' ; '.join(_decompte(fiche, couche) for couche in COUCHES)}."
    )
    return dessiner(
        [contours[c] for c in anciens], [contours[c] for c in nouveaux], points,
        _legende({p.forme for p in points}, bool(anciens), bool(nouveaux), avec_reperes) if avec_legende else ((), ()), alt,
    )  # fmt: skip


def legende_de(fiche: Fiche, contours: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """(shape, words) of what the map shows, without the letters of the lists: the kinds of places, then the schools."""
    formes = {forme(lieu.couche, lieu.education_prioritaire) for lieu in _dessines(fiche)}
    zonages = {code[:2] for code in contours}
    gauche, droite = _legende(formes, "QP" in zonages, "QN" in zonages, False)
    ecoles = COUCHES["ecoles"][0]
    return [*gauche, *((f, f"{ecoles}, {mots}") for f, mots in droite if f)]


def _proches(fiche: Fiche, couche: str) -> list[Lieu]:
    return [lieu for lieu in fiche.lieux if lieu.couche == couche and lieu.est_proche]


def _retenus(fiche: Fiche, couche: str) -> list[Lieu]:
    """The places drawn and listed: every one inside the quartier, and the nearest ones up to `LIEUX_MAX`."""
    proches = _proches(fiche, couche)
    return proches[: max(LIEUX_MAX, sum(lieu.est_dans_qpv for lieu in proches))]


def _dessines(fiche: Fiche) -> list[Lieu]:
    """The places of the map, nearest first."""
    retenus = {lieu.identifiant for couche in COUCHES for lieu in _retenus(fiche, couche)}
    return [lieu for lieu in fiche.lieux if lieu.identifiant in retenus]


def _reperes(fiche: Fiche) -> dict[str, str]:
    """Identifier → letter of the kind and rank in its list, from the nearest: `E1`, `S2`."""
    return {
        lieu.identifiant: f"{lettre}{rang}"
        for couche, (_, _, lettre) in COUCHES.items()
        for rang, lieu in enumerate(_retenus(fiche, couche), 1)
    }


def _decompte(fiche: Fiche, couche: str) -> str:
    """`12 écoles et collèges, dont 3 en REP+, 2 en REP`; never zero when no list says so."""
    if not any(lieu.couche == couche for lieu in fiche.lieux):
        return f"{COUCHES[couche][0]} : aucune liste lue pour ce quartier"
    du_genre = _proches(fiche, couche)
    mots = {
        "ecoles": ("école ou collège", "écoles et collèges"),
        "sante": ("lieu de santé", "lieux de santé"),
        "numerique": ("lieu de médiation numérique", "lieux de médiation numérique"),
        "guichets": ("France services", "France services"),
    }[couche]
    texte = compte(len(du_genre), *mots)
    par_statut = {
        mot: sum(lieu.education_prioritaire == statut for lieu in du_genre)
        for statut, mot in (("REP+", "en REP+"), ("REP", "en REP"))
    }
    inconnus = sum(couche == "ecoles" and lieu.education_prioritaire is None for lieu in du_genre)
    details = [f"{n} {mot}" for mot, n in (*par_statut.items(), ("au statut REP non renseigné", inconnus)) if n]
    return f"{texte}, dont {', '.join(details)}" if details else texte


def _legende(
    formes: set[str], a_2015: bool, a_2024: bool, avec_lettres: bool
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Line styles and shapes in use: the schools in the second column."""
    noms = {c: f"{nom} ({lettre})" if avec_lettres else nom for c, (nom, _, lettre) in COUCHES.items()}
    gauche = [("2024", "contour de 2024")] if a_2024 else []
    gauche += [("2015", "contour de 2015")] if a_2015 else []
    gauche += [(f, noms[couche]) for f, couche in LEGENDE_SERVICES.items() if f in formes]
    droite = [(f, mots) for f, mots in LEGENDE_ECOLES.items() if f in formes]
    return gauche, [("", noms["ecoles"]), *droite] if droite else []


def _couche(fiche: Fiche, couche: str) -> Html:
    """The list of one kind; the reason when it is empty."""
    nom = COUCHES[couche][0]
    proches = _proches(fiche, couche)
    if not proches:
        return b.balise("p", b.balise("strong", nom), f"{INSECABLE}: {_raison(fiche, couche)}")
    reperes = _reperes(fiche)
    sans_nom = not any(lieu.nom for lieu in proches)
    dedans = sum(lieu.est_dans_qpv for lieu in proches)
    lignes = [
        (
            reperes[lieu.identifiant] if sans_nom else f"{reperes[lieu.identifiant]} {_nom(lieu)}",
            _type(lieu),
            "dans le quartier" if lieu.est_dans_qpv else avec_unite(lieu.distance_m, "m", 0),
        )
        for lieu in _retenus(fiche, couche)
    ]
    return b.tableau(
        f"{nom} : {compte(dedans, 'lieu', 'lieux')} dans le quartier, {compte(len(proches) - dedans, 'autre')} {PORTEE}",
        ("Lieu", "Type", "Distance"),
        lignes,
        classe="lieux",
        note=_note(fiche, couche, sans_nom),
        numeriques=(2,),
    )


def _raison(fiche: Fiche, couche: str) -> str:
    """Why a kind has no place to list: no file, a file that leaves the quartier out, or nothing near enough."""
    sources = _sources(fiche, couche)
    if not sources:
        titres = dict.fromkeys(
            f"« {s.titre} » ({s.producteur})" for s in fiche.registre.sources if s.jeu in JEUX[couche]
        )
        return f"aucune liste n’a été lue dans cette version ; fichier attendu{INSECABLE}: {', '.join(titres) or 'non déclaré'}."
    premier = next((lieu for lieu in fiche.lieux if lieu.couche == couche), None)
    if premier is None:
        return f"la liste lue ne couvre pas ce quartier. {sources}"
    distance = avec_unite(premier.distance_m / 1000, "km", 1)
    return f"aucun {PORTEE} ; le plus proche est à {distance} ({_nom(premier)}, {NATURES[premier.nature]}). {sources}"


def _note(fiche: Fiche, couche: str, sans_nom: bool) -> str:
    """The date of the list, and what it does not say."""
    proches, retenus = _proches(fiche, couche), _retenus(fiche, couche)
    phrases = [_sources(fiche, couche), _statuts_inconnus(proches)]
    if sans_nom:
        phrases.append("La liste ne publie pas les noms.")
    if len(retenus) < len(proches):
        reste = compte(len(proches) - len(retenus), "autre est compté", "autres sont comptés")
        phrases.append(
            f"Seuls les {len(retenus)} plus proches sont dessinés et listés, {reste} ; tous sont dans la table « proximites » des données."
        )
    manques = [NATURES[n] for n in COUCHES[couche][1] if n not in fiche.registre.listes_de_lieux]
    if manques:
        phrases.append(f"Absents des fichiers lus{INSECABLE}: {', '.join(manques)}.")
    return " ".join(phrase for phrase in phrases if phrase)


def _nom(lieu: Lieu) -> str:
    return lieu.nom or SANS_NOM


def _type(lieu: Lieu) -> str:
    rep = REP.get(lieu.education_prioritaire or "")
    return f"{NATURES[lieu.nature]}, {rep}" if rep else NATURES[lieu.nature]


def _statuts_inconnus(proches: Sequence[Lieu]) -> str:
    inconnus = sum(lieu.couche == "ecoles" and lieu.education_prioritaire is None for lieu in proches)
    if not inconnus:
        return ""
    if inconnus == len(proches):
        return f"{REP_INCONNU.capitalize()} dans la liste lue."
    return f"{compte(inconnus, 'lieu', 'lieux')} sans mention : {REP_INCONNU}."


def _sources(fiche: Fiche, couche: str) -> str:
    """`Source : …, liste au 31 octobre 2025.`, once per list read for this kind; empty when none was."""
    dernieres = fiche.registre.listes_de_lieux
    lues = {dernieres[n][1:]: dernieres[n] for n in COUCHES[couche][1] if n in dernieres}
    return " ".join(_source(fiche, liste) for liste in lues.values())


def _source(fiche: Fiche, liste: Liste) -> str:
    source = fiche.registre.source_de(liste.jeu, liste.millesime)
    titre = (source.mention or source.titre) if source else liste.jeu
    titre = titre.removeprefix("Source").lstrip(f" {INSECABLE}:")
    if source and source.date_reference:
        quand = f"liste au {date_longue(source.date_reference)}{' (date déduite)' if source.est_date_deduite else ''}"
    elif liste.date_maj:
        quand = f"liste sans date, dont la fiche la plus récente est du {date_longue(liste.date_maj)}"
    else:
        quand = f"liste sans date (millésime {periode(liste.millesime)})"
    return f"Source{INSECABLE}: {titre}, {quand}."
