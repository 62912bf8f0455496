"""How much a release can say: cells that have a gap to the national level, changes that can be read, and why not.

Belongs here: counting rows of `ecarts` and `evolutions` for the notes and for the terminal.
Does not belong here: deciding whether a change can be read (dbt_project), the table of availabilities (`disponibilites`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from publication.edition import compte_fr, nombre_fr

CELLULE = ("code_qpv", "zonage", "indicateur")
PAIRE = (*CELLULE, "periode_debut", "periode_fin")
MESURES = ("observe", "partiel", "estime")


@dataclass(frozen=True)
class Couverture:
    """`cellules`: quartier × indicator with a value and a form of gap, any date; `nationales`: those of them with a gap to
    France; `evolutions`: quartier × indicator × two dates; `lisibles`: those of them that can be read against one reference
    at least; `motifs`: why rows of `evolutions` cannot be read, most frequent first.
    """

    cellules: int
    nationales: int
    evolutions: int
    lisibles: int
    motifs: dict[str, int]

    def phrases(self) -> list[str]:
        """Two sentences, in French."""
        return [
            f"{compte_fr(self.nationales, 'couple quartier × indicateur a', 'couples quartier × indicateur ont')} un écart "
            f"au niveau national, sur {nombre_fr(self.cellules)} dont la valeur est publiée ({_part(self.nationales, self.cellules)}).",
            f"{compte_fr(self.lisibles, 'évolution lisible', 'évolutions lisibles')} sur {nombre_fr(self.evolutions)} "
            f"({_part(self.lisibles, self.evolutions)}).",
        ]


def mesurer(tables: Path) -> Couverture:
    """Counts of the release whose folder `tables` is given."""
    ecarts = pl.scan_parquet(tables / "ecarts.parquet").filter(
        pl.col("valeur").is_not_null(), pl.col("unite_ecart").is_not_null()
    )
    nationaux = ecarts.filter(pl.col("niveau_reference") == "france", pl.col("statut").is_in(MESURES))
    evolutions = pl.scan_parquet(tables / "evolutions.parquet")
    eligibles = evolutions.filter(pl.col("est_eligible"))
    refus = evolutions.filter(~pl.col("est_eligible")).group_by("motif").len().collect()
    refus = refus.sort("len", "motif", descending=[True, False])
    return Couverture(
        cellules=_distincts(ecarts, CELLULE),
        nationales=_distincts(nationaux, CELLULE),
        evolutions=_distincts(evolutions, PAIRE),
        lisibles=_distincts(eligibles, PAIRE),
        motifs=dict(zip(refus["motif"].to_list(), refus["len"].to_list(), strict=True)),
    )


def _distincts(lignes: pl.LazyFrame, cle: tuple[str, ...]) -> int:
    return int(lignes.select(pl.struct(cle).n_unique()).collect().item())


def _part(nombre: int, total: int) -> str:
    """« 12,3 % »; nothing to divide reads 0."""
    part = 100 * nombre / total if total else 0.0
    return f"{part:.1f}".replace(".", ",") + "\u00a0%"
