"""The thresholds of the review before publication, from the cards to `<data>/catalogue/relecture.json`.

Belongs here: which threshold each dataset has, and the JSON handed to publication.
Does not belong here: the comparison and the candidate kept aside (publication.review), the thresholds (catalogue/methode.yml).
"""

from __future__ import annotations

import json
from pathlib import Path

from ingestion.archive import ecrire_atomique
from ingestion.catalogue import Catalogue
from ingestion.register.location import est_registre


def ecrire_relecture(catalogue: Catalogue, donnees: Path) -> None:
    """Write `volume_pct`, `couverture_pct`, `magnitude_facteur`, and `par_jeu`: dataset → its own `volume_pct`.

    The local register is filled in all year long: the number of its rows is not watched (null).
    """
    parametres = catalogue.methode["parametres"]
    par_jeu = {jeu.jeu: jeu.relecture_volume_pct for jeu in catalogue.jeux.values() if jeu.relecture_volume_pct}
    contenu = {
        "volume_pct": parametres["relecture_volume_pct"],
        "couverture_pct": parametres["relecture_couverture_pct"],
        "magnitude_facteur": parametres["relecture_magnitude_facteur"],
        "par_jeu": {jeu.jeu: None for jeu in catalogue.jeux.values() if est_registre(jeu)} | par_jeu,
    }
    texte = json.dumps(contenu, ensure_ascii=False, indent=1) + "\n"
    ecrire_atomique(donnees / "catalogue" / "relecture.json", texte.encode())
