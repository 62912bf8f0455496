"""F9, F13 to F19. Mutated published files end as loaded, quarantined or refused with a sentence; never a crash or a silent loss.

Belongs here: the quick campaign of every run, the parsers on any document, the failures that campaigns have found.
Does not belong here: the mutations (campagne_fuzz), the long campaign (make fuzz).
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
import shapefile
from campagne_fuzz import ADMIS, MUTATIONS, campagne, essayer, publies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.catalogue import Lecture
from ingestion.read import ErreurLecture, lire
from ingestion.verify import ErreurOctets, verifier

REGLAGES = settings(
    max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
CSV = [Lecture(format="csv", separateur=s, encodage=e) for s in ";,\t" for e in ("utf-8", "cp1252")]
JSON = [Lecture(format="json"), Lecture(format="json", cle_objet="code"), Lecture(format="json", enregistrements="a")]
JSON += [Lecture(format="json", champs="a"), Lecture(format="geojson")]
CLES = st.sampled_from(["a", "code", "features", "properties", "geometry", "coordinates"])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda dedans: st.lists(dedans, max_size=3) | st.dictionaries(CLES, dedans, max_size=5),
    max_leaves=20,
)
GEOMETRIES = st.fixed_dictionaries(
    {"type": st.sampled_from(["Point", "Polygon", "MultiPolygon", "LineString"])}, optional={"coordinates": DOCUMENTS}
)
COLLECTIONS = st.fixed_dictionaries(
    {
        "type": st.just("FeatureCollection"),
        "features": DOCUMENTS
        | st.lists(st.fixed_dictionaries({}, optional={"properties": DOCUMENTS, "geometry": GEOMETRIES}), max_size=3),
    }
)
BALISES = ["<Series ", "<Obs ", "/>", "</Series>", "A='1'", "<?xml?>", "<!DOCTYPE x>", "<a>", "</a>", "<", "&", " "]


def lue_ou_refusee(contenu: bytes, lecture: Lecture) -> None:
    """Any other error than the sentence of the readers fails the test."""
    try:
        lues = lire(contenu, "essai.txt", lecture)
    except ErreurLecture as erreur:
        assert "essai.txt" in str(erreur)  # noqa: PT017 both ends are admitted
    else:
        assert lues["_ligne"].is_unique().all()


def test_une_courte_campagne_ne_trouve_rien(territoire_demo: Path) -> None:
    issues, defauts = campagne(publies(territoire_demo), 250, 2026)
    assert defauts == []
    assert {mutation for mutation, _ in issues} == {m.__name__ for m in MUTATIONS}
    assert {issue for _, issue in issues} == ADMIS


def test_une_ligne_perdue_en_silence_serait_vue(territoire_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import campagne_fuzz

    vraie = campagne_fuzz.normaliser
    monkeypatch.setattr(campagne_fuzz, "normaliser", lambda *a: (n := vraie(*a))._replace(lignes=n.lignes.slice(1)))
    publie = next(p for p in publies(territoire_demo) if essayer(p, p.contenu)[0] == "perte")
    monkeypatch.undo()
    assert essayer(publie, publie.contenu)[0] in {"charge", "quarantaine"}


@REGLAGES
@given(st.text(st.sampled_from(list('"";;,,\t\n\n\r\x00 aé1.-=\ufeff|')), max_size=60), st.sampled_from(CSV))
def test_tout_texte_pris_pour_un_csv(texte: str, lecture: Lecture) -> None:
    lue_ou_refusee(texte.encode(), lecture)


@REGLAGES
@given(DOCUMENTS, st.sampled_from(JSON))
def test_tout_document_json(document: object, lecture: Lecture) -> None:
    lue_ou_refusee(json.dumps(document).encode(), lecture)


@REGLAGES
@given(COLLECTIONS)
def test_toute_collection_geojson(collection: object) -> None:
    lue_ou_refusee(json.dumps(collection).encode(), JSON[-1])


@REGLAGES
@given(st.lists(st.sampled_from(BALISES), max_size=30).map("".join))
def test_tout_texte_pris_pour_du_sdmx(texte: str) -> None:
    lue_ou_refusee(texte.encode(), Lecture(format="sdmx"))


# --- failures that campaigns have found -------------------------------------------------------------------------------


def test_un_repertoire_d_archive_decale_est_une_phrase() -> None:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        archive.writestr("a.csv", "code;n\nQN96101M;1\n")
    # 38 bytes lost before the directory: zipfile then looks for the member before the start of the file.
    coupe = tampon.getvalue()[38:]
    with pytest.raises(ErreurOctets, match=r"x\.zip.*membre illisible"):
        verifier(b"PK\x03\x04" + coupe[4:], "x.zip", Lecture(format="csv"))


def test_un_membre_sans_nom_est_une_phrase() -> None:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        archive.writestr("a.csv", "code;n\nQN96101M;1\n")
    # The name in the directory starts with a zero byte: zipfile cuts it there, and its `is_dir` reads the last letter.
    octets = tampon.getvalue()
    place = octets.rindex(b"a.csv")
    with pytest.raises(ErreurOctets, match=r"x\.zip.*un membre sans nom"):
        verifier(octets[:place] + b"\x00" + octets[place + 1 :], "x.zip", Lecture(format="csv"))


def test_une_table_de_couche_a_type_inconnu_est_une_phrase(tmp_path: Path) -> None:
    with shapefile.Writer(str(tmp_path / "c"), shapeType=shapefile.POINT) as couche:
        couche.field("code", "C")
        couche.point(2.0, 48.0)
        couche.record("QN96101M")
    dbf = bytearray((tmp_path / "c.dbf").read_bytes())
    dbf[32 + 11] = 0  # type of the first field (dBASE III: 32 bytes of header, 11 of name)
    (tmp_path / "c.dbf").write_bytes(dbf)
    (tmp_path / "c.prj").write_text('GEOGCS["GCS_WGS_1984"]')
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        for suffixe in ("shp", "shx", "dbf", "prj"):
            archive.write(tmp_path / f"c.{suffixe}", f"c.{suffixe}")
    with pytest.raises(ErreurLecture, match=r"x\.zip : couche c illisible"):
        lire(tampon.getvalue(), "x.zip", Lecture(format="shapefile"))


@pytest.mark.parametrize(
    ("contenu", "lecture", "phrase"),
    [
        (b'{"01": 5}', JSON[1], "un objet est attendu sous chaque clé.*« 01 »"),
        (b"[" * 100_000 + b"]" * 100_000, JSON[0], "document JSON illisible"),
        (b'{"type": "FeatureCollection"}', JSON[4], "liste d'entités"),
        (b'{"type": "FeatureCollection", "features": [7]}', JSON[4], "enregistrement 1 : objet ou géométrie mal formé"),
        (b'[{"x": [[[[1, 2], 3]]]}]', JSON[0], "enregistrement 1 : objet ou géométrie mal formé"),
        (b" \n;\n", CSV[0], "f : "),
    ],
)
def test_un_document_de_forme_imprevue_est_une_phrase(contenu: bytes, lecture: Lecture, phrase: str) -> None:
    with pytest.raises(ErreurLecture, match=phrase):
        lire(contenu, "f", lecture)
