"""The folder of the local register: where its files are, what is wrong in them, the sentences of the answer.

Belongs here: the two layouts of the folder, reading a file without stopping at its first fault, references between files.
Does not belong here: the rules (checks), the templates (templates), the refresh (source, gate).
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingestion.catalogue import Catalogue
from ingestion.frames import BLANCS
from ingestion.register.checks import Probleme, controler
from ingestion.register.location import trouver
from ingestion.register.schema import Table, tables

SEPARATEUR = ";"
ENREGISTRER = "dans le tableur, « Enregistrer sous », puis « CSV UTF-8 (délimité par des points-virgules) »"
CODE_OK, CODE_PROBLEMES, CODE_USAGE = 0, 1, 2


# --- verification ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bilan:
    """What the verification found: `lus`, file → number of rows; problems by file; files that are not of the register."""

    lus: dict[str, int]
    absents: list[str]
    problemes: dict[str, list[Probleme]]
    inconnus: list[str]
    quartiers_connus: bool

    @property
    def refus(self) -> int:
        return sum(p.est_refus for problemes in self.problemes.values() for p in problemes)

    @property
    def remarques(self) -> int:
        return sum(not p.est_refus for problemes in self.problemes.values() for p in problemes)

    @property
    def code(self) -> int:
        return CODE_PROBLEMES if self.refus or self.inconnus or not self.lus else CODE_OK


def verifier(dossier: Path, catalogue: Catalogue, quartiers: Collection[str] | None = None) -> Bilan:
    """Reads every file of a register and says everything that is wrong at once; writes nothing.

    Args:
        quartiers: codes of the quartiers of 2024 that exist, None when they are not known.
    """
    declarees = tables(catalogue)
    cadres: dict[str, pl.DataFrame] = {}
    problemes: dict[str, list[Probleme]] = {}
    for nom, table in declarees.items():
        fichier = trouver(dossier, table.nom_du_jeu, nom)
        if fichier is None:
            continue
        cadres[nom], fautes = _lire(fichier.read_bytes(), table)
        problemes[nom] = fautes + controler(cadres[nom], table, quartiers)
    for nom, cadre in cadres.items():
        problemes[nom] += _references(cadre, declarees[nom], cadres, catalogue)
        problemes[nom].sort(key=lambda p: p.ligne)
    attendus = {chemin for nom, t in declarees.items() for chemin in (dossier / nom, dossier / t.nom_du_jeu / nom)}
    return Bilan(
        lus={nom: cadre.height for nom, cadre in cadres.items()},
        absents=[nom for nom in declarees if nom not in cadres],
        problemes=problemes,
        inconnus=sorted(str(f.relative_to(dossier)) for f in _fichiers(dossier) if f not in attendus),
        quartiers_connus=quartiers is not None,
    )


def _fichiers(dossier: Path) -> list[Path]:
    suffixes = {".csv", ".xlsx", ".xls", ".ods"}
    return [f for f in dossier.rglob("*") if f.suffix.casefold() in suffixes and not f.name.startswith(("~", "."))]


def _lire(contenu: bytes, table: Table) -> tuple[pl.DataFrame, list[Probleme]]:
    """The text of a file and the faults of its layout; what can be read of it is read."""
    vide = pl.DataFrame(schema={**dict.fromkeys(table.colonnes, pl.String), "_ligne": pl.Int32})
    if contenu.startswith(b"PK") or contenu.startswith(b"\xd0\xcf\x11\xe0"):
        return vide, [_faute("", f"attendu un fichier CSV, trouvé un classeur ; {ENREGISTRER}")]
    try:
        texte = contenu.decode("utf-8-sig")
    except UnicodeDecodeError as erreur:
        ligne = contenu.count(b"\n", 0, erreur.start) + 1
        phrase = f"attendu un fichier CSV UTF-8, trouvé un octet d’un autre encodage à la ligne {ligne} ; {ENREGISTRER}"
        return vide, [_faute("", phrase, ligne)]
    lecteur = csv.reader(io.StringIO(texte, newline=""), delimiter=SEPARATEUR)
    entete = [nom.strip(BLANCS) for nom in next(lecteur)]
    fautes = _entete(entete, table)
    if any(p.est_refus and p.colonne == "" for p in fautes):
        return vide, fautes
    lignes: list[dict[str, str | int]] = []
    numero = lecteur.line_num + 1
    for champs in lecteur:
        if any(champ.strip(BLANCS) for champ in champs):
            if any(c.strip(BLANCS) for c in champs[len(entete) :]) or len(champs) < len(entete):
                phrase = f"attendu {len(entete)} cellules comme dans l’en-tête, trouvé {len(champs)} ; mettez entre guillemets un texte qui contient un point-virgule"
                fautes.append(Probleme(numero, "", "", phrase))
            else:
                lignes.append({**dict(zip(entete, champs, strict=False)), "_ligne": numero})
        numero = lecteur.line_num + 1
    schema = {**{nom: pl.String for nom in entete if nom}, "_ligne": pl.Int32}
    return pl.DataFrame(lignes, schema=schema, orient="row"), fautes


def _faute(colonne: str, phrase: str, ligne: int = 1) -> Probleme:
    return Probleme(ligne, colonne, "", phrase)


def _entete(entete: list[str], table: Table) -> list[Probleme]:
    """Faults of the header: another separator, columns that are missing, unknown or named twice."""
    if len(entete) == 1 and "," in entete[0]:
        return [
            _faute("", f"attendu des colonnes séparées par des points-virgules, trouvé des virgules ; {ENREGISTRER}")
        ]
    doubles = sorted({nom for nom in entete if nom and entete.count(nom) > 1})
    if doubles:
        return [
            _faute("", f"attendu chaque colonne une fois, trouvé {', '.join(doubles)} plusieurs fois ; gardez-en une")
        ]
    inconnues = [nom for nom in entete if nom and nom not in table.colonnes]
    fautes = []
    for nom in table.colonnes:
        if nom not in entete:
            proche = difflib.get_close_matches(nom, inconnues, 1, 0.7)
            suite = f"renommez « {proche[0]} » en « {nom} »" if proche else "reprenez l’en-tête du modèle"
            fautes.append(_faute(nom, f"attendu la colonne « {nom} », trouvé un en-tête qui ne l’a pas ; {suite}"))
    inconnue = "attendu une colonne du modèle, trouvé une colonne inconnue ; elle ne serait pas lue, retirez-la"
    fautes += [_faute(nom, inconnue) for nom in inconnues]
    return fautes


def _references(
    cadre: pl.DataFrame, table: Table, cadres: Mapping[str, pl.DataFrame], catalogue: Catalogue
) -> list[Probleme]:
    """Cells that name something which is not there: the row is kept, the link is not made."""
    remarques = []
    for colonne in table.colonnes.values():
        if colonne.nom not in cadre.columns:
            continue
        if colonne.forme == "indicateur":
            connus, ou = set(catalogue.indicateurs), "un indicateur de l’observatoire"
        elif colonne.renvoi is not None:
            cible = cadres.get(colonne.renvoi.fichier)
            a_la_colonne = cible is not None and colonne.renvoi.colonne in cible.columns
            connus = (
                set(cible[colonne.renvoi.colonne].str.strip_chars(BLANCS))
                if cible is not None and a_la_colonne
                else set()
            )
            ou = f"une valeur de {colonne.renvoi.colonne} dans {colonne.renvoi.fichier}"
        else:
            continue
        for ligne, lu in cadre.select("_ligne", pl.col(colonne.nom).str.strip_chars(BLANCS)).iter_rows():
            if lu and lu not in connus:
                proche = difflib.get_close_matches(lu, connus, 1, 0.7)
                suite = f" (le plus proche est {proche[0]})" if proche else ""
                phrase = f"attendu {ou}, trouvé « {lu} »{suite} ; la ligne sera publiée sans ce lien"
                remarques.append(Probleme(ligne, colonne.nom, lu, phrase, est_refus=False))
    return remarques


def quartiers_connus(donnees: Path) -> set[str] | None:
    """Codes of the quartiers of 2024 that the last refresh of a data folder knows; None before the first one."""
    surfaces = donnees / "spatial" / "surfaces.parquet"
    if not surfaces.is_file():
        return None
    codes = pl.read_parquet(surfaces, columns=["zonage", "code_territoire"])
    return set(codes.filter(pl.col("zonage") == "2024")["code_territoire"]) or None


# --- sentences ------------------------------------------------------------------------------------------------------


def phrases(bilan: Bilan, dossier: Path) -> list[str]:
    """The answer, one sentence per line: file, line, column, what was expected and found, what to do."""
    lignes = []
    for nom, problemes in bilan.problemes.items():
        for p in problemes:
            lieu = f"{nom}, ligne {p.ligne}" + (f", colonne {p.colonne}" if p.colonne else "")
            lignes.append(f"{lieu} : {'' if p.est_refus else 'remarque, '}{p.phrase}.")
    lignes += [
        f"{nom} : attendu un fichier du registre, trouvé un nom inconnu ; reprenez le nom de son modèle."
        for nom in bilan.inconnus
    ]
    if not bilan.quartiers_connus:
        lignes.append(
            "Les codes de quartiers n’ont été vérifiés que dans leur forme : après un premier « observatoire refresh », "
            "ils le seront d’après la liste des quartiers."
        )
    if not bilan.lus:
        lignes.append(
            f"{dossier} : attendu au moins un fichier rempli ({', '.join(bilan.absents[:3])}…), trouvé aucun ; écrivez les "
            "modèles avec « observatoire registre modeles DOSSIER », puis remplissez-en un."
        )
        return lignes
    lues = f"{len(bilan.lus)} fichier{_s(len(bilan.lus))}, {sum(bilan.lus.values())} ligne{_s(sum(bilan.lus.values()))}"
    fin = f"{bilan.refus} problème{_s(bilan.refus)}, {bilan.remarques} remarque{_s(bilan.remarques)}"
    suite = (
        " Une ligne qui a un problème n’est pas publiée : elle va en quarantaine avec sa phrase." if bilan.refus else ""
    )
    return [*lignes, f"{dossier} : {lues} ; {fin}.{suite}"]


def _s(nombre: int) -> str:
    return "s" if nombre > 1 else ""
