"""F20. A hostile workbook is refused with a sentence and the process that reads it lives on.

Belongs here: sheets made to exhaust memory or time, entity bombs.
Does not belong here: archives (test_verify), ordinary workbooks (test_read).
"""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from ingestion.catalogue import Lecture
from ingestion.read import ErreurLecture, lire
from ingestion.read_workbook import Bornes, lire_classeur

LECTURE = Lecture(format="xls")
CHAINES = "xl/sharedStrings.xml"


def classeur(remplir: dict[tuple[int, int], str]) -> bytes:
    tampon = io.BytesIO()
    with xlsxwriter.Workbook(tampon) as livre:
        feuille = livre.add_worksheet("A")
        for (ligne, colonne), texte in remplir.items():
            feuille.write_string(ligne, colonne, texte)
    return tampon.getvalue()


def remplacer(contenu: bytes, membre: str, octets: bytes) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(contenu)) as lu, zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as ecrit:
        for nom in lu.namelist():
            ecrit.writestr(nom, octets if nom == membre else lu.read(nom))
    return tampon.getvalue()


ORDINAIRE = classeur({(0, 0): "code", (0, 1): "taux", (1, 0): "QN96101M", (1, 1): "12"})


@pytest.mark.panne("F20", attendu="a cell at XFD1048576 is refused, the next workbook is read")
def test_une_cellule_au_bout_de_la_feuille_est_refusee_et_la_suite_se_lit() -> None:
    loin = classeur({(0, 0): "code", (1, 0): "QN96101M", (1_048_575, 16_383): "x"})
    with pytest.raises(ErreurLecture, match=r"loin\.xlsx : classeur attendu lisible dans 4096 Mo et 120 s.*démesurée"):
        lire(loin, "loin.xlsx", LECTURE)
    assert lire(ORDINAIRE, "f.xlsx", LECTURE).rows() == [("QN96101M", "12", 2)]


@pytest.mark.panne("F20", attendu="an entity bomb is refused")
def test_une_bombe_d_entites_ne_se_deploie_pas() -> None:
    niveaux = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    chaines = (
        '<?xml version="1.0"?>{dtd}<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><t>{premiere}</t></si><si><t>taux</t></si><si><t>QN96101M</t></si><si><t>12</t></si></sst>"
    )
    sans = chaines.format(dtd="", premiere="code")
    avec = chaines.format(dtd=f'<!DOCTYPE sst [<!ENTITY e0 "{"b" * 100}">{niveaux}]>', premiere="&amp;e9;").replace(
        "&amp;", "&"
    )
    assert lire(remplacer(ORDINAIRE, CHAINES, sans.encode()), "f.xlsx", LECTURE).rows() == [("QN96101M", "12", 2)]
    with pytest.raises(ErreurLecture, match=r"bombe\.xlsx : "):
        lire(remplacer(ORDINAIRE, CHAINES, avec.encode()), "bombe.xlsx", LECTURE)


@pytest.mark.panne("F20", attendu="a workbook that takes too long is stopped")
def test_un_classeur_trop_long_a_lire_est_arrete() -> None:
    gros = classeur({(ligne, colonne): f"{ligne}" for ligne in range(40_000) for colonne in range(8)})
    with pytest.raises(ErreurLecture, match=r"gros\.xlsx : classeur attendu lisible dans 4096 Mo et 0 s"):
        lire_classeur(gros, "gros.xlsx", LECTURE, Bornes(secondes=0))
