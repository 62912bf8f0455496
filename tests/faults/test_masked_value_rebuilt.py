"""A warehouse from which one masked figure can be rebuilt: nothing is published, readers keep what they had (F22).

Belongs here: leaks put on purpose in the warehouse of the demo territory, then one refresh.
Does not belong here: every kind of leak (tests/unit/test_publication_secrecy), the real bases (tests/data).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.dbt_build import BilanDbt
from orchestration.journal import Journal
from orchestration.refresh import Etapes, rafraichir
from orchestration.settings import Reglages
from orchestration.state import Etat
from publication.checksums import verifier

# The one job-seeker figure masked alone in its département, and the total that surrounds it.
SEULE = """
    select q.code_territoire, q.indicateur, q.periode, 'QPV-D' || t.code_departement as ensemble
    from fct_valeurs as q
    inner join dim_territoires as t on t.code_territoire = q.code_territoire and t.zonage = q.zonage and t.niveau = 'qpv'
    where q.niveau = 'qpv' and q.statut = 'secret' and q.indicateur like 'part_defm_%' and q.zonage = '2015'
    qualify count(*) over (partition by q.indicateur, q.periode, t.code_departement) = 1
    order by q.indicateur, q.periode, q.code_territoire
    limit 1
"""


def remplir_un_ecart(connexion: duckdb.DuckDBPyConnection) -> list[str]:
    """A gap computed from the masked value: 12 points."""
    code, indicateur, periode = connexion.execute("""
        select e.code_qpv, e.indicateur, e.periode from fct_ecarts as e
        inner join fct_valeurs as v on v.niveau = 'qpv' and v.code_territoire = e.code_qpv and v.zonage = e.zonage
            and v.indicateur = e.indicateur and v.periode = e.periode
        where v.statut = 'secret' and e.valeur_reference is not null
        order by all limit 1
    """).fetchall()[0]
    connexion.execute(
        "update fct_ecarts set ecart = 12 where code_qpv = ? and indicateur = ? and periode = ?",
        [code, indicateur, periode],
    )
    return [f"{indicateur} de {code}", periode, "est masqué, mais son écart à", "Laissez ces colonnes vides"]


def compter_le_membre_masque(connexion: duckdb.DuckDBPyConnection) -> list[str]:
    """A total of the département that holds its only masked quartier: 37 more than the published members."""
    code, indicateur, periode, ensemble = connexion.execute(SEULE).fetchall()[0]
    connexion.execute(
        "update fct_valeurs set numerateur = numerateur + 37 where code_territoire = ? and indicateur = ? and periode = ?",
        [ensemble, indicateur, periode],
    )
    return [
        f"{indicateur} de {code}",
        periode,
        f"total {ensemble} de {indicateur}",
        "Masquez aussi l'un de ces chiffres",
    ]


def publier_une_evolution(connexion: duckdb.DuckDBPyConnection) -> list[str]:
    """A change whose last end is masked."""
    code, indicateur, periode, _ = connexion.execute(SEULE).fetchall()[0]
    connexion.execute(
        """
        insert into fct_evolutions
            (code_qpv, zonage, indicateur, periode_debut, periode_fin, niveau_reference, code_reference, delta_qpv)
        values (?, '2015', ?, '2010-12-31', ?, 'france', 'FRM', -1.5)
        """,
        [code, indicateur, periode],
    )
    return [f"{indicateur} de {code}", f"son évolution de 2010-12-31 à {periode} porte delta_qpv"]


@pytest.mark.panne("F22", attendu="refused, last good verified, the cell named")
@pytest.mark.parametrize("fuite", [remplir_un_ecart, compter_le_membre_masque, publier_une_evolution])
def test_rien_n_est_publie_quand_une_cellule_masquee_se_reconstitue(
    donnees_demo: Path,
    territoire_demo: Path,
    tmp_path: Path,
    fuite: Callable[[duckdb.DuckDBPyConnection], list[str]],
) -> None:
    donnees = tmp_path / "donnees"
    shutil.copytree(donnees_demo, donnees, symlinks=True)
    etat = Etat.lire(donnees_demo)
    assert etat is not None
    attendus: list[str] = []

    def construire(contexte: Any, suivi: Any = None) -> BilanDbt:
        entrepot: Path = contexte.donnees / "entrepot" / "fuite" / "entrepot.duckdb"
        entrepot.parent.mkdir(parents=True)
        shutil.copy(donnees_demo / "entrepot" / str(etat.entrepot) / "entrepot.duckdb", entrepot)
        with duckdb.connect(str(entrepot)) as connexion:
            attendus.extend(fuite(connexion))
        return BilanDbt(entrepot, [])

    journal, courante = Journal(), donnees / "releases" / "current"
    avant = courante.resolve().name
    issue = rafraichir(
        Reglages(data=donnees, source="demo", depot=territoire_demo),
        journal=journal,
        forcer=True,
        etapes=Etapes(construire=construire),
    )
    assert issue.code == 1
    assert courante.resolve().name == avant == issue.release
    assert verifier(courante.resolve()) == []
    assert [d.name for d in (donnees / "releases").iterdir() if d.is_dir() and not d.is_symlink()] == [avant]
    (phrase,) = issue.phrases
    assert all(attendu in phrase for attendu in attendus), phrase
    assert phrase in journal.alertes
    assert f"la publication {avant} reste en service" in journal.alertes[-1]
