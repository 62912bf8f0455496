"""What changed from one release to the next: sources, figures, tables.

Belongs here: the comparison behind `diff.json` and `observatoire releases diff`.
Does not belong here: its wording (notes), which release is the previous one (shelf).
"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from publication.checksums import lire_sommes
from publication.contract import CLES, VERSION_SCHEMA
from publication.extracts import duckdb_borne

# Figures listed one by one; beyond, only the full counts per indicator: 1 M added values would be a 200 MB file.
PLAFOND = 500
# Where a figure comes from: a new file with the same figure is counted apart, it is not a change of the figure.
PROVENANCE = ("jeu", "millesime", "empreinte_sha256")
MONTRES = ("valeur", "valeur_texte", "statut")
SOURCE_SUIVIE = (
    "empreinte_sha256",
    "statut",
    "date_reference",
    "date_publication",
    "nb_lignes_lues",
    "nb_publiees",
    "nb_quarantaine",
    "nb_exclues",
)
# Checksums of the earlier and of the later release.
Sommes = tuple[dict[str, str], dict[str, str]]
ACTIONS = ("ajoutes", "modifies", "supprimes")


def comparer(
    avant: Path | None, apres: Path, *, nom_apres: str | None = None, sommes_apres: dict[str, str] | None = None
) -> dict[str, Any]:
    """Content of `diff.json`.

    Args:
        avant: folder of the earlier release, None for the first one.
        apres: folder of the later one.
        nom_apres, sommes_apres: its id and checksums while it is still under construction.
    Returns:
        `sources` (ajoutees, retirees, modifiees), `chiffres` (ajoutes, modifies, supprimes, provenance_seule,
        par_indicateur in full, and lists of at most `plafond` figures), `tables` (rows before and after, identique).
    """
    sommes = (lire_sommes(avant) if avant else {}, sommes_apres or lire_sommes(apres))
    with (
        tempfile.TemporaryDirectory(prefix="observatoire-diff-") as temporaire,
        duckdb_borne(None, Path(temporaire)) as connexion,
    ):
        chiffres = _chiffres(connexion, avant, apres, sommes)
    return {
        "version_schema": VERSION_SCHEMA,
        "avant": avant.name if avant else None,
        "apres": nom_apres or apres.name,
        "sources": _sources(avant, apres),
        "chiffres": chiffres,
        "tables": _tables(avant, apres, sommes),
    }


def _chemin(dossier: Path, table: str) -> Path:
    return dossier / "tables" / f"{table}.parquet"


def _sources(avant: Path | None, apres: Path) -> dict[str, list[dict[str, Any]]]:
    cle = CLES["sources"]

    def lire(dossier: Path | None) -> dict[tuple[str, ...], dict[str, Any]]:
        if dossier is None:
            return {}
        lignes = pq.read_table(_chemin(dossier, "sources")).to_pylist()
        return {tuple(ligne[c] for c in cle): ligne for ligne in lignes}

    ancien, nouveau = lire(avant), lire(apres)
    modifiees = []
    for identite in sorted(set(ancien) & set(nouveau)):
        champs = {
            champ: [_json(ancien[identite].get(champ)), _json(nouveau[identite].get(champ))]
            for champ in SOURCE_SUIVIE
            if ancien[identite].get(champ) != nouveau[identite].get(champ)
        }
        if champs:
            modifiees.append({**dict(zip(cle, identite, strict=True)), "champs": champs})
    return {
        "ajoutees": [dict(zip(cle, identite, strict=True)) for identite in sorted(set(nouveau) - set(ancien))],
        "retirees": [dict(zip(cle, identite, strict=True)) for identite in sorted(set(ancien) - set(nouveau))],
        "modifiees": modifiees,
    }


def _json(valeur: Any) -> Any:
    """A date as `diff.json` writes it."""
    return valeur.isoformat() if isinstance(valeur, date) else valeur


def _chiffres(connexion: duckdb.DuckDBPyConnection, avant: Path | None, apres: Path, sommes: Sommes) -> dict[str, Any]:
    resultat: dict[str, Any] = dict.fromkeys((*ACTIONS, "provenance_seule"), 0)
    resultat |= {"plafond": PLAFOND, "par_indicateur": {}, "listes": {action: [] for action in ACTIONS}}
    if _identique("valeurs", sommes):
        return resultat
    _preparer(connexion, _chemin(avant, "valeurs") if avant else None, _chemin(apres, "valeurs"))
    for action, indicateur, nombre in connexion.execute(
        "select action, indicateur, count(*) from changements group by action, indicateur order by indicateur, action"
    ).fetchall():
        resultat[action] += nombre
        if action in ACTIONS:
            resultat["par_indicateur"].setdefault(indicateur, dict.fromkeys(ACTIONS, 0))[action] = nombre
    for action in ACTIONS:
        resultat["listes"][action] = _liste(connexion, action)
    return resultat


def _preparer(connexion: duckdb.DuckDBPyConnection, ancien: Path | None, nouveau: Path) -> None:
    """Build `changements`: one row per figure that is not the same on both sides."""
    cle = CLES["valeurs"]
    colonnes_nouveau = pq.read_schema(nouveau).names
    if ancien is None:
        vides = ", ".join(f"null as avant_{c}, {c} as apres_{c}" for c in MONTRES)
        source = f"select 'ajoutes' as action, {', '.join(cle)}, {vides} from {_lire(nouveau)}"
        connexion.execute(f"create temp view changements as {source}")
        return
    communes = [c for c in pq.read_schema(ancien).names if c in colonnes_nouveau and c not in cle]
    figure = _differe([c for c in communes if c not in PROVENANCE])
    provenance = _differe([c for c in communes if c in PROVENANCE])
    cles = ", ".join(f"coalesce(a.{c}, b.{c}) as {c}" for c in cle)
    montres = ", ".join(f"a.{c} as avant_{c}, b.{c} as apres_{c}" for c in MONTRES)
    jointure = " and ".join(f"a.{c} = b.{c}" for c in cle)
    connexion.execute(f"""
        create temp table changements as
        select
            case
                when a.{cle[0]} is null then 'ajoutes' when b.{cle[0]} is null then 'supprimes'
                when {figure} then 'modifies' else 'provenance_seule'
            end as action,
            {cles}, {montres}
        from {_lire(ancien)} as a full join {_lire(nouveau)} as b on {jointure}
        where a.{cle[0]} is null or b.{cle[0]} is null or {figure} or {provenance}
    """)


def _liste(connexion: duckdb.DuckDBPyConnection, action: str) -> list[dict[str, Any]]:
    cle = CLES["valeurs"]
    colonnes = [f"{cote}_{c}" for cote in ("avant", "apres") for c in MONTRES]
    lignes = connexion.execute(
        f"select {', '.join(cle)}, {', '.join(colonnes)} from changements where action = ? "
        f"order by {', '.join(cle)} limit {PLAFOND}",
        [action],
    ).fetchall()
    liste = []
    for ligne in lignes:
        lue = dict(zip((*cle, *colonnes), ligne, strict=True))
        chiffre: dict[str, Any] = {c: lue[c] for c in cle}
        if action != "ajoutes":
            chiffre["avant"] = {c: lue[f"avant_{c}"] for c in MONTRES}
            if lue["apres_statut"] == "secret":
                # What is masked today is not published again by saying what it was.
                chiffre["avant"] |= {"valeur": None, "valeur_texte": None}
        if action != "supprimes":
            chiffre["apres"] = {c: lue[f"apres_{c}"] for c in MONTRES}
        liste.append(chiffre)
    return liste


def _differe(colonnes: list[str]) -> str:
    return "(" + " or ".join(f"a.{c} is distinct from b.{c}" for c in colonnes) + ")" if colonnes else "false"


def _lire(chemin: Path) -> str:
    return "read_parquet('" + str(chemin).replace("'", "''") + "')"


def _tables(avant: Path | None, apres: Path, sommes: Sommes) -> dict[str, dict[str, Any]]:
    resultat = {}
    noms = {chemin for cote in sommes for chemin in cote if chemin.startswith("tables/")}
    for table in sorted(Path(nom).stem for nom in noms):
        lignes = [
            pq.read_metadata(_chemin(dossier, table)).num_rows
            if dossier and f"tables/{table}.parquet" in cote
            else None
            for dossier, cote in zip((avant, apres), sommes, strict=True)
        ]
        resultat[table] = {"lignes_avant": lignes[0], "lignes_apres": lignes[1], "identique": _identique(table, sommes)}
    return resultat


def _identique(table: str, sommes: Sommes) -> bool:
    avant, apres = (cote.get(f"tables/{table}.parquet") for cote in sommes)
    return avant is not None and avant == apres
