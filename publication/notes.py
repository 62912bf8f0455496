"""`notes.md`: what a reader should know of a release, in French.

Belongs here: the wording of what changed, of the sources in use, of those in failure and of what comes next.
Does not belong here: computing the changes (diff), the errata themselves (table `errata`).
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pyarrow.parquet as pq

from publication.contract import MENTION_DEMO
from publication.coverage import mesurer
from publication.edition import Edition, compte_fr, jour_fr, nombre_fr, phrase_d_accord
from publication.quality import REFUS

STATUTS_SOURCE = {
    "a_jour": "à jour",
    "ancien": "ancien",
    "en_echec": "en échec, dernier instantané en usage",
    "attendu": "attendu",
    "jamais_charge": "jamais chargé",
}


def rediger(edition: Edition) -> str:
    """Markdown of the notes, one section per subject; a section with nothing to say says so."""
    lignes = [f"# {edition.titre}", "", f"Publiée le {jour_fr(edition.publiee_le.date())}.", ""]
    if edition.est_demo:
        lignes += [f"> {MENTION_DEMO} : aucun de ces chiffres ne décrit un territoire réel.", ""]
    for titre, contenu in (
        ("Ce qui a changé", _changements(edition)),
        *((("Relecture", relecture),) if (relecture := _relecture(edition)) else ()),
        ("Ce que l'on peut dire", _couverture(edition)),
        ("Sources et millésimes", _sources(edition)),
        ("Sources en échec", _echecs(edition)),
        ("Contrôles", _controles(edition)),
        ("Errata", _errata(edition)),
        ("Prochaines publications", _prochaines(edition)),
    ):
        lignes += [f"## {titre}", "", *contenu, ""]
    return "\n".join(lignes).rstrip() + "\n"


def _changements(edition: Edition) -> list[str]:
    differences = edition.differences
    chiffres = differences["chiffres"]
    comptes = (
        f"{compte_fr(chiffres['ajoutes'], 'chiffre ajouté', 'chiffres ajoutés')}, "
        f"{compte_fr(chiffres['modifies'], 'modifié', 'modifiés')}, "
        f"{compte_fr(chiffres['supprimes'], 'supprimé', 'supprimés')}."
    )
    if differences["avant"] is None:
        return [f"Première version de cet observatoire : {comptes}"]
    lignes = [f"Depuis la version {differences['avant']} : {comptes}"]
    if chiffres["provenance_seule"]:
        lignes.append(
            f"{compte_fr(chiffres['provenance_seule'], 'chiffre identique vient', 'chiffres identiques viennent')} d'un nouveau fichier."
        )
    if chiffres["par_indicateur"]:
        lignes += ["", "| Indicateur | Ajoutés | Modifiés | Supprimés |", "|---|---:|---:|---:|"]
        libelles = _libelles(edition)
        for indicateur, comptes_indicateur in chiffres["par_indicateur"].items():
            nombres = " | ".join(nombre_fr(comptes_indicateur[a]) for a in ("ajoutes", "modifies", "supprimes"))
            lignes.append(f"| {_cellule(libelles.get(indicateur, indicateur))} | {nombres} |")
    for cle, phrase in (
        ("ajoutees", "Fichier ajouté"),
        ("retirees", "Fichier retiré"),
        ("modifiees", "Fichier modifié"),
    ):
        lignes += ["", *(f"- {phrase} : {_nom(source)}." for source in differences["sources"][cle])]
    return lignes


def _relecture(edition: Edition) -> list[str]:
    """Who accepted what was held, when and why; empty when nothing was."""
    accord = edition.differences.get("relecture")
    if accord is None:
        return []
    return [phrase_d_accord(accord), "", *(f"- {motif}" for motif in accord["motifs"])]


def _couverture(edition: Edition) -> list[str]:
    couverture = mesurer(edition.dossier / "tables")
    lignes = [f"- {phrase}" for phrase in couverture.phrases()]
    if couverture.motifs:
        lignes += ["", "| Pourquoi une évolution ne peut pas être lue | Lignes |", "|---|---:|"]
        lignes += [f"| {motif} | {nombre_fr(nombre)} |" for motif, nombre in couverture.motifs.items()]
    return lignes


def _sources(edition: Edition) -> list[str]:
    """One line per dataset and vintage: producers publish up to nine files per vintage."""
    if not edition.sources_chargees:
        return ["Aucun fichier source dans cette version."]
    lignes = ["| Jeu | Producteur | Millésime | Fichiers | Dates de référence | État |", "|---|---|---|---:|---|---|"]
    groupes: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for source in edition.sources_chargees:
        groupes.setdefault((source["jeu"], source["millesime"]), []).append(source)
    for (_, millesime), fichiers in groupes.items():
        dates = sorted({d.strip() for f in fichiers for d in str(f["date_reference"] or "").split(";") if d.strip()})
        etats = sorted({STATUTS_SOURCE.get(f["statut"], str(f["statut"])) for f in fichiers})
        tete = fichiers[0]
        lignes.append(
            f"| {_cellule(tete['titre'] or tete['jeu'])} | {_cellule(tete['producteur'])} | {millesime} "
            f"| {len(fichiers)} | {' ; '.join(dates) or 'non établie'} | {', '.join(etats)} |"
        )
    return lignes


def _echecs(edition: Edition) -> list[str]:
    acces = {(a.jeu, a.millesime, a.fichier): a for a in edition.acces}
    lignes = []
    for source in edition.sources:
        if source["statut"] != "en_echec":
            continue
        connu = acces.get((source["jeu"], source["millesime"], source["fichier"]))
        age = _age(connu.acquis_le if connu else "", edition.publiee_le)
        motif = f" Motif : {connu.message.rstrip('.')}." if connu and connu.message else ""
        lignes.append(f"- {_nom(source)} : dernier instantané {age}.{motif}")
    return lignes or ["Aucune : chaque fichier déclaré a pu être relu."]


def _age(acquis_le: str, maintenant: datetime) -> str:
    try:
        jour = date.fromisoformat(acquis_le[:10])
    except ValueError:
        return "de date inconnue"
    jours = (maintenant.astimezone(UTC).date() - jour).days
    return f"du {jour_fr(jour)}, il y a {compte_fr(jours, 'jour', 'jours')}"


def _controles(edition: Edition) -> list[str]:
    comptes = Counter(controle.resultat for controle in edition.controles)
    signales = [c for c in edition.controles if c.resultat == "avertissement" or c.resultat in REFUS]
    lignes = [
        f"{compte_fr(comptes['reussi'], 'contrôle réussi', 'contrôles réussis')} sur {nombre_fr(len(edition.controles))}."
    ]
    if signales:
        lignes += ["", *(f"- {c.controle} ({c.jeu}) : {c.message or c.observe}" for c in signales)]
    return lignes


def _errata(edition: Edition) -> list[str]:
    errata = pq.read_table(edition.dossier / "tables" / "errata.parquet").to_pylist()
    return [f"- {erratum['identifiant']} : {erratum.get('texte') or ''}" for erratum in errata] or ["Aucun."]


def _prochaines(edition: Edition) -> list[str]:
    annonces = {
        (s["titre"] or s["jeu"], s["prochaine_publication"]): None
        for s in edition.sources
        if s["prochaine_publication"]
    }
    return [f"- {titre} : {quand}" for titre, quand in annonces] or ["Aucune date annoncée par les producteurs."]


def _libelles(edition: Edition) -> dict[str, str]:
    table = pq.read_table(edition.dossier / "tables" / "indicateurs.parquet", columns=["indicateur", "libelle"])
    return dict(zip(table["indicateur"].to_pylist(), table["libelle"].to_pylist(), strict=True))


def _nom(source: dict[str, Any]) -> str:
    return ", ".join(part for part in (source["jeu"], source["millesime"], source["fichier"]) if part)


def _cellule(texte: str | None) -> str:
    return (texte or "").replace("|", "\\|")
