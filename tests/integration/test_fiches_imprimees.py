"""The printed sheets of the demo territory: four tagged pages at most, the words and figures of the page and of the Parquet.

Belongs here: what the PDF files hold, compared with the page, with the explorer and with the tables.
Does not belong here: how publication keeps them (tests/unit/test_fiches_publiees), real files (tests/data).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from html import unescape
from pathlib import Path

import duckdb
import pytest
from pages import ouvrir_page
from pypdf import PdfReader

from publication.sheets import imprime, pdf
from publication.sheets.fiche import CHIFFRES_CLES, Registre, construire

# Both zonings; QN96101M has a filled register, the last three have masked headline figures.
QUARTIERS = ("QP961001", "QP961002", "QN96101M", "QP961014", "QP965005", "QN96503C")
MASQUES = QUARTIERS[3:]
JOUR = date(2026, 11, 26)


@pytest.fixture(scope="module")
def release(donnees_fiches: Path) -> Path:
    return (donnees_fiches / "releases" / "current").resolve()


def lecteur(release: Path, code: str) -> PdfReader:
    return PdfReader(release / "quartiers" / f"{code}.pdf")


def serre(texte: str) -> str:
    """A text without any space, ligatures undone: what line breaks and columns cannot change."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", texte))


def texte_imprime(release: Path, code: str) -> str:
    """The whole text, without the head and foot of its pages."""
    morceaux = []
    for page in lecteur(release, code).pages:
        texte = serre(page.extract_text())
        debut, fin = texte.index("démonstration") + len("démonstration"), texte.rindex(f"({code})·miseàjourdu")
        morceaux.append(texte[debut:fin].removesuffix(serre(nom(release, code))))
    return "".join(morceaux)


def nom(release: Path, code: str) -> str:
    return str(lire(release, f"select libelle from '@territoires.parquet' where code_territoire = '{code}'")[0][0])


def texte_html(morceau: str) -> str:
    return serre(unescape(re.sub(r"<[^>]+>", "", morceau)))


def page_html(release: Path, code: str) -> str:
    return (release / "quartiers" / f"{code}.html").read_text(encoding="utf-8")


def lire(release: Path, sql: str) -> list[tuple[object, ...]]:
    return duckdb.sql(sql.replace("@", f"{release}/tables/")).fetchall()


def cartes(html: str) -> dict[str, str]:
    """HTML of each headline card, by indicator."""
    liste = html[html.index('<ul class="chiffres">') :]
    morceaux = liste[: liste.index("</ul>")].split('<li class="chiffre')[1:]
    return {re.findall(r'data-indicateur="(\w+)"', m)[0]: m.split(">", 1)[1] for m in morceaux}


def nombres(texte: str) -> list[tuple[float, float]]:
    """The numbers of a text without spaces, each with half a unit of its last digit."""
    return [
        ((-1 if signe == "\u2212" else 1) * float(f"{entier}.{fraction or 0}"), 0.5 * 10 ** -len(fraction) + 1e-9)
        for signe, entier, fraction in re.findall(r"([\u2212+]?)(\d+)(?:,(\d+))?", texte)
    ]


def test_chaque_quartier_a_sa_fiche_imprimee_balisee(release: Path) -> None:
    """At most four A4 pages, tagged, in French, titled, for every quartier of both zonings."""
    codes = [
        str(c) for (c,) in lire(release, "select code_territoire from '@territoires.parquet' where niveau = 'qpv'")
    ]
    assert sorted(codes) == sorted(f.stem for f in (release / "quartiers").glob("*.pdf"))
    for code in codes:
        fiche = lecteur(release, code)
        assert 1 <= len(fiche.pages) <= 4, code
        racine = fiche.root_object
        assert racine["/MarkInfo"]["/Marked"]
        assert racine["/StructTreeRoot"]["/K"]
        assert str(racine["/Lang"]).startswith("fr")
        assert racine["/ViewerPreferences"]["/DisplayDocTitle"]
        titre = re.findall(r"<title>(.*?)</title>", page_html(release, code))[0]
        assert fiche.metadata is not None
        assert fiche.metadata.title == unescape(titre)
        assert code in str(fiche.metadata.title)
        assert b"<pdfuaid:part>1</pdfuaid:part>" in (release / "quartiers" / f"{code}.pdf").read_bytes()
        largeur, hauteur = fiche.pages[0].mediabox.width, fiche.pages[0].mediabox.height
        assert (round(largeur * 25.4 / 72), round(hauteur * 25.4 / 72)) == (210, 297)


@pytest.mark.parametrize("code", QUARTIERS)
def test_chaque_page_dit_de_qui_de_quand_et_ou(release: Path, code: str) -> None:
    pages = lecteur(release, code).pages
    for rang, page in enumerate(pages, 1):
        texte = serre(page.extract_text())
        assert texte.startswith("ObservatoireQPVDonnéesfictivesdedémonstration")
        assert serre(f"{nom(release, code)} ({code}) · mise à jour du 26 novembre 2026 · /quartiers/{code}") in texte
        assert f"page{rang}/{len(pages)}" in texte


@pytest.mark.parametrize("code", QUARTIERS)
def test_les_douze_chiffres_sont_ceux_de_la_page_et_du_parquet(release: Path, code: str) -> None:
    """Each headline card holds the very words of the page, and the value and gap of the tables."""
    texte, html = texte_imprime(release, code), cartes(page_html(release, code))
    assert tuple(html) == CHIFFRES_CLES
    debut, valeurs, masquees, ecarts = texte.index("Chiffresclés"), 0, 0, 0
    for cle, carte in html.items():
        attendu = texte_html(carte)
        assert attendu in texte[debut:], (cle, attendu)
        debut = texte.index(attendu, debut)
        lignes = lire(
            release,
            "select valeur, statut, periode, unite from '@valeurs.parquet' join '@indicateurs.parquet' using (indicateur)"
            f" where code_territoire = '{code}' and indicateur = '{cle}' order by periode desc limit 1",
        )
        if not lignes or "périmètre 2015" in carte:
            continue
        valeur, statut, periode, unite = lignes[0]
        titre = serre(unescape(re.findall(r"<h3>(.*?)</h3>", carte)[0]))
        if statut in {"secret", "non_diffuse"}:
            masquees += 1
            glyphe, mot = {"secret": ("s", "secretstatistique"), "non_diffuse": ("nd", "nondiffuséparleproducteur")}[
                str(statut)
            ]
            assert attendu.removeprefix(titre).startswith(glyphe + mot), cle
        elif statut == "observe" and isinstance(valeur, float) and unite != "oui/non":
            lu, marge = nombres(attendu.removeprefix(titre))[0]
            assert lu == pytest.approx(valeur, abs=5 + 1e-9 if str(unite).startswith("€") else marge), cle
            valeurs += 1
            imprime_ = re.search(r'<span class="ecart">(.*?)</span>', carte)
            publies = lire(
                release,
                f"select ecart from '@ecarts.parquet' where code_qpv = '{code}' and indicateur = '{cle}'"
                f" and periode = '{periode}' and ecart is not null",
            )
            if imprime_ and publies:
                lu, marge = nombres(texte_html(imprime_[1]))[0]
                assert any(abs(float(str(e)) - lu) <= marge for (e,) in publies), cle
                ecarts += 1
    assert valeurs >= 2
    assert ecarts >= 1
    assert (masquees > 0) == (code in MASQUES)


@pytest.mark.parametrize("code", QUARTIERS)
def test_les_tableaux_des_themes_sont_ceux_de_la_page_et_du_parquet(
    release: Path, registre: Registre, code: str
) -> None:
    """Every main figure of a theme is printed with the date, value, reference, gap and reading of the page."""
    texte, html = texte_imprime(release, code), page_html(release, code)
    libelles = {serre(i.libelle): i for i in registre.indicateurs.values()}
    principaux = {nom for noms in imprime.PRINCIPAUX.values() for nom in noms}
    verifies = lus = masques = 0
    for table in re.findall(r'<table class="tableau theme">.*?</table>', html):
        for ligne in re.findall(r"<tbody>.*?</tbody>", table)[0].split("</tr>")[:-1]:
            cellules = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", ligne)
            indicateur = libelles[texte_html(cellules[0])]
            if indicateur.indicateur not in principaux:
                continue
            # A cell that holds a reason alone is not printed: its sign is.
            attendu = "".join(texte_html(c) for c in cellules if not re.fullmatch(r"<small>.*</small>", c))
            assert attendu in texte, (code, indicateur.indicateur, attendu)
            verifies += 1
            publiee = lire(
                release,
                f"select valeur, statut from '@valeurs.parquet' where code_territoire = '{code}'"
                f" and indicateur = '{indicateur.indicateur}' order by periode desc limit 1",
            )
            valeur, statut = publiee[0]
            if statut in {"secret", "non_diffuse"}:
                assert texte_html(cellules[2]) == {"secret": "s", "non_diffuse": "nd"}[str(statut)]
                masques += 1
            elif statut == "observe" and isinstance(valeur, float) and indicateur.unite != "oui/non":
                lu, marge = nombres(texte_html(cellules[2].split("<small>")[0]))[0]
                assert lu == pytest.approx(valeur, abs=5 + 1e-9 if indicateur.unite.startswith("€") else marge)
                lus += 1
    assert verifies >= (20 if code.startswith("QP") else 10)
    assert lus >= 5
    assert masques or code not in MASQUES


@pytest.mark.parametrize("code", QUARTIERS)
def test_ecrits_sur_l_ecran_comme_sur_le_papier(
    donnees_fiches: Path, release: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """The explorer's headline cards, « En bref » and lists of changes are on the paper, and its link leads to it."""
    texte = texte_imprime(release, code)
    _, ecran = ouvrir_page("quartier", donnees_fiches, monkeypatch, qpv=code)
    for carte in cartes(ecran).values():
        assert texte_html(carte) in texte
    phrases = re.findall(r'<li data-chiffre="[^"]*">(.*?)</li>', ecran)
    assert len(phrases) >= 3
    for phrase in phrases:
        assert texte_html(phrase) in texte
    for titre in re.findall(r"<h3>((?:L’écart se|Ne peut pas être dit)[^<]*\(\d+\))</h3>", ecran):
        assert serre(titre) in texte
    total = re.findall(r"<p>(\d+\u00a0valeurs? ne peu[^<]*)</p>", ecran)
    assert len(total) == 1
    assert texte_html(total[0]) in texte
    assert f'href="/releases/{release.name}/quartiers/{code}.pdf"' in ecran


def test_les_signes_de_lecture_et_d_absence_sont_imprimes(release: Path) -> None:
    """◆ ● ▲, U+2212 and the legend come out of the file as text, not as unknown glyphs."""
    brut = "".join(page.extract_text() for page in lecteur(release, "QP961001").pages)
    for signe in "◆●▲\u2212✓":
        assert signe in brut or signe == "✓"
    assert "Légende" in brut
    assert "\ufffd" not in brut
    assert "\ue000" not in brut


def test_images_decrites_et_entetes_de_tableaux(release: Path) -> None:
    """Map and charts have an alternative text; tables have header cells."""
    alternatives, entetes = [], 0
    pile = [lecteur(release, "QP961001").root_object["/StructTreeRoot"]]
    while pile:
        noeud = pile.pop().get_object()
        if isinstance(noeud, list):
            pile += noeud
        elif hasattr(noeud, "get"):
            entetes += noeud.get("/S") == "/TH"
            if noeud.get("/S") == "/Figure":
                alternatives.append(str(noeud["/Alt"]))
            if "/K" in noeud:
                pile.append(noeud["/K"])
    assert len(alternatives) == 3
    assert any(a.startswith("Carte du quartier Les Tisseurs de Brume.") and "QN96101M" in a for a in alternatives)
    assert any(a.startswith("Taux d’emploi des 15-64 ans.") and "37,6\u00a0%" in a for a in alternatives)
    assert any("base 100" in a for a in alternatives)
    assert entetes >= 40


def test_memes_octets_d_une_composition_a_l_autre(release: Path, registre: Registre) -> None:
    """Another workshop, another thread: the file that publication wrote, byte for byte."""
    fiche = construire(registre, "QN96102I")
    assert fiche is not None
    contours = registre.release.contours((fiche.code, *sorted(fiche.valeurs_liees)))
    with pdf.Atelier(ouvriers=1) as atelier:
        chemin = release.parent / "essai.pdf"
        assert not atelier.poser(fiche.code, imprime.composer(fiche, contours, ""), chemin, None, JOUR)
    assert chemin.read_bytes() == (release / "quartiers" / "QN96102I.pdf").read_bytes()
    chemin.unlink()


def test_une_mise_en_page_refusee_nomme_le_quartier(registre: Registre, tmp_path: Path) -> None:
    """An image without alternative is no PDF/UA: nothing is written, and the sentence says of whom."""
    fiche = construire(registre, "QN96102I")
    assert fiche is not None
    sans_alternative = tmp_path / "imprime.typ"
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    sans_alternative.write_text(f"#set document(title: [x])\n#image(bytes({svg!r}))".replace("'", '"').replace(
        '"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>"',
        '"<svg xmlns=\\"http://www.w3.org/2000/svg\\" width=\\"9\\" height=\\"9\\"/>"'), encoding="utf-8")  # fmt: skip
    chemin = tmp_path / "QN96102I.pdf"
    with (
        pytest.raises(pdf.ErreurPdf, match=r"Fiche QN96102I .*alt"),
        pdf.Atelier(mise_en_page=sans_alternative) as atelier,
    ):
        atelier.poser(fiche.code, imprime.composer(fiche, {}, ""), chemin, None, JOUR)
    assert not chemin.exists()


def test_une_fiche_qui_ne_tient_pas_nomme_le_quartier(registre: Registre, tmp_path: Path) -> None:
    fiche = construire(registre, "QN96102I")
    assert fiche is not None
    imprimee = imprime.composer(fiche, {}, "")
    imprimee["sections"] = imprimee["sections"] * 5
    with (
        pytest.raises(pdf.ErreurPdf, match=r"Fiche QN96102I : \d+ pages une fois imprimée, 4 au plus"),
        pdf.Atelier() as atelier,
    ):
        atelier.poser(fiche.code, imprimee, tmp_path / "x.pdf", None, JOUR)


def test_une_autre_mise_en_page_fait_un_autre_fichier(registre: Registre, release: Path, tmp_path: Path) -> None:
    """The digest covers the layout: the same data under another layout is not kept."""
    fiche = construire(registre, "QN96102I")
    assert fiche is not None
    contours = registre.release.contours((fiche.code, *sorted(fiche.valeurs_liees)))
    imprimee = imprime.composer(fiche, contours, "")
    ancienne = release / "quartiers" / "QN96102I.pdf"
    autre = tmp_path / "imprime.typ"
    autre.write_text(pdf.MISE_EN_PAGE.read_text(encoding="utf-8").replace("#5B2A86", "#5B2A87"), encoding="utf-8")
    with pdf.Atelier() as atelier:
        assert atelier.poser(fiche.code, imprimee, tmp_path / "meme.pdf", ancienne, date(2027, 3, 4))
    with pdf.Atelier(mise_en_page=autre) as atelier:
        assert not atelier.poser(fiche.code, imprimee, tmp_path / "autre.pdf", ancienne, date(2027, 3, 4))
    assert (tmp_path / "meme.pdf").samefile(ancienne)
    assert pdf.empreinte_de(tmp_path / "autre.pdf") != pdf.empreinte_de(ancienne)


def test_les_chiffres_principaux_existent(registre: Registre) -> None:
    noms = [nom for liste in imprime.PRINCIPAUX.values() for nom in liste]
    assert len(noms) == len(set(noms))
    assert [nom for nom in noms if nom not in registre.indicateurs] == []
