"""The lock of an extra: what it adds to requirements.lock, and nothing else.

Belongs here: leaving out of a full resolution the packages that the main lock already holds.
Does not belong here: the resolution itself (make lock).

    python -m deploy.lock_extras build/spark.lock requirements-spark.lock
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

VERROU = Path(__file__).resolve().parents[1] / "requirements.lock"


def complement(complet: str, principal: str) -> str:
    """The entries of a full lock that the main one does not have.

    Raises:
        ValueError: a package has another version in the main lock: both could not be installed together.
    """
    connus = {entree.split("==")[0]: entree for entree in entrees(principal)}
    ajouts = []
    for entree in entrees(complet):
        nom = entree.split("==")[0]
        if nom not in connus:
            ajouts.append(entree)
        elif versions(entree) != versions(connus[nom]):
            raise ValueError(f"{nom}: {versions(entree)} here, {versions(connus[nom])} in the main lock")
    return "".join(ajouts)


def entrees(verrou: str) -> list[str]:
    """The entries of a lock, each with its hashes; the versions of a package that differ by platform are one entry."""
    reunies: dict[str, str] = {}
    for entree in re.findall(r"^[a-z0-9].*\n(?:[ ].*\n)*", verrou, flags=re.M):
        nom = entree.split("==")[0]
        reunies[nom] = reunies.get(nom, "") + entree
    return list(reunies.values())


def versions(entree: str) -> set[str]:
    """The versions that an entry locks."""
    return set(re.findall(r"^[a-z0-9.-]+==([^ ;\\]+)", entree, flags=re.M))


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(
        complement(Path(sys.argv[1]).read_text(encoding="utf-8"), VERROU.read_text(encoding="utf-8")), encoding="utf-8"
    )
