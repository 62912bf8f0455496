"""The map of a sheet: invented places at known distances, counts, labels, the drawing that stands alone, the reasons of a silence.

Belongs here: publication.sheets.carte and sections.carte on a sheet written in this file.
Does not belong here: the rows of a release (tests/integration/test_carte_de_la_fiche_demo), what a browser shows (tests/browser).
"""

from __future__ import annotations

import base64
import io
import re
from datetime import date
from itertools import accumulate
from types import SimpleNamespace
from typing import Any, cast

import pytest
import shapely
import typst
from PIL import Image

from ingestion.catalogue import Catalogue
from ingestion.proximity import RAYON_M as RAYON_INGESTION_M
from publication.sheets.carte import Dessin, Point, dessiner
from publication.sheets.fiche import Fiche
from publication.sheets.graphiques import en_images
from publication.sheets.lieux import COUCHES, JEUX, NATURES, RAYON_M, Lieu, Liste
from publication.sheets.modele import Source
from publication.sheets.sections.carte import dessin_de, section_carte

METRES_PAR_DEGRE = 111_195
# On the equator a degree is the same length both ways: this square is 1,111.95 m wide and high.
CARRE = shapely.box(0.0, 0.0, 0.01, 0.01).wkb
CONTOURS = {"QN96101M": CARRE, "QP961001": CARRE}


def lieu(nature: str, metres: float, rep: str | None = None, nom: str | None = "Nom") -> Lieu:
    """A place east of the square, or in it for 0 m."""
    longitude = 0.01 + metres / METRES_PAR_DEGRE if metres else 0.005
    return Lieu("QN96101M", f"{nature}{metres}", nature, nom, longitude, 0.005, rep, metres, metres == 0)


def source(jeu: str, jour: date | None = None) -> Source:
    champs: dict[str, Any] = dict.fromkeys(Source.__annotations__)
    return Source(**(champs | {"jeu": jeu, "millesime": "2025", "titre": f"Liste {jeu}", "producteur": "Essai", "date_reference": jour}))  # fmt: skip


def fiche(lieux: list[Lieu], listes: dict[str, Liste] | None = None) -> Fiche:
    """A sheet with nothing but its places; by default every nature has a list of 31 October 2025."""
    toutes = {n: Liste(n, "2025", JEUX[c][0], None) for c, (_, natures, _) in COUCHES.items() for n in natures}
    registre = SimpleNamespace(
        listes_de_lieux=toutes if listes is None else listes,
        sources=[source(jeu) for jeux in JEUX.values() for jeu in jeux],
        source_de=lambda jeu, _millesime: source(jeu, date(2025, 10, 31)),
    )
    territoire = SimpleNamespace(code_territoire="QN96101M", libelle="Les Essais")
    ordre = tuple(sorted(lieux, key=lambda place: place.distance_m))
    return cast(Fiche, SimpleNamespace(territoire=territoire, registre=registre, code="QN96101M", lieux=ordre))


def carte(essai: Fiche) -> Dessin:
    dessin = dessin_de(essai, CONTOURS)
    assert dessin is not None
    return dessin


def nu(html: str) -> str:
    return re.sub(r"<[^>]+>", "|", html).replace("\u00a0", " ").replace("\u202f", " ")


def places(svg: str) -> list[tuple[str, float, float]]:
    """Shape and position of the symbols of the map, those of the legend left out (they are on its left or last)."""
    lus = [(f, float(x), float(y)) for f, x, y in re.findall(r'<use href="#(\w+)" x="([\d.]+)" y="([\d.]+)"/>', svg)]
    barre = re.search(r'class="barre" d="M[\d.]+ ([\d.]+)', svg)
    assert barre is not None
    return [place for place in lus if place[2] < float(barre[1])]


def test_un_point_est_a_sa_distance_du_contour_mesuree_avec_la_barre() -> None:
    """500 m and 900 m east of the contour: as many pixels from its edge as the scale bar says, to 1 %."""
    svg = carte(fiche([lieu("ecole", 500.0, "REP"), lieu("france_services", 900.0)])).svg
    contour = re.search(r'class="qn" d="M([^"]+)z"', svg)
    barre = re.search(r"v4h([\d.]+)v-4.*?>(\d+)\u00a0(k?m)<", svg)
    assert contour is not None
    assert barre is not None
    # The path is a start, then steps: x, y, dx, dy, dx, dy…
    bord = max(accumulate([float(n) for n in re.findall(r"-?[\d.]+", contour[1])][::2]))
    metres_par_pixel = int(barre[2]) * (1000 if barre[3] == "km" else 1) / float(barre[1])
    distances = {forme: (x - bord) * metres_par_pixel for forme, x, _ in places(svg)}
    assert distances == {"carre_barre": pytest.approx(500, rel=0.01), "losange": pytest.approx(900, rel=0.01)}


def test_la_forme_dit_le_genre_et_le_reseau_et_le_repere_renvoie_a_la_liste() -> None:
    essai = fiche([
        lieu("ecole", 0.0, "REP+", "Jaurès"), lieu("ecole", 150.0, "REP", "Zola"), lieu("college", 300.0, "hors", "Michelet"),
        lieu("ecole", 450.0, None, "Sand"), lieu("pharmacie", 600.0), lieu("mediation_numerique", 750.0), lieu("france_services", 1000.0),
    ])  # fmt: skip
    svg = carte(essai).svg
    formes = ["carre_plein", "carre_barre", "carre", "carre_tirets", "croix", "triangle", "losange"]
    assert sorted(forme for forme, _, _ in places(svg)) == sorted(formes)
    assert re.findall(r">(\w+)<", re.findall(r'<g class="r">(.*?)</g>', svg)[0]) == [
        "E1",
        "E2",
        "E3",
        "E4",
        "S1",
        "N1",
        "F1",
    ]
    texte = nu(section_carte(essai, CONTOURS))
    for ligne in (
        "E1 Jaurès||école, REP+||dans le quartier", "E2 Zola||école, REP||150 m",
        "E3 Michelet||collège, hors éducation prioritaire||300 m", "E4 Sand||école||450 m", "F1 Nom||France services||1 000 m",
    ):  # fmt: skip
        assert ligne in texte
    assert "Écoles et collèges : 1 lieu dans le quartier, 3 autres à 1 km au plus" in texte
    assert "1 lieu sans mention : éducation prioritaire non renseignée." in texte
    assert "Liste education.annuaire, liste au 31 octobre 2025." in texte


def test_le_texte_de_remplacement_compte_les_lieux() -> None:
    essai = fiche([
        lieu("ecole", 0.0, "REP+"), lieu("ecole", 10.0, "REP"), lieu("college", 20.0, "REP"), lieu("ecole", 30.0, "hors"),
        lieu("pharmacie", 0.0), lieu("urgences", 4_900.0), lieu("france_services", 2_000.0),
    ])  # fmt: skip
    alt = carte(essai).alt.replace("\u00a0", " ")
    assert "4 écoles et collèges, dont 1 en REP+, 2 en REP ; 1 lieu de santé ; " in alt
    assert "Médiation numérique : aucune liste lue pour ce quartier ; 0 France services." in alt
    assert "Trait plein : périmètre de 2024 (QN96101M). Tirets : périmètre de 2015 (QP961001)." in alt
    assert f'aria-label="{carte(essai).alt}"'.replace("\u00a0", " ") in carte(essai).en_ligne.replace("\u00a0", " ")


def test_une_liste_vide_dit_pourquoi() -> None:
    listes = {n: Liste(n, "2025", "x.y", None) for n in ("ecole", "college", "france_services")}
    texte = nu(section_carte(fiche([lieu("france_services", 3_440.0, nom="Mairie")], listes), CONTOURS))
    assert "France services| : aucun à 1 km au plus ; le plus proche est à 3,4 km (Mairie, France services)." in texte
    assert "Écoles et collèges| : la liste lue ne couvre pas ce quartier." in texte
    assert "Santé| : aucune liste n’a été lue dans cette version ; fichier attendu : « Liste insee.bpe_sante » (Essai)." in texte  # fmt: skip
    assert "<table" not in section_carte(fiche([], listes), CONTOURS)


def test_un_genre_trop_nombreux_est_compte_en_entier_et_dessine_en_partie() -> None:
    """25 schools within a kilometre, none inside: 20 are drawn; 25 inside: all are, whatever their number."""
    dehors = fiche([lieu("ecole", 10.0 * rang, "REP") for rang in range(1, 26)])
    texte = nu(section_carte(dehors, CONTOURS))
    assert "0 lieu dans le quartier, 25 autres à 1 km au plus" in texte
    assert "Seuls les 20 plus proches sont dessinés et listés, 5 autres sont comptés" in texte
    assert len(places(carte(dehors).svg)) == 20
    assert "25 écoles et collèges" in carte(dehors).alt.replace("\u00a0", " ")
    dedans = [lieu("ecole", 0.0)._replace(identifiant=str(rang), longitude=0.0004 * rang) for rang in range(25)]
    assert len(places(carte(fiche(dedans)).svg)) == 25


def test_un_repere_sans_place_n_est_pas_ecrit_et_la_page_le_dit() -> None:
    """Six places at the same point: four labels fit around it, two do not."""
    memes = [lieu("pharmacie", 0.0)._replace(identifiant=str(rang)) for rang in range(6)]
    essai = fiche(memes)
    assert carte(essai).illisibles == 2
    assert "Faute de place, 2 repères ne sont pas écrits sur la carte." in nu(section_carte(essai, CONTOURS))


def test_sans_listes_les_points_restent_et_les_reperes_disparaissent() -> None:
    essai = fiche([lieu("ecole", 100.0, "REP"), lieu("pharmacie", 200.0)])
    avec, sans = carte(essai), dessin_de(essai, CONTOURS, avec_reperes=False)
    assert sans is not None
    assert places(sans.svg) == places(avec.svg)
    assert "Santé (S)" in avec.svg
    assert not re.search(r">(E1|S1)<|\([ESNF]\)", sans.svg)
    assert sans.illisibles == 0


def test_2024_est_plein_et_2015_en_tirets() -> None:
    svg = carte(fiche([])).svg
    assert re.findall(r'class="(q[np])" d="M[^"]+z"', svg) == ["qn", "qp"]
    regles = dict(re.findall(r"\.situation \.(q[np])\{([^}]+)\}", svg))
    assert "stroke-dasharray" in regles["qp"]
    assert "stroke-dasharray" not in regles["qn"]
    assert "fill:none" in regles["qp"]


def test_sans_contour_rien_n_est_dessine() -> None:
    essai = fiche([lieu("ecole", 100.0)])
    assert dessin_de(essai, {}) is None
    assert "Contour non publié : rien ne peut être dessiné." in nu(section_carte(essai, {}))


def test_le_dessin_tient_seul_dans_un_pdf() -> None:
    """Typst draws the file alone: the quartier in its pale violet, a school out of priority education white, one in REP+ dark."""
    points = [Point(0.0025, 0.005, "carre", "E1"), Point(0.0075, 0.005, "carre_plein", "E2")]
    dessin = dessiner([], [CARRE], points, ([("2024", "contour de 2024")], []), "essai")
    assert dessin is not None
    assert "http" not in dessin.svg.replace("http://www.w3.org/2000/svg", "")
    assert "var(" not in dessin.svg
    source = f'#set page(width: 400pt, height: {dessin.hauteur}pt, margin: 0pt)\n#image(bytes("{dessin.svg.replace(chr(34), chr(92) + chr(34))}"), width: 100%)'
    image = Image.open(io.BytesIO(typst.compile(source.encode(), format="png", ppi=72))).convert("RGB")
    (_, x1, y), (_, x2, _) = sorted(places(dessin.svg), key=lambda place: place[1])
    milieu = ((x1 + x2) / 2, y)
    couleurs = [image.getpixel((round(x), round(y))) for x, y in (milieu, (x1, y), (x2, y))]
    assert couleurs == [(0xEF, 0xE8, 0xF5), (0xFF, 0xFF, 0xFF), (0x1F, 0x1F, 0x1F)]


def test_l_explorateur_montre_le_meme_dessin_en_image() -> None:
    essai = fiche([lieu("ecole", 100.0, "REP")])
    page = en_images(section_carte(essai, CONTOURS))
    assert "<svg" not in page
    image = re.search(r'<img class="situation" alt="([^"]+)" src="data:image/svg\+xml;base64,([^"]+)">', page)
    assert image is not None
    assert image[1] == re.search(r'aria-label="(Carte du[^"]+)"', carte(essai).en_ligne)[1]  # type: ignore[index]
    assert base64.b64decode(image[2]).decode() == carte(essai).svg


def test_un_nom_ne_devient_pas_une_balise() -> None:
    html = section_carte(fiche([lieu("ecole", 100.0, nom="<b>")]), CONTOURS)
    assert "<b>" not in html
    assert "&lt;b&gt;" in html


def test_les_genres_et_le_rayon_sont_ceux_du_catalogue_et_de_l_ingestion() -> None:
    declares = {jeu for jeu, carte_ in Catalogue().jeux.items() if carte_.points is not None}
    assert {jeu for jeux in JEUX.values() for jeu in jeux} == declares
    assert {n for _, natures, _ in COUCHES.values() for n in natures} == NATURES.keys()
    assert RAYON_M == RAYON_INGESTION_M
