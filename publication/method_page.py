"""The method page for readers, `docs/methode.md`: handwritten parts of a template, the rest from the cards.

Belongs here: the parts generated from the cards (indicators, parameters, ladder, readings, reasons, statuses, breaks),
the figures of the examples as they are written.
Does not belong here: the text of the page (docs/modeles/methode.md), the check of its figures (tests/data).

`make docs` writes the page; a test fails when the committed one is stale.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import yaml

from ingestion.catalogue import RACINE, Bloc, Catalogue, ErreurCatalogue, Fichier, Indicateur, Jeu
from publication.sheets.modele import AXES
from publication.sheets.mots import NIVEAUX, SENS, nom_theme

DOCS = RACINE.parent / "docs"
SORTIE = DOCS / "methode.md"
ENTETE = "<!-- Écrit par `make docs` d’après docs/modeles/methode.md et les fiches : ne pas modifier ici. -->\n"
DISPONIBILITES = {
    "calcule": "",
    "a_telecharger": "au moins un de ses fichiers reste à charger auprès du producteur.",
    "registre": "il dépend de ce que le territoire saisit dans son registre.",
    "national": "il n’existe que pour l’ensemble des quartiers.",
}
ESSAIS = {
    "documente": "Le format est documenté, le fichier lui-même n’a pas encore été lu.",
    "inconnu": "Le contenu du fichier n’a pas encore été vu.",
}
# Reasons that set a line of a file aside, as opposed to those that refuse a gap or a change.
MOTIFS_DE_LECTURE = ("ligne_", "code_", "nombre_", "valeur_")


def texte_de_la_page(catalogue: Catalogue, docs: Path = DOCS) -> str:
    """The text of `docs/methode.md`: same cards, same template, same text.

    Raises:
        ErreurCatalogue: the template names an unknown part, parameter or example, or an example is quoted nowhere.
    """
    modele = (docs / "modeles" / "methode.md").read_text(encoding="utf-8")
    exemples = yaml.safe_load((docs / "modeles" / "exemples.yml").read_text(encoding="utf-8"))
    ecrits = {nom: ecrire_nombre(e["valeur"], e["decimales"], e.get("signe", False)) for nom, e in exemples.items()}
    parametres = catalogue.methode["parametres"]
    ecrits |= {f"parametre:{nom}": ecrire_nombre(valeur) for nom, valeur in parametres.items()}
    ecrits["parametre:tendance_risque_pct"] = ecrire_nombre(round(100 * parametres["tendance_risque"], 6))
    cites = set(re.findall(r"\{([a-z0-9_:]+)\}", modele))
    if inconnus := sorted(cites - ecrits.keys()):
        raise ErreurCatalogue(f"docs/modeles/methode.md: unknown figures {inconnus}; declare them in exemples.yml")
    if oublies := sorted(exemples.keys() - cites):
        raise ErreurCatalogue(f"docs/modeles/exemples.yml: figures quoted nowhere {oublies}; remove them")
    texte = re.sub(r"\{([a-z0-9_:]+)\}", lambda m: ecrits[m[1]], modele)
    parties = set(re.findall(r"<!-- genere: (\w+) -->", texte))
    if parties != PARTIES.keys():
        raise ErreurCatalogue(f"docs/modeles/methode.md: parts {sorted(parties)}, expected {sorted(PARTIES)}")
    return ENTETE + re.sub(r"<!-- genere: (\w+) -->", lambda m: PARTIES[str(m[1])](catalogue), texte)


def ecrire_nombre(valeur: float, decimales: int | None = None, signe: bool = False) -> str:
    """A figure in French: decimal comma, thousands apart, a real minus sign; rounded half away from zero."""
    exact = abs(Decimal(repr(valeur)))
    if decimales is not None:
        exact = exact.quantize(Decimal(1).scaleb(-decimales), ROUND_HALF_UP)
    entier, _, reste = f"{exact:f}".partition(".")
    ecrit = f"{int(entier):,}".replace(",", "\u202f") + (f",{reste}" if reste else "")
    devant = "−" if valeur < 0 else "+" if signe and valeur > 0 else ""
    return devant + ecrit


def _tableau(entetes: Iterable[str], lignes: Iterable[Iterable[str]]) -> str:
    noms = list(entetes)
    rangees = [noms, ["---"] * len(noms), *([c.replace("|", "\\|") for c in ligne] for ligne in lignes)]
    return "\n".join("| " + " | ".join(rangee) + " |" for rangee in rangees)


def _lien(texte: str, url: str | None) -> str:
    return f"[{texte}]({url})" if url else texte


def _echelle(catalogue: Catalogue) -> str:
    return _tableau(
        ("rang", "référence", "le quartier en fait-il partie ?"),
        (
            (str(rang), e["libelle"], "oui" if e["inclut_qpv"] else "non")
            for rang, e in enumerate(catalogue.territoires["echelle"], start=1)
        ),
    )


def _etiquettes(catalogue: Catalogue) -> str:
    return _tableau(
        ("lecture", "ce qu’elle dit"),
        ((f"« {e['mot']} »", e["phrase"]) for e in catalogue.methode["etiquettes"].values()),
    )


def _motifs(catalogue: Catalogue) -> str:
    motifs = {m: p for m, p in catalogue.methode["motifs"].items() if not m.startswith(MOTIFS_DE_LECTURE)}
    return _tableau(("motif", "nom dans les extraits"), ((phrase, f"`{m}`") for m, phrase in motifs.items()))


def _statuts(catalogue: Catalogue) -> str:
    return _tableau(
        ("signe", "mot", "ce qu’il veut dire", "nom dans les extraits"),
        (
            (s["glyphe"] or "—", s["mot"], s["phrase"], f"`{nom}`")
            for nom, s in catalogue.methode["statuts"].items()
        ),
    )  # fmt: skip


def _parametres(catalogue: Catalogue) -> str:
    descriptions = catalogue.methode["descriptions"]
    return _tableau(
        ("valeur", "à quoi elle sert", "nom"),
        (
            (str(v) if "annee_" in nom and v > 1000 else ecrire_nombre(v), descriptions[nom], f"`{nom}`")
            for nom, v in catalogue.methode["parametres"].items()
        ),
    )


def _ruptures(catalogue: Catalogue) -> str:
    citees = {code for i in catalogue.indicateurs.values() for code in i.ruptures}
    return _tableau(
        ("code", "date", "effet", "ce qui change"),
        (
            (code, r.date_rupture, r.severite, r.motif + (f" {_lien('Source', r.url)}." if r.url else ""))
            for code, r in catalogue.ruptures.items()
            if code in citees
        ),
    )


def _indicateurs(catalogue: Catalogue) -> str:
    """Axis by axis, theme by theme, in the order of the cards."""
    themes: dict[tuple[str, str], list[Indicateur]] = {}
    for i in catalogue.indicateurs.values():
        themes.setdefault((i.axe, i.theme), []).append(i)
    parties = [f"{len(catalogue.indicateurs)} indicateurs."]
    for axe in AXES:
        parties.append(f"### {AXES[axe]}")
        for theme in (t for a, t in themes if a == axe):
            parties.append(f"#### {nom_theme(theme)}")
            parties += [_indicateur(catalogue, i) for i in themes[axe, theme]]
    return "\n\n".join(parties)


def _indicateur(catalogue: Catalogue, i: Indicateur) -> str:
    niveaux = catalogue.territoires["niveaux"]
    rapport = ", rapporté à : ".join(part for part in (i.numerateur, i.denominateur) if part)
    lignes = [
        f"- calcul : {rapport}" if rapport else "",
        f"- unité : {i.unite}",
        f"- sens : {SENS[i.sens]}",
        f"- niveau : {NIVEAUX[i.niveau_publie]}",
        f"- zonages : {', '.join(i.zonages)}" if i.zonages else "",
        *(f"- source : {_source(catalogue.jeux[s.jeu], s.colonnes)}" for s in i.sources),
        f"- références : {', '.join(niveaux[n]['libelle'] for n in i.references)}" if i.references else "",
        f"- ruptures : {', '.join(i.ruptures)}" if i.ruptures else "",
        f"- écart d’années nécessaire à une évolution : {i.espacement_minimal_ans}" if i.espacement_minimal_ans else "",
        f"- à savoir : {i.avertissement}",
        f"- attendu : {pourquoi}" if (pourquoi := i.attente or DISPONIBILITES[i.disponibilite]) else "",
        "- dans les extraits seulement" if not i.a_afficher else "",
    ]
    return f"**{i.libelle}** (`{i.indicateur}`)\n\n{i.definition}\n\n" + "\n".join(ligne for ligne in lignes if ligne)


def _source(jeu: Jeu, colonnes: list[str]) -> str:
    """Title, page, columns, the periods that were read, and why the others are awaited."""
    lues, attendues, raisons = _periodes(jeu, colonnes)
    noms = f" ; colonnes {', '.join(f'`{c}`' for c in colonnes)}" if colonnes else ""
    texte = f"{_lien(jeu.titre, jeu.page)} ({jeu.producteur}){noms}"
    if lues:
        texte += f" ; périodes {', '.join(lues)}"
    if attendues := [p for p in attendues if p not in lues]:
        texte += f" ; à charger {', '.join(attendues)}"
    return texte + ("" if not raisons else f". {' '.join(raisons)}")


def _periodes(jeu: Jeu, colonnes: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Periods of the blocks that hold one of the columns: read, awaited, and the reasons of the latter."""
    vises = [b for b in jeu.blocs if _variables(b, colonnes)] or list(jeu.blocs)
    lues: list[str] = []
    attendues: list[str] = []
    raisons: list[str] = []
    for millesime in jeu.millesimes:
        for fichier in millesime.fichiers:
            for bloc in vises:
                if not _contient(fichier, bloc, millesime.millesime, colonnes):
                    continue
                declaree = millesime.periodes.get(bloc.nom)
                periode = _ecrire_periode(declaree) if declaree else "écrites dans le fichier"
                if fichier.essai == "reel":
                    lues += [periode] if periode not in lues else []
                else:
                    attendues += [periode] if periode not in attendues else []
                    raisons += [r for r in (ESSAIS[fichier.essai],) if r not in raisons]
    return sorted(lues), sorted(attendues), raisons


def _variables(bloc: Bloc, colonnes: list[str]) -> list[Any]:
    return [v for v in bloc.variables.values() if any(_nomme(c, nom) for c in v.colonnes for nom in colonnes)]


def _contient(fichier: Fichier, bloc: Bloc, millesime: str, colonnes: list[str]) -> bool:
    if fichier.blocs is not None and bloc.nom not in fichier.blocs:
        return False
    variables = _variables(bloc, colonnes)
    return not variables or any(v.millesimes is None or millesime in v.millesimes for v in variables)


def _nomme(declaree: str, publiee: str) -> bool:
    """`DISP_MED_A{aa}` names `DISP_MED_A18`."""
    motif = re.escape(declaree).replace(r"\{aaaa\}", r"\d{4}").replace(r"\{aa\}", r"\d{2}")
    return re.fullmatch(motif, publiee, flags=re.IGNORECASE) is not None


def _ecrire_periode(declaree: str) -> str:
    nom = declaree.removesuffix("*").removeprefix("base-")
    ecrit = f"base {nom}" if declaree.startswith("base-") else nom.replace("_", " à ")
    return ecrit + (" (déduite)" if declaree.endswith("*") else "")


PARTIES: dict[str, Callable[[Catalogue], str]] = {
    "echelle": _echelle,
    "etiquettes": _etiquettes,
    "motifs": _motifs,
    "statuts": _statuts,
    "parametres": _parametres,
    "ruptures": _ruptures,
    "indicateurs": _indicateurs,
}


def ecrire_page(catalogue: Catalogue, sortie: Path = SORTIE) -> None:
    """Writes the method page."""
    sortie.write_text(texte_de_la_page(catalogue), encoding="utf-8")
    print(f"écrit : {sortie}")


if __name__ == "__main__":
    ecrire_page(Catalogue())
