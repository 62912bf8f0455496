"""Files linked from a page of insee.fr, whose numbers change with each vintage.

Belongs here: the links of a page, the one that the card means, corrected versions.
Does not belong here: which page (catalogue), getting the file (acquire).
"""

from __future__ import annotations

import re

from ingestion.catalogue import Adresse
from ingestion.http import Client
from ingestion.publishers.resolution import ErreurAdresse, Resolution

LIEN = re.compile(
    r"""href=["'](?:https://www\.insee\.fr)?(/fr/statistiques/fichier/[^"'?#]+\.(?:zip|xlsx|xls|csv|parquet))""", re.I
)
VERSION = re.compile(r"_v(\d+)", re.I)


def resoudre(adresse: Adresse, client: Client) -> Resolution:
    """The link of the page whose file name matches; of a file and its corrections (`_v2`), the latest correction.

    Raises:
        ErreurAdresse: no link matches, or several files do; all the links are named.
        ErreurReseau: no answer.
    """
    page = adresse.page or ""
    html = (client.telecharger(page).contenu or b"").decode("utf-8", errors="replace")
    return Resolution("https://www.insee.fr" + choisir(liens(html), adresse.motif or "", page))


def liens(html: str) -> list[str]:
    """Paths of the files that a page links to, in its order, each once."""
    return list(dict.fromkeys(LIEN.findall(html)))


def choisir(trouves: list[str], motif: str, page: str) -> str:
    """The path whose file name matches the whole of `motif`, or a part that ends it."""
    retenus = [lien for lien in trouves if re.search(rf"(?:{motif})$", lien.rsplit("/", 1)[-1])]
    if len({VERSION.sub("", lien) for lien in retenus}) == 1:
        return max(retenus, key=_version)
    quoi = "aucun lien" if not retenus else f"plusieurs liens ({', '.join(retenus)})"
    reste = ", ".join(trouves) or "aucun fichier"
    raise ErreurAdresse(
        f"{page} : attendu un fichier dont le nom correspond à « {motif} », trouvé {quoi}. Fichiers de la page : {reste}. "
        "Corrigez `adresse` dans la fiche."
    )


def _version(lien: str) -> int:
    trouvee = VERSION.search(lien)
    return int(trouvee[1]) if trouvee else 1
