"""The static sheets of the demo territory: one per quartier, the figures of the Parquet, no script, one address.

Belongs here: what the files hold, compared with the tables; the routes that serve them.
Does not belong here: how publication keeps them (tests/unit/test_fiches_publiees), what a browser shows (tests/browser).
"""

from __future__ import annotations

import hashlib
import html
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.routes import ROUTES
from publication.sheets.fiche import CHIFFRES_CLES, Registre, construire
from publication.sheets.lecture import ouvrir
from publication.sheets.lots import toutes_les_fiches

QUARTIERS = ("QP961001", "QN96101M", "QP961002", "QN96102I")
SANS_ESPACES = str.maketrans("", "", "\u00a0\u202f ")


@pytest.fixture(scope="module")
def donnees(donnees_fiches: Path) -> Path:
    return donnees_fiches


@pytest.fixture(scope="module")
def release(donnees: Path) -> Path:
    return (donnees / "releases" / "current").resolve()


@pytest.fixture
def client(donnees: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(donnees))
    return TestClient(Starlette(routes=ROUTES), follow_redirects=False)


def page(release: Path, code: str) -> str:
    return (release / "quartiers" / f"{code}.html").read_text(encoding="utf-8")


def lire(release: Path, sql: str) -> list[tuple[object, ...]]:
    return duckdb.sql(sql.replace("{t}", str(release / "tables"))).fetchall()


class Ouverts(HTMLParser):
    """The elements left open at the end of a page."""

    VIDES = frozenset({"meta", "link", "img", "br", "hr", "path", "line", "rect", "circle", "polygon", "polyline"})

    def __init__(self, texte: str) -> None:
        super().__init__()
        self.pile: list[str] = []
        self.feed(texte)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VIDES:
            self.pile.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.pile and self.pile[-1] == tag:
            self.pile.pop()


def cartes(texte: str) -> dict[str, str]:
    """HTML of each headline card, by indicator."""
    morceaux = texte[texte.index('<ul class="chiffres">') :].split('<li class="chiffre')[1:]
    noms = [re.search(r'data-indicateur="(\w+)"', morceau) for morceau in morceaux]
    return {nom[1]: morceau for nom, morceau in zip(noms, morceaux, strict=True) if nom}


def nombre_lu(ecrit: str) -> tuple[float, float]:
    """The first number of a French text, and half a unit of its last digit."""
    lu = re.search(r"([\u2212+]?)(\d+)(?:,(\d+))?", re.sub(r"<[^>]+>", "", ecrit).translate(SANS_ESPACES))
    assert lu is not None, ecrit
    valeur = float(f"{lu[2]}.{lu[3] or 0}")
    return (-valeur if lu[1] == "\u2212" else valeur), 0.5 * 10 ** -len(lu[3] or "") + 1e-9


def test_chaque_quartier_a_sa_fiche(release: Path) -> None:
    codes = {
        code for (code,) in lire(release, "select code_territoire from '{t}/territoires.parquet' where niveau = 'qpv'")
    }
    assert len(codes) == 123
    assert {f.stem for f in (release / "quartiers").glob("*.html")} == codes | {"definitions"}
    definies = set(re.findall(r'<h3 id="(\w+)"', page(release, "definitions")))
    for code in codes:
        texte = page(release, str(code))
        assert texte.startswith('<!DOCTYPE html>\n<html lang="fr">')
        assert str(code) in texte[texte.index("<title>") : texte.index("</title>")]
        assert "<script" not in texte
        assert not re.search(r"\son\w+=", texte)
        assert ">None<" not in texte
        assert "\ue000" not in texte
        assert release.name not in texte
        assert texte.count("<h1") == 1
        ancres = re.findall(r'href="#([^"]+)"', texte)
        assert [a for a in ancres if f'id="{a}"' not in texte] == []
        assert Ouverts(texte).pile == []
        liees = set(re.findall(r'href="(Q[NP]\w{6})\.html"', texte))
        assert liees <= codes
        assert set(re.findall(r'href="definitions\.html#(\w+)"', texte)) <= definies


def dates_publiees(texte: str) -> dict[str, list[str]]:
    """Cells of the histories by indicator, in the order of their dates."""
    cellules: dict[str, list[str]] = {}
    for historique in re.findall(r"<summary>Toutes les dates publiées \(.*?</details>", texte, re.DOTALL):
        for table in re.findall(r"<table.*?</table>", historique, re.DOTALL):
            plusieurs = table.startswith('<table class="tableau dates"')
            for rangee in re.findall(r"<tr>(<th scope=\"row\">.*?)</tr>", table, re.DOTALL):
                libelle, *valeurs = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", rangee, re.DOTALL)
                cellules.setdefault(libelle, []).extend(valeurs if plusieurs else [valeurs[1]])
    return cellules


@pytest.mark.parametrize("code", QUARTIERS)
def test_toutes_les_dates_sont_celles_du_parquet(release: Path, code: str) -> None:
    """Every published date of a figure has its cell, with the number of the table; none is empty, none is invented."""
    lues = dates_publiees(page(release, code))
    lignes = lire(
        release,
        "select libelle, valeur, statut, unite from '{t}/valeurs.parquet' join '{t}/indicateurs.parquet' using (indicateur)"
        f" where code_territoire = '{code}' order by libelle, periode",
    )
    publiees: dict[str, list[tuple[object, ...]]] = {}
    for libelle, *reste in lignes:
        publiees.setdefault(re.sub(r"[\u00a0 ]", " ", html.escape(str(libelle))), []).append(tuple(reste))
    nombres = 0
    for libelle, cellules in lues.items():
        attendues = publiees[re.sub(r"[\u00a0 ]", " ", libelle)]
        assert len(cellules) == len(attendues), libelle
        for cellule, (valeur, statut, unite) in zip(cellules, attendues, strict=True):
            assert cellule, libelle
            if statut == "observe" and isinstance(valeur, float) and unite != "oui/non":
                lu, marge = nombre_lu(cellule)
                assert lu == pytest.approx(valeur, abs=5.0 + 1e-9 if str(unite).startswith("€") else marge), libelle
                nombres += 1
    assert nombres > 40


@pytest.mark.parametrize("code", QUARTIERS)
def test_les_douze_chiffres_sont_ceux_du_parquet(release: Path, code: str) -> None:
    """Value and gap of each headline card are those of the tables, to half a unit of the last digit that is printed."""
    lues = cartes(page(release, code))
    assert tuple(lues) == CHIFFRES_CLES
    valeurs = ecarts = 0
    for nom, carte in lues.items():
        derniere = lire(
            release,
            "select valeur, statut, periode, unite from '{t}/valeurs.parquet' join '{t}/indicateurs.parquet' using (indicateur)"
            f" where code_territoire = '{code}' and indicateur = '{nom}' order by periode desc limit 1",
        )
        if not derniere or "autre-perimetre" in carte[:40]:
            continue
        valeur, statut, periode, unite = derniere[0]
        montree = carte.split('class="valeur', 1)[1].split("</p>", 1)[0]
        if statut != "observe":
            assert "vide" in montree or statut in {"estime", "partiel"}
            continue
        if unite == "oui/non" or not isinstance(valeur, float):
            continue
        lu, marge = nombre_lu(montree.split(">", 1)[1])
        assert lu == pytest.approx(valeur, abs=5.0 + 1e-9 if str(unite).startswith("€") else marge), nom
        valeurs += 1
        ecart = re.search(r'<span class="ecart">(.*?)</span>', carte)
        attendus = lire(
            release,
            f"select ecart from '{{t}}/ecarts.parquet' where code_qpv = '{code}' and indicateur = '{nom}'"
            f" and periode = '{periode}' and ecart is not null",
        )
        if ecart and attendus:
            lu, marge = nombre_lu(ecart[1])
            assert any(abs(float(str(e)) - lu) <= marge for (e,) in attendus), (nom, ecart[1], attendus)
            ecarts += 1
    assert valeurs >= 1
    assert ecarts >= 1


def test_un_erratum_est_dit_a_cote_de_son_chiffre_et_de_lui_seul(release: Path) -> None:
    """On the headline card and in the history of the quartier it names, in the table and in the feed; nowhere else."""
    ((code, indicateur, periode, texte),) = lire(
        release, "select code_territoire, indicateur, periode, texte from '{t}/errata.parquet'"
    )
    dit = f"erratum du 2\u00a0novembre\u00a02026\u00a0: {texte}".replace(" ;", "\u00a0;")
    fiche = page(release, str(code))
    assert dit in cartes(fiche)[str(indicateur)].replace("&#x27;", "'")
    assert periode == "2021-12-31"
    table = next(
        x for x in re.findall(r'<table class="tableau dates".*?</table>', fiche, re.DOTALL) if "<small>erratum" in x
    )
    dates = [re.sub(r"<small>.*?</small>", "", x) for x in re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table)]
    rangee = next(r for r in table.split("<tr>") if dit in r)
    dites = ["erratum" in cellule for cellule in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", rangee)]
    assert [date for date, dite in zip(dates, dites, strict=True) if dite] == ["31\u00a0décembre\u00a02021"]
    autres = [f for f in (release / "quartiers").glob("*.html") if "erratum du" in f.read_text(encoding="utf-8")]
    assert [f.stem for f in autres] == [code]
    assert str(texte) in (release / "notes.md").read_text(encoding="utf-8")


def test_la_lecture_en_nombre_est_celle_d_une_fiche(release: Path) -> None:
    """Read by département or one by one, a sheet is the same object."""
    registre = Registre(ouvrir(release))
    for fiche in toutes_les_fiches(registre):
        if fiche.code in QUARTIERS:
            seule = construire(registre, fiche.code)
            assert seule is not None
            for champ in ("liens", "valeurs", "valeurs_liees", "references", "ecarts", "evolutions", "plages"):
                assert getattr(fiche, champ) == getattr(seule, champ), (fiche.code, champ)


def test_l_adresse_d_un_quartier_sert_sa_fiche(client: TestClient, release: Path) -> None:
    reponse = client.get("/quartiers/QP961001")
    assert reponse.status_code == 200
    assert reponse.headers["content-type"] == "text/html; charset=utf-8"
    assert reponse.headers["cache-control"] == "no-cache"
    octets = (release / "quartiers" / "QP961001.html").read_bytes()
    assert reponse.content == client.get("/quartiers/QP961001.html").content == octets
    assert reponse.headers["etag"] == f'"{hashlib.sha256(octets).hexdigest()}"'
    assert client.get("/quartiers/QP961001", headers={"if-none-match": reponse.headers["etag"]}).status_code == 304
    assert "Taux d’emploi des 15-64 ans" in client.get("/quartiers/definitions.html").text
    imprimee = client.get("/quartiers/QP961001.pdf")
    assert (imprimee.status_code, imprimee.headers["content-type"]) == (200, "application/pdf")
    assert imprimee.content == (release / "quartiers" / "QP961001.pdf").read_bytes()
    style = client.get("/quartiers/style.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")


@pytest.mark.parametrize(
    ("adresse", "cible"),
    [
        ("/quartiers/QP961001?reference=commune", "/quartier?qpv=QP961001&reference=commune"),
        ("/quartiers/QP999999", "/quartier?qpv=QP999999"),
        ("/quartiers/QP999999.pdf", "/quartier?qpv=QP999999"),
        ("/quartiers/..%2fSHA256SUMS", None),
    ],
)
def test_sans_fiche_ou_avec_des_choix_l_explorateur(client: TestClient, adresse: str, cible: str | None) -> None:
    reponse = client.get(adresse)
    assert reponse.status_code in {307, 404}
    if cible:
        assert reponse.headers["location"] == cible


def test_une_release_sans_fiches_mene_a_l_explorateur(
    client: TestClient, donnees: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(donnees, tmp_path / "d", symlinks=True)
    release = (tmp_path / "d" / "releases" / "current").resolve()
    lignes = (release / "SHA256SUMS").read_text(encoding="utf-8").splitlines(keepends=True)
    (release / "SHA256SUMS").write_text("".join(x for x in lignes if "  quartiers/" not in x), encoding="utf-8")
    monkeypatch.setenv("OBSERVATOIRE_DATA", str(tmp_path / "d"))
    assert client.get("/quartiers/QP961001").headers["location"] == "/quartier?qpv=QP961001"
