"""Accounts of the sources: rows read, published and put aside, control totals, quarantine.

Belongs here: the tables rapprochements and quarantaine as the page Données shows them.
Does not belong here: the list of the sources (vues.donnees), their checks and freshness (donnees_controles).
"""

from __future__ import annotations

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.fiche import Registre
from publication.sheets.format_fr import INSECABLE, compte, nombre


def comptes(registre: Registre) -> Html:
    """Rows read = published + quarantined + excluded, file by file, and the control totals."""
    lignes = [
        (
            s.titre,
            s.millesime,
            *(nombre(n or 0) for n in (s.nb_lignes_lues, s.nb_publiees, s.nb_quarantaine, s.nb_exclues)),
        )
        for s in registre.sources
        if s.nb_lignes_lues
    ]
    lues = sum(s.nb_lignes_lues or 0 for s in registre.sources)
    autres = sum((s.nb_publiees or 0) + (s.nb_quarantaine or 0) + (s.nb_exclues or 0) for s in registre.sources)
    egalite = "le compte est bon" if lues == autres else f"écart de {nombre(lues - autres)} à expliquer"
    controles = registre.release.lire(
        "select jeu, millesime, controle, attendu, observe, ecart, tolerance, explication from {rapprochements} where controle <> 'lignes' order by all"
    )
    table_controles = b.tableau(
        "Totaux de contrôle",
        ("Jeu", "Millésime", "Contrôle", "Attendu", "Observé", "Écart", "Explication"),
        [
            (
                c["jeu"],
                c["millesime"],
                c["controle"],
                _n(c["attendu"]),
                _n(c["observe"]),
                _n(c["ecart"]),
                c["explication"] or "",
            )
            for c in controles
        ],
        numeriques=(3, 4, 5),
    )
    return b.joindre(
        (
            b.balise(
                "p",
                f"{compte(lues, 'ligne lue', 'lignes lues')} dans les fichiers publiés = publiées + mises en quarantaine + exclues{INSECABLE}: {egalite}.",
            ),
            b.repli(
                "Lignes lues, publiées, mises de côté, par fichier",
                b.tableau(
                    "Compte des lignes",
                    ("Source", "Millésime", "Lues", "Publiées", "Quarantaine", "Exclues"),
                    lignes,
                    numeriques=(2, 3, 4, 5),
                ),
            ),
            b.repli(f"Totaux de contrôle ({len(controles)})", table_controles) if controles else "",
        )
    )


def _n(valeur: float | None) -> str:
    return "—" if valeur is None else nombre(valeur, 0 if float(valeur).is_integer() else 1)


def quarantaine(registre: Registre) -> Html:
    """Cells and rows put aside, by reason."""
    motifs = registre.release.lire(
        "select motif, jeu, count(*) as n from {quarantaine} group by 1, 2 order by n desc, motif, jeu limit 50"
    )
    total = registre.release.lire("select count(*) as n from {quarantaine}")[0]["n"]
    if not motifs:
        return b.balise("p", "Aucune cellule n’est en quarantaine dans cette version.")
    table = b.tableau(
        "Quarantaine par motif",
        ("Motif", "Jeu de données", "Nombre"),
        [(m["motif"], m["jeu"], nombre(m["n"])) for m in motifs],
        numeriques=(2,),
    )
    return b.joindre(
        (
            b.balise(
                "p",
                f"{compte(total, 'cellule ou ligne', 'cellules ou lignes')} de côté ; chacune est dans la table quarantaine.parquet avec la valeur lue.",
            ),
            table,
        )
    )
