"""Tests of the files of a release: Parquet, CSV, contours, dictionary, table of checks.

Belongs here: what each file holds and what refuses it.
Does not belong here: the descriptor (test_publication_datapackage), identity and switch (test_publication_release).
"""

from __future__ import annotations

import csv
import json
import math
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from publication_monde import Monde, colonnes_de

from publication import dictionary, quality
from publication.contract import CLES, ErreurPublication, type_de
from publication.extracts import TableExtraite
from publication.parquet import LIGNES_PAR_GROUPE, ecrire_parquet, schema_publie
from publication.release import publier
from publication.spreadsheet import ecrire_csv, neutraliser

SCHEMA = pa.schema([("code", pa.string()), ("rang", pa.int32()), ("valeur", pa.float64())])


@pytest.fixture
def monde(tmp_path: Path) -> Monde:
    return Monde(tmp_path)


def table_triee(nombre: int) -> pa.Table:
    return pa.table(
        {
            "code": [f"QP{rang // 10:06d}" for rang in range(nombre)],
            "rang": pa.array([rang % 10 for rang in range(nombre)], pa.int32()),
            "valeur": np.arange(nombre) / 7,
        },
        schema=SCHEMA,
    )


# --- Parquet ----------------------------------------------------------------------------------------------------------


def test_les_octets_ne_dependent_pas_de_la_taille_des_lots(tmp_path: Path) -> None:
    table = table_triee(2 * LIGNES_PAR_GROUPE + 123)
    # Texts of many lengths: their pages are where the size of the batches shows.
    textes = [None if rang % 3 else "é" * (rang % 50) + str(rang) for rang in range(table.num_rows)]
    table = table.append_column("texte", pa.array(textes))
    octets = []
    for taille in (1_000, LIGNES_PAR_GROUPE, 99_991, table.num_rows):
        chemin = tmp_path / f"lots_{taille}.parquet"
        assert (
            ecrire_parquet(
                chemin, table.to_batches(max_chunksize=taille), table.schema, ("code", "rang"), est_demo=False
            )
            == table.num_rows
        )
        octets.append(chemin.read_bytes())
    assert len(set(octets)) == 1
    groupes = pq.read_metadata(tmp_path / "lots_1000.parquet")
    assert [groupes.row_group(i).num_rows for i in range(groupes.num_row_groups)] == [
        LIGNES_PAR_GROUPE,
        LIGNES_PAR_GROUPE,
        123,
    ]
    assert groupes.row_group(0).column(0).compression == "ZSTD"
    assert pq.read_table(tmp_path / "lots_1000.parquet").equals(table)


def test_une_cle_repetee_d_un_groupe_a_l_autre_est_trouvee(tmp_path: Path) -> None:
    """The repeated pair straddles two row groups, where a check group by group would miss it."""
    table = table_triee(LIGNES_PAR_GROUPE)
    double = pa.concat_tables([table, table.slice(LIGNES_PAR_GROUPE - 1)])
    with pytest.raises(ErreurPublication, match=r"doit être unique.*code = QP006553, rang = 5"):
        ecrire_parquet(tmp_path / "t.parquet", double.to_batches(), SCHEMA, ("code", "rang"), est_demo=False)


@pytest.mark.panne("F17", attendu="never published")
@pytest.mark.parametrize("valeur", [math.nan, math.inf, -math.inf])
def test_un_nombre_qui_n_en_est_pas_un_est_refuse(tmp_path: Path, valeur: float) -> None:
    table = pa.table({"code": ["a", "b", "c"], "rang": [1, 2, 3], "valeur": [None, 1.0, valeur]}, schema=SCHEMA)
    with pytest.raises(ErreurPublication, match=r"Table t, colonne valeur.*code = c, rang = 3"):
        ecrire_parquet(tmp_path / "t.parquet", table.to_batches(), SCHEMA, ("code", "rang"), est_demo=False)


def test_un_zero_s_ecrit_toujours_pareil(tmp_path: Path) -> None:
    """Equal numbers, equal bytes: −0.0 is 0.0, an empty cell stays empty."""
    octets = []
    for nom, zero in (("positif", 0.0), ("negatif", -0.0)):
        table = pa.table({"code": ["a", "b", "c"], "rang": [1, 2, 3], "valeur": [zero, None, -1.5]}, schema=SCHEMA)
        chemin = tmp_path / f"{nom}.parquet"
        ecrire_parquet(chemin, table.to_batches(), SCHEMA, ("code", "rang"), est_demo=False)
        octets.append(chemin.read_bytes())
    assert octets[0] == octets[1]
    assert pq.read_table(chemin)["valeur"].to_pylist() == [0.0, None, -1.5]


def test_une_cle_vide_est_refusee(tmp_path: Path) -> None:
    table = pa.table({"code": ["a", None], "rang": [1, 2], "valeur": [1.0, 2.0]}, schema=SCHEMA)
    with pytest.raises(ErreurPublication, match=r"colonne code fait partie de la clé.*rang = 2"):
        ecrire_parquet(tmp_path / "t.parquet", table.to_batches(), SCHEMA, ("code", "rang"), est_demo=False)


def test_une_table_vide_garde_ses_colonnes(tmp_path: Path) -> None:
    assert ecrire_parquet(tmp_path / "t.parquet", [], SCHEMA, ("code",), est_demo=False) == 0
    assert pq.read_schema(tmp_path / "t.parquet").names == SCHEMA.names


@pytest.mark.parametrize("brut", [pa.decimal128(38, 0), pa.timestamp("us"), pa.list_(pa.string()), pa.uint64()])
def test_un_type_non_admis_est_nomme(brut: pa.DataType) -> None:
    with pytest.raises(ErreurPublication, match="Table ecarts, colonne total"):
        schema_publie("ecarts", pa.schema([("code", pa.string()), ("total", brut)]))


def test_les_tables_sont_triees_par_leur_cle(monde: Monde) -> None:
    monde.desordre = True
    dossier = monde.dossier(monde.publier())
    for table, cle in CLES.items():
        lignes = pq.read_table(dossier / "tables" / f"{table}.parquet").to_pylist()
        cles = [tuple(ligne[c] for c in cle) for ligne in lignes]
        assert cles == sorted(cles), table
    assert pq.read_metadata(dossier / "tables" / "valeurs.parquet").num_rows == 3


# --- CSV --------------------------------------------------------------------------------------------------------------


@pytest.mark.panne("F21", attendu="neutralised in text")
@pytest.mark.parametrize("debut", ["=", "+", "-", "@", "\t", "\r"])
def test_une_formule_est_neutralisee_dans_une_colonne_de_texte(debut: str) -> None:
    assert neutraliser(f"{debut}cmd|' /C calc'!A0") == f"'{debut}cmd|' /C calc'!A0"
    assert neutraliser(f"a{debut}b") == f"a{debut}b"


@pytest.mark.panne("F21", attendu="a negative number stays a number")
def test_un_nombre_negatif_reste_un_nombre(tmp_path: Path) -> None:
    table = pa.table({"texte": ["-1", "=1+1", 'guillemet " et, virgule', None], "nombre": [-1.5, 2.0, None, -0.25]})
    ecrire_csv(tmp_path / "t.csv", table)
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as fichier:
        assert list(csv.reader(fichier)) == [
            ["texte", "nombre"],
            ["'-1", "-1.5"],
            ["'=1+1", "2.0"],
            ['guillemet " et, virgule', ""],
            ["", "-0.25"],
        ]


# --- dictionary -------------------------------------------------------------------------------------------------------


def test_le_dictionnaire_decrit_exactement_ce_qui_est_publie(monde: Monde) -> None:
    dossier = monde.dossier(monde.publier())
    reel = {
        (chemin.stem, champ.name, type_de(champ.type).dictionnaire)
        for chemin in [*dossier.glob("tables/*.parquet"), *dossier.glob("geo/*.parquet")]
        for champ in pq.read_schema(chemin)
    }
    lignes = pq.read_table(dossier / "dictionnaire.parquet").to_pylist()
    assert {(ligne["table"], ligne["colonne"], ligne["type"]) for ligne in lignes} == reel
    with (dossier / "dictionnaire.csv").open(encoding="utf-8", newline="") as fichier:
        assert sorted(csv.DictReader(fichier), key=lambda d: (d["table"], d["colonne"])) == lignes
    assert {ligne["unite"] for ligne in lignes if (ligne["table"], ligne["colonne"]) == ("ecarts", "ecart")} == {"%"}


def test_la_derive_du_dictionnaire_se_dit_dans_les_deux_sens() -> None:
    definitions = [
        dictionary.Definition("valeurs", "valeur", "nombre", "", "…", ""),
        dictionary.Definition("valeurs", "oubliee", "texte", "", "…", ""),
        dictionary.Definition("valeurs", "rang", "texte", "", "…", ""),
    ]
    schema = pa.schema([("valeur", pa.float64()), ("rang", pa.int32()), ("nouvelle", pa.string())])
    phrases = dictionary.derive(definitions, [TableExtraite("valeurs", "tables/valeurs.parquet", schema, ("rang",), 0)])
    assert len(phrases) == 3
    assert "nouvelle de la table valeurs est publiée sans définition" in phrases[0]
    assert "oubliee est décrite pour la table valeurs, qui ne la contient pas" in phrases[1]
    assert "rang de la table valeurs est décrite comme texte et publiée comme entier" in phrases[2]


def test_une_table_que_le_manifeste_ignore_se_dit_en_une_phrase() -> None:
    schema = pa.schema([("a", pa.string()), ("b", pa.string())])
    (phrase,) = dictionary.derive([], [TableExtraite("sources", "tables/sources.parquet", schema, ("a",), 0)])
    assert "la table sources est publiée et manifest.json ne la décrit pas" in phrase


def test_une_derive_refuse_la_livraison(monde: Monde) -> None:
    """The manifest of another build: it describes a column that the warehouse does not hold."""
    entrepot = monde.construire()
    manifeste = json.loads((monde.cible / "manifest.json").read_text())
    colonnes = manifeste["nodes"]["model.observatoire.fct_ecarts"]["columns"]
    colonnes["fantome"] = {"name": "fantome", "description": "Colonne disparue.", "data_type": "varchar"}
    del colonnes["statut"]
    (monde.cible / "manifest.json").write_text(json.dumps(manifeste))
    with pytest.raises(ErreurPublication) as refus:
        publier(entrepot, monde.donnees, cible_dbt=monde.cible)
    assert ["fantome" in phrase for phrase in refus.value.phrases] == [False, True]
    assert "statut de la table ecarts est publiée sans définition" in refus.value.phrases[0]


@pytest.mark.parametrize(
    ("champ", "valeur"), [("description", ""), ("description", None), ("data_type", None), ("data_type", "hugeint")]
)
def test_une_colonne_mal_decrite_est_nommee(champ: str, valeur: str | None) -> None:
    colonne = {"name": "valeur", "description": "Valeur.", "data_type": "double"} | {champ: valeur}
    noeud = {"name": "fct_valeurs", "resource_type": "model", "columns": {"valeur": colonne}}
    with pytest.raises(ErreurPublication, match="Modèle fct_valeurs, colonne valeur"):
        dictionary.construire({"nodes": {"m": noeud}})


def test_le_nom_chez_le_producteur_arrive_au_dictionnaire() -> None:
    colonne = {
        "name": "ips",
        "description": "Indice\n de position sociale.",
        "data_type": "DOUBLE",
        "meta": {"unite": "point"},
        "config": {"meta": {"nom_source": ["IPS", "ips_etab"]}},
    }
    lignes = dictionary.construire(
        {"nodes": {"m": {"name": "dim_etablissements", "resource_type": "model", "columns": {"ips": colonne}}}}
    )
    (ligne,) = [d for d in lignes if d.table == "etablissements"]
    assert (ligne.type, ligne.unite, ligne.nom_source) == ("nombre", "point", "IPS;ips_etab")
    assert ligne.definition == "Indice de position sociale."


# --- contours ---------------------------------------------------------------------------------------------------------


def test_les_contours_sont_arrondis_orientes_et_nommes(monde: Monde) -> None:
    dossier = monde.dossier(monde.publier())
    lu = json.loads((dossier / "geo" / "contours_2015.geojson").read_text(encoding="utf-8"))
    assert [(f["id"], f["properties"]["libelle"]) for f in lu["features"]] == [
        ("QP961001", "Les Tilleuls"),
        ("QP961002", "Bel Air"),
    ]
    assert lu["mentions"] == ["Source : anct.qpv2015_contours"]
    forme = shapely.geometry.shape(lu["features"][0]["geometry"])
    # The fixture's corner is at 3.1234567: five decimals are kept.
    assert min(x for x, _ in forme.exterior.coords) == 3.12346
    assert forme.exterior.is_ccw
    table = pq.read_table(dossier / "geo" / "contours_2015.parquet")
    assert shapely.from_wkb(table["wkb"][0].as_py()).equals(forme)
    geo = json.loads(pq.read_metadata(dossier / "geo" / "contours_2015.parquet").metadata[b"geo"])
    assert geo["columns"][geo["primary_column"]]["encoding"] == "WKB"


def test_aucune_coordonnee_n_a_plus_de_cinq_decimales(monde: Monde) -> None:
    dossier = monde.dossier(monde.publier())
    texte = (dossier / "geo" / "contours_2024.geojson").read_text(encoding="utf-8")
    decimales = [len(d) for d in re.findall(r"\d\.(\d+)", texte.split('"coordinates"')[1])]
    assert decimales
    assert max(decimales) == 5


# --- table of checks --------------------------------------------------------------------------------------------------


def test_les_controles_des_deux_outils_font_une_table(monde: Monde) -> None:
    monde.attentes = [
        {
            "controle": "lignes_attendues",
            "jeu": "insee.qpv_revenus",
            "niveau": "avertissement",
            "resultat": "echoue",
            "observe": "1200",
            "seuil": "de 1300 à 1500",
            "message": "1200 lignes lues.",
        }
    ]
    dossier = monde.dossier(monde.publier())
    table = pq.read_table(dossier / "tables" / "qualite.parquet")
    assert table.column_names == ["controle", "jeu", "niveau", "resultat", "observe", "seuil", "message"]
    lignes = table.to_pylist()
    assert lignes[0] == monde.attentes[0]
    assert lignes[1] == {
        "controle": "not_null_fct_valeurs_statut",
        "jeu": "valeurs",
        "niveau": "bloquant",
        "resultat": "reussi",
        "observe": "0",
        "seuil": "0",
        "message": "",
    }


@pytest.mark.parametrize(
    ("sujet", "jeu"),
    [
        ("model.observatoire.stg_insee__qpv_revenus", "insee.qpv_revenus"),
        ("source.observatoire.insee.qpv_revenus", "insee.qpv_revenus"),
        ("model.observatoire.dim_territoires", "territoires"),
        ("model.observatoire.int_emploi__taux", "int_emploi__taux"),
    ],
)
def test_un_controle_nomme_ce_qu_il_controle(sujet: str, jeu: str, tmp_path: Path) -> None:
    cle = "test.observatoire.essai.0a"
    manifeste = {"nodes": {cle: {"name": "essai", "depends_on": {"nodes": [sujet]}, "config": {}}}}
    resultats = {"results": [{"unique_id": cle, "status": "pass", "failures": 0}]}
    (controle,) = quality.lire_controles(resultats, manifeste, [], tmp_path)
    assert (controle.jeu, controle.niveau) == (jeu, "bloquant")


def test_un_test_inconnu_du_manifeste_est_refuse(tmp_path: Path) -> None:
    resultats = {"results": [{"unique_id": "test.observatoire.perdu.0a", "status": "pass"}]}
    with pytest.raises(ErreurPublication, match=r"test\.observatoire\.perdu\.0a.*même construction"):
        quality.lire_controles(resultats, {"nodes": {}}, [], tmp_path)


def test_deux_tests_du_meme_nom_gardent_chacun_leur_ligne(tmp_path: Path) -> None:
    cles = ["test.observatoire.essai.0a", "test.observatoire.essai.0b"]
    noeuds = {cle: {"name": "essai", "attached_node": "model.observatoire.fct_valeurs", "config": {}} for cle in cles}
    resultats = {"results": [{"unique_id": cle, "status": "pass", "failures": 0} for cle in cles]}
    controles = quality.lire_controles(resultats, {"nodes": noeuds}, [], tmp_path)
    assert [c.controle for c in controles] == ["essai", "essai.0b"]


def test_une_attente_incomplete_est_nommee(tmp_path: Path) -> None:
    complet = dict.fromkeys(("controle", "jeu", "niveau", "resultat", "observe", "seuil", "message"), "x")
    with pytest.raises(ErreurPublication, match=r"attentes\.json, contrôle n° 2.*lu controle\."):
        quality.lire_controles({"results": []}, {"nodes": {}}, [complet, {"controle": "x"}], tmp_path / "attentes.json")


def test_le_monde_de_test_couvre_chaque_table_du_contrat() -> None:
    assert all(set(CLES[table]) <= set(colonnes_de(table)) for table in CLES if table != "qualite")
