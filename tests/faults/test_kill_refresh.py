"""A refresh killed at random moments, again and again: readers keep what they had, the next run reaches the same release (F1).

Belongs here: `kill -9` at seeded moments of a refresh of the demo territory and of the deposit.
Does not belong here: the campaign of fifty (`make faults`), kills at one precise point (test_kill_at_switch.py).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from campagne_arrets import Arret, Banc, conforme, constater, reprendre, tuer

DEMO, DEPOT = 8, 1
# What a refresh takes at least, in seconds; a run that ended before it was killed says better.
DUREE_DEMO_S, DUREE_DEPOT_S = 22.0, 70.0


@pytest.mark.panne("F1", attendu="demo territory: last good verified after each kill, then the undisturbed digests")
def test_eight_kills_on_the_demo_territory(
    donnees_demo: Path, territoire_demo: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """A killed run is followed by one that is killed too, so that leftovers pile up, until one ends by itself."""
    banc = Banc.monter("demo", territoire_demo, donnees_demo, tmp_path / "depart")
    hasard, duree, tues = random.Random(6), DUREE_DEMO_S, 0
    donnees = banc.neuf(tmp_path / "donnees")
    while tues < DEMO:
        fait = tuer(banc, donnees, hasard.random() * duree)
        if isinstance(fait, Arret):
            tues += 1
            constater(banc, donnees)
        else:
            conforme(banc, donnees)
            donnees = banc.neuf(donnees)
    # A kill in the middle of one write is too short to aim at: leave what it would leave.
    (donnees / "normalise" / "insee").mkdir(parents=True, exist_ok=True)
    (donnees / "normalise" / "insee" / ".revenus.parquet.partiel").write_bytes(b"PAR1")
    reprendre(banc, donnees)
    record_property("essais", tues)


@pytest.mark.depot
@pytest.mark.panne("F1", attendu="deposit: last good verified, then the undisturbed digests")
def test_one_kill_on_the_deposit(donnees_depot: Path, depot: Path, tmp_path: Path) -> None:
    banc = Banc.monter("deposit", depot, donnees_depot, tmp_path / "depart")
    donnees = banc.neuf(tmp_path / "donnees")
    fait = tuer(banc, donnees, random.Random(6).random() * DUREE_DEPOT_S)
    assert isinstance(fait, Arret), f"the refresh ended in {fait} s, before it was killed"
    constater(banc, donnees)
    reprendre(banc, donnees)
