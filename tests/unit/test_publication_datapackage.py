"""Tests of `datapackage.json`.

Belongs here: the rules of the Data Package v1 profile that concern us, agreement of the descriptor with the files.
Does not belong here: the files themselves (test_publication_formats).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow.parquet as pq
import pytest
from publication_monde import Monde


@pytest.fixture
def monde(tmp_path: Path) -> Monde:
    return Monde(tmp_path)


LICENCE = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "pattern": r"^([-a-zA-Z0-9._])+$"},
        "path": {"type": "string"},
        "title": {"type": "string"},
    },
    "anyOf": [{"required": ["name"]}, {"required": ["path"]}],
}
CHAMP = {
    "type": "object",
    "required": ["name", "type"],
    "properties": {
        "name": {"type": "string"},
        "type": {"enum": ["string", "number", "integer", "boolean", "date"]},
        "constraints": {"type": "object", "properties": {"required": {"type": "boolean"}}},
    },
}
# The rules of the Data Package v1 profile that concern what we write, in our own words (specs.frictionlessdata.io).
PROFIL: dict[str, Any] = {
    "type": "object",
    "required": ["resources"],
    "properties": {
        "profile": {"const": "data-package"},
        "name": {"type": "string", "pattern": r"^([-a-z0-9._/])+$"},
        "id": {"type": "string"},
        "title": {"type": "string"},
        "created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "keywords": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "contributors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["title"],
                "properties": {"role": {"enum": ["publisher", "author", "maintainer", "wrangler", "contributor"]}},
            },
        },
        "licenses": {"type": "array", "minItems": 1, "items": LICENCE},
        "sources": {
            "type": "array",
            "minItems": 1,
            "items": {"required": ["title"], "properties": {"title": {"type": "string"}, "path": {"type": "string"}}},
        },
        "resources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "path"],
                "not": {"required": ["data"]},
                "properties": {
                    "name": {"type": "string", "pattern": r"^([-a-z0-9._/])+$"},
                    "path": {"type": "string", "pattern": r"^(?!/)(?!.*\.\.)"},
                    "bytes": {"type": "integer"},
                    "hash": {"type": "string", "pattern": r"^[^:]+:[a-fA-F0-9]+$"},
                    "format": {"type": "string"},
                    "mediatype": {"type": "string", "pattern": r"^(.+)/(.+)$"},
                    "schema": {
                        "type": "object",
                        "required": ["fields"],
                        "properties": {
                            "fields": {"type": "array", "minItems": 1, "items": CHAMP},
                            "primaryKey": {"type": "array", "minItems": 1},
                        },
                    },
                },
            },
        },
    },
}


def test_le_descripteur_suit_le_profil(monde: Monde) -> None:
    dossier = monde.dossier(monde.publier())
    descripteur = json.loads((dossier / "datapackage.json").read_text(encoding="utf-8"))
    jsonschema.validate(descripteur, PROFIL)
    noms = [ressource["name"] for ressource in descripteur["resources"]]
    assert len(noms) == len(set(noms))
    sommes = dict(reversed(ligne.split("  ")) for ligne in (dossier / "SHA256SUMS").read_text().splitlines())
    decrits = set()
    for ressource in descripteur["resources"]:
        chemin = ressource["path"]
        decrits.add(chemin)
        assert ressource["hash"] == f"sha256:{sommes[chemin]}"
        assert ressource["bytes"] == (dossier / chemin).stat().st_size
        if ressource["format"] == "parquet":
            assert [c["name"] for c in ressource["schema"]["fields"]] == pq.read_schema(dossier / chemin).names
            cles = {c["name"] for c in ressource["schema"]["fields"] if c.get("constraints", {}).get("required")}
            assert cles == set(ressource["schema"]["primaryKey"]) or chemin == "dictionnaire.parquet"
    assert decrits == {c for c in sommes if c.startswith(("tables/", "geo/", "dictionnaire"))}


def test_le_descripteur_porte_licences_sources_et_execution(monde: Monde) -> None:
    monde.lignes["sources"][1]["licence"] = "Conditions d'utilisation – Insee"
    dossier = monde.dossier(monde.publier())
    descripteur = json.loads((dossier / "datapackage.json").read_text(encoding="utf-8"))
    assert [licence["name"] for licence in descripteur["licenses"]] == ["conditions-d-utilisation-insee", "etalab-2.0"]
    assert {s["jeu"]: s["mention"] for s in descripteur["sources"]}["insee.qpv_revenus"] == "Source : insee.qpv_revenus"
    assert descripteur["qualite"]["execute_le"]["dbt"] == "2026-11-12T08:00:01Z"
    unite = {
        c["name"]: c.get("unit")
        for r in descripteur["resources"]
        if r["name"] == "ecarts"
        for c in r["schema"]["fields"]
    }
    assert unite["ecart"] == "%"
