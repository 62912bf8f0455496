"""Small pieces of HTML shared by every page: escaping, tables, missing values, readings of a gap.

Belongs here: accessible markup without any data logic; whatever is not already `Html` is escaped.
Does not belong here: choosing what to show (sections), colours (style.css), sentences about a quartier (textes).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape

from publication.sheets.format_fr import ABSENCES, INSECABLE, MOTIFS, typographier

# code of a reading → symbol, word, CSS class. A neutral indicator gets a word and no symbol.
LECTURES: dict[str, tuple[str, str, str]] = {
    "moins_favorable": ("◆", "moins favorable", "moins"),
    "plus_favorable": ("▲", "plus favorable", "plus"),
    "proche": ("●", "proche", "proche"),
    "superieur": ("", "supérieur", "neutre"),
    "inferieur": ("", "inférieur", "neutre"),
}


class Html(str):
    """Text that is already HTML."""

    __slots__ = ()


def e(texte: object) -> Html:
    """Escape anything that is not already HTML, with French spaces; None is empty."""
    if isinstance(texte, Html):
        return texte
    return _echapper("" if texte is None else str(texte))


@lru_cache(maxsize=50_000)
def _echapper(texte: str) -> Html:
    """The same labels, dates and motives come back on every line of every sheet."""
    return Html(escape(typographier(texte), quote=True))


def joindre(morceaux: Iterable[object], separateur: str = "") -> Html:
    """Concatenate pieces, escaping the plain ones."""
    return Html(separateur.join([m if type(m) is Html else e(m) for m in morceaux]))


def balise(nom: str, *contenu: object, **attributs: object) -> Html:
    """One element; a trailing `_` of an attribute name is dropped and inner `_` become `-` (`class_`, `aria_label`)."""
    texte = (
        "".join([f'{_attribut(cle)}="{e(valeur)}"' for cle, valeur in attributs.items() if valeur is not None])
        if attributs
        else ""
    )
    return Html(f"<{nom}{texte}>{joindre(contenu)}</{nom}>")


@lru_cache(maxsize=200)
def _attribut(cle: str) -> str:
    return f" {cle.rstrip('_').replace('_', '-')}"


@lru_cache(maxsize=2_000)
def absence(statut: str, phrase: str | None = None) -> Html:
    """The glyph of a missing value with its word for screen readers and its sentence on hover."""
    forme = ABSENCES.get(statut, ABSENCES["non_diffuse"])
    return balise("abbr", forme.glyphe, class_="absence", title=phrase or forme.mot)


def marque(statut: str) -> Html:
    """The mark that follows a value which is not plainly observed (`e`, `p`); empty otherwise."""
    if statut not in {"estime", "partiel"}:
        return Html("")
    forme = ABSENCES[statut]
    return joindre((INSECABLE, balise("abbr", forme.glyphe, class_="marque", title=forme.mot)))


@lru_cache(maxsize=100)
def lecture(code: str, sens: int = -1) -> Html:
    """Symbol, word and colour of a gap; a neutral indicator gets the word alone, in the colour of the text."""
    if code not in LECTURES:
        return Html("")
    symbole, mot, classe = LECTURES[code]
    if sens == 0:
        return balise("span", mot, class_="lecture neutre")
    return balise("span", balise("span", symbole, aria_hidden="true"), f"{INSECABLE}{mot}", class_=f"lecture {classe}")


def motif(code: str | None, phrases: dict[str, str] | None = None) -> str:
    """The sentence of a motive; the release's own wording wins; an unknown code is written in plain words."""
    if not code:
        return ""
    return (phrases or {}).get(code) or MOTIFS.get(code) or code.replace("_", " ")


def tableau(
    legende: str,
    entetes: Sequence[object],
    lignes: Iterable[Sequence[object]],
    *,
    classe: str = "",
    legende_visible: bool = True,
    note: object = "",
    numeriques: Iterable[int] = (),
) -> Html:
    """A real table: caption, column headers with `scope`, the first cell of each row as its header.

    A wide table scrolls inside its own region, which can be reached with the keyboard.
    """
    chiffres = frozenset(numeriques)
    corps = Html(f"<tbody>{''.join([_rangee(ligne, chiffres) for ligne in lignes])}</tbody>")
    return _table(legende, _tete(tuple(entetes), chiffres), corps, classe, legende_visible, note)


def tableau_groupe(
    legende: str, entetes: Sequence[object], groupes: Iterable[Html], *, classe: str = "", note: object = ""
) -> Html:
    """A table whose rows share a title by groups (`groupe`): what they have in common is written once, as the header of its group."""
    return _table(
        legende, _tete(tuple(entetes), frozenset()), joindre(groupes), f"groupes {classe}".strip(), True, note
    )


def groupe(titre: object, largeur: int, lignes: Iterable[Sequence[object]]) -> Html:
    """The rows of one group under their title; `largeur`: number of columns of the table."""
    aucune: frozenset[int] = frozenset()
    return Html(
        f'<tbody><tr><th scope="rowgroup" colspan="{largeur}">{e(titre)}</th></tr>'
        f"{''.join([_rangee(ligne, aucune) for ligne in lignes])}</tbody>"
    )


@lru_cache(maxsize=2_000)
def _tete(entetes: tuple[object, ...], chiffres: frozenset[int]) -> Html:
    cellules = joindre(
        balise("th", entete, scope="col", class_="nb" if rang in chiffres else None)
        for rang, entete in enumerate(entetes)
    )
    return balise("thead", balise("tr", cellules))


def _rangee(ligne: Sequence[object], chiffres: frozenset[int]) -> Html:
    """One row, written by hand: there are thousands of them on a sheet."""
    morceaux = ['<tr><th scope="row">', e(ligne[0]), "</th>"]
    for rang in range(1, len(ligne)):
        morceaux += ('<td class="nb">' if rang in chiffres else "<td>", e(ligne[rang]), "</td>")
    morceaux.append("</tr>")
    return Html("".join(morceaux))


def _table(legende: str, tete: Html, corps: Html, classe: str, legende_visible: bool, note: object) -> Html:
    """The table in its region, written by hand as its rows are."""
    titre, invisible = e(legende), "" if legende_visible else ' class="invisible"'
    pied = f'<p class="note-tableau">{e(note)}</p>' if note else ""
    return Html(
        f'<div class="defile" role="region" aria-label="{e("Tableau : ")}{titre}" tabindex="0">'
        f'<table class="{f"tableau {classe}".strip()}"><caption{invisible}><span>{titre}</span></caption>{tete}{corps}</table></div>'
        f"{pied}"
    )


def legende_absences(statuts: Iterable[str]) -> Html:
    """The glyphs used above, each with its word; empty when none was used."""
    utiles = [statut for statut in ABSENCES if statut in set(statuts)]
    if not utiles:
        return Html("")
    morceaux = [joindre((balise("b", ABSENCES[s].glyphe), f" {ABSENCES[s].mot}")) for s in utiles]
    return balise("p", "Légende : ", joindre(morceaux, " · "), class_="legende-absences")


def repli(titre: object, contenu: object, *, ouvert: bool = False, classe: str = "") -> Html:
    """A block that opens on demand, without script."""
    return Html(
        f'<details class="repli {e(classe)}"{" open" if ouvert else ""}><summary>{e(titre)}</summary>{e(contenu)}</details>'
    )


def consigne(lire: object, ne_pas_lire: object = "") -> Html:
    """« Comment lire » and « Ne pas lire » under a chart or a table."""
    blocs = [balise("p", balise("strong", f"Comment lire{INSECABLE}: "), lire)] if lire else []
    if ne_pas_lire:
        blocs.append(balise("p", balise("strong", f"Ne pas lire{INSECABLE}: "), ne_pas_lire))
    return balise("div", joindre(blocs), class_="consigne")


def legende_series(noms: Sequence[str], symboles: Sequence[str], classe: str = "") -> Html:
    """Name, line style and symbol of each series of a trend, in their order."""
    lignes = joindre(
        balise("li", Html(f'<span class="trait s{rang}" aria-hidden="true"></span>'), symboles[rang], " ", nom)
        for rang, nom in enumerate(noms)
    )
    return balise("ul", lignes, class_=f"series {classe}".strip(), aria_label="Légende du graphique")


def code(texte: str) -> Html:
    """A line of code, escaped and otherwise untouched; it can be reached with the keyboard when it scrolls."""
    return Html(f'<pre class="code" tabindex="0"><code>{escape(texte)}</code></pre>')


def lien_externe(texte: object, url: str | None) -> Html:
    """A link to a publisher, only for http(s) addresses; the bare text otherwise."""
    if not url or not url.startswith(("https://", "http://")):
        return e(texte)
    return balise("a", texte, href=url, rel="noopener", target="_blank")
