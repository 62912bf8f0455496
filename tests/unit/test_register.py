"""The sentences of the local register: each rule breaks on one cell of a good row, and says file, line, column, what to do.

Belongs here: rules of cells, of rows and between rows, traces of persons, layouts of a file, the answer of a folder.
Does not belong here: what the ingestion does of a wrong row (test_register_ingest), templates and cards (coherence).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingestion.catalogue import Catalogue
from ingestion.register.__main__ import main
from ingestion.register.checks import Probleme
from ingestion.register.folder import Bilan, phrases, verifier
from ingestion.register.personal import trace
from ingestion.register.templates import ecrire_modeles

CATALOGUE = Catalogue()
QUARTIERS = {"QN96101M", "QN96102I"}
ENGAGEMENT = {
    "code_qpv": "QN96101M", "identifiant": "E-1", "code_contrat": "CN96101M", "partenaire": "Ville", "type_partenaire": "commune",
    "axe": "emploi", "objectif": "Tenir une permanence", "est_droit_commun": "oui", "date_engagement": "2024-09-15",
    "echeance": "31/12/2025", "etat": "tenu", "date_etat": "2026-06-30", "date_preuve": "2025-11-12",
    "url_preuve": "https://example.invalid/p", "objectif_feuille_de_route": "",
}  # fmt: skip
OBJECTIF = {
    "code_qpv": "QN96101M", "identifiant": "F-1", "terme": "1", "axe": "emploi", "objectif": "Rapprocher le taux d’emploi",
    "indicateur_suivi": "taux_emploi_15_64", "cible": "45,5", "date_debut": "2024-07-01", "echeance": "2027-06-30",
    "avancement": "en cours", "statut_feuille_de_route": "validée", "date_validation": "2024-10-01", "date_etat": "2026-06-30",
    "url_preuve": "",
}  # fmt: skip
CONSEIL = {
    "code_qpv": "QN96101M", "identifiant": "C-1", "annee": "2025", "statut_conseil": "actif", "nb_reunions": "4",
    "date_derniere_reunion": "2025-11-20", "parole": "", "url_preuve": "",
}  # fmt: skip
POSTE = {
    "code_qpv": "QN96101M",
    "identifiant": "P-1",
    "annee": "2025",
    "fonction": "médiateur",
    "employeur": "Ville",
    "etp": "0,6",
}
SOUTIEN = {
    "code_qpv": "QN96101M", "identifiant": "A-1", "annee": "2025", "association": "Les Remparts", "montant_attribue": "12 500,50",
    "montant_cpo": "0", "est_reparti": "non",
}  # fmt: skip
CONTRAT = {
    "code_contrat": "CN96101M", "annee": "2025", "montant_attribue": "1000", "montant_cpo": "200", "comite_financeurs": "oui",
    "nb_reunions": "2",
}  # fmt: skip
VEILLE = {
    "identifiant": "960001", "libelle": "Les Ateliers", "code_commune": "1053", "code_qpv": "", "date_entree": "2015-01-01",
    "date_sortie": "2023-12-31", "url_preuve": "",
}  # fmt: skip
DISPOSITIF = {
    "code_qpv": "QN96101M", "identifiant": "CLS", "dispositif": "CLS", "statut_dispositif": "actif", "porteur": "Ville",
    "date_signature": "2024-03-12", "date_fin": "", "date_etat": "2026-06-30", "url_preuve": "https://example.invalid/cls",
}  # fmt: skip
CHIFFRE = {
    "code_qpv": "QN96101M", "indicateur": "part_sans_medecin_traitant", "annee": "2025", "numerateur": "120", "denominateur": "1000",
    "valeur": "", "fournisseur": "CPAM", "date_convention": "2025-02-01",
}  # fmt: skip
BONNES = {
    "engagements.csv": ENGAGEMENT, "feuilles_de_route.csv": OBJECTIF, "conseils_citoyens.csv": CONSEIL, "presence_humaine.csv": POSTE,
    "associations.csv": SOUTIEN, "associations_contrats.csv": CONTRAT, "veille_active.csv": VEILLE, "dispositifs.csv": DISPOSITIF,
    "chiffres_quartiers.csv": CHIFFRE,
}  # fmt: skip
Ecrire = Callable[..., Path]


def texte(*lignes: dict[str, str]) -> str:
    return "\n".join([";".join(lignes[0]), *[";".join(ligne.values()) for ligne in lignes]]) + "\n"


def lire(dossier: Path, **fichiers: str) -> Bilan:
    for nom, contenu in fichiers.items():
        (dossier / f"{nom}.csv").write_text(contenu, encoding="utf-8-sig")
    return verifier(dossier, CATALOGUE, QUARTIERS)


def problemes(dossier: Path, nom: str, *lignes: dict[str, str]) -> list[Probleme]:
    """Problems of one file made of good rows in which some cells are changed."""
    completes = [BONNES[nom] | ligne for ligne in lignes]
    trouves = lire(dossier, **{nom.removesuffix(".csv"): texte(*completes)}).problemes[nom]
    return [replace(p, phrase=p.phrase.replace("\u00a0", " ")) for p in trouves]


@pytest.mark.parametrize("nom", BONNES)
def test_a_good_row_has_no_problem(tmp_path: Path, nom: str) -> None:
    assert problemes(tmp_path, nom, {}) == []


# Each case: file, changed cells, column named, words of the sentence.
FAUTES: list[tuple[str, dict[str, str], str, tuple[str, ...]]] = [
    ("engagements.csv", {"code_qpv": "QP961001"}, "code_qpv", ("quartier prioritaire de 2024", "QP961001")),
    ("engagements.csv", {"code_qpv": "QN96109M"}, "code_qpv", ("qui existe", "QN96109M", "QN96101M")),
    ("engagements.csv", {"code_qpv": ""}, "code_qpv", ("cellule vide", "complétez")),
    ("engagements.csv", {"code_contrat": "Caen"}, "code_contrat", ("contrat de ville", "Caen")),
    ("engagements.csv", {"identifiant": "é 1"}, "identifiant", ("identifiant", "é 1")),
    ("engagements.csv", {"echeance": "31/02/2026"}, "echeance", ("AAAA-MM-JJ", "31/02/2026", "corrigez")),
    ("engagements.csv", {"echeance": "fin 2025"}, "echeance", ("JJ/MM/AAAA", "fin 2025")),
    ("engagements.csv", {"etat": "Tenu"}, "etat", ("en cours", "sans objet", "Tenu", "écrivez « tenu »")),
    ("engagements.csv", {"type_partenaire": "mairie"}, "type_partenaire", ("commune", "mairie")),
    ("engagements.csv", {"url_preuve": "www.example.invalid"}, "url_preuve", ("https://", "www.example.invalid")),
    ("engagements.csv", {"objectif": "x" * 301}, "objectif", ("300 caractères", "301", "raccourcissez")),
    ("engagements.csv", {"date_engagement": "2026-01-01"}, "date_engagement", ("31/12/2025", "01/01/2026", "echeance")),
    ("engagements.csv", {"date_preuve": "2026-07-01"}, "date_preuve", ("30/06/2026", "01/07/2026")),
    ("engagements.csv", {"etat": "sans preuve", "url_preuve": ""}, "date_preuve", ("cellule vide", "2025-11-12", "est « tenu »")),
    ("engagements.csv", {"etat": "en retard", "echeance": "2026-12-31"}, "echeance", ("avant le 30/06/2026", "31/12/2026")),
    ("feuilles_de_route.csv", {"terme": "3"}, "terme", ("de 1 à 2", "3")),
    ("feuilles_de_route.csv", {"echeance": "2028-01-01"}, "echeance", ("01/07/2024 au 01/07/2027", "01/01/2028")),
    ("feuilles_de_route.csv", {"date_validation": ""}, "date_validation", ("« validée »", "cellule vide")),
    ("feuilles_de_route.csv", {"indicateur_suivi": ""}, "indicateur_suivi", ("cible est rempli",)),
    ("conseils_citoyens.csv", {"nb_reunions": ""}, "nb_reunions", ("« actif »", "complétez")),
    ("conseils_citoyens.csv", {"nb_reunions": "quatre"}, "nb_reunions", ("un nombre", "quatre")),
    ("conseils_citoyens.csv", {"nb_reunions": "-1"}, "nb_reunions", ("au moins 0", "-1")),
    ("conseils_citoyens.csv", {"annee": "25"}, "annee", ("quatre chiffres", "25")),
    ("conseils_citoyens.csv", {"statut_conseil": "absent"}, "date_derniere_reunion", ("« absent »", "videz")),
    ("presence_humaine.csv", {"etp": "1,5"}, "etp", ("de 0 à 1", "1,5")),
    ("associations.csv", {"montant_cpo": "13000"}, "montant_cpo", ("montant_attribue", "12 500,50", "13000")),
    ("associations_contrats.csv", {"nb_reunions": ""}, "nb_reunions", ("« oui »", "au besoin 0")),
    ("associations_contrats.csv", {"comite_financeurs": "non"}, "nb_reunions", ("« non »", "videz")),
    ("veille_active.csv", {"code_commune": "Caen"}, "code_commune", ("commune", "Caen")),
    ("veille_active.csv", {"code_qpv": "QN96199N"}, "code_qpv", ("qui existe", "QN96199N")),
    ("dispositifs.csv", {"date_signature": ""}, "date_signature", ("« actif »", "signé")),
    ("dispositifs.csv", {"statut_dispositif": "absent"}, "date_signature", ("« absent »", "videz")),
    ("chiffres_quartiers.csv", {"denominateur": ""}, "denominateur", ("masquée", "complétez")),
    ("chiffres_quartiers.csv", {"numerateur": "1001"}, "numerateur", ("denominateur", "1001")),
    ("chiffres_quartiers.csv", {"valeur": "12"}, "valeur", ("calculée", "videz")),
    (
        "chiffres_quartiers.csv",
        {"indicateur": "entreprises_paqte", "denominateur": ""},
        "indicateur",
        ("contrat de ville", "déplacez"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("nom", "change", "colonne", "mots"), FAUTES)
def test_each_rule_names_the_cell_and_says_what_to_do(
    tmp_path: Path, nom: str, change: dict[str, str], colonne: str, mots: tuple[str, ...]
) -> None:
    autre = {"code_qpv": "QN96102I", "code_contrat": "CN96201M", "identifiant": "AUTRE"}
    ligne = {colonne: valeur for colonne, valeur in autre.items() if BONNES[nom].get(colonne)} | change
    trouves = [p for p in problemes(tmp_path, nom, {}, ligne) if p.est_refus]
    (probleme,) = [p for p in trouves if p.colonne == colonne]
    assert probleme.ligne == 3
    assert probleme.phrase.startswith("attendu ")
    assert all(mot in probleme.phrase for mot in mots), probleme.phrase
    assert {p.ligne for p in trouves} == {3}


def test_a_repeated_key_names_both_lines(tmp_path: Path) -> None:
    trouves = problemes(tmp_path, "engagements.csv", {}, {"objectif": "Autre"})
    assert [(p.ligne, p.colonne) for p in trouves] == [(2, "identifiant"), (3, "identifiant")]
    assert all("QN96101M + E-1 aux lignes 2 et 3" in p.phrase for p in trouves)


def test_the_same_commitment_in_two_quartiers_is_no_repetition(tmp_path: Path) -> None:
    assert problemes(tmp_path, "engagements.csv", {}, {"code_qpv": "QN96102I"}) == []


def test_a_feuille_de_route_says_the_same_on_every_line(tmp_path: Path) -> None:
    autre = {"identifiant": "F-2", "statut_feuille_de_route": "en révision"}
    trouves = problemes(tmp_path, "feuilles_de_route.csv", {}, autre)
    assert [(p.ligne, p.colonne) for p in trouves] == [(2, "statut_feuille_de_route"), (3, "statut_feuille_de_route")]
    assert all(mot in trouves[0].phrase for mot in ("« validée »", "« en révision »", "partout la même"))


def test_one_post_is_counted_once(tmp_path: Path) -> None:
    """0.6 + 0.5 = 1.1 in one year is too much; 0.6 + 0.4 is a whole post, and another year is another sum."""
    partage = {"code_qpv": "QN96102I", "etp": "0,5"}
    trouves = problemes(tmp_path, "presence_humaine.csv", {}, partage)
    assert [(p.ligne, p.colonne) for p in trouves] == [(2, "etp"), (3, "etp")]
    assert "trouvé 1,1 aux lignes 2 et 3" in trouves[0].phrase
    assert problemes(tmp_path, "presence_humaine.csv", {}, partage | {"etp": "0,4"}) == []
    assert problemes(tmp_path, "presence_humaine.csv", {}, partage | {"annee": "2024"}) == []


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    change = {"code_qpv": "QN9", "echeance": "demain", "etat": "fini", "axe": ""}
    trouves = problemes(tmp_path, "engagements.csv", change)
    assert [p.colonne for p in trouves] == ["code_qpv", "axe", "echeance", "etat"]


# --- what is said and refuses nothing -----------------------------------------------------------------------------------


def test_kept_without_evidence_is_a_remark(tmp_path: Path) -> None:
    (remarque,) = problemes(tmp_path, "engagements.csv", {"date_preuve": "", "url_preuve": ""})
    assert (remarque.colonne, remarque.est_refus) == ("date_preuve", False)
    assert "sera compté « sans preuve »" in remarque.phrase


@pytest.mark.parametrize(("numerateur", "dite"), [("10", True), ("11", False), ("989", False), ("990", True)])
def test_small_counts_of_persons_are_announced_as_masked(tmp_path: Path, numerateur: str, dite: bool) -> None:
    trouves = problemes(tmp_path, "chiffres_quartiers.csv", {"numerateur": numerateur})
    assert [p.est_refus for p in trouves] == ([False] if dite else [])


def test_references_that_lead_nowhere_are_remarks(tmp_path: Path) -> None:
    engagement = texte(ENGAGEMENT | {"objectif_feuille_de_route": "F-2"})
    objectif = texte(OBJECTIF | {"indicateur_suivi": "taux_emploi"})
    bilan = lire(tmp_path, engagements=engagement, feuilles_de_route=objectif)
    (lien,), (indicateur,) = bilan.problemes["engagements.csv"], bilan.problemes["feuilles_de_route.csv"]
    assert (lien.est_refus, indicateur.est_refus, bilan.code) == (False, False, 0)
    assert "identifiant dans feuilles_de_route.csv" in lien.phrase
    assert "taux_emploi_15_64" in indicateur.phrase
    bon = lire(
        tmp_path,
        engagements=texte(ENGAGEMENT | {"objectif_feuille_de_route": "F-1"}),
        feuilles_de_route=texte(OBJECTIF),
    )
    assert bon.problemes["engagements.csv"] == []


# --- persons --------------------------------------------------------------------------------------------------------------

PERSONNES = [
    "Mme Durand", "M. Durand", "Mme de Villiers", "Mme De Villiers", "M.Durand", "Monsieur Durand", "contacter madame durand", "Mme\u00a0Durand", "le Dr Durand",
    "Docteur Durand", "Mlle D'Almeida", "MM. Durand et Petit", "Centre social de M. Durand", "durand@example.org",
    "durand (at) example.org", "06 12 34 56 78", "0612345678", "+33 6 12 34 56 78", "02.31.00.00.00", "0033231000000",
]  # fmt: skip
INSTITUTIONS = [
    "Ville de Caen", "Préfecture, sous-préfet à la ville", "Madame la maire et le conseil", "M. le préfet", "M.J.C. du Chemin Vert",
    "rue du Docteur Calmette", "école Madame de Sévigné", "centre social Docteur Roux", "maître d’ouvrage : la ville",
    "SIRET 12345678900012", "20 000 000 euros", "Mesures pour l’emploi", "messieurs et mesdames", "2026-06-30", "Maison Monsieur Vincent",
]  # fmt: skip


@pytest.mark.parametrize("phrase", PERSONNES)
def test_a_person_is_refused_in_any_text_and_never_repeated(tmp_path: Path, phrase: str) -> None:
    (probleme,) = problemes(tmp_path, "engagements.csv", {"objectif": f"Permanence : {phrase}, le lundi"})
    assert (probleme.colonne, probleme.est_refus, probleme.est_personnel) == ("objectif", True, True)
    assert "institution, jamais par une personne" in probleme.phrase
    assert phrase not in probleme.phrase + probleme.lu


@pytest.mark.parametrize("phrase", INSTITUTIONS)
def test_an_institution_is_no_person(phrase: str) -> None:
    assert trace(phrase) is None


def test_a_page_may_hold_figures_but_no_mail(tmp_path: Path) -> None:
    assert problemes(tmp_path, "engagements.csv", {"url_preuve": "https://example.invalid/0231000000"}) == []
    (probleme,) = problemes(tmp_path, "engagements.csv", {"url_preuve": "https://example.invalid/?de=a@example.org"})
    assert probleme.est_personnel


def test_a_person_is_found_in_a_column_that_is_not_of_the_template(tmp_path: Path) -> None:
    contenu = texte(ENGAGEMENT | {"referent": "Mme Durand"})
    trouves = lire(tmp_path, engagements=contenu).problemes["engagements.csv"]
    assert [(p.ligne, p.colonne, p.est_personnel) for p in trouves] == [(1, "referent", False), (2, "referent", True)]


# --- layouts ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "mots"),
    [
        (texte(ENGAGEMENT | {"objectif": "Rénové"}).encode("cp1252"), ("CSV UTF-8", "ligne 2", "Enregistrer sous")),
        (texte(ENGAGEMENT).replace(";", ",").encode(), ("points-virgules", "virgules")),
        (b"PK\x03\x04" + bytes(60), ("CSV", "classeur", "Enregistrer sous")),
        (texte(ENGAGEMENT).replace("echeance", "échéance").encode(), ("« echeance »", "renommez « échéance »")),
        (texte(ENGAGEMENT).replace("objectif;", "axe;").encode(), ("une fois", "axe")),
    ],
)
def test_a_file_of_another_layout_is_named_with_what_to_do(
    tmp_path: Path, octets: bytes, mots: tuple[str, ...]
) -> None:
    (tmp_path / "engagements.csv").write_bytes(octets if octets[:2] != b"PK" else octets + b"\nsuite")
    bilan = verifier(tmp_path, CATALOGUE, QUARTIERS)
    assert bilan.code == 1
    premier = bilan.problemes["engagements.csv"][0]
    assert all(mot in premier.phrase for mot in mots), premier.phrase


def test_a_missing_column_is_said_once_and_not_on_every_row(tmp_path: Path) -> None:
    sans = {nom: valeur for nom, valeur in ENGAGEMENT.items() if nom != "echeance"}
    trouves = lire(tmp_path, engagements=texte(sans, sans | {"identifiant": "E-2"})).problemes["engagements.csv"]
    assert [(p.ligne, p.colonne) for p in trouves] == [(1, "echeance")]


def test_a_row_cut_short_does_not_hide_the_next_one(tmp_path: Path) -> None:
    contenu = texte(ENGAGEMENT) + "QN96101M;E-2\n" + ";".join((ENGAGEMENT | {"identifiant": "E 3"}).values()) + "\n"
    trouves = lire(tmp_path, engagements=contenu).problemes["engagements.csv"]
    assert [(p.ligne, p.colonne) for p in trouves] == [(3, ""), (4, "identifiant")]
    assert "15 cellules" in trouves[0].phrase


def test_blank_rows_of_a_spreadsheet_are_no_rows(tmp_path: Path) -> None:
    bilan = lire(tmp_path, engagements=texte(ENGAGEMENT) + ";" * 14 + "\n\n")
    assert (bilan.problemes["engagements.csv"], bilan.lus) == ([], {"engagements.csv": 1})


# --- folder -------------------------------------------------------------------------------------------------------------------


def test_the_two_layouts_of_the_folder_are_read(tmp_path: Path) -> None:
    (tmp_path / "engagements").mkdir()
    (tmp_path / "engagements" / "engagements.csv").write_text(texte(ENGAGEMENT), encoding="utf-8")
    assert lire(tmp_path, conseils_citoyens=texte(CONSEIL)).lus == {"engagements.csv": 1, "conseils_citoyens.csv": 1}


def test_the_answer_names_file_line_and_column(tmp_path: Path) -> None:
    bilan = lire(tmp_path, engagements=texte(ENGAGEMENT | {"echeance": "demain"}), Engagement="a;b\n1;2\n")
    lignes = phrases(bilan, tmp_path)
    assert lignes[0].startswith("engagements.csv, ligne 2, colonne echeance : attendu une date")
    assert lignes[1].startswith("Engagement.csv : attendu un fichier du registre")
    assert "1 fichier, 1 ligne ; 1 problème, 0 remarque. Une ligne qui a un problème n’est pas publiée" in lignes[-1]
    assert bilan.code == 1


def test_without_the_list_of_quartiers_only_the_form_is_checked_and_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "engagements.csv").write_text(texte(ENGAGEMENT | {"code_qpv": "QN96199N"}), encoding="utf-8")
    bilan = verifier(tmp_path, CATALOGUE)
    assert bilan.code == 0
    assert any("que dans leur forme" in ligne for ligne in phrases(bilan, tmp_path))


def test_templates_are_written_once_and_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "engagements.csv").write_text(texte(ENGAGEMENT), encoding="utf-8")
    ecrits, laisses = ecrire_modeles(tmp_path, CATALOGUE)
    assert [chemin.name for chemin in laisses] == ["engagements.csv"]
    assert (tmp_path / "engagements.csv").read_text(encoding="utf-8") == texte(ENGAGEMENT)
    assert (
        tmp_path / "presence_humaine.csv"
    ).read_bytes() == b"\xef\xbb\xbfcode_qpv;identifiant;annee;fonction;employeur;etp\n"
    # Templates that stay empty are ignored: only the filled file is read.
    assert main(["verifier", str(tmp_path), "--data", str(tmp_path / "rien")]) == 0
    assert "1 fichier, 1 ligne" in capsys.readouterr().out
    assert len(ecrits) == 13


def test_exit_codes_of_the_command(tmp_path: Path) -> None:
    assert main(["verifier", str(tmp_path / "absent")]) == 2
    assert main(["verifier", str(tmp_path)]) == 1
    (tmp_path / "engagements.csv").write_text(texte(ENGAGEMENT | {"etat": "fini"}), encoding="utf-8")
    assert main(["verifier", str(tmp_path), "--data", str(tmp_path)]) == 1
