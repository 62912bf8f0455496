"""The static sheets inside a release: written once, in the checksums, kept when unchanged, absent when not asked for.

Belongs here: how publication handles `quartiers/`, on a small world; when a refresh writes them.
Does not belong here: what a sheet shows (tests/integration/test_fiches_statiques).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from publication_monde import Monde, une_valeur
from pypdf import PdfReader

from orchestration.settings import Reglages
from orchestration.state import Etat
from orchestration.steps import Contexte, fiches_manquantes
from publication.checksums import ecrire_sommes, lire_sommes, verifier
from publication.contract import ErreurPublication
from publication.diff import comparer
from publication.shelf import a_ses_fiches, courante, revenir

MARS = datetime(2027, 3, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def monde(tmp_path: Path) -> Monde:
    return Monde(tmp_path)


def fiches(dossier: Path, suffixe: str = ".html") -> dict[str, Path]:
    return {fichier.stem: fichier for fichier in (dossier / "quartiers").glob(f"Q*{suffixe}")}


def inodes(dossier: Path, suffixe: str) -> dict[str, int]:
    return {code: fichier.stat().st_ino for code, fichier in fiches(dossier, suffixe).items()}


def texte(fichier: Path) -> str:
    """The text of a PDF."""
    return "".join(page.extract_text() for page in PdfReader(fichier).pages)


def quartiers(monde: Monde) -> set[str]:
    return {str(t["code_territoire"]) for t in monde.lignes["territoires"] if t["niveau"] == "qpv"}


def test_une_livraison_avec_fiches_est_verifiable(monde: Monde) -> None:
    dossier = monde.dossier(monde.publier(fiches=True))
    assert set(fiches(dossier)) == quartiers(monde) != set()
    attendues = {f"quartiers/{code}.{suffixe}" for code in fiches(dossier) for suffixe in ("html", "pdf")}
    attendues |= {"quartiers/style.css", "quartiers/definitions.html"}
    assert {nom for nom in lire_sommes(dossier) if nom.startswith("quartiers/")} == attendues
    assert verifier(dossier) == []
    une = next(iter(fiches(dossier).values()))
    une.write_text(une.read_text(encoding="utf-8").replace("QPV", "ZUS"), encoding="utf-8")
    assert any(une.name in phrase for phrase in verifier(dossier))


def test_les_fiches_ne_changent_pas_l_identite(monde: Monde) -> None:
    """The same content published without, then with its sheets: one release, completed, and nothing left aside."""
    sans = monde.publier()
    assert not a_ses_fiches(monde.dossier(sans))
    assert monde.publier(fiches=True) == sans
    dossier = monde.dossier(sans)
    assert a_ses_fiches(dossier)
    assert verifier(dossier) == []
    assert courante(monde.releases) == dossier
    assert sorted(p.name for p in monde.releases.iterdir()) == sorted([".verrou", sans, "current", "journal.atom"])
    marques = {chemin: chemin.stat().st_mtime_ns for chemin in dossier.rglob("*")}
    assert monde.publier(fiches=True) == monde.publier() == sans
    assert {chemin: chemin.stat().st_mtime_ns for chemin in dossier.rglob("*")} == marques


def test_une_fiche_inchangee_est_le_meme_fichier(monde: Monde) -> None:
    """Another release in which one quartier moved: the others keep their file, its date with it."""
    avant = monde.dossier(monde.publier(fiches=True))
    monde.lignes["valeurs"][1] = une_valeur("QP961001", "2021", 33.0)
    monde.maintenant = MARS
    apres = monde.dossier(monde.publier(fiches=True))
    assert avant != apres
    for suffixe in (".html", ".pdf"):
        anciens, nouveaux = inodes(avant, suffixe), inodes(apres, suffixe)
        assert {code for code, inode in nouveaux.items() if inode != anciens[code]} == {"QP961001"}, suffixe
        assert len(nouveaux) == 3
    assert "4\u00a0mars\u00a02027" in fiches(apres)["QP961001"].read_text(encoding="utf-8")
    assert "4\u00a0mars\u00a02027" in texte(fiches(apres, ".pdf")["QP961001"])
    for code in ("QP961002", "QN96101M"):
        assert "12\u00a0novembre\u00a02026" in fiches(apres)[code].read_text(encoding="utf-8")
        assert "12\u00a0novembre\u00a02026" in texte(fiches(apres, ".pdf")[code])
    assert verifier(avant) == verifier(apres) == []
    assert comparer(avant, apres)["chiffres"]["modifies"] == 1
    assert revenir(monde.releases, avant.name) == apres.name
    assert courante(monde.releases) == avant


def test_un_rafraichissement_voit_que_les_fiches_manquent(monde: Monde) -> None:
    release = monde.publier()
    voulues = Contexte(Reglages(data=monde.donnees, source="demo"))
    etat = Etat(nature="demo", release=release)
    assert fiches_manquantes(voulues, etat)
    assert not fiches_manquantes(Contexte(Reglages(data=monde.donnees, source="demo", sans_fiches=True)), etat)
    # A release that a rollback chose is left as it is.
    assert not fiches_manquantes(voulues, Etat(nature="demo", release="20270101-0123456789ab"))
    monde.publier(fiches=True)
    assert not fiches_manquantes(voulues, etat)


def test_une_version_sans_pdf_les_gagne(monde: Monde) -> None:
    """A release of before the printed sheets: the same content published again is completed, under the same name."""
    release = monde.publier(fiches=True)
    dossier = monde.dossier(release)
    for fichier in fiches(dossier, ".pdf").values():
        fichier.unlink()
    ecrire_sommes(dossier, {nom: somme for nom, somme in lire_sommes(dossier).items() if not nom.endswith(".pdf")})
    assert verifier(dossier) == []
    assert not a_ses_fiches(dossier)
    assert monde.publier(fiches=True) == release
    assert set(fiches(dossier, ".pdf")) == quartiers(monde)
    assert verifier(dossier) == []


def test_une_fiche_qui_ne_tient_pas_en_quatre_pages_arrete_la_publication(monde: Monde) -> None:
    """The sentence names the quartier, and the release that readers have stays."""
    avant = monde.publier(fiches=True)
    monde.lignes["territoires"][1]["libelle"] = "Bel Air des Trois Fontaines " * 400
    with pytest.raises(ErreurPublication, match=r"Fiche QP961002 : \d+ pages une fois imprimée, 4 au plus attendues"):
        monde.publier(fiches=True)
    assert courante(monde.releases) == monde.dossier(avant)
    assert [p.name for p in monde.releases.iterdir() if p.name.startswith(".construction")] == []


def test_l_adresse_du_site_est_sur_chaque_page(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVATOIRE_ADRESSE", "https://qpv.example.org/")
    dossier = monde.dossier(monde.publier(fiches=True))
    for code, fichier in fiches(dossier, ".pdf").items():
        for page in PdfReader(fichier).pages:
            assert f"https://qpv.example.org/quartiers/{code}" in page.extract_text()
