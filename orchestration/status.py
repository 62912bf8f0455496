"""The long answers of the command line: state of the last release, provenance of a figure.

Belongs here: the French text of `observatoire status` and `observatoire provenance`, read from a release.
Does not belong here: finding what is behind a figure (publication.provenance), options and exit codes (cli).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.alerts import TITRES
from orchestration.journal import accord, nombre
from orchestration.state import Etat

if TYPE_CHECKING:
    from orchestration.freshness import Fraicheur
    from orchestration.steps import Contexte

PERIMES = ("ancien", "en_echec", "jamais_charge")
LIBELLES = {
    "a_jour": "à jour",
    "ancien": "ancien",
    "en_echec": "en échec, dernier bon état en usage",
    "attendu": "attendu",
    "jamais_charge": "jamais chargé",
}
MOTS_FRAICHEUR = {"en_retard": "en retard"}
ISSUES = {
    0: "publié ou inchangé",
    1: "rien de publié",
    3: "publié avec un fichier refusé",
}


def statut(contexte: Contexte, maintenant: datetime | None = None) -> tuple[dict[str, Any], int]:
    """Everything a monitoring may ask: release, sources and their calendar, checks, problems, last alert.

    Returns:
        `donnees`, `release` (None, or `id`, `publiee_le`, `chemin`), `tentative` (last refresh), `sources` (one per
        dataset), `controles` (`executes`, `en_ecart`), `refus`, `problemes` (`genre`, `cle`, `phrase`, `depuis`),
        `alerte` (the last one); and the exit code: 1 when nothing was ever released, 3 when a problem is open.
    """
    from orchestration.watch import Veille, fraicheurs, problemes
    from publication.shelf import courante, lister

    donnees, maintenant = contexte.donnees, maintenant or datetime.now(UTC)
    veille, etat = Veille.lire(donnees), Etat.lire(donnees)
    depuis = {cle: forme["depuis"] for cle, forme in veille.ouverts.items()}
    ouverts = [{**asdict(p), "depuis": depuis.get(cle)} for cle, p in problemes(contexte, maintenant).items()]
    reponse: dict[str, Any] = {
        "donnees": str(donnees),
        "le": maintenant.isoformat(timespec="seconds"),
        "release": None,
        "tentative": asdict(veille.tentative) if veille.tentative else None,
        "sources": [],
        "controles": {"executes": 0, "en_ecart": []},
        "refus": etat.refus if etat else [],
        "problemes": ouverts,
        "alerte": veille.alerte,
    }
    dossier = courante(donnees / "releases")
    if dossier is None:
        return reponse, 1
    publiee = next((p.publiee_le for p in lister(donnees / "releases") if p.dossier == dossier), "")
    qualite = _table(dossier, "qualite")
    reponse |= {
        "release": {"id": dossier.name, "publiee_le": publiee, "chemin": str(dossier)},
        "sources": _sources(dossier, {f.jeu: f for f in fraicheurs(contexte, maintenant)}, maintenant.date()),
        "controles": {
            "executes": len(qualite),
            "en_ecart": [
                {cle: c[cle] for cle in ("jeu", "controle", "niveau", "message")}
                for c in qualite
                if c["resultat"] != "reussi"
            ],
        },
    }
    return reponse, 3 if ouverts else 0


def phrases_de_statut(etat: dict[str, Any]) -> list[str]:
    """The answer of `statut`, for a person."""
    if etat["release"] is None:
        lignes = [f"Aucune publication dans {etat['donnees']} : lancez « observatoire refresh »."]
    else:
        release = etat["release"]
        lignes = [f"Publication {release['id']}, faite le {release['publiee_le'] or 'date inconnue'}"]
        lignes += [f"  {release['chemin']}", *_phrases_tentative(etat["tentative"])]
        lignes += ["", "Sources", *(_phrase_source(source) for source in etat["sources"])]
        lignes += _phrases_controles(etat["controles"])
    if etat["refus"]:
        lignes += ["", "Refusés au dernier rafraîchissement", *(f"  {phrase}" for phrase in etat["refus"])]
    if etat["problemes"]:
        lignes += ["", "Problèmes ouverts (que faire : docs/operations.md)"]
        lignes += [f"  {TITRES[p['genre']]} : {p['phrase']}" for p in etat["problemes"]]
    if alerte := etat["alerte"]:
        partie = f"par {', '.join(alerte['canaux'])}" if alerte["canaux"] else "non envoyée"
        lignes += ["", f"Dernière alerte le {alerte['le']}, {partie} : {alerte['sujet']}"]
        lignes += [f"  {phrase}" for phrase in alerte["echecs"]]
    return lignes


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


def _sources(dossier: Path, calendriers: dict[str, Fraicheur], jour: date) -> list[dict[str, Any]]:
    """One entry per dataset: its latest reference date and its age, when its files were last checked, what is expected."""
    acces = {
        (f["jeu"], f["millesime"], f["fichier"]): f["verifie_le"]
        for f in _descripteur(dossier)["provenance"]["fichiers"]
    }
    lignes = _table(dossier, "sources")
    trouvees = []
    for jeu in sorted({s["jeu"] for s in lignes}):
        siennes = [s for s in lignes if s["jeu"] == jeu]
        references = sorted(
            {d.strip() for s in siennes for d in str(s["date_reference"] or "").split(";") if d.strip()}
        )
        verifies = [acces.get((s["jeu"], s["millesime"], s["fichier"])) or "" for s in siennes]
        calendrier = calendriers.get(jeu)
        trouvees.append(
            {
                "jeu": jeu,
                "reference": references[-1] if references else None,
                "age": _age(references[-1], jour) if references else None,
                "fichiers": len(siennes),
                "verifie_le": max(verifies)[:10] or None,
                "mauvais": [
                    {"fichier": s["fichier"] or s["millesime"], "statut": s["statut"]}
                    for s in siennes
                    if s["statut"] in PERIMES
                ],
                "fraicheur": calendrier.verdict if calendrier else None,
                "rythme": calendrier.rythme if calendrier else None,
                "nouveau_le": _texte(calendrier.nouveau_le) if calendrier else None,
                "attendu_le": _texte(calendrier.attendu_le) if calendrier else None,
                "en_retard_le": _texte(calendrier.en_retard_le) if calendrier else None,
            }
        )
    return trouvees


def _phrase_source(source: dict[str, Any]) -> str:
    age = f"dernière référence {source['age']}" if source["age"] else "sans date de référence"
    verifie = f"vérifiés le {source['verifie_le'] or 'jamais'}"
    suite = f" ; {MOTS_FRAICHEUR[source['fraicheur']]}" if source["fraicheur"] in MOTS_FRAICHEUR else ""
    if source["attendu_le"]:
        suite += f" ; prochaine publication vers le {source['attendu_le']}"
    mauvais = ", ".join(f"{m['fichier']} : {LIBELLES[m['statut']]}" for m in source["mauvais"])
    suite += f" ; {mauvais}" if mauvais else ""
    return f"  {source['jeu']}\u00a0: {age} ; {accord(source['fichiers'], 'fichier')}, {verifie}{suite}"


def _phrases_tentative(tentative: dict[str, Any] | None) -> list[str]:
    if tentative is None:
        return []
    if tentative["fini_le"] is None:
        return [f"  dernier rafraîchissement commencé le {tentative['commence_le']}, pas fini"]
    issue = ISSUES.get(tentative["code"], f"code {tentative['code']}")
    return [f"  dernier rafraîchissement fini le {tentative['fini_le']} ({tentative['porte']}) : {issue}"]


def _phrases_controles(controles: dict[str, Any]) -> list[str]:
    echoues = controles["en_ecart"]
    lignes = [
        "",
        f"Contrôles : {accord(controles['executes'], 'exécuté')}, {accord(len(echoues), 'en écart', 'en écart')}",
    ]
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


def _texte(jour: date | None) -> str | None:
    return jour.isoformat() if jour else None


def _table(dossier: Path, nom: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    lignes: list[dict[str, Any]] = pq.read_table(dossier / "tables" / f"{nom}.parquet").to_pylist()
    return lignes


def _descripteur(dossier: Path) -> dict[str, Any]:
    contenu: dict[str, Any] = json.loads((dossier / "datapackage.json").read_text(encoding="utf-8"))
    return contenu
