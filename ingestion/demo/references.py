"""What accompanies the files: the published values that no file holds, and the index of the deposit.

Belongs here: `references.yml`, `errata.yml` and `index.csv`.
Does not belong here: the files themselves.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from typing import Any

import yaml

from ingestion.catalogue import Catalogue
from ingestion.demo import chomage, noms, revenus
from ingestion.demo.territoire import REGION

SOURCE = "Données fictives de démonstration"
ADRESSE = "https://example.invalid/donnees-fictives"
FINS = {1: "03-31", 2: "06-30", 3: "09-30", 4: "12-31"}
# Quarter for which the rate of the whole country is known by a published value only.
TRIMESTRES = ((2021, 4), (2022, 1))
COLONNES = "path,publisher,dataset,vintage,level,page,url,url_status,status,bytes,sha256,via,note".split(",")


def _valeur(indicateur: str, niveau: str, code: str, periode: str, date: str, valeur: float) -> dict[str, Any]:
    return {
        "indicateur": indicateur, "niveau": niveau, "code_territoire": code, "periode": periode, "date_reference": date,
        "valeur": valeur, "source": SOURCE, "url": ADRESSE,
    }  # fmt: skip


def valeurs() -> list[dict[str, Any]]:
    """Same indicators and levels as `catalogue/references.yml`: unemployment of the country, poverty of 2018 above the commune."""
    resultat = []
    for annee, t in TRIMESTRES:
        for code, sans in (("FRM", ("965",)), ("FRHM", ())):
            taux = chomage.taux_ensemble(annee, t, sans)
            resultat.append(
                _valeur("taux_chomage_bit_departement", "france", code, f"{annee}-T{t}", f"{annee}-{FINS[t]}", taux)
            )
    for annee, taux in ((2014, 25.9), (2015, 25.6)):
        resultat.append(_valeur("taux_chomage_bit_qpv", "ensemble_qpv", "QPV-FR", str(annee), f"{annee}-12-31", taux))
    zones = [("france", "FRM"), ("region", REGION), *[("departement", code) for code in noms.DEPARTEMENTS]]
    for niveau, code in zones:
        pauvrete = round(revenus.taux_pauvrete(revenus.de_zone(niveau, code, 2018), 2018), 1)
        resultat.append(_valeur("taux_pauvrete_60", niveau, code, "2018", "2018-12-31", pauvrete))
    return resultat


def references() -> bytes:
    """`references.yml`, the fields of `ReferencePubliee`."""
    return yaml.safe_dump(valeurs(), allow_unicode=True, sort_keys=False, width=200).encode()


def errata() -> bytes:
    """`errata.yml`, the fields of `Erratum`: one figure of one quartier."""
    erratum = {
        "identifiant": "demo_2026_001",
        "indicateur": "part_defm_1_an_plus",
        "code_territoire": "QP961001",
        "periode": "2021-12-31",
        "texte": "la première version donnait la part de 2020 ; la valeur affichée est la bonne (exemple fictif).",
        "date": "2026-11-02",
    }
    return yaml.safe_dump([erratum], allow_unicode=True, sort_keys=False, width=200).encode()


def index(fichiers: Mapping[str, bytes], catalogue: Catalogue) -> bytes:
    """`index.csv`: one row per file, in the order of the cards; every state is `fictif`."""
    tampon = io.StringIO()
    lignes = csv.writer(tampon, lineterminator="\n")
    lignes.writerow(COLONNES)
    vus = set()
    for jeu, millesime, fichier in catalogue.fichiers():
        if fichier.chemin in vus or fichier.chemin not in fichiers:
            continue
        vus.add(fichier.chemin)
        contenu = fichiers[fichier.chemin]
        empreinte = hashlib.sha256(contenu).hexdigest()
        niveau = fichier.niveau or jeu.niveau
        lignes.writerow(
            [
                fichier.chemin,
                SOURCE,
                jeu.jeu,
                millesime.millesime,
                niveau,
                ADRESSE,
                "",
                "",
                "fictif",
                len(contenu),
                empreinte,
                "",
                "",
            ]
        )
    return tampon.getvalue().encode()
