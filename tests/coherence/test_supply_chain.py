"""What the project is made of: every licence known, an inventory without address, an audit that never passes in silence.

Belongs here: the verdicts of deploy/supply_chain.py, against a local server that answers like the service.
Does not belong here: the real service (make audit).
"""

from __future__ import annotations

import json

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from deploy import supply_chain as chaine

VOULUS = {"attrs": "26.1.0", "click": "8.3.1"}


def test_la_page_des_licences_est_a_jour() -> None:
    assert chaine.PAGE.read_text(encoding="utf-8") == chaine.page_des_licences(), "make sbom"


def test_une_licence_inconnue_ou_non_admise_est_nommee(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chaine, "licence_declaree", lambda nom: None if nom == "click" else "MIT")
    with pytest.raises(ValueError, match=r"Licence inconnue : click ;"):
        chaine.licences()
    monkeypatch.setattr(chaine, "licence_declaree", lambda nom: "AGPL-3.0-only" if nom == "click" else "MIT")
    with pytest.raises(ValueError, match=r"Licence non admise : click \(AGPL-3.0-only\)"):
        chaine.licences()


@pytest.mark.parametrize(
    ("expression", "admise"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("GPL-2.0-or-later OR MIT", True),
        ("MIT AND GPL-2.0-only", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", False),
        ("MIT AND (GPL-2.0-only OR Apache-2.0)", True),
    ],
)
def test_une_expression_est_admise_par_tous_ses_termes_ou_par_un_choix(expression: str, admise: bool) -> None:
    assert chaine.est_admise(expression, {"MIT", "Apache-2.0"}) is admise


def test_l_inventaire_tient_tous_les_paquets_verrouilles_sans_adresse_et_se_reproduit() -> None:
    inventaire = chaine.inventaire()
    assert {chaine.canonique(c["name"]): c["version"] for c in inventaire["components"]} == chaine.voulus_ici()
    texte = json.dumps(inventaire)
    assert "://" not in texte
    assert texte == json.dumps(chaine.inventaire())


def test_les_paquets_des_voies_sont_inventories_audites_et_optionnels() -> None:
    voulus = chaine.voulus_ici()
    assert {"dbt-postgres", "psycopg2-binary", "dbt-spark", "pyspark"} <= set(voulus)
    optionnels = {c["name"] for c in chaine.inventaire()["components"] if c["scope"] == "optional"}
    assert {"dbt-postgres", "pyspark"} <= optionnels
    assert not optionnels & {"duckdb", "dbt-duckdb", "streamlit"}


def test_un_paquet_saute_absent_ou_d_une_autre_version_fait_echouer_l_audit() -> None:
    rapport = {
        "dependencies": [
            {"name": "Attrs", "version": "26.1.0", "vulns": []},
            {"name": "click", "skip_reason": "Dependency not found"},
        ]
    }
    assert chaine.verdict(rapport, VOULUS) == ["click 8.3.1 n'a pas été audité : Dependency not found."]
    assert chaine.verdict({"dependencies": rapport["dependencies"][:1]}, VOULUS) == [
        "click 8.3.1 n'a pas été audité : absent du rapport."
    ]
    assert chaine.verdict(rapport, {"attrs": "25.0"}) == [
        "attrs 25.0 n'a pas été audité : le rapport porte sur 26.1.0."
    ]
    assert chaine.verdict(rapport, {"attrs": "26.1.0"}) == []


def test_le_service_repond_rien_a_signaler_une_faille_puis_une_panne(httpserver: HTTPServer) -> None:
    def repondre(requete: Request) -> Response:
        nom = requete.get_json(force=True)["package"]["name"]
        faille = {
            "id": "ESSAI-1",
            "summary": "x",
            "aliases": [],
            "affected": [{"package": {"name": nom, "ecosystem": "PyPI"}, "ranges": [], "versions": ["8.3.1"]}],
        }
        return Response(json.dumps({"vulns": [faille]} if nom == "click" else {}), content_type="application/json")

    httpserver.expect_request("/query").respond_with_handler(repondre)
    httpserver.expect_request("/panne").respond_with_data("panne", status=503)
    assert chaine.auditer(httpserver.url_for("/query"), {"attrs": "26.1.0"}) == []
    assert chaine.auditer(httpserver.url_for("/query"), VOULUS) == [
        "click 8.3.1 est vulnérable : ESSAI-1 ; le mettre à jour puis make lock."
    ]
    (phrase,) = chaine.auditer(httpserver.url_for("/panne"), VOULUS)
    assert phrase.startswith("Aucun des 2 paquets n'a été audité : le service n'a pas répondu")
