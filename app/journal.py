"""The journal of the releases in words and tables: what changed, errata, what comes next.

Belongs here: sentences and tables made from versions, errata and sources.
Does not belong here: reading the shelf (publication.sheets.versions), caches and the order of the page (vues.journal).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Registre
from publication.sheets.format_fr import INSECABLE, avec_unite, compte, date_longue, nombre, periode
from publication.sheets.modele import Source
from publication.sheets.sections.bandeau import adresse
from publication.sheets.versions import Millesimes, Version

FIGURES_MONTREES = 100


def phrase(version: Version) -> str:
    """« 12 chiffres ont changé depuis la version … »; the first release only adds."""
    if version.erreur:
        return version.erreur
    ajoutes, modifies, supprimes = (version.comptes[a] for a in ("ajoutes", "modifies", "supprimes"))
    if version.est_premiere:
        return f"Première version{INSECABLE}: {compte(ajoutes, 'chiffre publié', 'chiffres publiés')}."
    change = compte(modifies, "chiffre a changé", "chiffres ont changé") if modifies else "Aucun chiffre n’a changé"
    suite = f", {compte(ajoutes, 'ajouté')}, {compte(supprimes, 'supprimé')}"
    memes = ""
    if version.provenance_seule:
        memes = f" {compte(version.provenance_seule, 'chiffre identique vient', 'chiffres identiques viennent')} d’un nouveau fichier."
    return f"{change} depuis la version {version.avant}{suite}.{memes}"


def tableau_versions(versions: Sequence[Version], courante: str) -> Html:
    """One line per release, the most recent first."""
    lignes = []
    for v in versions:
        comptes = [nombre(v.comptes[a]) if a in v.comptes else b.absence("non_calculable", v.erreur) for a in ("modifies", "ajoutes", "supprimes")]  # fmt: skip
        nom = b.balise("a", v.identifiant, href=f"#v-{v.identifiant}")
        etat = b.balise("small", "version affichée") if v.identifiant == courante else ""
        lignes.append((b.joindre((nom, etat)), date_longue(v.jour), *comptes))
    entetes = ("Version", "Date", "Chiffres changés", "Ajoutés", "Supprimés")
    return b.tableau("Versions publiées, de la plus récente à la plus ancienne", entetes, lignes, numeriques=(2, 3, 4))


def detail(registre: Registre, version: Version) -> Html:
    """What changed in one release: sentence, files, figures, links to its own files."""
    base = f"/releases/{version.identifiant}"
    liens = b.joindre(
        (b.balise("a", mot, href=f"{base}/{nom}", target="_blank", rel="noopener") for nom, mot in (("notes.md", "notes de version"), ("diff.json", "liste des changements (JSON)"))),
        " · ",
    )  # fmt: skip
    morceaux: list[object] = [
        b.balise("h3", f"{date_longue(version.jour)}, version {version.identifiant}", id=f"v-{version.identifiant}"),
        b.balise("p", b.balise("strong", phrase(version))),
    ]
    if not version.erreur:
        morceaux += [_sources(registre, version), _indicateurs(registre, version), _figures(registre, version)]
    return b.joindre((*morceaux, b.balise("p", liens)))


def _sources(registre: Registre, version: Version) -> Html:
    if not version.millesimes:
        return b.balise("p", "Aucun fichier source n’a changé.")
    titres = {s.jeu: s.titre for s in registre.sources}

    def ligne(m: Millesimes) -> tuple[object, ...]:
        nom = b.joindre((titres.get(m.jeu, m.jeu), b.balise("small", m.jeu)))
        return nom, *(" ; ".join(liste) or "—" for liste in (m.retires, m.ajoutes, m.modifies))

    entetes = ("Source", "Millésimes retirés", "Millésimes ajoutés", "Même millésime, fichier changé")
    fin = "dans la première version" if version.est_premiere else "dont un fichier a changé"
    titre = f"Sources{INSECABLE}: {compte(len(version.millesimes), 'jeu de données', 'jeux de données')} {fin}"
    legende = f"Millésimes avant et après, version {version.identifiant}"
    return b.repli(titre, b.tableau(legende, entetes, [ligne(m) for m in version.millesimes]))


def _indicateurs(registre: Registre, version: Version) -> Html:
    """Counts per indicator; on a first release everything is new, the list of the Données page says it."""
    if version.est_premiere or not version.par_indicateur:
        return Html("")
    lignes = [
        (_libelle(registre, nom), *(nombre(comptes[a]) for a in ("modifies", "ajoutes", "supprimes")))
        for nom, comptes in sorted(version.par_indicateur.items(), key=lambda c: _libelle(registre, c[0]))
    ]
    legende = f"Chiffres par indicateur, version {version.identifiant}"
    table = b.tableau(legende, ("Indicateur", "Changés", "Ajoutés", "Supprimés"), lignes, numeriques=(1, 2, 3))
    return b.repli(f"Chiffres par indicateur{INSECABLE}: {nombre(len(lignes))}", table)


def _figures(registre: Registre, version: Version) -> Html:
    """The changed figures one by one, as far as the release lists them."""
    if not version.modifies:
        return Html("")
    lignes = [
        (
            _territoire(registre, f),
            _libelle(registre, f["indicateur"]),
            periode(f["periode"]),
            _valeur(registre, f, "avant"),
            _valeur(registre, f, "apres"),
        )
        for f in version.modifies[:FIGURES_MONTREES]
    ]
    reste = version.comptes["modifies"] - len(lignes)
    note = f"{compte(reste, 'autre chiffre changé', 'autres chiffres changés')}, dans les fichiers des deux versions." if reste else ""  # fmt: skip
    legende = f"Chiffres changés, version {version.identifiant}"
    entetes = ("Territoire", "Indicateur", "Période", "Avant", "Maintenant")
    return b.repli("Chiffres changés, avant et maintenant", b.tableau(legende, entetes, lignes, numeriques=(3, 4), note=note))  # fmt: skip


def _valeur(registre: Registre, figure: Mapping[str, Any], cote: str) -> Html:
    """A figure as one side had it; what is masked today is never written as it was."""
    lue, carte = figure[cote], registre.indicateurs.get(figure["indicateur"])
    if lue["valeur"] is None:
        if lue["valeur_texte"]:
            return b.e(lue["valeur_texte"])
        masque = figure["apres"]["statut"] == "secret"
        return b.absence("secret" if masque else lue["statut"])
    ecrit = avec_unite(lue["valeur"], carte.unite, carte.decimales) if carte else nombre(lue["valeur"], 2)
    return b.joindre((ecrit, b.marque(lue["statut"])))


def _territoire(registre: Registre, figure: Mapping[str, Any]) -> Html:
    code = figure["code_territoire"]
    nom = registre.nom(figure["niveau"], code)
    if code in registre.quartiers:
        return b.joindre((b.balise("a", nom, href=adresse(code), target="_self"), b.balise("small", code)))
    return b.joindre((nom, b.balise("small", code)))


def _libelle(registre: Registre, nom: str) -> str:
    carte = registre.indicateurs.get(nom)
    return carte.libelle if carte else nom


def errata(registre: Registre, lignes: Sequence[Mapping[str, Any]]) -> Html:
    """Published corrections, the most recent first; or that there is none."""
    if not lignes:
        return b.balise("p", "Aucune correction n’a été publiée dans cette version.")
    corps = [
        (
            li["identifiant"],
            date_longue(li["date"]),
            _libelle(registre, li["indicateur"] or "") or "—",
            registre.nom("qpv", li["code_territoire"]) or "—",
            periode(li["periode"] or "") or "—",
            li["texte"] or "",
        )
        for li in sorted(lignes, key=lambda li: (str(li["date"] or ""), li["identifiant"]), reverse=True)
    ]
    entetes = ("Correction", "Date", "Indicateur", "Territoire", "Période", "Ce qui était faux")
    return b.tableau("Corrections publiées", entetes, corps)


def prochaines(sources: Sequence[Source]) -> Html:
    """The next publications that the producers announce, by date; one line per dataset."""
    annoncees = {(str(s.prochaine_publication), s.titre, s.producteur) for s in sources if s.prochaine_publication}
    if not annoncees:
        combien = compte(len({s.jeu for s in sources}), "source")
        return b.balise(
            "p",
            f"Aucune date n’est connue{INSECABLE}: la prochaine publication n’est renseignée pour aucune des {combien} de cette version.",
        )
    corps = [(titre, producteur, periode(jour)) for jour, titre, producteur in sorted(annoncees)]
    return b.tableau("Publications annoncées par les producteurs", ("Source", "Producteur", "Date annoncée"), corps)
