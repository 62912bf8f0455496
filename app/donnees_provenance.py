"""What stands behind one figure, named by the address: files, checksums, published columns, models, version of the code.

Belongs here: the facts of valeurs, sources and datapackage.json about one territory, one indicator and one period.
Does not belong here: the same from the command line (publication.provenance), the rest of the page Données.
"""

from __future__ import annotations

from typing import Any

from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.format_fr import ecart, nombre, periode
from publication.sheets.lecture import Ligne, Release
from publication.sheets.modele import NOMS_NIVEAUX

AIDE = (
    "Ajoutez à l’adresse de cette page un territoire, un indicateur et une période : "
    "?provenance=QP014001&indicateur=taux_emploi_15_64&periode=2018."
)


def _liste(texte: str | None) -> list[str]:
    return [partie.strip() for partie in (texte or "").split(";") if partie.strip()]


def provenance(release: Release, code: str, indicateur: str, periode: str) -> Html:
    """The origin of a figure; a sentence when the address names none or an unknown one."""
    if not (code and indicateur and periode):
        return b.balise("p", AIDE)
    valeurs = release.lire(
        "select * from {valeurs} where code_territoire = ? and indicateur = ? and periode = ? order by niveau, zonage",
        [code, indicateur, periode],
    )
    if not valeurs:
        phrase = (
            f"Aucun chiffre pour le territoire « {code} », l’indicateur « {indicateur} » et la période « {periode} »."
        )
        return b.joindre((b.balise("p", phrase), b.balise("p", AIDE)))
    return b.joindre(_un_chiffre(release, valeur) for valeur in valeurs)


def fichiers(release: Release, valeur: Ligne) -> list[Ligne]:
    """Files of the datasets and vintages named by the figure; the very file when it carries its checksum."""
    millesimes, empreintes = _liste(valeur["millesime"]), _liste(valeur["empreinte_sha256"])
    return [
        source
        for jeu in _liste(valeur["jeu"])
        for source in release.lire("select * from {sources} where jeu = ? order by millesime, fichier", [jeu])
        if (not millesimes or source["millesime"] in millesimes)
        and (not empreintes or source["empreinte_sha256"] in empreintes)
    ]


def _un_chiffre(release: Release, valeur: Ligne) -> Html:
    trace: dict[str, Any] = release.fiche.get("provenance", {})
    jeux = _liste(valeur["jeu"])
    par_jeu = trace.get("modeles", {}).get(valeur["indicateur"], {})
    modeles = list(dict.fromkeys(modele for jeu in jeux for modele in par_jeu.get(jeu, []))) or ["fct_valeurs"]
    code = trace.get("code", {})
    if valeur["valeur"] is None:
        chiffre: object = valeur["valeur_texte"] or b.absence(str(valeur["statut"]))
    else:
        chiffre = nombre(valeur["valeur"], 0 if float(valeur["valeur"]).is_integer() else 2)
    faits = (
        ("Territoire", f"{valeur['code_territoire']} ({valeur['niveau']} {valeur['zonage']})"),
        ("Indicateur", valeur["indicateur"]),
        ("Période", valeur["periode"]),
        ("Valeur", b.joindre((chiffre, f" ({valeur['statut']})"))),
        ("Colonnes publiées", ", ".join(_colonnes(trace, valeur, jeux)) or "non décrites"),
        ("Modèles de calcul", ", ".join(modeles)),
        ("Version du code", f"{code.get('version', '—')}, commit {code.get('commit') or 'inconnu'}"),
    )
    return b.joindre(
        (
            b.tableau("Le chiffre et son calcul", ("Élément", "Contenu"), faits),
            _table_fichiers(release, valeur, trace),
            _table_references(release, valeur),
        )
    )


def _colonnes(trace: dict[str, Any], valeur: Ligne, jeux: list[str]) -> list[str]:
    """Published names, with the year of the period in place of the `{aa}` and `{aaaa}` of the card."""
    annee = valeur["periode"][:4]
    noms = [
        f"{source['jeu']} : {nom}"
        for source in trace.get("indicateurs", {}).get(valeur["indicateur"], [])
        if source["jeu"] in jeux
        for nom in source["colonnes"]
    ]
    return [nom.replace("{aaaa}", annee).replace("{aa}", annee[2:]) for nom in noms] if annee.isdigit() else noms


def _table_fichiers(release: Release, valeur: Ligne, trace: dict[str, Any]) -> Html:
    acces: dict[tuple[str, str, str], str] = {
        (a["jeu"], a["millesime"], a["fichier"]): a["acquis_le"] for a in trace.get("fichiers", [])
    }
    lignes = [
        (
            s["jeu"],
            s["millesime"],
            s["fichier"],
            s["empreinte_sha256"] or "—",
            b.lien_externe(s["url"] or "inconnue", s["url"]),
            periode(acces.get((s["jeu"], s["millesime"], s["fichier"]), "")[:10]) or "inconnu",
        )
        for s in fichiers(release, valeur)
    ]
    if not lignes:
        return b.balise(
            "p", "Aucun fichier chargé ne porte ce chiffre : il vient d’une référence publiée ou d’un calcul."
        )
    return b.tableau(
        "Fichiers d’où vient le chiffre", ("Jeu", "Millésime", "Fichier", "sha256", "Adresse", "Consulté le"), lignes
    )


def _table_references(release: Release, valeur: Ligne) -> Html:
    """Every reference that the figure of a quartier is compared with: where its own value comes from, and the gap."""
    ecarts = release.lire(
        "select e.niveau_reference, e.code_reference, e.valeur_reference, e.ecart, e.unite_ecart, e.statut, e.motif, "
        "v.jeu, v.millesime from {ecarts} e left join {valeurs} v on v.niveau = e.niveau_reference "
        "and v.code_territoire = e.code_reference and v.indicateur = e.indicateur and v.periode = e.periode "
        "where e.code_qpv = ? and e.indicateur = ? and e.periode = ? order by e.niveau_reference, e.code_reference",
        [valeur["code_territoire"], valeur["indicateur"], valeur["periode"]],
    )
    if valeur["niveau"] != "qpv" or not ecarts:
        return Html("")
    lignes = [
        (
            f"{NOMS_NIVEAUX.get(e['niveau_reference'], e['niveau_reference'])} ({e['code_reference']})",
            b.absence(str(e["statut"])) if e["valeur_reference"] is None else nombre(e["valeur_reference"], 2),
            b.absence(str(e["statut"])) if e["ecart"] is None else ecart(e["ecart"], e["unite_ecart"] or "", 2),
            f"{e['jeu']}, {e['millesime']}" if e["jeu"] else "—",
            b.motif(e["motif"]) or "—",
        )
        for e in ecarts
    ]
    return b.joindre(
        (
            b.tableau(
                "Références auxquelles le chiffre est comparé",
                ("Référence", "Valeur", "Écart", "Jeu et millésime", "Réserve"),
                lignes,
                numeriques=(1, 2),
            ),
            b.legende_absences({str(e["statut"]) for e in ecarts if e["ecart"] is None}),
        )
    )
