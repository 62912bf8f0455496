"""What an archive says of itself, for an operator who has to finish its card.

Belongs here: the members of a zip and the labels of its `meta_*` descriptions, as one sentence.
Does not belong here: choosing a member (containers) or a column (columns), reading the data (read).
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from ingestion.containers import extraire, membres
from ingestion.frames import BLANCS, ErreurLecture

ZIP = b"PK\x03\x04"
MEMBRES_MONTRES, VARIABLES_MONTREES = 12, 60
ENCODAGES = ("utf-8-sig", "cp1252")


def ce_que_dit_l_archive(contenu: bytes | Path) -> str:
    """A sentence to put after a refusal: members, then variables with their labels; empty when it is no archive.

    The description of Insee is `COD_VAR;LIB_VAR;COD_MOD;LIB_MOD`, one row per variable and per modality.
    """
    with contenu.open("rb") if isinstance(contenu, Path) else io.BytesIO(contenu) as flux:
        if flux.read(len(ZIP)) != ZIP:
            return ""
    try:
        presents = membres(contenu, "archive")
        descriptions = {
            nom: extraire(contenu, nom, info) for nom, info in presents.items() if _est_une_description(nom)
        }
    except ErreurLecture as erreur:
        return f" {erreur}"
    if "[Content_Types].xml" in presents:
        return ""
    noms = sorted(presents)
    reste = f" et {len(noms) - MEMBRES_MONTRES} autres" if len(noms) > MEMBRES_MONTRES else ""
    phrases = [f" L'archive contient {', '.join(noms[:MEMBRES_MONTRES])}{reste}."]
    for nom, texte in sorted(descriptions.items()):
        if libelles := variables(texte):
            lues = [f"{code} = {libelle}" for code, libelle in list(libelles.items())[:VARIABLES_MONTREES]]
            suite = f" ; et {len(libelles) - VARIABLES_MONTREES} autres" if len(libelles) > VARIABLES_MONTREES else ""
            phrases.append(f"{nom} décrit : {' ; '.join(lues)}{suite}.")
    return " ".join(phrases)


def variables(description: bytes) -> dict[str, str]:
    """Code → label of every variable of a `meta_*` member, in its order; empty when it is not such a table."""
    texte = next((t for encodage in ENCODAGES if (t := _decoder(description, encodage)) is not None), "")
    lignes = csv.reader(io.StringIO(texte, newline=""), delimiter=";")
    entete = [nom.strip(BLANCS).upper() for nom in next(lignes, [])]
    if "COD_VAR" not in entete or "LIB_VAR" not in entete:
        return {}
    code, libelle = entete.index("COD_VAR"), entete.index("LIB_VAR")
    return {
        ligne[code].strip(BLANCS): ligne[libelle].strip(BLANCS)
        for ligne in lignes
        if len(ligne) > max(code, libelle) and ligne[code].strip(BLANCS)
    }


def _est_une_description(nom: str) -> bool:
    return nom.lower().startswith("meta") and nom.lower().endswith(".csv")


def _decoder(contenu: bytes, encodage: str) -> str | None:
    try:
        return contenu.decode(encodage)
    except UnicodeDecodeError:
        return None
