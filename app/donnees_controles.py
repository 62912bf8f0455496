"""Checks and freshness of a release, as the page Données shows them.

Belongs here: the table qualite with what failed first; each source with its state, its date and its age.
Does not belong here: the checks themselves (publication.quality), the accounts of rows (donnees_comptes).
"""

from __future__ import annotations

from datetime import date

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.format_fr import compte, nombre
from publication.sheets.lecture import Release
from publication.sheets.mots import prochaine_publication
from publication.sheets.sections.sources import ETATS

RESULTATS = {"reussi": "✓ réussi", "avertissement": "! à regarder", "echec": "✗ échoué"}
JOURS_PAR_AN = 365.25


def controles(release: Release) -> Html:
    """What did not pass, in full; then the counts by level and result; then every check."""
    lignes = release.lire(
        "select controle, jeu, niveau, resultat, observe, seuil, message from {qualite} "
        "order by resultat = 'reussi', niveau desc, controle, jeu"
    )
    comptes = release.lire("select niveau, resultat, count(*) as n from {qualite} group by all order by all")
    non_reussis = [li for li in lignes if li["resultat"] != "reussi"]
    table = b.tableau(
        "Contrôles par niveau et résultat",
        ("Niveau", "Résultat", "Nombre"),
        [(c["niveau"], _resultat(c["resultat"]), nombre(c["n"])) for c in comptes],
        numeriques=(2,),
    )
    phrase = (
        f"{compte(len(lignes), 'contrôle')}, dont {compte(len(non_reussis), 'non réussi', 'non réussis')}. "
        "Un contrôle bloquant qui échoue empêche la publication ; un avertissement est publié."
    )
    return b.joindre(
        (
            b.balise("p", phrase),
            _liste("Contrôles non réussis", non_reussis) if non_reussis else "",
            table,
            b.repli("Tous les contrôles", _liste("Tous les contrôles", lignes)),
        )
    )


def _resultat(code: str) -> str:
    return RESULTATS.get(code, code)


def _liste(legende: str, lignes: list[dict[str, object]]) -> Html:
    return b.tableau(
        legende,
        ("Contrôle", "Jeu", "Niveau", "Résultat", "Observé", "Seuil", "Message"),
        [
            (
                li["controle"], li["jeu"], li["niveau"], _resultat(str(li["resultat"])),
                li["observe"], li["seuil"], li["message"] or "",
            )
            for li in lignes
        ],
    )  # fmt: skip


def age(reference: date | None, jour: date) -> str:
    """Years between the date of a figure and a day, in words."""
    if reference is None:
        return "—"
    ans = int((jour - reference).days / JOURS_PAR_AN)
    return "moins d’un an" if ans < 1 else compte(ans, "an")


def fraicheur(release: Release, jour: date) -> Html:
    """Each loaded or expected file: its state, the date its figures speak of, how old that is, what is announced."""
    lignes = release.lire("select * from {sources} order by statut = 'a_jour', date_reference, jeu, millesime, fichier")
    table = b.tableau(
        "Fraîcheur de chaque fichier",
        ("Source", "Millésime", "État", "Date des chiffres", "Âge", "Prochaine publication"),
        [
            (
                b.joindre((li["titre"], " ", b.balise("small", li["jeu"]))),
                li["millesime"] or "—",
                ETATS.get(li["statut"], li["statut"]),
                _date(li["date_reference"], bool(li["est_date_deduite"])),
                age(li["date_reference"], jour),
                prochaine_publication(li["prochaine_publication"], li.get("rythme")),
            )
            for li in lignes
        ],
    )
    return b.joindre(
        (
            b.balise("p", "L’âge est compté depuis la date dont parlent les chiffres, pas depuis leur mise en ligne."),
            b.repli("Fraîcheur, fichier par fichier", table),
        )
    )


def _date(jour: date | None, deduite: bool) -> str:
    if jour is None:
        return "—"
    return f"{jour:%d/%m/%Y}{' (déduite)' if deduite else ''}"
