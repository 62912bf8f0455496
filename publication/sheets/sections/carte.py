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
from publication.sheets.lieux import COUCHES, JEUX, NATURES, RAYON_M, REP, REP_INCONNU, SANS_NOM, Lieu, forme

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
        b.balise("p", f"Lieux situés dans le quartier ou {PORTEE} de son contour, à vol d’oiseau. Un lieu proche n’est pas un lieu que les habitants fréquentent."),
    ]  # fmt: skip
    dessin = dessin_de(fiche, contours)
    if dessin is None:
        morceaux.append(b.balise("p", "Contour non publié : rien ne peut être dessiné."))
    else:
        morceaux.append(b.balise("figure", dessin.en_ligne, class_="carte"))
        if dessin.illisibles:
            morceaux.append(b.balise("p", f"Faute de place, {compte(dessin.illisibles, 'repère')} sur {compte(len(_proches(fiche)), 'lieu', 'lieux')} ne sont pas écrits sur la carte ; les listes donnent tous les lieux."))  # fmt: skip
    morceaux.append(b.balise("p", b.balise("a", "Carte de l’explorateur, autour de ce quartier", href=f"/carte?qpv={fiche.code}", target="_self")))  # fmt: skip
    morceaux += [_couche(fiche, couche) for couche in COUCHES]
    return b.joindre(morceaux)


def dessin_de(fiche: Fiche, contours: Mapping[str, bytes]) -> Dessin | None:
    """The map of a sheet with its text alternative: `.en_ligne` for a page, `.svg` and `.alt` for an image; None without contour."""
    proches = _proches(fiche)
    reperes = _reperes(proches)
    anciens = sorted(code for code in contours if code.startswith("QP"))
    nouveaux = sorted(code for code in contours if code.startswith("QN"))
    points = [
        Point(lieu.longitude, lieu.latitude, forme(lieu.couche, lieu.education_prioritaire), reperes[lieu.identifiant])
        for lieu in proches
    ]
    alt = (
        f"Carte du quartier {fiche.territoire.libelle or fiche.code}. Trait plein : périmètre de 2024 ({', '.join(nouveaux) or 'aucun'}). "
        f"Tirets : périmètre de 2015 ({', '.join(anciens) or 'aucun'}). Dans le quartier ou {PORTEE} : "
        f"{' ; '.join(_decompte(proches, couche) for couche in COUCHES)}. Les listes qui suivent donnent les mêmes lieux."
    )
    return dessiner(
        [contours[c] for c in anciens], [contours[c] for c in nouveaux], points,
        _legende({p.forme for p in points}, bool(anciens), bool(nouveaux)), alt,
    )  # fmt: skip


def _proches(fiche: Fiche) -> list[Lieu]:
    return [lieu for lieu in fiche.lieux if lieu.est_proche]


def _reperes(lieux: Sequence[Lieu]) -> dict[str, str]:
    """Identifier → letter of the kind and rank in its list, from the nearest: `E1`, `S2`."""
    rangs = dict.fromkeys(COUCHES, 0)
    resultat = {}
    for lieu in lieux:
        rangs[lieu.couche] += 1
        resultat[lieu.identifiant] = f"{COUCHES[lieu.couche][2]}{rangs[lieu.couche]}"
    return resultat


def _decompte(proches: Sequence[Lieu], couche: str) -> str:
    """`12 écoles et collèges, dont 3 en REP+ et 2 en REP`."""
    du_genre = [lieu for lieu in proches if lieu.couche == couche]
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
    formes: set[str], a_2015: bool, a_2024: bool
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Line styles and shapes in use: the schools in the second column."""
    gauche = [("2024", "contour de 2024")] if a_2024 else []
    gauche += [("2015", "contour de 2015")] if a_2015 else []
    gauche += [
        (f, f"{COUCHES[couche][0]} ({COUCHES[couche][2]})") for f, couche in LEGENDE_SERVICES.items() if f in formes
    ]
    droite = [(f, mots) for f, mots in LEGENDE_ECOLES.items() if f in formes]
    return gauche, [("", "Écoles et collèges (E)"), *droite] if droite else []


def _couche(fiche: Fiche, couche: str) -> Html:
    """The list of one kind; the reason when it is empty."""
    nom, natures, _ = COUCHES[couche]
    du_genre = [lieu for lieu in fiche.lieux if lieu.couche == couche]
    proches = [lieu for lieu in du_genre if lieu.est_proche]
    listes = [fiche.registre.listes_de_lieux[n] for n in natures if n in fiche.registre.listes_de_lieux]
    if not listes:
        return b.balise("p", b.balise("strong", nom), f"{INSECABLE}: {_pas_de_fichier(fiche, couche)}")
    sources = _sources(fiche, couche)
    if not du_genre:
        raison = f"la liste lue ne couvre pas ce quartier. {sources}"
        return b.balise("p", b.balise("strong", nom), f"{INSECABLE}: {raison}")
    if not proches:
        premier = du_genre[0]
        loin = f"aucun {PORTEE} ; le plus proche est à {avec_unite(premier.distance_m / 1000, 'km', 1)} ({_nom(premier)}, {NATURES[premier.nature]}). {sources}"
        return b.balise("p", b.balise("strong", nom), f"{INSECABLE}: {loin}")
    reperes = _reperes(_proches(fiche))
    dedans = sum(lieu.est_dans_qpv for lieu in proches)
    lignes = [
        (
            b.joindre((b.balise("b", reperes[lieu.identifiant]), " ", _nom(lieu))),
            _type(lieu),
            "dans le quartier" if lieu.est_dans_qpv else avec_unite(lieu.distance_m, "m", 0),
        )
        for lieu in proches
    ]
    manques = [NATURES[n] for n in natures if n not in fiche.registre.listes_de_lieux]
    note = f"{sources}{_statuts_inconnus(proches)}"
    if manques:
        note += f" Absents des fichiers lus{INSECABLE}: {', '.join(manques)}."
    return b.tableau(
        f"{nom} : {compte(dedans, 'lieu', 'lieux')} dans le quartier, {compte(len(proches) - dedans, 'autre')} {PORTEE}",
        ("Lieu", "Type", "Distance"),
        lignes,
        classe="lieux",
        note=note,
        numeriques=(2,),
    )


def _nom(lieu: Lieu) -> str:
    return lieu.nom or SANS_NOM


def _type(lieu: Lieu) -> str:
    rep = REP.get(lieu.education_prioritaire or "")
    return f"{NATURES[lieu.nature]}, {rep}" if rep else NATURES[lieu.nature]


def _statuts_inconnus(proches: Sequence[Lieu]) -> str:
    ecoles = [lieu for lieu in proches if lieu.couche == "ecoles"]
    inconnus = sum(lieu.education_prioritaire is None for lieu in ecoles)
    if not inconnus:
        return ""
    if inconnus == len(ecoles):
        return f" {REP_INCONNU.capitalize()} dans la liste lue."
    return f" {compte(inconnus, 'lieu', 'lieux')} sans mention : {REP_INCONNU}."


def _sources(fiche: Fiche, couche: str) -> str:
    """`Source : …, liste au 31 octobre 2025.`, once per list read for this kind."""
    phrases = []
    for jeu, millesime, date_maj in sorted(
        {(liste.jeu, liste.millesime, liste.date_maj) for nature, liste in fiche.registre.listes_de_lieux.items() if nature in COUCHES[couche][1]},
        key=lambda cle: cle[:2],
    ):  # fmt: skip
        source = fiche.registre.source_de(jeu, millesime)
        titre = (source.mention or source.titre) if source else jeu
        titre = titre.removeprefix("Source").lstrip(f" {INSECABLE}:")
        if source and source.date_reference:
            deduite = " (date déduite)" if source.est_date_deduite else ""
            quand = f"liste au {date_longue(source.date_reference)}{deduite}"
        elif date_maj:
            quand = f"liste sans date, dont la fiche la plus récente est du {date_longue(date_maj)}"
        else:
            quand = f"liste sans date (millésime {periode(millesime)})"
        phrases.append(f"Source{INSECABLE}: {titre}, {quand}.")
    return " ".join(phrases)


def _pas_de_fichier(fiche: Fiche, couche: str) -> str:
    titres = dict.fromkeys(f"« {s.titre} » ({s.producteur})" for s in fiche.registre.sources if s.jeu in JEUX[couche])
    return f"aucune liste n’a été lue dans cette version ; fichier attendu{INSECABLE}: {', '.join(titres) or 'non déclaré'}."
