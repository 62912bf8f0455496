"""What stands behind one published figure.

Belongs here: from a territory, an indicator and a period to the file, its checksum and address, the published column, the
models and the commit, out of the files of a release alone.
Does not belong here: recording all this when a release is built (origins, datapackage), the command line (orchestration.cli).
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from publication.contract import JEU_REFERENCES, SANS_FICHIER

PERIODES_CITEES = 12


class ProvenanceIntrouvable(LookupError):
    """No such figure in the release; the message is a French sentence that names what exists."""


@dataclass(frozen=True)
class FichierSource:
    """One published file behind a figure; `acces_le` is ISO 8601, empty when unknown."""

    jeu: str
    millesime: str
    fichier: str
    empreinte_sha256: str
    url: str
    statut_url: str
    licence: str
    mention: str
    acces_le: str


@dataclass(frozen=True)
class Provenance:
    """Origin of one figure.

    `colonnes`: the publishers' column names, `jeu : colonne`; `modeles`: from staging to mart;
    `commit` is empty for a release built outside a git checkout: `version` then names the package.
    """

    release_id: str
    niveau: str
    code_territoire: str
    zonage: str
    libelle: str
    indicateur: str
    libelle_indicateur: str
    periode: str
    valeur: float | None
    valeur_texte: str | None
    statut: str
    fichiers: tuple[FichierSource, ...]
    colonnes: tuple[str, ...]
    modeles: tuple[str, ...]
    commit: str
    version: str


def provenance(release_dir: Path, code: str, indicateur: str, periode: str) -> list[Provenance]:
    """Origin of the figure(s) of a territory: several when a code is both a département and a région.

    Args:
        release_dir: real folder of a release (`shelf.courante`).
    Raises:
        ProvenanceIntrouvable: no such indicator, territory or period; the sentence names the nearest that exist.
    """
    filtre = [("code_territoire", "=", code), ("indicateur", "=", indicateur), ("periode", "=", periode)]
    valeurs = _lire(release_dir, "valeurs", filtre)
    if not valeurs:
        raise ProvenanceIntrouvable(_phrase_introuvable(release_dir, code, indicateur, periode))
    fiche = _lire(release_dir, "indicateurs", [("indicateur", "=", indicateur)])
    libelles = {(t["niveau"], t["zonage"]): t["libelle"] for t in _lire(release_dir, "territoires", [filtre[0]])}
    descripteur = json.loads((release_dir / "datapackage.json").read_text(encoding="utf-8"))
    return [
        _provenance(valeur, libelles, fiche[0] if fiche else {}, release_dir, descripteur)
        for valeur in sorted(valeurs, key=lambda v: (v["niveau"], v["zonage"]))
    ]


def _provenance(
    valeur: dict[str, Any],
    libelles: dict[tuple[str, str], str],
    fiche: dict[str, Any],
    release_dir: Path,
    descripteur: dict[str, Any],
) -> Provenance:
    trace = descripteur["provenance"]
    jeux = _liste(valeur["jeu"])
    declares = trace["indicateurs"].get(valeur["indicateur"], [])
    situent = _situent(valeur, jeux, declares)
    par_jeu = trace["modeles"].get(valeur["indicateur"], {})
    modeles = [modele for jeu in [*jeux, *situent] for modele in par_jeu.get(jeu, [])]
    return Provenance(
        release_id=descripteur["version"],
        libelle=libelles.get((valeur["niveau"], valeur["zonage"])) or "",
        libelle_indicateur=str(fiche.get("libelle") or valeur["indicateur"]),
        fichiers=(
            *_fichiers(release_dir, valeur, jeux, trace["fichiers"]),
            *_fichiers(release_dir, {"millesime": "", "empreinte_sha256": ""}, situent, trace["fichiers"]),
            *_references(valeur, jeux, trace["references"]),
        ),
        colonnes=tuple(_colonnes(declares, [*jeux, *situent], valeur["periode"])),
        # A model shared by two datasets is named once, after everything that it reads.
        modeles=tuple(reversed(dict.fromkeys(reversed(modeles)))) or ("fct_valeurs",),
        commit=trace["code"]["commit"],
        version=trace["code"]["version"],
        **{c: valeur[c] for c in ("niveau", "code_territoire", "zonage", "indicateur", "periode")},
        **{c: valeur[c] for c in ("valeur", "valeur_texte", "statut")},
    )


def _situent(valeur: dict[str, Any], jeux: list[str], declares: list[dict[str, Any]]) -> list[str]:
    """Datasets that say where the quartier or the places around it are; a figure of another level needs none."""
    if valeur["niveau"] != "qpv" or not jeux:
        return []
    return [s["jeu"] for s in declares if s.get("situe") in ("tous", valeur["zonage"]) and s["jeu"] not in jeux]


def _fichiers(
    release_dir: Path, valeur: dict[str, Any], jeux: list[str], acces: list[dict[str, Any]]
) -> list[FichierSource]:
    """Files of the datasets and vintages named by the figure; the very file when the figure carries its checksum."""
    millesimes, empreintes = _liste(valeur["millesime"]), _liste(valeur["empreinte_sha256"])
    acces_le = {(a["jeu"], a["millesime"], a["fichier"]): a["acquis_le"] for a in acces}
    fichiers = []
    for source in _lire(release_dir, "sources", [("jeu", "in", jeux)]) if jeux else []:
        if millesimes and source["millesime"] not in millesimes:
            continue
        if empreintes and source["empreinte_sha256"] not in empreintes:
            continue
        if source["statut"] in SANS_FICHIER:
            continue
        colonnes = ("jeu", "millesime", "fichier", "empreinte_sha256", "url", "statut_url", "licence", "mention")
        cle = (source["jeu"], source["millesime"], source["fichier"])
        fichiers.append(FichierSource(**{c: source[c] or "" for c in colonnes}, acces_le=acces_le.get(cle, "")))
    return fichiers


def _references(valeur: dict[str, Any], jeux: list[str], references: list[dict[str, Any]]) -> list[FichierSource]:
    """The page that gives a published value that no file holds: it has an address and a source, no checksum."""
    if JEU_REFERENCES not in jeux:
        return []
    cle = ("indicateur", "niveau", "code_territoire", "periode")
    return [
        FichierSource(JEU_REFERENCES, valeur["millesime"] or "", "", "", r["url"], "", "", r["source"], "")
        for r in references
        if all(r[c] == valeur[c] for c in cle)
    ]


def _colonnes(sources: list[dict[str, Any]], jeux: list[str], periode: str) -> list[str]:
    """Published names, with the year of the period in place of the `{aa}` and `{aaaa}` of the card."""
    annee = periode[:4] if periode[:4].isdigit() else ""
    return [
        f"{source['jeu']} : {nom.replace('{aaaa}', annee).replace('{aa}', annee[2:]) if annee else nom}"
        for source in sources
        if source["jeu"] in jeux
        for nom in source["colonnes"]
    ]


def _phrase_introuvable(release_dir: Path, code: str, indicateur: str, periode: str) -> str:
    connus = [ligne["indicateur"] for ligne in _lire(release_dir, "indicateurs", None, ["indicateur"])]
    if indicateur not in connus:
        proches = difflib.get_close_matches(indicateur, connus, n=5, cutoff=0.5) or sorted(connus)[:5]
        return f"Aucun indicateur « {indicateur} » dans la version {release_dir.name} ; les plus proches : {', '.join(proches) or 'aucun'}."
    if not _lire(release_dir, "territoires", [("code_territoire", "=", code)], ["code_territoire"]):
        codes = pq.read_table(_chemin(release_dir, "territoires"), columns=["code_territoire"])["code_territoire"]
        proches = difflib.get_close_matches(code, pc.unique(codes).to_pylist(), n=5, cutoff=0.6)
        return f"Aucun territoire « {code} » dans la version {release_dir.name} ; les plus proches : {', '.join(proches) or 'aucun'}."
    filtre = [("code_territoire", "=", code), ("indicateur", "=", indicateur)]
    periodes = sorted({ligne["periode"] for ligne in _lire(release_dir, "valeurs", filtre, ["periode"])})
    if not periodes:
        return f"L'indicateur « {indicateur} » n'a aucune valeur pour le territoire {code} dans la version {release_dir.name}."
    montrees = ", ".join(periodes[-PERIODES_CITEES:])
    suite = f" (les {PERIODES_CITEES} dernières sur {len(periodes)})" if len(periodes) > PERIODES_CITEES else ""
    return (
        f"Aucune valeur de « {indicateur} » pour {code} à la période « {periode} » dans la version {release_dir.name} ; "
        f"périodes publiées{suite} : {montrees}."
    )


def _chemin(release_dir: Path, table: str) -> Path:
    return release_dir / "tables" / f"{table}.parquet"


def _lire(
    release_dir: Path, table: str, filtre: list[tuple[str, str, Any]] | None, colonnes: list[str] | None = None
) -> list[dict[str, Any]]:
    lignes: list[dict[str, Any]] = pq.read_table(
        _chemin(release_dir, table), filters=filtre, columns=colonnes
    ).to_pylist()
    return lignes


def _liste(texte: str | None) -> list[str]:
    return [partie.strip() for partie in (texte or "").split(";") if partie.strip()]
