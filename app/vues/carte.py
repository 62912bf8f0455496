"""Map: contours of both zonings of a place, points near the quartiers, one indicator on request; drawn here.

Belongs here: the choices of the address, legend and tables of the page.
Does not belong here: what is drawn (cartographie), how it is drawn (plan).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from app import cartographie as carto
from app import etat, fond_plan, plan, session
from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Registre
from publication.sheets.format_fr import INSECABLE, avec_unite, compte, nombre, periode
from publication.sheets.lieux import COUCHES
from publication.sheets.modele import Indicateur, Territoire
from publication.sheets.sections.bandeau import STATUTS, adresse

LISIBLES = frozenset({"observe", "estime", "partiel"})
LEGENDE_FORMES = {
    "carre_plein": "école ou collège en REP+",
    "carre_barre": "école ou collège en REP",
    "carre": "école ou collège hors éducation prioritaire",
    "carre_tirets": "école ou collège, éducation prioritaire non renseignée",
    "croix": "santé",
    "triangle": "médiation numérique",
    "losange": "France services",
}


@dataclass(frozen=True)
class Couleur:
    """The indicator of the map: values by quartier and lower bounds of its classes."""

    carte: Indicateur
    zonage: str
    periode: str
    valeurs: Mapping[str, tuple[float | None, str]]
    coupures: list[float] = field(default_factory=list)
    pas: float | None = None

    def lisible(self, code: str) -> float | None:
        valeur, statut = self.valeurs.get(code, (None, "non_diffuse"))
        return valeur if statut in LISIBLES else None

    def classe(self, q: Territoire) -> int | None:
        if q.zonage != self.zonage:
            return None
        valeur = self.lisible(q.code_territoire)
        return plan.MANQUANT if valeur is None else plan.classe_de(valeur, self.coupures)

    def ecrire(self, valeur: float) -> str:
        return avec_unite(valeur, self.carte.unite, self.carte.decimales, self.pas)


def _couleur(registre: Registre, cle: str, quartiers: Sequence[Territoire]) -> Couleur | None:
    if not cle:
        return None
    zonage, _, nom = cle.partition(":")
    codes = [q.code_territoire for q in quartiers if q.zonage == zonage]
    date, pas, valeurs = carto.valeurs(registre, cle, codes)
    nombres = [v for v, statut in valeurs.values() if v is not None and statut in LISIBLES]
    return Couleur(registre.indicateurs[nom], zonage, date, valeurs, plan.classer(nombres), pas)


def _titre(q: Territoire, couleur: Couleur | None) -> str:
    titre = f"{q.libelle} ({q.code_territoire}), zonage {q.zonage}"
    if couleur is None or q.zonage != couleur.zonage:
        return titre
    valeur = couleur.lisible(q.code_territoire)
    return f"{titre} : {'valeur manquante' if valeur is None else couleur.ecrire(valeur)}"


def _plan(
    registre: Registre, quartiers: Sequence[Territoire], dessines: Sequence[carto.Lieu], couleur: Couleur | None
) -> Html:
    contours = registre.release.contours([q.code_territoire for q in quartiers])
    zones = [
        plan.Zone(_titre(q, couleur), q.zonage, contours[q.code_territoire], adresse(q.code_territoire),
                  couleur.classe(q) if couleur else None)
        for q in quartiers if q.code_territoire in contours
    ]  # fmt: skip
    points = [
        plan.Point(", ".join(filter(None, (p.nom, p.nature_ecrite, registre.nom("commune", p.code_commune)))), p.longitude, p.latitude, p.forme)
        for p in dessines
    ]  # fmt: skip
    texte = f"Carte de {compte(len(zones), 'contour')} de quartier et de {compte(len(points), 'point')}. Les tableaux qui suivent donnent les mêmes éléments."
    dessin = plan.dessiner(zones, points, texte, len(couleur.coupures) + 1 if couleur else 0)
    absents = [q.code_territoire for q in quartiers if q.code_territoire not in contours]
    manque = f"Contour non publié, quartier non dessiné : {', '.join(absents)}." if absents else ""
    return b.joindre((dessin or b.balise("p", "Aucun contour publié pour ce lieu : rien ne peut être dessiné."),
                      b.balise("p", manque) if manque else ""))  # fmt: skip


def _cle(contenu: object) -> Html:
    return Html(f'<img src="{plan.image(b.e(contenu), "-9 -9 18 18")}" alt="" width="18" height="18">')


def _legende(dessines: Sequence[carto.Lieu], couleur: Couleur | None) -> Html:
    """Line styles, then the shapes in use, then the classes with their real bounds."""
    traits = [
        b.joindre((Html('<span class="cle" aria-hidden="true"></span>'), "trait plein, quartier de 2024")),
        b.joindre((Html('<span class="cle tiret" aria-hidden="true"></span>'), "tirets, quartier de 2015")),
        "un cercle entoure un quartier trop petit à cette échelle",
        "un clic ouvre la fiche du quartier, celle de 2024 quand deux contours se recouvrent",
    ]
    formes = [
        b.joindre((_cle(plan.symbole(forme, 0, 0)), " ", mot))
        for forme, mot in LEGENDE_FORMES.items() if forme in {p.forme for p in dessines}
    ]  # fmt: skip
    return b.joindre((_liste([*traits, *formes], "Légende de la carte"), _classes(couleur) if couleur else ""))


def _liste(elements: Sequence[object], nom: str) -> Html:
    return b.balise("ul", b.joindre(b.balise("li", x) for x in elements), class_="series", aria_label=nom)


def _classes(couleur: Couleur) -> Html:
    nombres = sorted(v for code in couleur.valeurs if (v := couleur.lisible(code)) is not None)
    titre = f"{couleur.carte.libelle}, {periode(couleur.periode)}, quartiers de {couleur.zonage}{INSECABLE}: "
    if not nombres:
        return b.balise("p", b.balise("strong", titre), "aucune valeur lisible pour les quartiers dessinés.")
    total = len(couleur.coupures) + 1
    cles = []
    for rang in range(total):
        classe = [v for v in nombres if plan.classe_de(v, couleur.coupures) == rang]
        carre = f'<rect x="-8" y="-8" width="16" height="16" fill="{plan.teinte(rang, total)}" stroke="#1F1F1F"/>'
        bornes = f"de {couleur.ecrire(classe[0])} à {couleur.ecrire(classe[-1])} ({compte(len(classe), 'quartier')})"
        cles.append(b.joindre((_cle(Html(carre)), f" classe {rang + 1} : {bornes}")))
    hachure = Html('<rect x="-8" y="-8" width="16" height="16" fill="#FFF" stroke="#1F1F1F"/><path d="M-8 2L2 -8M-8 8L8 -8M-2 8L8 -2" stroke="#1F1F1F"/>')  # fmt: skip
    cles.append(b.joindre((_cle(hachure), " hachures : valeur manquante, le tableau dit pourquoi")))
    return b.joindre((
        b.balise("p", b.balise("strong", titre), "cinq classes au plus, d’effectifs proches, parmi les quartiers dessinés."),
        _liste(cles, "Classes de couleur"),
        b.consigne("une teinte plus foncée est une valeur plus élevée.", f"une teinte n’est pas un jugement, et les classes changent avec le lieu choisi. {couleur.carte.avertissement or ''}"),
    ))  # fmt: skip


def _tableau_quartiers(registre: Registre, quartiers: Sequence[Territoire], couleur: Couleur | None) -> Html:
    entetes: list[object] = ["Quartier", "Zonage", "Communes", "Périmètre"]
    if couleur:
        entetes += [b.joindre((couleur.carte.libelle, b.balise("small", f" {periode(couleur.periode)}"))), "Classe"]
    statuts: set[str] = set()
    corps = []
    for q in quartiers:
        lien = b.balise("a", q.libelle or q.code_territoire, href=adresse(q.code_territoire), target="_self")
        ligne: list[object] = [
            b.joindre((lien, b.balise("small", q.code_territoire))),
            q.zonage,
            ", ".join(registre.nom("commune", c) for c in q.communes),
            STATUTS.get(q.statut_perimetre, "—"),
        ]
        if couleur:
            ligne += _cellules(q, couleur, statuts)
        corps.append(ligne)
    return b.joindre((
        b.tableau("Quartiers de la carte", entetes, corps, numeriques=(4, 5) if couleur else ()),
        b.legende_absences(statuts - {"observe"}),
    ))  # fmt: skip


def _cellules(q: Territoire, couleur: Couleur, statuts: set[str]) -> list[object]:
    """Value and class; a quartier of the other zoning is not concerned."""
    if q.zonage != couleur.zonage:
        return ["—", "—"]
    statut = couleur.valeurs.get(q.code_territoire, (None, "non_diffuse"))[1]
    statuts.add(statut)
    valeur = couleur.lisible(q.code_territoire)
    if valeur is None:
        return [b.absence(statut), "hachures"]
    return [b.joindre((couleur.ecrire(valeur), b.marque(statut))), str(plan.classe_de(valeur, couleur.coupures) + 1)]


def _tableau_points(registre: Registre, tous: Sequence[carto.Lieu], dessines: Sequence[carto.Lieu]) -> Html:
    phrase = f"{compte(len(dessines), 'point dessiné', 'points dessinés')} sur {nombre(len(tous))}, à moins de {avec_unite(carto.DISTANCE_MAX, 'm', 0)} d’un quartier de la carte, du plus proche au plus éloigné d’un quartier de 2024."
    reste = len(tous) - len(dessines)
    if reste:
        phrase += f" {nombre(reste)} points ne sont pas dessinés ni listés : choisissez une commune ou un quartier."
    corps = [
        (
            p.nom,
            p.nature_ecrite,
            registre.nom("commune", p.code_commune) or b.absence("non_diffuse"),
            b.absence("non_calculable") if p.distance is None else "dans le quartier" if p.distance == 0 else avec_unite(p.distance, "m", 0),
            "—" if not p.code_qpv else b.balise("a", p.code_qpv, href=adresse(p.code_qpv), target="_self"),
        )
        for p in dessines
    ]  # fmt: skip
    entetes = ("Nom", "Nature", "Commune", "Distance au quartier de 2024 le plus proche", "Quartier")
    inconnus = [p for p in tous if p.couche == "ecoles" and p.education_prioritaire is None]
    rep = (
        f"{compte(len(inconnus), 'établissement')} sans information sur l’éducation prioritaire : l’annuaire lu ne la donne pas."
        if inconnus
        else ""
    )
    return b.joindre((
        b.balise("p", phrase),
        b.balise("p", rep) if rep else "",
        b.tableau("Points de la carte", entetes, corps, numeriques=(3,)) if corps else "",
        b.legende_absences(
            {"non_calculable" for p in dessines if p.distance is None} | {"non_diffuse" for p in dessines if not p.code_commune}
        ),
    ))  # fmt: skip


def _page() -> None:
    st.set_page_config(page_title=f"Carte – {session.NOM_SITE}")
    registre = session.registre()
    st.html(b.joindre((
        b.balise("h1", "Carte"),
        b.balise("p", f"Contours des quartiers prioritaires de la politique de la ville (QPV) de 2015 et de 2024, et lieux proches. {fond_plan.mention()}", class_="chapo"),
    )))  # fmt: skip
    demande = etat.parametre("qpv").upper()
    offerts = carto.lieux_offerts(registre, demande if demande in registre.quartiers else "")
    lieu = etat.choix("territoire", "Lieu", offerts)
    couches = etat.choix_multiple("couches", "Lieux à dessiner", {c: nom for c, (nom, _, _) in COUCHES.items()})
    cle = etat.choix("indicateur", "Indicateur en couleur", carto.indicateurs_de_la_carte(registre))
    quartiers = carto.quartiers_du_lieu(registre, lieu)
    couleur = _couleur(registre, cle, quartiers)
    tous = carto.lieux(registre, [q.code_territoire for q in quartiers], couches)
    dessines = tous[: carto.POINTS_MAX]
    morceaux: list[object] = [
        b.balise("h2", offerts[lieu]),
        _plan(registre, quartiers, dessines, couleur),
        _legende(dessines, couleur),
        b.balise("h2", "Quartiers"),
        _tableau_quartiers(registre, quartiers, couleur),
    ]
    if couches:
        rep = "Réseaux d’éducation prioritaire : REP, et REP+ pour les réseaux renforcés. "
        morceaux += [b.balise("h2", "Lieux"), b.balise("p", rep) if "ecoles" in couches else "", _tableau_points(registre, tous, dessines)]  # fmt: skip
    st.html(b.joindre(morceaux))


_page()
