"""Schools of the demo territory as its files say them and as the cards of education read them.

Belongs here: the ten datasets of education read with their card, the layouts that no deposit holds yet above all.
Does not belong here: real files (tests/data/test_depot_education), distances to the quartiers (test_proximity).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from ingestion.acquire import SourceDepot
from ingestion.catalogue import Catalogue
from ingestion.demo import ecoles
from ingestion.ingest import BilanJeu, ingerer_jeu

JEUX = [jeu for jeu in Catalogue().jeux if jeu.startswith("education.")]
ANNUAIRE = "education/annuaire/fr-en-annuaire-education.csv"
BREVET = "education/dnb/fr-en-dnb-par-etablissement.csv"
LYCEES = "education/ips_lycees/fr-en-ips-lycees-ap2022.csv"
Lire = Callable[[str, str], pl.DataFrame]


def ecrire(racine: Path, fichiers: dict[str, bytes]) -> Path:
    for chemin, contenu in fichiers.items():
        (racine / chemin).parent.mkdir(parents=True, exist_ok=True)
        (racine / chemin).write_bytes(contenu)
    return racine


def ingerer(jeu: str, depot: Path, donnees: Path) -> BilanJeu:
    return ingerer_jeu(Catalogue().jeux[jeu], SourceDepot(depot), donnees, lambda: datetime(2026, 11, 25, tzinfo=UTC))


@pytest.fixture(scope="module")
def donnees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every dataset of education, read from the demo files."""
    depot = ecrire(tmp_path_factory.mktemp("demo"), ecoles.fichiers())
    dossier = tmp_path_factory.mktemp("donnees")
    for jeu in JEUX:
        bilan = ingerer(jeu, depot, dossier)
        assert {f.statut for f in bilan.fichiers} == {"a_jour"}, [f.message for f in bilan.fichiers]
        assert sum(f.nb_quarantaine + f.nb_cellules_illisibles for f in bilan.fichiers) == 0, jeu
    return dossier


@pytest.fixture(scope="module")
def lire(donnees: Path) -> Lire:
    """A layer of one file: its name, then `cellules` or `lignes`."""

    def couche(fichier: str, nature: str) -> pl.DataFrame:
        (chemin,) = (donnees / "normalise/education").rglob(f"{fichier}.{nature}.parquet")
        return pl.read_parquet(chemin)

    return couche


def publie(chemin: str) -> list[dict[str, str]]:
    """Rows of a demo csv by column."""
    texte = ecoles.fichiers()[chemin].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(texte, newline=""), delimiter=";"))


def variable(cellules: pl.DataFrame, nom: str) -> dict[str, tuple[float | str | None, str]]:
    """Identifier → its number or text, and its status."""
    lues = cellules.filter(variable=nom).select(
        "code_territoire", pl.coalesce("valeur_texte", pl.col("valeur").cast(pl.String)), "statut"
    )
    assert lues["code_territoire"].is_unique().all()
    return {u: (v, s) for u, v, s in lues.rows()}


def nombres(cellules: pl.DataFrame, nom: str) -> dict[str, float | None]:
    return dict(cellules.filter(variable=nom).select("code_territoire", "valeur").rows())


def test_la_fiche_la_plus_recente_d_une_ecole_est_retenue_ou_qu_elle_soit_dans_le_fichier(lire: Lire) -> None:
    """The old sheet comes after the one that replaces it: the date decides, not the place in the file."""
    lignes = publie(ANNUAIRE)
    doubles = [
        ligne
        for ligne in lignes
        if ligne["Identifiant_de_l_etablissement"] == lignes[0]["Identifiant_de_l_etablissement"]
    ]
    assert [ligne["date_maj_ligne"] for ligne in doubles] == ["2026-07-10", "2024-01-15"]
    noms = variable(lire("fr-en-annuaire-education.csv", "cellules"), "libelle")
    assert noms[doubles[0]["Identifiant_de_l_etablissement"]] == (doubles[0]["Nom_etablissement"], "observe")
    exclues = lire("fr-en-annuaire-education.csv", "lignes").filter(sort="exclue")["motif"].to_list()
    assert len(exclues) == 2
    assert sum("répété" in motif for motif in exclues) == 1
    assert "ni école, ni collège, ni lycée" in exclues


def test_une_ecole_sans_reseau_est_hors_education_prioritaire(lire: Lire) -> None:
    attendus = {e.uai: (e.rep or "hors", "observe") for e in ecoles.etablissements()}
    assert {reseau for reseau, _ in attendus.values()} == {"REP", "REP+", "hors"}
    assert variable(lire("fr-en-annuaire-education.csv", "cellules"), "statut_education_prioritaire") == attendus
    # The list of the priority networks names those schools only.
    liste = variable(lire("fr-en-etablissements-ep.csv", "cellules"), "statut_education_prioritaire")
    assert liste == {uai: lu for uai, lu in attendus.items() if lu[0] != "hors"}


def test_les_contacts_ne_passent_pas_la_couche_brute(donnees: Path) -> None:
    assert "@example.invalid" in ecoles.fichiers()[ANNUAIRE].decode("utf-8-sig")
    for chemin in sorted((donnees / "raw/education").rglob("*.parquet")):
        brute = pl.read_parquet(chemin)
        assert {"mail", "telephone", "fax", "web"}.isdisjoint(c.casefold() for c in brute.columns), chemin.name


def test_l_extrait_et_le_fichier_complet_placent_les_ecoles_au_meme_endroit(lire: Lire) -> None:
    """One writes a point in bytes, the other two columns; a school without a place has no coordinate in either."""
    sans_place = {e.uai for e in ecoles.etablissements() if e.position is None}
    assert sans_place
    for rang, coordonnee in enumerate(("longitude", "latitude")):
        attendus = {e.uai: None if e.position is None else e.position[rang] for e in ecoles.etablissements()}
        for fichier in (
            "annuaire_ecoles_france_mini.parquet",
            "fr-en-annuaire-education.csv",
            "geolocalisation-etablissements.csv",
        ):
            assert nombres(lire(fichier, "cellules"), coordonnee) == attendus, fichier


def test_un_indice_non_significatif_est_non_diffuse_a_chaque_rentree(lire: Lire) -> None:
    cellules = lire("fr-en-ips-ecoles-ap2022.parquet", "cellules").filter(variable="ips")
    petites = {e.uai for e in ecoles.etablissements() if e.nature == "ecole" and e.eleves < 30}
    assert petites
    for rentree in ecoles.RENTREES:
        ici = cellules.filter(periode=rentree)
        assert set(ici.filter(statut="non_diffuse")["code_territoire"]) == petites
        assert ici["valeur"].null_count() == len(petites)


def test_l_indice_d_un_lycee_se_lit_dans_ses_deux_editions(lire: Lire) -> None:
    """`ips_ensemble_gt_pro`, then `ips_etab`; a lycée without a vocational track has no index for it."""
    ancienne, nouvelle = (lire(f"fr-en-ips-lycees-{ap}.csv", "cellules") for ap in ("ap2022", "ap2023"))
    lignes = publie(LYCEES)
    assert nombres(ancienne, "ips") == {ligne["uai"]: float(ligne["ips_ensemble_gt_pro"]) for ligne in lignes}
    sans_voie = {ligne["uai"] for ligne in lignes if ligne["type_de_lycee"] == "LEGT"}
    for cellules in (ancienne, nouvelle):
        voie = variable(cellules, "ips_voie_professionnelle")
        assert {uai for uai, (_, statut) in voie.items() if statut == "non_diffuse"} == sans_voie != set()
    assert ancienne.filter(variable="ecart_type_ips").height == 0
    assert nouvelle.filter(variable="ecart_type_ips").height == len(lignes)


def test_un_lycee_polyvalent_est_dans_les_deux_fichiers_de_resultats(lire: Lire) -> None:
    generale, professionnelle = (
        nombres(lire(f"indicateurs-lycees-{voie}.csv", "cellules"), "taux_reussite_baccalaureat")
        for voie in ("gt", "pro")
    )
    assert set(professionnelle) < set(generale)
    assert all(generale[uai] != taux for uai, taux in professionnelle.items())


def test_le_taux_du_brevet_se_lit_avec_son_signe_et_se_refait_avec_ses_effectifs(lire: Lire) -> None:
    """Passed ÷ present, to the rounding of the published text; no candidate gives no rate, not 0."""
    textes = {ligne["Numero d'etablissement"]: ligne["Taux de réussite"] for ligne in publie(BREVET)}
    assert [t for t in textes.values() if not t.endswith("%")] == [""]
    cellules = lire("fr-en-dnb-par-etablissement.csv", "cellules")
    presents, admis, taux = (
        nombres(cellules, nom) for nom in ("nb_presents_brevet", "nb_admis_brevet", "taux_reussite_brevet")
    )
    statuts = {u: s for u, (_, s) in variable(cellules, "taux_reussite_brevet").items()}
    for uai, texte in textes.items():
        p, a, t = presents[uai], admis[uai], taux[uai]
        assert p is not None
        assert a is not None
        if texte:
            assert t == float(texte.removesuffix("%").replace(",", "."))
            assert abs(t - 100 * a / p) <= 0.005 + 1e-9
        else:
            assert (p, a, t, statuts[uai]) == (0, 0, None, "non_diffuse")
    mentions = [
        nombres(cellules, f"nb_admis_{m}_brevet") for m in ("sans_mention", "mention_ab", "mention_b", "mention_tb")
    ]
    assert {u: sum(m[u] or 0 for m in mentions) for u in admis} == admis


def test_seules_les_ecoles_comptent_leurs_classes(lire: Lire) -> None:
    eleves = {e.uai: float(e.eleves) for e in ecoles.etablissements()}
    for fichier, nature, classes in (
        ("effectifs-ecoles.csv", "ecole", True),
        ("effectifs-colleges.csv", "college", False),
    ):
        cellules = lire(fichier, "cellules")
        attendus = {e.uai for e in ecoles.etablissements() if e.nature == nature}
        assert nombres(cellules, "nb_eleves") == {uai: eleves[uai] for uai in attendus}
        assert (cellules.filter(variable="nb_classes").height > 0) == classes


@pytest.mark.parametrize(
    ("jeu", "chemin", "publiee", "autre"),
    [
        ("education.dnb", BREVET, b";Presents;", b";Candidats;"),
        ("education.annuaire", ANNUAIRE, b";Appartenance_Education_Prioritaire;", b";Reseau;"),
        ("education.ips_lycees", LYCEES, b";ips_ensemble_gt_pro", b";indice"),
    ],
)
def test_une_colonne_qui_a_change_de_nom_arrete_le_fichier_et_se_dit(
    tmp_path: Path, jeu: str, chemin: str, publiee: bytes, autre: bytes
) -> None:
    """A layout nobody has read is never guessed: the file is refused with the column that was expected."""
    fichiers = ecoles.fichiers()
    assert fichiers[chemin].count(publiee) == 1
    depot = ecrire(tmp_path / "depot", fichiers | {chemin: fichiers[chemin].replace(publiee, autre)})
    (refuse,) = (f for f in ingerer(jeu, depot, tmp_path / "donnees").fichiers if f.statut != "a_jour")
    assert refuse.fichier == Path(chemin).name
    assert publiee.decode().strip(";") in refuse.message
    assert "colonne déclarée introuvable" in refuse.message
