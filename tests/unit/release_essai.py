"""A release of a few rows, with the worked examples of the gap method, for the tests of the application.

Belongs here: the smallest release the application reads, the figures of Chemin Vert as they are published.
Does not belong here: assertions (test_app_*.py), building a real release (publication).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

IDENTIFIANT = "20260102-0123456789ab"
_T, _F, _B = pl.String, pl.Float64, pl.Boolean
SCHEMAS: dict[str, dict[str, Any]] = {
    "territoires": {
        **dict.fromkeys(
            ("niveau", "zonage", "code_territoire", "libelle", "codes_communes", "codes_epci", "code_departement"), _T
        ),
        "code_region": _T,
        "statut_perimetre": _T,
        "population": pl.Int32,
        "population_date": pl.Date,
        "est_qpv_unique_epci": _B,
    },
    "indicateurs": {
        **dict.fromkeys(("indicateur", "libelle", "axe", "theme", "definition", "numerateur", "denominateur"), _T),
        "unite": _T,
        "decimales": pl.Int32,
        "sens": pl.Int32,
        **dict.fromkeys(("niveau_publie", "source", "avertissement", "disponibilite", "attente"), _T),
        "est_additif": _B,
    },
    "valeurs": {
        **dict.fromkeys(("niveau", "code_territoire", "zonage", "indicateur", "periode"), _T),
        "est_date_deduite": _B,
        "valeur": _F,
        "valeur_texte": _T,
        "statut": _T,
        **dict.fromkeys(("numerateur", "denominateur", "borne_basse", "borne_haute"), _F),
        **dict.fromkeys(("methode_incertitude", "jeu", "millesime"), _T),
    },
    "ecarts": {
        **dict.fromkeys(
            ("code_qpv", "zonage", "indicateur", "periode", "niveau_reference", "code_reference", "unite_ecart"), _T
        ),
        "reference_inclut_qpv": _B,
        **dict.fromkeys(("valeur", "valeur_reference", "ecart", "ecart_defavorable", "borne_basse", "borne_haute"), _F),
        "statut": _T,
        "motif": _T,
    },
    "evolutions": {
        **dict.fromkeys(("code_qpv", "zonage", "indicateur", "periode_debut", "periode_fin", "niveau_reference"), _T),
        **dict.fromkeys(("code_reference", "etiquette", "motif"), _T),
        **dict.fromkeys(("delta_qpv", "delta_reference", "delta_ecart", "seuil"), _F),
        "est_eligible": _B,
    },
    "correspondances": {
        "code_qp2015": _T,
        "code_qn2024": _T,
        "part_surface_2015": _F,
        "part_surface_2024": _F,
        "type_lien": _T,
    },
    "ruptures": dict.fromkeys(("indicateur", "date_rupture", "severite", "motif", "url"), _T),
    "disponibilites": {"indicateur": _T, "zonage": _T, "periode": _T, "nb_qpv": pl.Int32, "nb_observes": pl.Int32},
    "sources": {
        **dict.fromkeys(("jeu", "millesime", "fichier", "titre", "producteur", "licence", "url", "statut_url"), _T),
        **dict.fromkeys(("page", "date_publication", "prochaine_publication", "empreinte_sha256", "statut"), _T),
        **dict.fromkeys(("mention", "rythme"), _T),
        **dict.fromkeys(("nb_lignes_lues", "nb_publiees", "nb_quarantaine", "nb_exclues"), pl.Int32),
    },
}
QUARTIER = "QP014001"


def territoire(niveau: str, code: str, libelle: str, **autres: Any) -> dict[str, Any]:
    return {"niveau": niveau, "code_territoire": code, "zonage": "", "libelle": libelle, **autres}


def quartier(code: str, libelle: str, communes: str = "14118", **autres: Any) -> dict[str, Any]:
    lieux = {"codes_communes": communes, "codes_epci": "200065597", "code_departement": "14", "code_region": "28"}
    return territoire("qpv", code, libelle, **lieux) | {"zonage": "2015" if code[1] == "P" else "2024"} | autres


def indicateur(nom: str, libelle: str, unite: str = "%", sens: int = -1, **autres: Any) -> dict[str, Any]:
    fixes = {"axe": "transversal", "theme": "revenus", "definition": libelle, "decimales": 1, "niveau_publie": "Q"}
    return {
        "indicateur": nom,
        "libelle": libelle,
        "unite": unite,
        "sens": sens,
        "avertissement": "À lire avec prudence.",
        "disponibilite": "calcule",
        "est_additif": False,
        **fixes,
        **autres,
    }


def valeur(niveau: str, code: str, nom: str, periode: str, nombre: float | None, **autres: Any) -> dict[str, Any]:
    fixes = {"zonage": "", "est_date_deduite": False, "methode_incertitude": "aucune", "jeu": "insee.essai"}
    if niveau == "qpv":
        fixes["zonage"] = "2015" if code[1] == "P" else "2024"
    statut = "observe" if nombre is not None else "secret"
    return {
        "niveau": niveau,
        "code_territoire": code,
        "indicateur": nom,
        "periode": periode,
        "valeur": nombre,
        "statut": statut,
        "millesime": "2022",
        **fixes,
        **autres,
    }


def ecart(
    nom: str, periode: str, niveau: str, code: str, propre: float, reference: float, **autres: Any
) -> dict[str, Any]:
    """A gap in points of the quartier under test, with the sign of an indicator whose `sens` is −1 or `sens=1`."""
    sens = autres.pop("sens", -1)
    unite = autres.pop("unite_ecart", "point")
    g = propre - reference if unite == "point" else 100 * propre / reference - 100
    return {
        "code_qpv": QUARTIER,
        "zonage": "2015",
        "indicateur": nom,
        "periode": periode,
        "niveau_reference": niveau,
        "code_reference": code,
        "reference_inclut_qpv": True,
        "valeur": propre,
        "valeur_reference": reference,
        "ecart": g,
        "unite_ecart": unite,
        "ecart_defavorable": -sens * g if sens else None,
        "statut": "observe",
        **autres,
    }


def tables() -> dict[str, list[dict[str, Any]]]:
    """Chemin Vert (Caen) as in the worked examples 17.1, 17.2, 17.3 and 17.5 of the gap method."""
    emploi = {"axe": "emploi", "theme": "emploi", "sens": 1}
    inscrits = {"axe": "emploi", "theme": "demande_emploi"}
    defm = (
        ("2016-12-31", 854.0),
        ("2017-12-31", 919.0),
        ("2018-12-31", 878.0),
        ("2020-12-31", 864.0),
        ("2021-12-31", 787.0),
    )
    return {
        "territoires": [
            territoire("commune", "14118", "Caen"),
            territoire("commune", "14341", "Ifs"),
            territoire("epci", "200065597", "Caen la Mer"),
            territoire("departement", "14", "Calvados"),
            territoire("region", "28", "Normandie"),
            quartier(QUARTIER, "Chemin Vert", population=4383),
            quartier("QP014003", "Guérinière", communes="14118;14341"),
            quartier("QP014008", "Belles Portes - Le Bois"),
            quartier("QN01401M", "Chemin Vert", statut_perimetre="modifie"),
            quartier("QN01403M", "Guérinière", communes="14118;14341", statut_perimetre="modifie"),
        ],
        "indicateurs": [
            indicateur("population_municipale", "Population municipale", "hab.", 0, decimales=0, theme="population"),
            indicateur("taux_pauvrete_60", "Taux de pauvreté"),
            indicateur("niveau_vie_median", "Niveau de vie médian", "€/an/UC", 1, decimales=0),
            indicateur("taux_emploi_15_64", "Taux d’emploi des 15-64 ans", **emploi),
            indicateur("part_population_etrangere", "Nationalité", definition="Extraits seulement, jamais sur la fiche."),
            indicateur("defm_abc", "Demandeurs d’emploi inscrits", "pers.", 0, decimales=0, **inscrits),
            indicateur("part_defm_femmes", "Part des femmes", "%", 0, **inscrits),
            indicateur("sentiment_insecurite", "Sentiment d’insécurité", niveau_publie="N", disponibilite="national"),
        ],
        "valeurs": [
            valeur("qpv", QUARTIER, "population_municipale", "2018", 4383.0),
            valeur("commune", "14118", "population_municipale", "2018", 105512.0),
            valeur("qpv", QUARTIER, "taux_pauvrete_60", "2019", 50.1),
            valeur("qpv", QUARTIER, "taux_pauvrete_60", "2021", None),
            valeur("commune", "14118", "taux_pauvrete_60", "2019", 20.0, methode_incertitude="arrondi", borne_basse=19.5, borne_haute=20.5),
            valeur("qpv", QUARTIER, "niveau_vie_median", "2019", 13160.0),
            valeur("qpv", QUARTIER, "taux_emploi_15_64", "2018", 34.7, methode_incertitude="sondage", borne_basse=32.02, borne_haute=37.38, est_date_deduite=True),
            valeur("qpv", "QP014003", "taux_emploi_15_64", "2018", 33.9),
            valeur("qpv", "QP014008", "taux_emploi_15_64", "2018", 44.2),
            valeur("qpv", QUARTIER, "part_population_etrangere", "2018", 12.0),
            *(valeur("qpv", QUARTIER, "defm_abc", periode, nombre) for periode, nombre in defm),
        ],
        "ecarts": [
            ecart("taux_pauvrete_60", "2019", "commune", "14118", 50.1, 20.0),
            ecart("taux_pauvrete_60", "2019", "epci", "200065597", 50.1, 14.3, statut="estime"),
            ecart("niveau_vie_median", "2019", "commune", "14118", 13160.0, 20770.0, unite_ecart="pct_reference", sens=1),
            ecart("taux_emploi_15_64", "2018", "commune", "14118", 34.7, 51.6796, sens=1),
            ecart("taux_emploi_15_64", "2018", "epci", "200065597", 34.7, 59.349, sens=1),
            ecart("taux_emploi_15_64", "2018", "france", "FRM", 34.7, 64.66, sens=1),
        ],
        "evolutions": [],
        "correspondances": [
            {"code_qp2015": QUARTIER, "code_qn2024": "QN01401M", "part_surface_2015": 98.1, "part_surface_2024": 95.2, "type_lien": "proche"},
            {"code_qp2015": "QP014003", "code_qn2024": "QN01403M", "part_surface_2015": 100.0, "part_surface_2024": 97.0, "type_lien": "proche"},
        ],
        "ruptures": [],
        "disponibilites": [{"indicateur": "taux_emploi_15_64", "zonage": "2015", "periode": "2018", "nb_qpv": 3, "nb_observes": 3}],
        "sources": [
            {"jeu": "insee.essai", "millesime": "2022", "fichier": "essai.csv", "titre": "Essai", "producteur": "Insee", "mention": "Source : Insee, essai", "statut": "a_jour"}
        ],
    }  # fmt: skip


def ecrire_release(
    releases: Path, contenu: dict[str, list[dict[str, Any]]] | None = None, identifiant: str = IDENTIFIANT
) -> Path:
    """A release directory with its checksums, and `current` pointing to it."""
    chemin = releases / identifiant
    (chemin / "tables").mkdir(parents=True)
    for nom, lignes in (contenu or tables()).items():
        schema = SCHEMAS[nom]
        completes = [{colonne: ligne.get(colonne) for colonne in schema} for ligne in lignes]
        pl.DataFrame(completes, schema=schema).write_parquet(chemin / "tables" / f"{nom}.parquet")
    (chemin / "datapackage.json").write_text('{"origine": "deposit"}', encoding="utf-8")
    sceller(chemin)
    pointeur = releases / "current"
    pointeur.unlink(missing_ok=True)
    pointeur.symlink_to(identifiant)
    return chemin


def sceller(chemin: Path) -> None:
    """Write SHA256SUMS for what the directory holds now."""
    fichiers = sorted(f for f in chemin.rglob("*") if f.is_file() and f.name != "SHA256SUMS")
    lignes = [f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.relative_to(chemin).as_posix()}" for f in fichiers]
    (chemin / "SHA256SUMS").write_text("\n".join(lignes) + "\n", encoding="utf-8")


def ecrire_contours(chemin: Path, contours: dict[str, bytes]) -> None:
    """`geo/contours_2015.parquet`, marked as GeoParquet like the published one."""
    (chemin / "geo").mkdir()
    geo = {
        "version": "1.1.0",
        "primary_column": "wkb",
        "columns": {"wkb": {"encoding": "WKB", "geometry_types": ["Polygon"]}},
    }
    table = pa.table({"code_territoire": list(contours), "wkb": pa.array(contours.values(), pa.binary())})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), chemin / "geo" / "contours_2015.parquet")
    sceller(chemin)
