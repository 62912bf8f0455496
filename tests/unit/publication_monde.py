"""A warehouse of a few rows and everything publication reads beside it, for the tests of publication.

Belongs here: the smallest valid input of `publier`, with knobs for what a test changes.
Does not belong here: assertions (test_publication_*.py), the real marts (dbt_project).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
import yaml

from publication.contract import CLES, TABLES_DE_PUBLICATION
from publication.release import publier

SHA_REVENUS = "a" * 64
SHA_CONTOURS = "b" * 64
REFERENCE = {
    "indicateur": "taux_pauvrete_60",
    "niveau": "france",
    "code_territoire": "FRM",
    "periode": "2020",
    "source": "Institut fictif, étude n° 1",
    "url": "https://exemple.invalid/etude-1",
}
# Nothing declared: each figure stands for itself; a test declares what it needs in `Monde.secret`.
SECRET: dict[str, Any] = {
    "jeux": [],
    "equivalences": [],
    "combinaisons": [],
    "panels": [],
    "arrondi_ensemble": 100,
    "evolutions_du_producteur": {},
    "seuil_propre": ["registre"],
    "masques_apres_publication": [],
    "effectifs": [],
    "effectif_publie_min": 11,
}
# Nothing is watched; a test of the review sets its thresholds.
RELECTURE: dict[str, Any] = {"volume_pct": None, "couverture_pct": None, "magnitude_facteur": None, "par_jeu": {}}
ENTIERS = {
    "rang",
    "ligne",
    "decimales",
    "sens",
    "nb_lignes_lues",
    "nb_publiees",
    "nb_quarantaine",
    "nb_exclues",
    "version_definition",
}
REELS = {
    *("valeur", "borne_basse", "borne_haute", "numerateur", "denominateur", "ecart", "valeur_reference"),
    *("ecart_defavorable", "delta_qpv", "delta_reference", "delta_ecart", "seuil"),
}
BOOLEENS = {"est_eligible", "est_date_deduite", "reference_inclut_qpv"}
COLONNES = {
    "territoires": ["niveau", "zonage", "code_territoire", "libelle", "code_departement", "code_region"],
    "indicateurs": [
        "indicateur",
        "libelle",
        "unite",
        "sens",
        "decimales",
        "axe",
        "theme",
        "definition",
        "niveau_publie",
    ],
    "sources": [
        *(
            "jeu",
            "millesime",
            "fichier",
            "titre",
            "producteur",
            "licence",
            "url",
            "statut_url",
            "page",
            "date_reference",
        ),
        *("date_publication", "prochaine_publication", "rythme", "empreinte_sha256", "statut", "mention"),
        *("nb_lignes_lues", "nb_publiees", "nb_quarantaine", "nb_exclues"),
    ],
    "valeurs": [
        *("niveau", "code_territoire", "zonage", "indicateur", "periode", "valeur", "valeur_texte", "statut"),
        *("numerateur", "denominateur", "borne_basse", "borne_haute", "jeu", "millesime", "empreinte_sha256"),
        *("est_date_deduite", "methode_incertitude"),
    ],
    "ecarts": [
        *(*CLES["ecarts"], "reference_inclut_qpv", "valeur", "valeur_reference", "ecart", "unite_ecart"),
        *("ecart_defavorable", "borne_basse", "borne_haute", "statut", "motif"),
    ],
    "evolutions": [
        *(*CLES["evolutions"], "delta_qpv", "delta_reference", "delta_ecart", "seuil", "etiquette"),
        *("est_eligible", "motif"),
    ],
    "errata": ["identifiant", "texte"],
}


def colonnes_de(table: str) -> dict[str, str]:
    """Column → SQL type of a mart of the small warehouse; a table without rows only has its key."""
    noms = COLONNES.get(table, list(CLES[table]))
    types = dict.fromkeys(ENTIERS, "integer") | dict.fromkeys(REELS, "double") | dict.fromkeys(BOOLEENS, "boolean")
    return {nom: types.get(nom, "varchar") for nom in noms}


def une_source(jeu: str, millesime: str, fichier: str, empreinte: str, **champs: Any) -> dict[str, Any]:
    ligne = dict.fromkeys(COLONNES["sources"], "") | {
        "jeu": jeu,
        "millesime": millesime,
        "fichier": fichier,
        "titre": f"Titre de {jeu}",
        "producteur": "Producteur fictif",
        "licence": "Licence Ouverte 2.0",
        "url": f"https://exemple.invalid/{fichier}",
        "statut_url": "vu",
        "date_reference": "2020-12-31",
        "empreinte_sha256": empreinte,
        "statut": "a_jour",
        "mention": f"Source : {jeu}",
        "nb_lignes_lues": 3,
        "nb_publiees": 3,
        "nb_quarantaine": 0,
        "nb_exclues": 0,
    }
    return ligne | champs


def une_valeur(code: str, periode: str, valeur: float | None, statut: str = "observe", **champs: Any) -> dict[str, Any]:
    ligne: dict[str, Any] = dict.fromkeys(COLONNES["valeurs"]) | {
        "niveau": "qpv",
        "code_territoire": code,
        "zonage": "2015",
        "indicateur": "taux_pauvrete_60",
        "periode": periode,
        "valeur": valeur,
        "statut": statut,
        "jeu": "insee.qpv_revenus",
        "millesime": "2022",
        "empreinte_sha256": SHA_REVENUS,
    }
    return ligne | champs


LIEU = {"code_departement": "961", "code_region": "96"}


def lignes_par_defaut() -> dict[str, list[dict[str, Any]]]:
    return {
        "territoires": [
            {"niveau": "qpv", "zonage": "2015", "code_territoire": "QP961001", "libelle": "Les Tilleuls", **LIEU},
            {"niveau": "qpv", "zonage": "2015", "code_territoire": "QP961002", "libelle": "Bel Air", **LIEU},
            {"niveau": "qpv", "zonage": "2024", "code_territoire": "QN96101M", "libelle": "Les Tilleuls", **LIEU},
        ],
        "indicateurs": [
            {"indicateur": "taux_pauvrete_60", "libelle": "Taux de pauvreté", "unite": "%", "sens": -1, "decimales": 1}
            | {"axe": "transversal", "theme": "revenus", "niveau_publie": "Q"}
        ],
        "sources": [
            une_source("insee.qpv_revenus", "2022", "REVN_2022.csv", SHA_REVENUS),
            une_source("anct.qpv2015_contours", "2015", "qp2015.zip", SHA_CONTOURS),
        ],
        "valeurs": [
            une_valeur("QP961001", "2020", 41.5),
            une_valeur("QP961001", "2021", 42.25),
            une_valeur("QP961002", "2020", None, "secret"),
        ],
        "ecarts": [
            dict(zip(CLES["ecarts"], ("QP961001", "2015", "taux_pauvrete_60", "2020", "commune", "96101"), strict=True))
            | {"valeur": 41.5, "ecart": 20.5, "unite_ecart": "point", "statut": "observe"}
        ],
    }


@dataclass
class Monde:
    """One data folder; change `lignes`, `verrou`, `tests_dbt` or `attentes`, then `publier()`."""

    racine: Path
    lignes: dict[str, list[dict[str, Any]]] = field(default_factory=lignes_par_defaut)
    origine: str = "deposit"
    tests_dbt: dict[str, str] = field(default_factory=lambda: {"not_null_fct_valeurs_statut": "pass"})
    attentes: list[dict[str, Any]] = field(default_factory=list)
    secret: dict[str, Any] = field(default_factory=dict)
    relecture: dict[str, Any] = field(default_factory=dict)
    maintenant: datetime = datetime(2026, 11, 12, 8, 30, tzinfo=UTC)
    desordre: bool = False
    _constructions: int = 0

    @property
    def donnees(self) -> Path:
        return self.racine / "data"

    @property
    def releases(self) -> Path:
        return self.donnees / "releases"

    @property
    def cible(self) -> Path:
        return self.racine / "target"

    def construire(self) -> Path:
        """Write the warehouse at a fresh path and everything beside it; returns the warehouse."""
        self._constructions += 1
        entrepot = self.racine / f"entrepot_{self._constructions}.duckdb"
        with duckdb.connect(str(entrepot)) as connexion:
            for table in sorted(set(CLES) - set(TABLES_DE_PUBLICATION)):
                self._table(connexion, table)
        self._dbt()
        self._donnees()
        return entrepot

    def publier(self, **options: Any) -> str:
        return publier(
            self.construire(),
            self.donnees,
            cible_dbt=self.cible,
            horloge=lambda: self.maintenant,
            **{"fiches": False, **options},
        )

    def dossier(self, release_id: str) -> Path:
        return self.releases / release_id

    def _table(self, connexion: duckdb.DuckDBPyConnection, table: str) -> None:
        colonnes = colonnes_de(table)
        nom = f"{'dim' if table in ('territoires', 'indicateurs', 'sources') else 'fct'}_{table}"
        connexion.execute(f"create table {nom} ({', '.join(f'{c} {t}' for c, t in colonnes.items())})")
        lignes = self.lignes.get(table, [])
        for ligne in reversed(lignes) if self.desordre else lignes:
            marques = ", ".join("?" for _ in colonnes)
            connexion.execute(f"insert into {nom} values ({marques})", [ligne.get(c) for c in colonnes])

    def _dbt(self) -> None:
        noeuds: dict[str, Any] = {}
        for table in sorted(set(CLES) - set(TABLES_DE_PUBLICATION)):
            nom = f"{'dim' if table in ('territoires', 'indicateurs', 'sources') else 'fct'}_{table}"
            noeuds[f"model.observatoire.{nom}"] = _noeud(nom, colonnes_de(table))
        # Between staging and mart: a model that names the indicator, and one that carries them all.
        noeuds["model.observatoire.stg_insee__qpv_revenus"] = _noeud("stg_insee__qpv_revenus", {})
        intermediaire = _noeud("int_revenus__valeurs", {})
        intermediaire["depends_on"]["nodes"] = ["model.observatoire.stg_insee__qpv_revenus"]
        intermediaire["raw_code"] = "select niveau_de_vie, taux_pauvrete_60 from revenus"
        noeuds["model.observatoire.int_revenus__valeurs"] = intermediaire
        toutes = _noeud("int_valeurs__toutes", {})
        toutes["depends_on"]["nodes"] = ["model.observatoire.int_revenus__valeurs"]
        noeuds["model.observatoire.int_valeurs__toutes"] = toutes
        noeuds["model.observatoire.fct_valeurs"]["depends_on"]["nodes"] = ["model.observatoire.int_valeurs__toutes"]
        resultats = []
        for nom, statut in self.tests_dbt.items():
            cle = f"test.observatoire.{nom}.0123456789"
            noeuds[cle] = {
                "name": nom,
                "resource_type": "test",
                "attached_node": "model.observatoire.fct_valeurs",
                "config": {"severity": "warn" if statut == "warn" else "ERROR", "error_if": "!= 0", "warn_if": "!= 0"},
            }
            resultats.append({"unique_id": cle, "status": statut, "failures": 0 if statut == "pass" else 2})
        self.cible.mkdir(parents=True, exist_ok=True)
        # The date of the run changes at each build, as dbt's does.
        execution = {"metadata": {"generated_at": f"2026-11-12T08:00:0{self._constructions}Z"}, "results": resultats}
        (self.cible / "manifest.json").write_text(json.dumps({"nodes": noeuds}), encoding="utf-8")
        (self.cible / "run_results.json").write_text(json.dumps(execution), encoding="utf-8")

    def _donnees(self) -> None:
        for dossier in ("spatial", "catalogue", "qualite"):
            (self.donnees / dossier).mkdir(parents=True, exist_ok=True)
        for zonage, codes in (("2015", ["QP961002", "QP961001"]), ("2024", ["QN96101M"])):
            carres = [shapely.box(2.1234567 + rang, 49.0, 2.2 + rang, 49.1) for rang, _ in enumerate(codes)]
            table = pa.table(
                {
                    "code_territoire": codes,
                    "wkb": [shapely.to_wkb(carre) for carre in carres],
                    "jeu": ["anct.qpv2015_contours"] * len(codes),
                }
            )
            pq.write_table(table, self.donnees / "spatial" / f"contours_{zonage}.parquet")
        colonnes = {
            "indicateur": ["taux_pauvrete_60"] * 3,
            "jeu": ["insee.qpv_revenus", "anct.qpv2015_contours", "anct.qpv2024_contours"],
            "priorite": [1, 2, 3],
            "colonnes": ["TP60{aa};TP60", "CODE_QP", "code"],
            "situe": [None, "2015", "2024"],
        }
        pq.write_table(pa.table(colonnes), self.donnees / "catalogue" / "indicateur_jeux.parquet")
        pq.write_table(
            pa.table({c: [REFERENCE[c]] for c in REFERENCE}), self.donnees / "catalogue" / "references.parquet"
        )
        (self.donnees / "catalogue" / "secret.json").write_text(json.dumps(SECRET | self.secret), encoding="utf-8")
        (self.donnees / "catalogue" / "relecture.json").write_text(json.dumps(RELECTURE | self.relecture))
        (self.donnees / "qualite" / "attentes.json").write_text(json.dumps(self.attentes), encoding="utf-8")
        verrou: dict[str, Any] = {}
        for source in self.lignes["sources"]:
            entree = {
                "sha256": source["empreinte_sha256"],
                "taille": 1234,
                "url": source["url"],
                "origine": self.origine,
                "acquis_le": "2026-10-03T06:00:00Z",
                "verifie_le": "2026-11-12T06:00:00Z",
                "statut": source["statut"],
                "message": "Le serveur a répondu 503." if source["statut"] == "en_echec" else "",
            }
            verrou.setdefault(source["jeu"], {}).setdefault(source["millesime"], {})[source["fichier"]] = entree
        (self.donnees / "verrou.yml").write_text(yaml.safe_dump(verrou), encoding="utf-8")


def _noeud(nom: str, colonnes: dict[str, str]) -> dict[str, Any]:
    return {
        "name": nom,
        "resource_type": "model",
        "description": f"Table {nom}.",
        "columns": {
            c: {
                "name": c,
                "description": f"Définition de {c}.",
                "data_type": t,
                "config": {"meta": {"unite": "%"} if c == "ecart" else {}},
            }
            for c, t in colonnes.items()
        },
        "depends_on": {"nodes": []},
    }
