"""Tests of the closed reader: what it refuses to open, what a query cannot reach, what a switch does not touch.

Belongs here: finding, verifying and querying a release.
Does not belong here: building releases (test_publication_*), what a page shows.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import shapely
from release_essai import IDENTIFIANT, QUARTIER, ecrire_contours, ecrire_release, sceller, tables

from publication.sheets.fiche import Registre, construire
from publication.sheets.lecture import ErreurRelease, chemin_courant, empreintes, ouvrir


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    ecrire_release(tmp_path / "releases")
    return tmp_path / "releases"


def test_sans_release_la_phrase_dit_quoi_faire(tmp_path: Path) -> None:
    with pytest.raises(ErreurRelease, match="observatoire refresh"):
        chemin_courant(tmp_path / "releases")


@pytest.mark.parametrize("cible", ["../20260101-0123456789ab", "pas-une-release"])
def test_un_pointeur_qui_sort_du_dossier_est_refuse(tmp_path: Path, cible: str) -> None:
    (tmp_path / "releases").mkdir()
    (tmp_path / "releases" / cible).mkdir(parents=True)
    (tmp_path / "releases" / "current").symlink_to(cible)
    with pytest.raises(ErreurRelease, match="n’est pas une version"):
        chemin_courant(tmp_path / "releases")


@pytest.mark.panne("F6", attendu="refused by the reader before it is served")
def test_un_octet_change_est_trouve_avant_d_etre_lu(releases: Path) -> None:
    table = releases / IDENTIFIANT / "tables" / "valeurs.parquet"
    octets = bytearray(table.read_bytes())
    octets[len(octets) // 2] ^= 1
    table.write_bytes(octets)
    with pytest.raises(ErreurRelease, match=r"tables/valeurs\.parquet .* a changé"):
        ouvrir(chemin_courant(releases))


def test_un_fichier_perdu_est_nomme(releases: Path) -> None:
    (releases / IDENTIFIANT / "tables" / "ecarts.parquet").unlink()
    with pytest.raises(ErreurRelease, match=r"a perdu le fichier tables/ecarts\.parquet"):
        ouvrir(chemin_courant(releases))


@pytest.mark.parametrize("ligne", ["pas une empreinte", f"{'a' * 64}  /etc/passwd", f"{'a' * 64}  tables/../../x"])
def test_une_liste_d_empreintes_illisible_est_refusee(releases: Path, ligne: str) -> None:
    (releases / IDENTIFIANT / "SHA256SUMS").write_text(ligne + "\n", encoding="utf-8")
    with pytest.raises(ErreurRelease, match="ligne 1"):
        empreintes(releases / IDENTIFIANT)


@pytest.mark.panne("F25", attendu="the reader of a session is locked")
@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('{exterieur}')",
        "copy (select 1) to '{exterieur}'",
        "attach '{exterieur}'",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
        "set threads = 1",
        "install httpfs",
        "load httpfs",
    ],
)
def test_la_connexion_ne_lit_rien_d_autre_et_ne_change_plus(releases: Path, tmp_path: Path, sql: str) -> None:
    exterieur = tmp_path / "secret.txt"
    exterieur.write_text("secret", encoding="utf-8")
    release = ouvrir(chemin_courant(releases))
    with pytest.raises(duckdb.Error):
        release._connexion.execute(sql.replace("{exterieur}", str(exterieur)))


@pytest.mark.panne("F25", attendu="a bound value never becomes SQL")
def test_une_valeur_liee_ne_devient_jamais_du_sql(releases: Path) -> None:
    release = ouvrir(chemin_courant(releases))
    hostile = "x' or 1=1; drop table valeurs; --"
    assert release.choisir("valeurs", ["valeur"], {"niveau": "qpv", "code_territoire": hostile}) == []
    assert release.lire("select 1 from {valeurs} where code_territoire = ?", [hostile]) == []
    assert construire(Registre(release), hostile) is None


def test_une_table_inconnue_est_une_phrase(releases: Path) -> None:
    release = ouvrir(chemin_courant(releases))
    with pytest.raises(ErreurRelease, match="ne contient pas la table inconnue"):
        release.lire("select * from {inconnue}")
    with pytest.raises(ErreurRelease, match="ne contient pas la table inconnue"):
        release.choisir("inconnue", ["x"], {"y": "z"})


@pytest.mark.panne("F5", attendu="an open session keeps its release until it is opened again")
def test_une_release_ouverte_ne_voit_pas_la_suivante(releases: Path) -> None:
    """A reader that resolved `current` keeps its release across a publication (fault F5)."""
    ouverte = Registre(ouvrir(chemin_courant(releases)))
    contenu = tables()
    for ligne in contenu["valeurs"]:
        if ligne["indicateur"] == "taux_emploi_15_64":
            ligne["valeur"] = 99.0
    ecrire_release(releases, contenu, identifiant="20260103-fedcba987654")
    ancienne, nouvelle = construire(ouverte, QUARTIER), construire(Registre(ouvrir(chemin_courant(releases))), QUARTIER)
    assert ancienne is not None
    assert nouvelle is not None
    valeurs = [f.derniere_lisible("taux_emploi_15_64") for f in (ancienne, nouvelle)]
    assert [v.valeur for v in valeurs if v is not None] == [34.7, 99.0]


@pytest.mark.parametrize(
    ("fiche", "attendu"),
    [
        ('{"origine": "demo"}', True),
        ('{"demonstration": true}', True),
        ('{"origine": "deposit"}', False),
        ("{}", False),
    ],
)
def test_la_demonstration_se_declare(releases: Path, fiche: str, attendu: bool) -> None:
    chemin = releases / IDENTIFIANT
    (chemin / "datapackage.json").write_text(fiche, encoding="utf-8")
    sceller(chemin)
    assert ouvrir(chemin).est_demonstration is attendu


def test_la_region_fictive_suffit_a_la_demonstration(tmp_path: Path) -> None:
    contenu = tables()
    contenu["territoires"].append({"niveau": "region", "code_territoire": "96", "zonage": "", "libelle": "Inventée"})
    assert ouvrir(ecrire_release(tmp_path / "releases", contenu)).est_demonstration


def test_les_contours_sortent_en_octets_meme_declares_geographiques(releases: Path) -> None:
    carre = shapely.box(-0.4, 49.1, -0.3, 49.2)
    ecrire_contours(releases / IDENTIFIANT, {QUARTIER: carre.wkb})
    contours = ouvrir(chemin_courant(releases)).contours([QUARTIER, "QN01401M"])
    assert list(contours) == [QUARTIER]
    assert shapely.from_wkb(contours[QUARTIER]).equals(carre)


def test_la_plage_du_departement_compte_les_observes(releases: Path) -> None:
    fiche = construire(Registre(ouvrir(chemin_courant(releases))), QUARTIER)
    assert fiche is not None
    plage = fiche.plages[("taux_emploi_15_64", "2018")]
    assert (plage.minimum, plage.maximum, plage.nb_observes, plage.nb_quartiers) == (33.9, 44.2, 3, 3)
