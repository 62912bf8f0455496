"""Tests of `journal.atom`: valid Atom, one entry per release and per erratum, stable bytes, written after each switch.

Belongs here: the feed of a small shelf.
Does not belong here: how the feed is served (test_nginx, test_telechargements).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from publication_monde import Monde, une_valeur

from publication.feed import composer
from publication.shelf import annoncer, revenir

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def monde(tmp_path: Path) -> Monde:
    return Monde(tmp_path)


def lire(releases: Path) -> ET.Element:
    return ET.fromstring((releases / "journal.atom").read_bytes())  # noqa: S314 our own file


def textes(feed: ET.Element, nom: str) -> list[str]:
    return [entree.findtext(f"{ATOM}{nom}") or "" for entree in feed.findall(f"{ATOM}entry")]


def test_one_entry_per_release_before_and_after_a_rollback(monde: Monde) -> None:
    premiere = monde.publier()
    monde.lignes["valeurs"][1] = une_valeur("QP961001", "2021", 12.5)
    seconde = monde.publier()
    octets = (monde.releases / "journal.atom").read_bytes()
    feed = lire(monde.releases)
    assert {identifiant.rsplit("/", 1)[1] for identifiant in textes(feed, "id")} == {premiere, seconde}
    contenu = next(t for t in textes(feed, "content") if premiere in t)
    assert contenu.startswith(f"Depuis la version {premiere} : 0 chiffre ajouté, 1 modifié, 0 supprimé.")
    assert feed.findtext(f"{ATOM}updated") == max(textes(feed, "updated"))
    assert feed.find(f"{ATOM}link") is None, "no public address, no self link"
    (monde.releases / "journal.atom").unlink()
    revenir(monde.releases, premiere)
    assert (monde.releases / "journal.atom").read_bytes() == octets


def test_the_public_address_gives_links_and_identifiers(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    release = monde.publier()
    monkeypatch.setenv("OBSERVATOIRE_ADRESSE", "https://qpv.example.org/")
    annoncer(monde.releases)
    feed = lire(monde.releases)
    liens = {lien.get("rel"): lien.get("href") for lien in feed.findall(f"{ATOM}link")}
    assert liens["self"] == "https://qpv.example.org/journal.atom"
    (identifiant,) = textes(feed, "id")
    assert identifiant == f"tag:qpv.example.org,{release[:4]}-{release[4:6]}-{release[6:8]}:version/{release}"
    assert list(monde.releases.glob(".journal-*")) == []


def test_each_erratum_once_and_escaped(tmp_path: Path) -> None:
    for nom, texte in (("20260102-bbbbbbbbbbbb", "Le taux < 5 % & faux\x0b."), ("20260101-aaaaaaaaaaaa", "ancien")):
        (tmp_path / nom / "tables").mkdir(parents=True)
        ligne = {"identifiant": "E 1", "indicateur": "taux", "texte": texte, "date": date(2026, 1, 1)}
        pq.write_table(pa.Table.from_pylist([ligne]), tmp_path / nom / "tables" / "errata.parquet")
    releases = [
        (tmp_path / "20260102-bbbbbbbbbbbb", "2026-01-02T08:00:00Z", "live"),
        (tmp_path / "20260101-aaaaaaaaaaaa", "2026-01-01T08:00:00Z", "live"),
    ]
    feed = ET.fromstring(composer(releases))  # noqa: S314 our own file
    assert textes(feed, "title") == [
        "Version 20260102-bbbbbbbbbbbb du 2 janvier 2026",
        "Version 20260101-aaaaaaaaaaaa du 1ᵉʳ janvier 2026",
        "Erratum E 1 (taux)",
    ]
    assert textes(feed, "content")[2] == "Le taux < 5 % & faux."
    assert textes(feed, "updated")[2] == "2026-01-01T00:00:00Z"
    assert textes(feed, "id")[2] == "tag:localhost,2026-01-01:erratum/E%201"
