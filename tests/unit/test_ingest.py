"""One dataset end to end: what is read again, what stays in use after a failure, what is written.

Belongs here: a deposit of a few small files, changed between two runs.
Does not belong here: acquisition (test_acquire), statuses (test_normalise), real files (tests/data).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fiche_essai import TAUX, bloc, fiche

from ingestion.acquire import SourceDepot, acquerir
from ingestion.archive import Archive
from ingestion.catalogue import Correction, Fichier, Jeu, Millesime
from ingestion.ingest import BilanJeu, ingerer_jeu
from ingestion.lock import Verrou
from ingestion.parquet import retirer_non_declares

BON = "CODGEO;TP60\nEnsemble;44,7\nQP961001;41,4\nQP961002;\nQP9;1\nQP961003;NaN\n"
RENOMME = BON.replace("TP60", "TAUX_PAUVRETE")


@pytest.fixture
def horloge() -> Iterator[Any]:
    """A clock that moves one hour at each reading."""
    heures = iter(range(10_000))
    return lambda: datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=next(heures))


def declarer(*millesimes: str, **autres: Any) -> Jeu:
    """The card with one file `<millésime>.csv` per vintage."""
    declares = [
        Millesime(
            millesime=m,
            periodes={"filosofi": m},
            fichiers=[Fichier(fichier=f"{m}.csv", chemin=f"insee/essai/{m}.csv", statut_url="a_confirmer")],
        )
        for m in millesimes
    ]
    return fiche([bloc()], {}, millesimes=declares, **autres)


class Depot:
    """A deposit on the disk and the data folder that is built from it."""

    def __init__(self, racine: Path, horloge: Any) -> None:
        self.racine, self.donnees, self.horloge = racine / "depot", racine / "data", horloge

    def ecrire(self, millesime: str, texte: str) -> None:
        chemin = self.racine / "insee" / "essai" / f"{millesime}.csv"
        chemin.parent.mkdir(parents=True, exist_ok=True)
        chemin.write_text(texte, encoding="utf-8")

    def ingerer(self, jeu: Jeu, **autres: Any) -> BilanJeu:
        return ingerer_jeu(jeu, SourceDepot(self.racine), self.donnees, self.horloge, **autres)

    def chemin(self, millesime: str, nature: str = "cellules") -> Path:
        return self.donnees / "normalise" / "insee" / "essai" / millesime / f"{millesime}.csv.{nature}.parquet"

    def cellules(self, millesime: str) -> list[tuple[Any, ...]]:
        return pl.read_parquet(self.chemin(millesime)).select("code_territoire", "valeur", "statut").rows()

    def octets(self) -> dict[str, bytes]:
        """Typed layer, by relative path."""
        racine = self.donnees / "normalise"
        return {str(p.relative_to(racine)): p.read_bytes() for p in sorted(racine.rglob("*.parquet"))}


@pytest.fixture
def depot_essai(tmp_path: Path, horloge: Any) -> Depot:
    depot = Depot(tmp_path, horloge)
    depot.ecrire("2018", BON)
    depot.ecrire("2019", BON.replace("41,4", "40,1"))
    return depot


def test_un_fichier_publie_devient_brut_puis_type_et_chaque_ligne_est_comptee(depot_essai: Depot) -> None:
    bilan = depot_essai.ingerer(declarer("2018"))
    (fichier,) = bilan.fichiers
    assert (fichier.statut, fichier.en_service, fichier.a_change, fichier.message) == ("a_jour", True, True, "")
    # 5 rows: 3 kept, the aggregate excluded, one unknown code; the NaN is a cell of a kept row.
    comptes = (fichier.nb_lues, fichier.nb_retenues, fichier.nb_exclues, fichier.nb_quarantaine)
    assert comptes == (5, 3, 1, 1)
    assert fichier.nb_cellules_illisibles == 1
    assert depot_essai.cellules("2018") == [
        ("QPV-FR", 44.7, "observe"),
        ("QP961001", 41.4, "observe"),
        ("QP961002", None, "secret"),
        ("QP961003", None, "non_calculable"),
    ]
    quarantaine = pl.read_parquet(depot_essai.chemin("2018", "quarantaine"))
    assert quarantaine.select("ligne", "colonne", "valeur_lue").rows() == [(5, "CODGEO", "QP9"), (6, "TP60", "NaN")]


def test_la_couche_brute_garde_le_texte_publie_et_dit_d_ou_il_vient(depot_essai: Depot) -> None:
    depot_essai.ingerer(declarer("2018"))
    brut = pl.read_parquet(depot_essai.donnees / "raw" / "insee" / "essai" / "2018" / "2018.csv.parquet")
    assert brut.columns == ["CODGEO", "TP60", "_ligne", "_jeu", "_millesime", "_empreinte", "_ingere_le"]
    assert brut["TP60"].to_list() == ["44,7", "41,4", "", "1", "NaN"]
    verrou = Verrou(depot_essai.donnees / "verrou.yml").lire("insee.essai", "2018", "2018.csv")
    assert verrou is not None
    assert brut.select("_jeu", "_millesime", "_empreinte").unique().rows() == [("insee.essai", "2018", verrou.sha256)]


def test_rien_n_est_relu_quand_rien_n_a_change(depot_essai: Depot) -> None:
    jeu = declarer("2018", "2019")
    assert depot_essai.ingerer(jeu).a_change
    avant = {p: p.stat().st_mtime_ns for p in depot_essai.donnees.rglob("*.parquet")}
    bilan = depot_essai.ingerer(jeu)
    assert not bilan.a_change
    assert bilan.fichiers[0].nb_lues == 5
    assert {p: p.stat().st_mtime_ns for p in depot_essai.donnees.rglob("*.parquet")} == avant


def test_les_memes_octets_donnent_les_memes_octets(depot_essai: Depot) -> None:
    depot_essai.ingerer(declarer("2018", "2019"))
    premiers = depot_essai.octets()
    for chemin in depot_essai.donnees.rglob("*.parquet"):
        chemin.unlink()
    assert depot_essai.ingerer(declarer("2018", "2019")).a_change
    assert depot_essai.octets() == premiers


def test_un_fichier_change_est_relu_seul(depot_essai: Depot) -> None:
    jeu = declarer("2018", "2019")
    depot_essai.ingerer(jeu)
    depot_essai.ecrire("2019", BON.replace("41,4", "39,9"))
    bilan = depot_essai.ingerer(jeu)
    assert [f.a_change for f in bilan.fichiers] == [False, True]
    assert depot_essai.cellules("2019")[1] == ("QP961001", 39.9, "observe")


def test_une_fiche_changee_fait_relire_et_une_phrase_changee_non(depot_essai: Depot) -> None:
    depot_essai.ingerer(declarer("2018"))
    assert not depot_essai.ingerer(declarer("2018", description="Une autre phrase")).a_change
    assert depot_essai.ingerer(declarer("2018", marques={"NaN": "non_diffuse"})).a_change
    assert depot_essai.cellules("2018")[3] == ("QP961003", None, "non_diffuse")


def test_une_couche_effacee_est_refaite(depot_essai: Depot) -> None:
    jeu = declarer("2018")
    depot_essai.ingerer(jeu)
    for nature in ("cellules", "lignes", "quarantaine"):
        depot_essai.chemin("2018", nature).unlink()
        assert depot_essai.ingerer(jeu).a_change
        assert depot_essai.chemin("2018", nature).exists()


@pytest.mark.panne("F6", attendu="found in the raw and typed layers by checksum, the file read again from the archive")
@pytest.mark.parametrize("nature", ["brut", "cellules", "lignes", "quarantaine"])
def test_un_bit_retourne_dans_une_couche_est_trouve_et_le_fichier_relu(depot_essai: Depot, nature: str) -> None:
    jeu = declarer("2018", "2019")
    depot_essai.ingerer(jeu)
    bons = depot_essai.octets()
    raw = depot_essai.donnees / "raw" / "insee" / "essai" / "2018" / "2018.csv.parquet"
    chemin = raw if nature == "brut" else depot_essai.chemin("2018", nature)
    octets = bytearray(chemin.read_bytes())
    octets[len(octets) // 3] ^= 4
    chemin.write_bytes(bytes(octets))
    assert [fichier.a_change for fichier in depot_essai.ingerer(jeu).fichiers] == [True, False]
    assert depot_essai.octets() == bons
    assert not depot_essai.ingerer(jeu).a_change


@pytest.mark.panne("F13", attendu="the last good state stays in use")
def test_une_colonne_renommee_laisse_le_dernier_bon_etat_en_usage(depot_essai: Depot) -> None:
    jeu = declarer("2018", "2019")
    depot_essai.ingerer(jeu)
    bons, verrou = (
        depot_essai.octets(),
        Verrou(depot_essai.donnees / "verrou.yml").lire("insee.essai", "2018", "2018.csv"),
    )
    depot_essai.ecrire("2018", RENOMME)
    for _ in range(2):
        bilan = depot_essai.ingerer(jeu)
        casse, sain = bilan.fichiers
        assert (casse.statut, casse.en_service, casse.a_change) == ("en_echec", True, False)
        assert "insee.essai, millésime 2018, 2018.csv" in casse.message
        assert "taux_pauvrete_60 ← TP60" in casse.message
        assert "TAUX_PAUVRETE" in casse.message
        assert (sain.statut, bilan.sans_instantane) == ("a_jour", [])
        assert depot_essai.octets() == bons
        # The lock names the bytes in use, not those that were refused.
        entree = Verrou(depot_essai.donnees / "verrou.yml").lire("insee.essai", "2018", "2018.csv")
        assert entree is not None
        assert verrou is not None
        assert (entree.sha256, entree.acquis_le, entree.statut) == (verrou.sha256, verrou.acquis_le, "en_echec")
    depot_essai.ecrire("2018", BON)
    (repare, _) = depot_essai.ingerer(jeu).fichiers
    assert (repare.statut, repare.message, repare.a_change) == ("a_jour", "", False)


def test_sans_etat_anterieur_un_fichier_refuse_est_nomme_et_n_arrete_pas_l_autre(depot_essai: Depot) -> None:
    depot_essai.ecrire("2018", RENOMME)
    bilan = depot_essai.ingerer(declarer("2018", "2019"))
    assert bilan.sans_instantane == ["2018/2018.csv"]
    assert [f.en_service for f in bilan.fichiers] == [False, True]
    assert [f.millesime for f in bilan.en_echec] == ["2018"]
    assert not depot_essai.chemin("2018").exists()


@pytest.mark.parametrize(
    "casse", ["<!DOCTYPE html><html><body>Maintenance</body></html>", "CODGEO;TP60\nQP961001;1;2;3\n", "CODGEO;TP60\n"]
)
def test_des_octets_refuses_ou_illisibles_laissent_le_dernier_bon_etat(depot_essai: Depot, casse: str) -> None:
    jeu = declarer("2018")
    depot_essai.ingerer(jeu)
    bons = depot_essai.octets()
    depot_essai.ecrire("2018", casse)
    (fichier,) = depot_essai.ingerer(jeu).fichiers
    assert (fichier.statut, fichier.en_service) == ("en_echec", True)
    assert fichier.message
    assert depot_essai.octets() == bons


def test_un_fichier_qui_disparait_du_depot_garde_son_dernier_bon_etat(depot_essai: Depot) -> None:
    jeu = declarer("2018", "2019")
    depot_essai.ingerer(jeu)
    (depot_essai.racine / "insee" / "essai" / "2018.csv").unlink()
    disparu, present = depot_essai.ingerer(jeu).fichiers
    assert (disparu.statut, disparu.en_service, disparu.nb_lues) == ("en_echec", True, 5)
    assert present.statut == "a_jour"


def test_un_inventaire_qui_a_deja_note_les_octets_refuses_ne_perd_pas_le_dernier_bon_etat(depot_essai: Depot) -> None:
    """The publishers are asked before anything is read: the lock may already name the bytes that will be refused."""
    jeu = declarer("2018")
    depot_essai.ingerer(jeu)
    bons, verrou = depot_essai.octets(), Verrou(depot_essai.donnees / "verrou.yml")
    avant = verrou.lire("insee.essai", "2018", "2018.csv")
    depot_essai.ecrire("2018", RENOMME)
    archive = Archive(depot_essai.donnees / "archive")
    acquerir(jeu, jeu.millesimes[0], jeu.millesimes[0].fichiers[0], SourceDepot(depot_essai.racine), archive, verrou)
    verrou.enregistrer()
    (fichier,) = depot_essai.ingerer(jeu).fichiers
    assert (fichier.statut, fichier.en_service) == ("en_echec", True)
    assert depot_essai.octets() == bons
    entree = Verrou(depot_essai.donnees / "verrou.yml").lire("insee.essai", "2018", "2018.csv")
    assert entree is not None
    assert avant is not None
    assert (entree.sha256, entree.taille) == (avant.sha256, avant.taille)


def test_sans_verrou_la_couche_typee_dit_encore_d_ou_elle_vient(depot_essai: Depot) -> None:
    jeu = declarer("2018")
    depot_essai.ingerer(jeu)
    (depot_essai.donnees / "verrou.yml").unlink()
    (fichier,) = depot_essai.ingerer(jeu).fichiers
    assert (fichier.statut, fichier.a_change) == ("a_jour", False)
    (depot_essai.donnees / "verrou.yml").unlink()
    depot_essai.ecrire("2018", RENOMME)
    (fichier,) = depot_essai.ingerer(jeu).fichiers
    assert (fichier.statut, fichier.en_service) == ("en_echec", True)


def test_un_millesime_retire_quitte_les_couches_et_revient_a_l_identique(depot_essai: Depot) -> None:
    depot_essai.ingerer(declarer("2018", "2019"))
    complet = depot_essai.octets()
    sans = declarer("2018")
    depot_essai.ingerer(sans)
    retires = retirer_non_declares(depot_essai.donnees, [sans])
    assert {p.name for p in retires} == {
        "2019.csv.parquet",
        *(f"2019.csv.{nature}.parquet" for nature in ("cellules", "lignes", "quarantaine")),
    }
    assert {c for c in complet if "2018" in c} == set(depot_essai.octets())
    depot_essai.ingerer(declarer("2018", "2019"))
    assert depot_essai.octets() == complet


def test_une_correction_change_la_cellule_typee_et_pas_la_couche_brute(depot_essai: Depot) -> None:
    correction = Correction(
        jeu="insee.essai",
        millesime="2018",
        fichier="2018.csv",
        ligne=6,
        colonne="TP60",
        valeur_publiee="NaN",
        valeur_corrigee="45,0",
        motif="valeur perdue à l'export",
        url="https://www.insee.fr/fr/statistiques/0000000",
    )
    depot_essai.ingerer(declarer("2018"), corrections=[correction])
    assert depot_essai.cellules("2018")[3] == ("QP961003", 45.0, "observe")
    brut = pl.read_parquet(depot_essai.donnees / "raw" / "insee" / "essai" / "2018" / "2018.csv.parquet")
    assert brut["TP60"][4] == "NaN"
    # Guard: once the publisher has put it right, the correction must go.
    depot_essai.ecrire("2018", BON.replace("NaN", "45,1"))
    (fichier,) = depot_essai.ingerer(declarer("2018"), corrections=[correction]).fichiers
    assert fichier.statut == "en_echec"
    assert "ligne 6, colonne TP60 : la correction attend « NaN » et trouve ['45,1']" in fichier.message
    assert depot_essai.cellules("2018")[3] == ("QP961003", 45.0, "observe")


def test_deux_fiches_ne_se_melangent_pas_dans_le_verrou(depot_essai: Depot) -> None:
    depot_essai.ingerer(declarer("2018"))
    depot_essai.ingerer(fiche([bloc(TAUX)], {"filosofi": "2018"}, jeu="insee.autre"))
    jeux = [jeu for jeu, *_ in Verrou(depot_essai.donnees / "verrou.yml").entrees()]
    assert jeux == ["insee.autre", "insee.essai"]


# --- files that nobody has seen, personal data -----------------------------------------------------------------------------


def facultatif(essai: str) -> Jeu:
    fichier = Fichier(
        fichier="x.csv", chemin="insee/essai/x.csv", statut_url="a_confirmer", essai=essai,
    )  # fmt: skip
    return fiche(
        [bloc()], {}, millesimes=[Millesime(millesime="2024", periodes={"filosofi": "2024"}, fichiers=[fichier])]
    )


@pytest.mark.parametrize("essai", ["documente", "inconnu"])
def test_un_fichier_jamais_vu_peut_manquer_et_sa_table_est_vide(depot_essai: Depot, essai: str) -> None:
    bilan = depot_essai.ingerer(facultatif(essai))
    (fichier,) = bilan.fichiers
    assert (fichier.statut, fichier.en_service, bilan.sans_instantane, bilan.en_echec) == (
        "jamais_charge",
        False,
        [],
        [],
    )
    (vide,) = depot_essai.octets()
    assert vide == "insee/essai/vide/vide.cellules.parquet"
    assert pl.read_parquet(depot_essai.donnees / "normalise" / vide).rows() == []
    # Once read, the table of the file stands alone; once lost, the last good snapshot stays.
    (depot_essai.racine / "insee" / "essai" / "x.csv").write_text("CODGEO;TP60\nQP961001;41,4\n", encoding="utf-8")
    assert depot_essai.ingerer(facultatif(essai)).fichiers[0].en_service
    assert "insee/essai/vide/vide.cellules.parquet" not in depot_essai.octets()
    (depot_essai.racine / "insee" / "essai" / "x.csv").unlink()
    perdu = depot_essai.ingerer(facultatif(essai)).fichiers[0]
    assert (perdu.statut, perdu.en_service) == ("en_echec", True)


def test_un_fichier_attendu_ne_peut_pas_manquer(depot_essai: Depot) -> None:
    bilan = depot_essai.ingerer(facultatif("reel"))
    assert bilan.sans_instantane == ["2024/x.csv"]


def test_les_donnees_personnelles_n_entrent_dans_aucune_couche(depot_essai: Depot) -> None:
    depot_essai.ecrire("2018", "CODGEO;TP60;Mail;TELEPHONE\nQP961001;41,4;a@exemple.fr;0200000000\n")
    depot_essai.ingerer(declarer("2018", personnelles=["mail", "telephone"]))
    brut = pl.read_parquet(depot_essai.donnees / "raw" / "insee" / "essai" / "2018" / "2018.csv.parquet")
    assert brut.columns[:2] == ["CODGEO", "TP60"]
    couches = [p for couche in ("raw", "normalise") for p in (depot_essai.donnees / couche).rglob("*.parquet")]
    assert len(couches) == 4
    assert not [p for p in couches if "exemple.fr" in str(pl.read_parquet(p).rows())]


def test_une_liste_des_colonnes_gardees_ecarte_aussi_celles_que_personne_n_a_prevues(depot_essai: Depot) -> None:
    depot_essai.ecrire("2018", "CODGEO;TP60;adresse_nouvelle\nQP961001;41,4;3 rue des Essais\n")
    depot_essai.ingerer(declarer("2018", colonnes_gardees=["codgeo", "TP60"]))
    brut = pl.read_parquet(depot_essai.donnees / "raw" / "insee" / "essai" / "2018" / "2018.csv.parquet")
    assert [c for c in brut.columns if not c.startswith("_")] == ["CODGEO", "TP60"]
    assert brut["_ligne"].to_list() == [2]
    assert depot_essai.cellules("2018") == [("QP961001", 41.4, "observe")]
    # The list is part of what the typed layer comes from: a shorter one reads the file again.
    assert depot_essai.ingerer(declarer("2018")).fichiers[0].a_change


def test_un_fichier_facultatif_deja_lu_qui_disparait_n_est_pas_dit_jamais_charge(depot_essai: Depot) -> None:
    """Without its lock, only the typed layer says that the file was read once: it is in use, and it is refused today."""
    jeu = declarer("2018")
    (millesime,) = jeu.millesimes
    facultatif = millesime.fichiers[0].model_copy(update={"essai": "documente"})
    jeu = jeu.model_copy(update={"millesimes": [millesime.model_copy(update={"fichiers": [facultatif]})]})
    depot_essai.ingerer(jeu)
    (depot_essai.donnees / "verrou.yml").unlink()
    (depot_essai.racine / "insee" / "essai" / "2018.csv").unlink()
    for _ in range(2):
        (disparu,) = depot_essai.ingerer(jeu).fichiers
        assert (disparu.statut, disparu.en_service, disparu.nb_lues) == ("en_echec", True, 5)
