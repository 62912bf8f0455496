"""The card of one indicator in HTML: what it says, how to read it, where it comes from, what is published.

Belongs here: the sections of a card and the list of every card, as pure functions of a release.
Does not belong here: reading rows (catalogue_indicateurs), widgets and the address (vues.indicateurs).
"""

from __future__ import annotations

from collections.abc import Sequence

from app import catalogue_indicateurs as ci
from app.ecarts import indicateurs_offerts
from publication.sheets import balises as b
from publication.sheets import mots
from publication.sheets.balises import Html
from publication.sheets.fiche import Registre
from publication.sheets.format_fr import ABSENCES, compte, nombre, periode
from publication.sheets.modele import NOMS_NIVEAUX, Indicateur
from publication.sheets.sections.sources import ETATS

SEVERITES = {"bloquante": "bloquante : aucune évolution n’est lue à travers elle", "avertissement": "avertissement"}
_COLONNES = (
    ("nb_observes", "Observées", ""),
    ("nb_estimes", "Estimées", "estime"),
    ("nb_secrets", "Sous secret", "secret"),
    ("nb_non_diffuses", "Non diffusées", "non_diffuse"),
    ("nb_non_calculables", "Non calculables", "non_calculable"),
    ("nb_non_pertinents", "Non pertinentes", "non_pertinent"),
)
PERIODES_ECRITES = 6


def adresse(indicateur: str) -> str:
    """The address of a card."""
    return f"/indicateurs?indicateur={indicateur}"


def lien(indicateur: Indicateur) -> Html:
    """The name of an indicator, which leads to its card."""
    return b.balise("a", indicateur.libelle, href=adresse(indicateur.indicateur), target="_self")


def carte(registre: Registre, i: Indicateur) -> Html:
    """The whole card."""
    axe = dict(ci.AXES).get(i.axe, i.axe)
    return b.joindre((
        b.balise("h1", i.libelle),
        b.balise("p", i.definition or "", class_="chapo"),
        b.balise("p", f"Quartiers prioritaires de la politique de la ville (QPV) · {axe} · {mots.nom_theme(i.theme)} · ", b.balise("code", i.indicateur)),
        _attente(i),
        b.balise("h2", "Définition"),
        _definition(registre, i),
        b.balise("h2", "Lecture"),
        _lecture(registre, i),
        b.balise("h2", "Ce qui est publié"),
        _disponibilites(registre, i),
        b.balise("h2", "Sources"),
        _sources(registre, i),
        b.balise("h2", "Ruptures de série"),
        _ruptures(registre, i),
        b.balise("h2", "Lire les données"),
        _donnees(registre, i),
        b.balise("p", b.balise("a", "Tous les indicateurs", href="/indicateurs", target="_self")),
    ))  # fmt: skip


def _attente(i: Indicateur) -> Html:
    """Why there is no value yet."""
    raison = i.attente or ci.RAISONS.get(i.disponibilite, "")
    if not raison:
        return Html("")
    return b.balise(
        "p", b.balise("strong", f"{ci.DISPONIBILITES.get(i.disponibilite, i.disponibilite).capitalize()}. "), raison
    )


def _definition(registre: Registre, i: Indicateur) -> Html:
    version = ci.version_definition(registre, i.indicateur)
    lignes = [
        ("Numérateur", i.numerateur or "sans objet"),
        ("Dénominateur", i.denominateur or "sans objet"),
        ("Unité", i.unite),
        ("Sens", mots.SENS.get(i.sens, "")),
        ("Échelle", mots.NIVEAUX.get(i.niveau_publie, i.niveau_publie)),
        ("Disponibilité", ci.DISPONIBILITES.get(i.disponibilite, i.disponibilite)),
        ("Affichage", "fiches des quartiers" if i.sur_la_fiche else "dans les fichiers à télécharger seulement, jamais sur une fiche"),
        ("Version de la définition", str(version) if version is not None else "non numérotée"),
    ]  # fmt: skip
    return b.tableau(f"Fiche de l’indicateur : {i.libelle}", ("Rubrique", "Contenu"), lignes)


def _lecture(registre: Registre, i: Indicateur) -> Html:
    phrase = ci.exemple(registre, i)
    if not phrase and i.sur_la_fiche:
        phrase = "aucun exemple : cette version n’a pas de valeur pour cet indicateur."
    elif not phrase:
        phrase = "aucun exemple : cet indicateur reste dans les fichiers à télécharger."
    ne_pas = i.avertissement or "une valeur décrit un lieu, elle ne juge ni le quartier ni ses habitants."
    offert = i.indicateur in indicateurs_offerts(registre)
    suite = b.balise("a", "Écarts de chaque quartier", href=f"/ecarts?indicateur={i.indicateur}", target="_self")
    return b.joindre(
        (
            b.consigne(phrase, ne_pas),
            b.balise("p", suite if offert else "Aucun écart n’est publié pour cet indicateur."),
        )
    )


def _disponibilites(registre: Registre, i: Indicateur) -> Html:
    """Quartiers by zoning and period, then the other territories."""
    lignes = ci.disponibilites(registre, i.indicateur)
    morceaux: list[object] = []
    if lignes:
        entetes = ("Zonage et date", "Quartiers", *(_entete(nom, statut) for _, nom, statut in _COLONNES))
        corps = [
            (f"{li['zonage']}, {periode(str(li['periode']))}", *(nombre(int(str(li[c] or 0))) for c in ("nb_qpv", *(c for c, _, _ in _COLONNES))))
            for li in lignes
        ]  # fmt: skip
        morceaux.append(
            b.tableau("Nombre de quartiers par zonage, date et statut", entetes, corps, numeriques=range(1, 8))
        )
    else:
        morceaux.append(b.balise("p", "Aucun quartier n’a de ligne pour cet indicateur dans cette version."))
    autres = ci.etendues(registre, i.indicateur)
    if autres:
        corps_autres = [
            (f"{NOMS_NIVEAUX.get(e.niveau, e.niveau)}{f', quartiers de {e.zonage}' if e.zonage else ''}", nombre(e.territoires), _periodes(e.periodes))
            for e in autres
        ]  # fmt: skip
        morceaux.append(
            b.tableau(
                "Valeurs publiées pour les autres territoires",
                ("Échelon", "Territoires", "Dates"),
                corps_autres,
                numeriques=(1,),
            )
        )
    return b.joindre(morceaux)


def _entete(nom: str, statut: str) -> Html:
    return b.joindre((nom, b.balise("small", f" ({ABSENCES[statut].glyphe})") if statut else ""))


def _periodes(periodes: Sequence[str]) -> str:
    """Every period, or the first and the last when there are many; `—` for none."""
    if len(periodes) > PERIODES_ECRITES:
        return f"{compte(len(periodes), 'date')}, de {periode(periodes[0])} à {periode(periodes[-1])}"
    return ", ".join(periode(p) for p in periodes) or "—"


def _sources(registre: Registre, i: Indicateur) -> Html:
    liste = ci.millesimes(registre, i)
    if not liste:
        return b.balise("p", "Aucun fichier n’est déclaré pour cet indicateur.")
    corps = [
        (
            b.joindre((b.lien_externe(m.source.titre, m.source.page), b.balise("small", f" {m.source.producteur}"))),
            m.source.millesime or "—",
            _periodes(m.periodes),
            m.source.licence or "à confirmer",
            ETATS.get(m.source.statut, m.source.statut),
        )
        for m in liste
    ]
    return b.tableau(
        "Sources et millésimes", ("Source", "Millésime", "Dates lues pour cet indicateur", "Licence", "État"), corps
    )


def _ruptures(registre: Registre, i: Indicateur) -> Html:
    liste = registre.ruptures.get(i.indicateur, [])
    if not liste:
        return b.balise("p", "Aucune rupture n’est déclarée.")
    corps = [
        (periode(r.date_rupture), SEVERITES.get(r.severite, r.severite), b.lien_externe(r.motif, r.url)) for r in liste
    ]
    return b.tableau("Ruptures de série déclarées", ("Date", "Gravité", "Motif"), corps)


def _donnees(registre: Registre, i: Indicateur) -> Html:
    base = f"/releases/{registre.release.identifiant}/tables"
    liens = [
        b.balise("a", f"{t}.parquet", href=f"{base}/{t}.parquet", download=f"{t}.parquet")
        for t in ("valeurs", "ecarts")
    ]
    texte = b.balise(
        "p", "Télécharger ", b.joindre(liens, " ou "), ", puis lire l’indicateur en une ligne (SQL, DuckDB) :"
    )
    return b.joindre((texte, *(b.code(ligne) for ligne in ci.recettes(i.indicateur))))


def liste(registre: Registre, indicateurs: Sequence[Indicateur]) -> Html:
    """Every card by axis and theme, with what is published per quartier."""
    publies = ci.zonages_avec_valeurs(registre)
    morceaux: list[object] = []
    for axe, titre in ci.AXES:
        retenus = [i for i in indicateurs if i.axe == axe]
        if not retenus:
            continue
        corps = [
            (lien(i), mots.nom_theme(i.theme), ci.DISPONIBILITES.get(i.disponibilite, i.disponibilite), *(_dates(publies.get(i.indicateur, {}).get(z, 0)) for z in ("2015", "2024")))
            for i in retenus
        ]  # fmt: skip
        entetes = ("Indicateur", "Thème", "Disponibilité", "Quartiers de 2015", "Quartiers de 2024")
        morceaux += [
            b.balise("h2", f"{titre} ({len(retenus)})"),
            b.tableau(f"Indicateurs : {titre}", entetes, corps, legende_visible=False),
        ]
    return b.joindre(morceaux)


def _dates(n: int) -> str:
    return compte(n, "date") if n else "aucune valeur"


def introuvable(registre: Registre, inconnu: str) -> Html:
    """A sentence and a way out."""
    voisins = ci.proches(registre, inconnu)
    suite = (
        b.balise("p", "Identifiants proches : ", b.joindre([lien(i) for i in voisins], " · "), ".") if voisins else ""
    )
    return b.joindre((
        b.balise("h1", "Indicateur introuvable"),
        b.balise("p", f"Cette version ne contient aucun indicateur « {inconnu} »."),
        suite,
        b.balise("p", b.balise("a", "Voir tous les indicateurs", href="/indicateurs", target="_self")),
    ))  # fmt: skip
