"""Traces of personal data in published tables: mail addresses, telephone numbers, civilities before a name.

Belongs here: what counts as a trace, and the search through every text column of a release.
Does not belong here: which columns are dropped (the cards), the tests themselves.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

# A place may bear the name of somebody (a school, a centre): civilities are not looked for in names of places.
NOMS_DE_LIEUX = ("libelle",)
TRACES = {
    "adresse électronique": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}",
    "numéro de téléphone": r"(^|[^0-9])(\+33 ?|0)[1-9]([ .-][0-9]{2}){4}([^0-9]|$)",
    "civilité et nom": r"(^|[\s(,;])(M\.|Mme|Mlle|Monsieur|Madame) [A-ZÉÈ]",
}


def traces(release: Path) -> list[tuple[str, str, str, str]]:
    """(table, column, kind of trace, first text that bears one) of every text column of the tables of a release."""
    trouvees = []
    for table in sorted((release / "tables").glob("*.parquet")):
        relation = duckdb.read_parquet(str(table))
        textes = [nom for nom, type_ in zip(relation.columns, relation.types, strict=True) if str(type_) == "VARCHAR"]
        for colonne in textes:
            for nature, motif in TRACES.items():
                if nature == "civilité et nom" and colonne in NOMS_DE_LIEUX:
                    continue
                expression = duckdb.FunctionExpression(
                    "regexp_matches", duckdb.ColumnExpression(colonne), duckdb.ConstantExpression(motif)
                )
                premier = relation.filter(expression).select(duckdb.ColumnExpression(colonne)).fetchone()
                if premier is not None:
                    trouvees.append((table.stem, colonne, nature, premier[0]))
    return trouvees
