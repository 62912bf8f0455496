"""The long answers of the command line: state of the last release, provenance of a figure.

Belongs here: the French text of `observatoire status` and `observatoire provenance`, read from a release.
Does not belong here: finding what is behind a figure (publication.provenance), options and exit codes (cli).
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from orchestration.journal import accord, nombre
from orchestration.state import Etat

PERIMES = ("ancien", "en_echec", "jamais_charge")
LIBELLES = {
    "a_jour": "à jour",
    "ancien": "ancien",
    "en_echec": "en échec, dernier bon état en usage",
    "attendu": "attendu",
    "jamais_charge": "jamais chargé",
}


def phrases_de_statut(donnees: Path, aujourdhui: date | None = None) -> tuple[list[str], int]:
    """Last release, age of each source, checks that failed.

    Returns:
        the lines to print, and the exit code: 1 when nothing was ever released.
    """
    from publication.shelf import courante, lister

    releases = donnees / "releases"
    dossier = courante(releases)
    if dossier is None:
        return [f"Aucune publication dans {donnees} : lancez « observatoire refresh »."], 1
    aujourdhui = aujourdhui or datetime.now(UTC).date()
    publiee = next((p.publiee_le for p in lister(releases) if p.dossier == dossier), "")
    acces = {
        (f["jeu"], f["millesime"], f["fichier"]): f["verifie_le"]
        for f in _descripteur(dossier)["provenance"]["fichiers"]
    }
    lignes = [f"Publication {dossier.name}, faite le {publiee or 'date inconnue'}", f"  {dossier}"]
    lignes += _phrases_sources(_table(dossier, "sources"), acces, aujourdhui)
    lignes += _phrases_controles(_table(dossier, "qualite"))
    etat = Etat.lire(donnees)
    if etat and etat.refus:
        lignes += ["", "Refusés au dernier rafraîchissement", *(f"  {phrase}" for phrase in etat.refus)]
    return lignes, 0


def phrases_de_provenance(donnees: Path, code: str, indicateur: str, periode: str) -> tuple[list[str], int]:
    """What is behind one figure of the current release; exit code 1 when there is no such figure."""
    from publication.provenance import ProvenanceIntrouvable, provenance
    from publication.shelf import courante

    dossier = courante(donnees / "releases")
    if dossier is None:
        return [f"Aucune publication dans {donnees} : lancez « observatoire refresh »."], 1
    try:
        chiffres = provenance(dossier, code, indicateur, periode)
    except ProvenanceIntrouvable as erreur:
        return [str(erreur)], 1
    lignes: list[str] = []
    for chiffre in chiffres:
        lignes += [*([""] if lignes else []), *_phrases_chiffre(chiffre)]
    return lignes, 0


def _phrases_sources(sources: list[dict[str, Any]], acces: dict[tuple[str, str, str], str], jour: date) -> list[str]:
    """One line per dataset: its latest reference date and its age, when its files were last checked, what is not fine."""
    lignes = ["", "Sources"]
    for jeu in sorted({s["jeu"] for s in sources}):
        siennes = [s for s in sources if s["jeu"] == jeu]
        references = sorted(
            {d.strip() for s in siennes for d in str(s["date_reference"] or "").split(";") if d.strip()}
        )
        verifies = [acces.get((s["jeu"], s["millesime"], s["fichier"]), "") for s in siennes]
        age = f"dernière référence {_age(references[-1], jour)}" if references else "sans date de référence"
        mauvais = [
            f"{s['fichier'] or s['millesime']} : {LIBELLES[s['statut']]}" for s in siennes if s["statut"] in PERIMES
        ]
        suite = f" ; {', '.join(mauvais)}" if mauvais else ""
        lignes.append(
            f"  {jeu} : {age} ; {accord(len(siennes), 'fichier')}, vérifiés le {max(verifies)[:10] or 'jamais'}{suite}"
        )
    return lignes


def _phrases_controles(qualite: list[dict[str, Any]]) -> list[str]:
    echoues = [c for c in qualite if c["resultat"] != "reussi"]
    lignes = ["", f"Contrôles : {accord(len(qualite), 'exécuté')}, {accord(len(echoues), 'en écart', 'en écart')}"]
    return lignes + [f"  {c['jeu']}, {c['controle']} ({c['niveau']}) : {c['message']}" for c in echoues]


def _phrases_chiffre(chiffre: Any) -> list[str]:
    valeur = chiffre.valeur_texte if chiffre.valeur is None else nombre(chiffre.valeur, 2)
    lignes = [
        f"{chiffre.libelle or chiffre.code_territoire} ({chiffre.niveau} {chiffre.code_territoire}) · "
        f"{chiffre.libelle_indicateur} · {chiffre.periode}",
        f"  valeur : {valeur or 'aucune'} ({chiffre.statut})",
    ]
    for fichier in chiffre.fichiers:
        lignes.append(f"  fichier : {fichier.fichier or 'aucun'} ({fichier.jeu}, millésime {fichier.millesime})")
        lignes.append(f"    sha256 : {fichier.empreinte_sha256 or 'aucune'}")
        lignes.append(f"    adresse : {fichier.url or 'non déclarée'} ({fichier.statut_url or 'publiée'})")
        lignes.append(f"    obtenu le : {fichier.acces_le or 'date inconnue'}")
    lignes.append(f"  colonnes : {' ; '.join(chiffre.colonnes) or 'aucune'}")
    lignes.append(f"  modèles : {' → '.join(chiffre.modeles)}")
    lignes.append(f"  code : {chiffre.commit or f'version {chiffre.version}'} ; publication {chiffre.release_id}")
    return lignes


def _age(reference: str, aujourdhui: date) -> str:
    """« 2021-12-31 (il y a 4 ans) »; a reference that is not a day is given as it is published."""
    try:
        jour = date.fromisoformat(reference[:10])
    except ValueError:
        return reference
    mois = (aujourdhui.year - jour.year) * 12 + aujourdhui.month - jour.month
    duree = accord(mois // 12, "an") if mois >= 24 else accord(mois, "mois", "mois")
    return f"{jour.isoformat()} (il y a {duree})"


def _table(dossier: Path, nom: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    lignes: list[dict[str, Any]] = pq.read_table(dossier / "tables" / f"{nom}.parquet").to_pylist()
    return lignes


def _descripteur(dossier: Path) -> dict[str, Any]:
    contenu: dict[str, Any] = json.loads((dossier / "datapackage.json").read_text(encoding="utf-8"))
    return contenu
