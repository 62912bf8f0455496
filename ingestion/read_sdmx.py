"""SDMX-ML documents of INSEE's macro-economic database to text, one row per observation.

Belongs here: the attributes of the observation and of its series.
Does not belong here: which series are asked for (publishers), what a value means (normalise).
"""

from __future__ import annotations

import io
from xml.etree.ElementTree import ParseError

import polars as pl
from defusedxml import DefusedXmlException, ElementTree

from ingestion.catalogue import Lecture
from ingestion.frames import ErreurLecture, tableau


def lire_sdmx(contenu: bytes, nom: str, lecture: Lecture) -> pl.DataFrame:  # noqa: ARG001
    """Reads each `Obs` with its own attributes and those of its `Series` (IDBANK, TITLE_FR, TIME_PERIOD, OBS_VALUE…).

    Raises:
        ErreurLecture: not XML, a document type declaration (never published, and a way to exhaust memory), or no observation.
    """
    serie: dict[str, str] = {}
    lignes: list[dict[str, str]] = []
    try:
        for evenement, element in ElementTree.iterparse(io.BytesIO(contenu), events=("start", "end"), forbid_dtd=True):
            balise = element.tag.rpartition("}")[2]
            if evenement == "start" and balise == "Series":
                serie = dict(element.attrib)
            elif evenement == "end" and balise == "Obs":
                lignes.append(serie | dict(element.attrib))
                element.clear()
    except DefusedXmlException as erreur:
        raise ErreurLecture(f"{nom} : un document avec des entités XML n'est pas lu ; vérifier l'adresse.") from erreur
    except ParseError as erreur:
        raise ErreurLecture(
            f"{nom} : document XML illisible ({erreur}) ; il est tronqué ou ce n'est pas du XML."
        ) from erreur
    if not lignes:
        raise ErreurLecture(f"{nom} : aucune observation (`Obs`) dans le document ; la série existe-t-elle encore ?")
    cles = list(dict.fromkeys(cle for ligne in lignes for cle in ligne))
    donnees = pl.DataFrame(
        [pl.Series(str(i), [ligne.get(cle, "") for ligne in lignes], pl.String) for i, cle in enumerate(cles)]
    )
    return tableau(nom, cles, donnees, pl.int_range(1, len(lignes) + 1, eager=True))
