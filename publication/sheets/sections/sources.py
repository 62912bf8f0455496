"""« Sources et définitions »: where each figure of the sheet comes from, and how to cite it.

Belongs here: source lines with licence, vintage and checksum, definitions, citation.
Does not belong here: the list of every source of the release (vues/donnees).
"""

from __future__ import annotations

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche
from publication.sheets.format_fr import INSECABLE, periode
from publication.sheets.sections.bandeau import adresse

ETATS = {
    "a_jour": "à jour",
    "ancien": "ancien",
    "en_echec": "dernière copie saine, la mise à jour a échoué",
    "attendu": "attendu",
    "jamais_charge": "jamais chargé",
}


def section_sources(fiche: Fiche, base: str, version: str = "") -> Html:
    """`base`: address of the site, for the permalink of the citation; `version`: see `citation`."""
    utilises = fiche.jeux_utilises()
    lignes = [
        (
            b.joindre((b.lien_externe(s.titre, s.page), b.balise("small", s.mention or ""))),
            s.millesime,
            b.joindre(
                (
                    s.fichier,
                    b.balise("small", f"sha256 {s.empreinte_sha256[:12]}…" if s.empreinte_sha256 else "sans empreinte"),
                )
            ),
            s.licence or "à confirmer",
            b.joindre((ETATS.get(s.statut, s.statut), b.balise("small", _publie(s.date_publication)))),
        )
        for s in fiche.registre.sources
        if (s.jeu, s.millesime) in utilises
    ]
    definitions = [
        (i.libelle, i.definition, i.numerateur or "—", i.denominateur or "—", i.unite)
        for i in fiche.registre.indicateurs_en_ordre
        if i.sur_la_fiche
        and (i.indicateur in fiche.valeurs or any(i.indicateur in t for t in fiche.references.values()))
    ]
    return b.joindre(
        (
            b.balise("h2", "Sources et définitions", id="sources"),
            b.repli(
                f"Sources de cette fiche ({len(lignes)} fichiers)",
                b.tableau("Sources de cette fiche", ("Source", "Millésime", "Fichier", "Licence", "État"), lignes),
            ),
            b.repli(
                f"Définitions ({len(definitions)} indicateurs)",
                b.tableau(
                    "Définitions des indicateurs de cette fiche",
                    ("Indicateur", "Définition", "Numérateur", "Dénominateur", "Unité"),
                    definitions,
                ),
            ),
            b.balise("p", b.balise("strong", f"Citer cette fiche{INSECABLE}: "), citation(fiche, base, version)),
        )
    )


def abrege(fiche: Fiche) -> Html:
    """Each dataset of the sheet with its vintages, by licence: the printed form of the table above."""
    licences: dict[str, dict[str, list[str]]] = {}
    utilises = fiche.jeux_utilises()
    for s in fiche.registre.sources:
        if (s.jeu, s.millesime) in utilises:
            mention = (s.mention or f"{s.producteur}, {s.titre}").removeprefix("Source").lstrip(f" {INSECABLE}:")
            millesimes = licences.setdefault(s.licence or "Licence à confirmer", {}).setdefault(mention, [])
            if s.millesime not in millesimes:
                millesimes.append(s.millesime)
    return b.joindre(
        b.balise(
            "p",
            b.balise("strong", f"{licence}{INSECABLE}: "),
            " ; ".join(f"{mention} ({', '.join(sorted(millesimes))})" for mention, millesimes in sorted(jeux.items())),
            ".",
            class_="note-tableau",
        )
        for licence, jeux in sorted(licences.items())
    )


def citation(fiche: Fiche, base: str, version: str = "") -> str:
    """« Observatoire QPV, version …, fiche …, d’après … »; by default the version is the release."""
    t = fiche.territoire
    utilises = fiche.jeux_utilises()
    producteurs = sorted({s.producteur for s in fiche.registre.sources if (s.jeu, s.millesime) in utilises})
    version = version or f"version {fiche.registre.release.identifiant}"
    return f"Observatoire QPV, {version}, fiche {t.libelle} ({t.code_territoire}), d’après {' ; '.join(producteurs)}. {base}{adresse(t.code_territoire)}"


def _publie(date: object) -> str:
    if not date:
        return ""
    return f"publié : {periode(str(date))}"
