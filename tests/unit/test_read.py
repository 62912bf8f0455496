"""Published files to text: formats, separators, encodings, containers, and the sentences of what cannot be read.

Belongs here: small files written by the test, one trait of a published file each.
Does not belong here: byte checks (test_verify), typing (test_normalise), real files (tests/data).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import unicodedata
import zipfile
from collections.abc import Callable

import polars as pl
import pytest
import shapefile
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalogue import Lecture
from ingestion.frames import tableau
from ingestion.read import ErreurLecture, lire
from ingestion.read_csv import _lire_irregulier, _plan, lots_csv

CSV = Lecture(format="csv")
WGS84 = 'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]]'
LAMBERT_93 = 'PROJCS["RGF93_Lambert_93",GEOGCS["GCS_RGF_1993"]]'


def lignes(cadre: pl.DataFrame) -> list[tuple[str, ...]]:
    """The records without their line numbers."""
    return cadre.drop("_ligne").rows()


def archive(**membres: bytes) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as zip_:
        for nom, contenu in membres.items():
            zip_.writestr(nom, contenu)
    return tampon.getvalue()


# --- csv --------------------------------------------------------------------------------------------------------------


@pytest.mark.panne("F14", attendu="read with or without a BOM")
@pytest.mark.parametrize("fin_de_ligne", [b"\n", b"\r\n"])
@pytest.mark.parametrize("fin_de_fichier", [b"", b"\n", b"\r\n", b"\n\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_un_csv_publie_se_lit_avec_ou_sans_bom_et_quelle_que_soit_la_fin_de_ligne(
    bom: bytes, fin_de_ligne: bytes, fin_de_fichier: bytes
) -> None:
    contenu = bom + fin_de_ligne.join([b"CODGEO;TX", b"QP961001;12,5", b"QP961002;"]) + fin_de_fichier
    cadre = lire(contenu, "f.csv", CSV)
    assert cadre.columns == ["CODGEO", "TX", "_ligne"]
    assert cadre.rows() == [("QP961001", "12,5", 2), ("QP961002", "", 3)]


def test_le_texte_est_garde_tel_quel() -> None:
    contenu = "A;B;C;D\n01;1\u202f234; x ;NaN\n14.0;1e400;true;2024-01-01\n".encode()
    cadre = lire(contenu, "f.csv", CSV)
    assert set(cadre.dtypes[:-1]) == {pl.String}
    assert lignes(cadre) == [("01", "1\u202f234", " x ", "NaN"), ("14.0", "1e400", "true", "2024-01-01")]


def test_les_noms_de_colonnes_perdent_leurs_blancs_et_seules_les_colonnes_sans_nom_et_vides_partent() -> None:
    cadre = lire(b"CODGEO;EVOL_CA_N_E ;;;\nQP961001;1;;x;\nQP961002;2;;;\n", "f.csv", CSV)
    assert cadre.columns == ["CODGEO", "EVOL_CA_N_E", "_sans_nom_4", "_ligne"]
    assert lignes(cadre) == [("QP961001", "1", "x"), ("QP961002", "2", "")]


@pytest.mark.parametrize("separateur", [",", ";", "\t", "|"])
def test_un_champ_entre_guillemets_garde_separateurs_guillemets_et_sauts_de_ligne(separateur: str) -> None:
    attendus = [["a", f"deux{separateur}mots"], ["b", 'dit "le Clos"'], ["c", "deux\nlignes"], ["d", ""]]
    tampon = io.StringIO()
    csv.writer(tampon, delimiter=separateur, lineterminator="\n").writerows([["code", "libelle"], *attendus])
    cadre = lire(tampon.getvalue().encode(), "f.csv", Lecture(format="csv", separateur=separateur))
    assert [list(ligne) for ligne in lignes(cadre)] == attendus
    # The third record takes lines 4 and 5 of the file.
    assert cadre["_ligne"].to_list() == [2, 3, 4, 6]


def test_un_guillemet_dans_un_libelle_non_protege_est_un_caractere() -> None:
    cadre = lire(b'code;libelle\na;Cite "du Clos"\nb;5" de large\n', "f.csv", CSV)
    assert lignes(cadre) == [("a", 'Cite "du Clos"'), ("b", '5" de large')]


def test_une_ligne_blanche_ne_fait_pas_un_enregistrement_et_ne_decale_pas_les_numeros() -> None:
    assert lire(b"code;n\na;1\n\nb;2\n", "f.csv", CSV).rows() == [("a", "1", 2), ("b", "2", 4)]


def test_une_ligne_blanche_d_un_fichier_a_une_colonne_n_est_pas_une_cellule_vide() -> None:
    assert lire(b"code\na\n\nb\n", "f.csv", CSV).rows() == [("a", 2), ("b", 4)]


def test_des_fins_de_ligne_d_un_ancien_macintosh_se_lisent_aussi() -> None:
    assert lire(b"code;n\ra;1\rb;2\r", "f.csv", CSV).rows() == [("a", "1", 2), ("b", "2", 3)]


def test_un_enregistrement_plus_long_est_une_erreur_avec_son_numero_de_ligne() -> None:
    with pytest.raises(ErreurLecture, match=r"f\.csv, ligne 3 : 4 champs lus, 3 attendus"):
        lire(b"code;libelle;n\na;Le Clos;1\nb;Le Clos; la Rive;2\n", "f.csv", CSV)


@pytest.mark.panne("F18", attendu="a truncated row is a sentence with its line")
def test_une_derniere_ligne_tronquee_est_une_erreur_avec_son_numero_de_ligne() -> None:
    with pytest.raises(ErreurLecture, match=r"f\.csv, ligne 3 : 2 champs lus, 3 attendus"):
        lire(b"code;libelle;n\na;Le Clos;1\nb;Le Cl", "f.csv", CSV)


def test_un_surplus_vide_et_des_colonnes_sans_nom_manquantes_ne_sont_pas_des_erreurs() -> None:
    assert lignes(lire(b"code;n;;\na;1;;;;\nb;2\n", "f.csv", CSV)) == [("a", "1"), ("b", "2")]


def test_un_csv_qui_mele_deux_sortes_de_lignes_complete_les_plus_courtes_si_la_fiche_le_dit() -> None:
    contenu = b"finess;96\ncentre;1;Nom;\npoint;1\n"
    mele = Lecture(format="csv", colonnes=["section", "numero", "nom", "fin"], premiere_ligne=2, lignes_courtes=True)
    assert lire(contenu, "f.csv", mele).rows() == [("centre", "1", "Nom", "", 2), ("point", "1", "", "", 3)]
    with pytest.raises(ErreurLecture, match=r"f\.csv, ligne 3 : 2 champs lus, 4 attendus"):
        lire(contenu, "f.csv", mele.model_copy(update={"lignes_courtes": False}))
    # A record that is too long is never let through.
    with pytest.raises(ErreurLecture, match=r"f\.csv, ligne 3 : 5 champs lus, 4 attendus"):
        lire(b"finess;96\ncentre;1;Nom;\ncentre;2;Nom;x;y\n", "f.csv", mele)


@pytest.mark.panne("F18", attendu="an unbalanced quote is a sentence with its line")
def test_un_guillemet_jamais_referme_est_une_erreur_a_la_ligne_ou_il_s_ouvre() -> None:
    with pytest.raises(ErreurLecture, match=r"f\.csv, ligne 3 : guillemet"):
        lire(b'code;n\na;1\n"b;2\nc;3\n', "f.csv", CSV)


@pytest.mark.panne("F13", attendu="two columns of one name are a sentence")
def test_deux_colonnes_du_meme_nom_sont_une_erreur() -> None:
    with pytest.raises(ErreurLecture, match=r"« TX » est donné à plusieurs colonnes \(positions \[2, 3\]\)"):
        lire(b"CODGEO;TX;TX \nQP961001;1;2\n", "f.csv", CSV)


def test_un_fichier_sans_ligne_de_donnees_est_une_erreur() -> None:
    with pytest.raises(ErreurLecture, match="aucune ligne de données"):
        lire(b"CODGEO;TX\n", "f.csv", CSV)


@pytest.mark.panne("F14", attendu="the declared encoding is applied, an impossible byte gives its line")
def test_l_encodage_declare_est_applique_et_un_octet_impossible_donne_sa_ligne() -> None:
    contenu = "code;libelle\na;Évreux\n".encode("cp1252")
    assert lignes(lire(contenu, "f.csv", Lecture(format="csv", encodage="cp1252"))) == [("a", "Évreux")]
    with pytest.raises(ErreurLecture, match=r"f\.csv, ligne 2 : octet 0xc9 impossible en utf-8"):
        lire(contenu, "f.csv", CSV)


@pytest.mark.panne("F14", attendu="a UTF-16 BOM wins over the declared encoding")
def test_un_bom_utf_16_l_emporte_sur_l_encodage_declare() -> None:
    assert lignes(lire("code;libelle\na;Évreux\n".encode("utf-16"), "f.csv", CSV)) == [("a", "Évreux")]


def test_l_en_tete_peut_etre_plus_bas_et_les_donnees_encore_plus_bas() -> None:
    contenu = b"Titre du tableau;;\n;;\ncode;n;\nCode;Nombre;\na;1;\n"
    lecture = Lecture(format="csv", ligne_entete=3, premiere_ligne=5)
    assert lire(contenu, "f.csv", lecture).rows() == [("a", "1", 5)]
    with pytest.raises(ErreurLecture, match="pas d'en-tête à la ligne 9"):
        lire(contenu, "f.csv", Lecture(format="csv", ligne_entete=9))


TEXTES = st.text(alphabet='ab 1;,"\né\u202f', max_size=6)


@given(st.lists(st.tuples(TEXTES, TEXTES, TEXTES), min_size=1, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_la_voie_rapide_et_le_module_csv_lisent_le_meme_texte(
    enregistrements: list[tuple[str, ...]], fin_de_ligne: str
) -> None:
    tampon = io.StringIO()
    redacteur = csv.writer(tampon, delimiter=";", lineterminator=fin_de_ligne)
    redacteur.writerows([("c1", "c2", "c3"), *enregistrements])
    octets = tampon.getvalue().encode().rstrip(b"\r\n")
    soigneuse = [tableau("f", *lot) for lot in _lire_irregulier(iter([octets]), "f", CSV, None, 0)]
    assert lire(octets, "f", CSV).equals(soigneuse[0])
    assert len(soigneuse) == 1


@given(
    st.lists(st.tuples(TEXTES, TEXTES, TEXTES), min_size=1, max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(1, 40),
    st.integers(1, 7),
    st.sampled_from(["utf-8", "utf-16-le"]),
)
def test_un_fichier_lu_par_morceaux_donne_les_memes_lignes(
    enregistrements: list[tuple[str, ...]], fin_de_ligne: str, morceau: int, bloc: int, encodage: str
) -> None:
    """Wherever the blocks are cut, in a character, a quoted line end or a record."""
    tampon = io.StringIO()
    csv.writer(tampon, delimiter=";", lineterminator=fin_de_ligne).writerows([("c1", "c2", "c3"), *enregistrements])
    octets = tampon.getvalue().encode(encodage)
    lecture = Lecture(format="csv", encodage=encodage)
    blocs = [octets[i : i + bloc] for i in range(0, len(octets), bloc)]
    assert pl.concat(lots_csv(blocs, "f", lecture, morceau)).equals(lire(octets, "f", lecture))


def test_une_erreur_d_un_morceau_suivant_donne_sa_ligne_dans_le_fichier() -> None:
    debut = b"code;n\n" + b"".join(b"c%d;1\n" % i for i in range(50))
    for fin, motif in (
        (b"x;1;2\n", r"f, ligne 52 : 3 champs lus, 2 attendus"),
        (b"x\n", r"f, ligne 52 : 1 champs lus, 2 attendus"),
        (b'x;"jamais referme\n', r"f, ligne 52 : guillemet mal placé"),
        (b"\xc9;1\n", r"f, ligne 52 : octet 0xc9 impossible en utf-8"),
    ):
        blocs = [(debut + fin)[i : i + 16] for i in range(0, len(debut + fin), 16)]
        with pytest.raises(ErreurLecture, match=motif):
            list(lots_csv(blocs, "f", CSV, 32))


def test_un_fichier_regulier_passe_par_la_voie_rapide() -> None:
    regulier = b'code;libelle\na;"Le Clos; la Rive"\nb;"dit ""le Clos"""'
    plan = _plan(regulier, ord(";"))
    assert plan is not None
    assert plan.lignes.tolist() == [1, 2, 3]
    assert plan.champs.tolist() == [2, 2, 2]
    for irregulier in (b'code;libelle\na;Cite "du Clos"', b'code;libelle\na;"Le Clos', b"code;libelle\ra;Le Clos"):
        assert _plan(irregulier, ord(";")) is None


# --- containers -------------------------------------------------------------------------------------------------------


def test_le_membre_d_un_zip_se_choisit_par_son_motif_sans_les_descriptions() -> None:
    contenu = archive(
        **{
            "donnees/base_QP.csv": b"code;n\na;1\n",
            "base_COM.csv": b"code;n\nb;2\n",
            "meta_base_QP.csv": b"COD_VAR;LIB_VAR\nn;Nombre\n",
        }
    )
    assert lignes(lire(contenu, "f.zip", Lecture(format="csv", membre="*_qp.csv"))) == [("a", "1")]
    with pytest.raises(ErreurLecture, match=r"un seul membre hors description.*base_COM\.csv, base_QP\.csv"):
        lire(contenu, "f.zip", CSV)
    with pytest.raises(ErreurLecture, match=r"« \*_IRIS\.csv ».*aucun parmi base_COM\.csv, base_QP\.csv"):
        lire(contenu, "f.zip", Lecture(format="csv", membre="*_IRIS.csv"))


def test_un_zip_a_un_seul_membre_utile_n_a_pas_besoin_de_motif() -> None:
    contenu = archive(**{"base.CSV": b"code;n\na;1\n", "meta_base.CSV": b"x;y\n1;2\n"})
    assert lignes(lire(contenu, "f.zip", CSV)) == [("a", "1")]


def test_un_nom_de_membre_decompose_se_compare_compose() -> None:
    nom = unicodedata.normalize("NFD", "données_QP.csv")
    contenu = archive(**{nom: b"code;n\na;1\n", "autre.csv": b"code;n\nb;2\n"})
    assert lignes(lire(contenu, "f.zip", Lecture(format="csv", membre="données_*.csv"))) == [("a", "1")]


@pytest.mark.panne("F9", attendu="a truncated gzip is a sentence")
def test_un_gzip_se_reconnait_a_ses_octets_et_un_gzip_tronque_est_une_erreur() -> None:
    contenu = gzip.compress(b"code;n\na;1\n" * 1000)
    assert lire(contenu, "f.csv", CSV)["n"][0] == "1"
    with pytest.raises(ErreurLecture, match="archive gzip tronquée ou abîmée"):
        lire(contenu[:-20], "f.csv", CSV)


def test_un_zip_tronque_est_une_erreur() -> None:
    with pytest.raises(ErreurLecture, match="archive zip tronquée ou abîmée"):
        lire(archive(**{"a.csv": b"code;n\na;1\n"})[:-30], "f.zip", CSV)


# --- workbooks --------------------------------------------------------------------------------------------------------


def classeur(remplir: Callable[[xlwt.Worksheet], None], feuille: str = "Données") -> bytes:
    livre = xlwt.Workbook()
    livre.add_sheet("Documentation").write(0, 0, "texte")
    remplir(livre.add_sheet(feuille))
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


def taux(feuille: xlwt.Worksheet) -> None:
    feuille.write(3, 0, "Code")
    feuille.write(3, 1, "T1_2024")
    for rang, (code, valeur) in enumerate([("01", 7.1), (14.0, 12.0), ("2A", None)], start=4):
        feuille.write(rang, 0, code)
        if valeur is not None:
            feuille.write(rang, 1, valeur)
    feuille.write(8, 0, "Source : fictive")


def test_une_feuille_de_classeur_se_lit_en_texte_sans_decimale_ajoutee() -> None:
    cadre = lire(classeur(taux), "f.xls", Lecture(format="xls", feuille="Données", ligne_entete=4))
    assert cadre.rows() == [
        ("01", "7.1", 5),
        ("14", "12", 6),
        ("2A", "", 7),
        ("", "", 8),
        ("Source : fictive", "", 9),
    ]


def test_une_feuille_inconnue_donne_la_liste_des_feuilles() -> None:
    with pytest.raises(ErreurLecture, match="feuille « Donnees » attendue, feuilles trouvées : Documentation, Données"):
        lire(classeur(taux), "f.xls", Lecture(format="xls", feuille="Donnees"))


def test_les_libelles_sous_l_en_tete_se_sautent_et_les_lignes_blanches_de_la_fin_partent() -> None:
    def remplir(feuille: xlwt.Worksheet) -> None:
        for colonne, (nom, libelle) in enumerate([("qp", "Code du quartier"), ("tx", "Taux")]):
            feuille.write(5, colonne, nom)
            feuille.write(6, colonne, libelle)
        feuille.write(7, 0, "QP961001")
        feuille.write(7, 1, 0.5)
        feuille.write(12, 0, "   ")

    lecture = Lecture(format="xls", feuille="Données", ligne_entete=6, premiere_ligne=8)
    assert lire(classeur(remplir), "f.xls", lecture).rows() == [("QP961001", "0.5", 8)]


def test_un_en_tete_absent_de_la_ligne_declaree_est_une_erreur() -> None:
    with pytest.raises(ErreurLecture, match="pas d'en-tête à la ligne 3"):
        lire(classeur(taux), "f.xls", Lecture(format="xls", feuille="Données", ligne_entete=3))


def test_un_fichier_qui_n_est_pas_un_classeur_est_une_erreur() -> None:
    with pytest.raises(ErreurLecture, match="pas un classeur Excel lisible"):
        lire(b"code;n\na;1\n", "f.xls", Lecture(format="xls"))


# --- json -------------------------------------------------------------------------------------------------------------


def test_un_objet_d_objets_donne_une_ligne_par_cle_et_garde_les_chiffres_du_fichier() -> None:
    contenu = b'{"01": {"tx": 10.80, "nom": "Ain"}, "2A": {"tx": null, "nom": "Corse", "n": 12}}'
    cadre = lire(contenu, "f.json", Lecture(format="json", cle_objet="code"))
    assert cadre.columns == ["code", "tx", "nom", "n", "_ligne"]
    assert cadre.rows() == [("01", "10.80", "Ain", "", 1), ("2A", "", "Corse", "12", 2)]


def test_une_liste_d_enregistrements_se_prend_sous_sa_cle_et_les_listes_se_joignent() -> None:
    contenu = json.dumps({"meta": {}, "qpvs": [{"code": "QN96101M", "insee": ["96101", "96102"], "actif": True}]})
    lecture = Lecture(format="json", enregistrements="qpvs")
    assert lignes(lire(contenu.encode(), "f.json", lecture)) == [("QN96101M", "96101,96102", "true")]
    with pytest.raises(ErreurLecture, match="clé « quartiers » attendue, trouvé meta, qpvs"):
        lire(contenu.encode(), "f.json", Lecture(format="json", enregistrements="quartiers"))
    with pytest.raises(ErreurLecture, match="une liste d'objets est attendue"):
        lire(contenu.encode(), "f.json", Lecture(format="json"))


def test_des_coordonnees_de_multipolygone_deviennent_une_geometrie_avec_leurs_chiffres() -> None:
    contenu = b'[{"code": "QN96101M", "g": [[[[5.10, 46.2], [5.1, 46.3], [5.2, 46.3], [5.10, 46.2]]]]}]'
    cadre = lire(contenu, "f.json", Lecture(format="json"))
    assert cadre.columns == ["code", "_geometrie", "_crs", "_ligne"]
    assert cadre["_geometrie"][0] == "MULTIPOLYGON (((5.10 46.2, 5.1 46.3, 5.2 46.3, 5.10 46.2)))"
    assert cadre["_crs"][0] == "EPSG:4326"


def test_un_json_tronque_est_une_erreur() -> None:
    with pytest.raises(ErreurLecture, match="document JSON illisible"):
        lire(b'{"qpvs": [{"code": "QN9', "f.json", Lecture(format="json"))


CARRE = [[[0, 0], [0, 1], [1, 1], [0, 0]]]


@pytest.mark.parametrize(
    ("geometrie", "attendu"),
    [
        ({"type": "Polygon", "coordinates": CARRE}, "POLYGON ((0 0, 0 1, 1 1, 0 0))"),
        ({"type": "MultiPolygon", "coordinates": [CARRE]}, "MULTIPOLYGON (((0 0, 0 1, 1 1, 0 0)))"),
        ({"type": "Point", "coordinates": [0.5, 46, 12]}, "POINT (0.5 46)"),
        ({"type": "LineString", "coordinates": [[0, 0], [1, 1]]}, "LINESTRING (0 0, 1 1)"),
        (None, ""),
    ],
)
def test_une_geometrie_geojson_devient_du_wkt(geometrie: object, attendu: str) -> None:
    entite = {"type": "Feature", "properties": {"code": "QN96101M", "epci": None}, "geometry": geometrie}
    for document in (entite, {"type": "FeatureCollection", "features": [entite]}):
        cadre = lire(json.dumps(document).encode(), "f.geojson", Lecture(format="geojson"))
        assert lignes(cadre.drop("_longitude", "_latitude", strict=False)) == [("QN96101M", "", attendu, "EPSG:4326")]


def test_un_point_donne_aussi_ses_coordonnees() -> None:
    entite = {"type": "Feature", "properties": {"id": "1"}, "geometry": {"type": "Point", "coordinates": [0.5, 46]}}
    cadre = lire(json.dumps(entite).encode(), "f.geojson", Lecture(format="geojson"))
    assert cadre.select("_longitude", "_latitude").rows() == [("0.5", "46")]


def test_un_systeme_de_coordonnees_inconnu_est_une_erreur() -> None:
    document = {"type": "FeatureCollection", "crs": {"properties": {"name": "EPSG:27572"}}, "features": []}
    with pytest.raises(ErreurLecture, match="EPSG:27572"):
        lire(json.dumps(document).encode(), "f.geojson", Lecture(format="geojson"))


# --- shapefiles -------------------------------------------------------------------------------------------------------


def couche(nom: str, prj: str, encodage: str = "cp1252") -> dict[str, bytes]:
    parties = {suffixe: io.BytesIO() for suffixe in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parties, encoding=encodage) as redacteur:
        redacteur.field("CODE_QP", "C", 8)
        redacteur.field("NOM_QP", "C", 254)
        redacteur.record("QP961001", "Cité d’Évreux")
        redacteur.poly([[[0, 0], [0, 2], [2, 2], [0, 0]]])
    contenus = {suffixe: bytearray(tampon.getvalue()) for suffixe, tampon in parties.items()}
    contenus["dbf"][29] = 0x57
    return {f"{nom}.{suffixe}": bytes(contenu) for suffixe, contenu in contenus.items()} | {f"{nom}.prj": prj.encode()}


@pytest.mark.panne("F14", attendu="a layer in cp1252 is decoded")
def test_une_couche_d_un_zip_se_choisit_par_son_nom_et_se_decode_en_cp1252() -> None:
    contenu = archive(**couche("QP_WGS84", WGS84), **couche("QP_LB93", LAMBERT_93))
    for nom, crs in (("QP_WGS84", "EPSG:4326"), ("QP_LB93", "EPSG:2154")):
        cadre = lire(contenu, "f.zip", Lecture(format="shapefile", membre=nom))
        assert cadre.columns == ["CODE_QP", "NOM_QP", "_geometrie", "_crs", "_ligne"]
        assert cadre.row(0)[:2] == ("QP961001", "Cité d’Évreux")
        assert cadre["_crs"][0] == crs
        assert cadre["_geometrie"][0].startswith("POLYGON ((0.0 0.0, 0.0 2.0, 2.0 2.0")
    with pytest.raises(
        ErreurLecture, match="couche « QP_974 » attendue dans l'archive, couches trouvées : QP_LB93, QP_WGS84"
    ):
        lire(contenu, "f.zip", Lecture(format="shapefile", membre="QP_974"))


def test_une_couche_incomplete_ou_de_projection_inconnue_est_une_erreur() -> None:
    sans_prj = {nom: octets for nom, octets in couche("QP", WGS84).items() if not nom.endswith(".prj")}
    with pytest.raises(ErreurLecture, match="la couche QP est incomplète, il manque prj"):
        lire(archive(**sans_prj), "f.zip", Lecture(format="shapefile", membre="QP"))
    with pytest.raises(ErreurLecture, match="système de coordonnées de la couche QP inconnu"):
        lire(archive(**couche("QP", 'PROJCS["NTF"]')), "f.zip", Lecture(format="shapefile", membre="QP"))
