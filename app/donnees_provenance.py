"""What stands behind one figure, named by the address: files, checksums, published columns, models, version of the code.

Belongs here: its tables on the page, and those of the references of the figure.
Does not belong here: finding what stands behind a figure (publication.provenance), the rest of the page Données.
"""

from __future__ import annotations

from publication.provenance import FichierSource, Provenance
from publication.provenance import provenance as remonter
from publication.sheets import balises as b
from publication.sheets.balises import Html
from publication.sheets.format_fr import ecart, nombre, periode
from publication.sheets.lecture import Release
from publication.sheets.modele import NOMS_NIVEAUX

AIDE = (
    "Ajoutez à l’adresse de cette page un territoire, un indicateur et une période : "
    "?provenance=QP014001&indicateur=taux_emploi_15_64&periode=2018."
)


def provenance(release: Release, code: str, indicateur: str, periode: str) -> Html:
    """The origin of a figure; a sentence when the address names none or an unknown one."""
    if not (code and indicateur and periode):
        return b.balise("p", AIDE)
    connu = release.lire(
        "select 1 from {valeurs} where code_territoire = ? and indicateur = ? and periode = ? limit 1",
        [code, indicateur, periode],
    )
    if not connu:
        phrase = (
            f"Aucun chiffre pour le territoire « {code} », l’indicateur « {indicateur} » et la période « {periode} »."
        )
        return b.joindre((b.balise("p", phrase), b.balise("p", AIDE)))
    return b.joindre(_un_chiffre(release, trace) for trace in remonter(release.chemin, code, indicateur, periode))


def _un_chiffre(release: Release, trace: Provenance) -> Html:
    if trace.valeur is None:
        chiffre: object = trace.valeur_texte or b.absence(trace.statut)
    else:
        chiffre = nombre(trace.valeur, 0 if trace.valeur.is_integer() else 2)
    faits = (
        ("Territoire", f"{trace.code_territoire} ({trace.niveau} {trace.zonage})"),
        ("Indicateur", trace.indicateur),
        ("Période", trace.periode),
        ("Valeur", b.joindre((chiffre, f" ({trace.statut})"))),
        ("Colonnes publiées", ", ".join(trace.colonnes) or "non décrites"),
        ("Modèles de calcul", ", ".join(trace.modeles)),
        ("Version du code", f"{trace.version or '—'}, commit {trace.commit or 'inconnu'}"),
    )
    return b.joindre(
        (
            b.tableau("Le chiffre et son calcul", ("Élément", "Contenu"), faits),
            _table_fichiers(trace.fichiers),
            _table_references(release, trace),
        )
    )


def _table_fichiers(fichiers: tuple[FichierSource, ...]) -> Html:
    lignes = [
        (
            f.jeu,
            f.millesime,
            f.fichier or f.mention,
            f.empreinte_sha256 or "—",
            b.lien_externe(f.url or "inconnue", f.url),
            periode(f.acces_le[:10]) or "inconnu",
        )
        for f in fichiers
    ]
    if not lignes:
        return b.balise("p", "Aucun fichier chargé ne porte ce chiffre : il vient d’un calcul.")
    return b.tableau(
        "Fichiers d’où vient le chiffre", ("Jeu", "Millésime", "Fichier", "sha256", "Adresse", "Consulté le"), lignes
    )


def _table_references(release: Release, trace: Provenance) -> Html:
    """Every reference that the figure of a quartier is compared with: where its own value comes from, and the gap."""
    ecarts = release.lire(
        "select e.niveau_reference, e.code_reference, e.valeur_reference, e.ecart, e.unite_ecart, e.statut, e.motif, "
        "v.jeu, v.millesime from {ecarts} e left join {valeurs} v on v.niveau = e.niveau_reference "
        "and v.code_territoire = e.code_reference and v.indicateur = e.indicateur and v.periode = e.periode "
        "where e.code_qpv = ? and e.indicateur = ? and e.periode = ? order by e.niveau_reference, e.code_reference",
        [trace.code_territoire, trace.indicateur, trace.periode],
    )
    if trace.niveau != "qpv" or not ecarts:
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
