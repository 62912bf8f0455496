"""Great Expectations suites built from the cards, and their results as records.

Belongs here: which expectation a card implies, the frames it runs on, the sentence of each result, the cache per dataset.
Does not belong here: byte checks (verify), typing and quarantine (normalise), tests of the marts (dbt_project/tests).

great_expectations takes 4 s to import: it is imported only when a dataset changed since its last validation.
`python -m ingestion.expectations --data DATA` validates a data folder by itself.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import json
import os
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.catalogue import RACINE, Catalogue, Jeu

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

ICI = Path(__file__)
INDEX = ["millesime", "fichier", "variable"]
EXEMPLES = 3
# How often the process of a refresh is looked at, in seconds.
VEILLE_S = 0.5
# How this process ends when the disk is full: whoever waits for it says so.
SORTIE_DISQUE_PLEIN = 28
# How far the rows of a file may move from those of the snapshot it replaces, and why that far.
VARIATION_LIGNES_PCT = 20
VARIATION_LIGNES = (
    f"de −{VARIATION_LIGNES_PCT} % à +{VARIATION_LIGNES_PCT} % des lignes de l'instantané remplacé : une correction en "
    "change quelques-unes, un fichier coupé ou doublé bien plus. Aucun remplacement observé au 26/11/2026."
)


@dataclass(frozen=True)
class Resultat:
    """One line of the table `qualite`; `resultat` is `reussi` or `echoue`, `observe` and `seuil` are text."""

    controle: str
    jeu: str
    niveau: str
    resultat: str
    observe: str
    seuil: str
    message: str


def evaluer(jeux: Iterable[Jeu], donnees: Path, *, demo: bool) -> list[Resultat]:
    """Validate every dataset and write `<data>/qualite/attentes.json`, sorted, without any date.

    Args:
        demo: row counts and shares of empty cells were measured on the files of France, so they are not expected of
            the demo territory.
    """
    resultats = [resultat for jeu in jeux for resultat in evaluer_jeu(jeu, donnees, demo=demo)]
    resultats.sort(key=lambda r: (r.jeu, r.controle))
    _ecrire_json(donnees / "qualite" / "attentes.json", [asdict(r) for r in resultats])
    return resultats


def lire_resultats(donnees: Path) -> list[Resultat]:
    """What `evaluer` wrote last."""
    bruts = json.loads((donnees / "qualite" / "attentes.json").read_text(encoding="utf-8"))
    return [Resultat(**brut) for brut in bruts]


def evaluer_jeu(jeu: Jeu, donnees: Path, *, demo: bool) -> list[Resultat]:
    """Validate one dataset, or give back its last results when neither its typed files nor its card changed."""
    cache = donnees / "qualite" / "attentes" / f"{jeu.jeu}.json"
    empreinte = _empreinte(jeu, donnees, demo)
    if cache.exists():
        connu = json.loads(cache.read_text(encoding="utf-8"))
        if connu["empreinte"] == empreinte:
            return [Resultat(**brut) for brut in connu["resultats"]]
    resultats = _valider(jeu, donnees, demo)
    _ecrire_json(cache, {"empreinte": empreinte, "resultats": [asdict(r) for r in resultats]})
    return resultats


def fichiers_normalises(jeu: Jeu, donnees: Path, couche: str) -> list[Path]:
    """Typed Parquet of the declared files of a dataset; `couche`: cellules, lignes or quarantaine."""
    racine = donnees / "normalise" / jeu.dossier
    chemins = [racine / m.millesime / f"{f.nom}.{couche}.parquet" for m in jeu.millesimes for f in m.fichiers]
    return [chemin for chemin in chemins if chemin.exists()]


def _empreinte(jeu: Jeu, donnees: Path, demo: bool) -> str:
    somme = hashlib.sha256(ICI.read_bytes())
    somme.update(f"{demo}\0{motif_de_cle(jeu)}\0{jeu.model_dump_json()}".encode())
    somme.update(json.dumps(_lignes_precedentes(jeu, donnees)).encode())
    for couche in ("lignes", "cellules"):
        for chemin in fichiers_normalises(jeu, donnees, couche):
            with chemin.open("rb") as flux:
                somme.update(f"{chemin.name}\0{hashlib.file_digest(flux, 'sha256').hexdigest()}".encode())
    return somme.hexdigest()


def _ecrire_json(chemin: Path, contenu: Any) -> None:
    chemin.parent.mkdir(parents=True, exist_ok=True)
    temporaire = chemin.with_name(f".{chemin.name}.{os.getpid()}")
    temporaire.write_text(json.dumps(contenu, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    temporaire.replace(chemin)


# --- frames -----------------------------------------------------------------------------------------------------------


def cadre_lignes(jeu: Jeu, donnees: Path) -> pd.DataFrame:
    """Rows kept that describe a territory, all vintages: millesime, fichier, niveau, zonage, code_territoire, ligne."""
    import polars as pl

    chemins = fichiers_normalises(jeu, donnees, "lignes")
    sans_territoire = [f.nom for m in jeu.millesimes for f in m.fichiers if (f.cle or jeu.cle).type == "aucun"]
    lignes = pl.scan_parquet(chemins).filter((pl.col("sort") == "retenue") & ~pl.col("fichier").is_in(sans_territoire))
    return lignes.select("millesime", "fichier", "niveau", "zonage", "code_territoire", "ligne").collect().to_pandas()


def cadre_fichiers(jeu: Jeu, donnees: Path) -> pd.DataFrame:
    """One row per file read: millesime, fichier, nb_lignes (every data row, whatever became of it), lignes_min, lignes_max."""
    import polars as pl

    chemins = fichiers_normalises(jeu, donnees, "lignes")
    comptes = pl.scan_parquet(chemins).group_by("millesime", "fichier").agg(pl.len().alias("nb_lignes")).collect()
    attendus = [
        (m.millesime, f.nom, attendu.lignes_min, attendu.lignes_max)
        for m in jeu.millesimes
        for f in m.fichiers
        for attendu in [f.attendus or jeu.attendus]
    ]
    schema = {"millesime": pl.Utf8, "fichier": pl.Utf8, "lignes_min": pl.Int64, "lignes_max": pl.Int64}
    seuils = pl.DataFrame(attendus, schema=schema, orient="row")
    return comptes.join(seuils, on=["millesime", "fichier"], how="left").sort("millesime", "fichier").to_pandas()


def cadre_remplacements(jeu: Jeu, donnees: Path) -> pd.DataFrame:
    """One row per file that replaced a snapshot: millesime, fichier, lignes_avant, lignes_apres, variation_pct."""
    import polars as pl

    schema = {"millesime": pl.Utf8, "fichier": pl.Utf8, "lignes_avant": pl.Int64, "lignes_apres": pl.Int64}
    comptes = pl.DataFrame(_lignes_precedentes(jeu, donnees), schema=schema, orient="row")
    variation = 100.0 * (pl.col("lignes_apres") - pl.col("lignes_avant")) / pl.col("lignes_avant")
    return comptes.with_columns(variation.alias("variation_pct")).sort("millesime", "fichier").to_pandas()


def _lignes_precedentes(jeu: Jeu, donnees: Path) -> list[tuple[str, str, int, int]]:
    from ingestion.register.location import est_registre
    from ingestion.snapshots import lignes_precedentes

    # The local register is filled in row by row: its growth is nobody's mistake.
    return [] if est_registre(jeu) else lignes_precedentes(donnees, jeu)


def cadre_variables(jeu: Jeu, donnees: Path) -> pd.DataFrame:
    """One row per file and variable: part_vide, minimum, maximum beside what the card allows."""
    import polars as pl

    chemins = fichiers_normalises(jeu, donnees, "cellules")
    bornes = _bornes(jeu)
    mesures = (
        pl.scan_parquet(chemins)
        .group_by(INDEX)
        .agg(
            pl.len().alias("nb_cellules"),
            (pl.col("statut") != "observe").mean().alias("part_vide"),
            pl.col("valeur").min().alias("minimum"),
            pl.col("valeur").max().alias("maximum"),
        )
        .collect()
    )
    return mesures.join(bornes, on="variable", how="left").sort(INDEX).to_pandas()


def _bornes(jeu: Jeu) -> pl.DataFrame:
    """Bounds and largest share of empty cells per variable; a card's own bounds win over those of the type."""
    import polars as pl

    from ingestion.numbers import BORNES

    lignes = []
    for bloc in jeu.blocs:
        for nom, variable in bloc.variables.items():
            basse, haute = variable.bornes or BORNES.get(variable.type, (None, None))
            lignes.append((nom, basse, haute, jeu.attendus.part_vide_max.get(nom)))
    schema = {"variable": pl.Utf8, "borne_basse": pl.Float64, "borne_haute": pl.Float64, "part_vide_max": pl.Float64}
    return pl.DataFrame(lignes, schema=schema, orient="row").unique("variable", keep="first", maintain_order=True)


# --- suites -----------------------------------------------------------------------------------------------------------


def _valider(jeu: Jeu, donnees: Path, demo: bool) -> list[Resultat]:
    if not fichiers_normalises(jeu, donnees, "lignes"):
        jamais_vu = all(f.est_facultatif for m in jeu.millesimes for f in m.fichiers)
        return [] if jamais_vu else [_sans_fichier(jeu)]
    source = _source_gx()
    resultats = _lancer(source, jeu, "fichiers", cadre_fichiers(jeu, donnees), _suite_fichiers(demo))
    remplacements = cadre_remplacements(jeu, donnees)
    if len(remplacements):
        resultats += _comparer_aux_precedents(source, jeu, remplacements)
    if types_de_cle(jeu):
        resultats += _lancer(source, jeu, "lignes", cadre_lignes(jeu, donnees), _suite_lignes(jeu))
    if fichiers_normalises(jeu, donnees, "cellules"):
        resultats += _lancer(source, jeu, "variables", cadre_variables(jeu, donnees), _suite_variables(jeu, demo))
    return resultats


def _comparer_aux_precedents(source: Any, jeu: Jeu, remplacements: pd.DataFrame) -> list[Resultat]:
    """Row counts against the snapshots replaced; a dataset that replaced none has no such result."""
    suite = [
        _attente(
            "ExpectColumnValuesToBeBetween",
            column="variation_pct",
            min_value=-VARIATION_LIGNES_PCT,
            max_value=VARIATION_LIGNES_PCT,
            meta={"controle": "lignes_instantane_precedent"},
        )
    ]
    forte = max(remplacements["variation_pct"], key=abs)
    observe = f"variation la plus forte {forte:+.1f} %".replace(".", ",").replace("-", "−")
    resultats = _lancer(source, jeu, "remplacements", remplacements, suite)
    return [replace(resultat, observe=f"{resultat.observe}, {observe}") for resultat in resultats]


def types_de_cle(jeu: Jeu) -> list[str]:
    """Kinds of codes that the rows of a dataset may carry; empty when its rows have no territory."""
    cles = [jeu.cle] + [f.cle for m in jeu.millesimes for f in m.fichiers if f.cle]
    return sorted({cle.type for cle in cles} - {"aucun", "ligne"})


def motif_de_cle(jeu: Jeu) -> str:
    """One regular expression for every code that the card allows; null for a dataset without territories."""
    from ingestion.codes import FORMES

    return "|".join(FORMES[type_] for type_ in types_de_cle(jeu))


def _suite_fichiers(demo: bool) -> list[Any]:
    if demo:
        return [
            _attente(
                "ExpectColumnValuesToBeBetween", column="nb_lignes", min_value=1, meta={"controle": "lignes_presentes"}
            )
        ]
    return [
        _pas_plus_grand("lignes_min", "nb_lignes", "lignes_minimum"),
        _pas_plus_grand("nb_lignes", "lignes_max", "lignes_maximum"),
    ]


def _suite_lignes(jeu: Jeu) -> list[Any]:
    suite = [
        _attente("ExpectColumnValuesToNotBeNull", column="code_territoire", meta={"controle": "cle_presente"}),
        _attente(
            "ExpectColumnValuesToMatchRegex",
            column="code_territoire",
            regex=motif_de_cle(jeu),
            meta={"controle": "cle_bien_formee"},
        ),
    ]
    if not _plusieurs_lignes_par_cle(jeu):
        suite.append(
            _attente(
                "ExpectCompoundColumnsToBeUnique",
                column_list=["millesime", "fichier", "niveau", "zonage", "code_territoire"],
                meta={"controle": "cle_unique"},
            )
        )
    return suite


def _plusieurs_lignes_par_cle(jeu: Jeu) -> bool:
    """True when the card says that a key comes back: one figure per row, or one row per date."""
    cles = [jeu.cle] + [f.cle for m in jeu.millesimes for f in m.fichiers if f.cle]
    return any(bloc.colonne_periode for bloc in jeu.blocs) or any(cle.repetees == "gardees" for cle in cles)


def _suite_variables(jeu: Jeu, demo: bool) -> list[Any]:
    suite = [
        _pas_plus_grand("borne_basse", "minimum", "borne_basse"),
        _pas_plus_grand("maximum", "borne_haute", "borne_haute"),
    ]
    if jeu.attendus.part_vide_max and not demo:
        suite.append(_pas_plus_grand("part_vide", "part_vide_max", "cellules_vides"))
    return suite


def _pas_plus_grand(petite: str, grande: str, controle: str) -> Any:
    """Expect one column to stay at or below another; a row where either is missing expects nothing."""
    return _attente(
        "ExpectColumnPairValuesAToBeGreaterThanB",
        column_A=grande,
        column_B=petite,
        or_equal=True,
        ignore_row_if="either_value_is_missing",
        meta={"controle": controle},
    )


def _attente(nom: str, **options: Any) -> Any:
    """An expectation by its name: the package does not export its classes to type checkers."""
    from great_expectations import expectations

    return getattr(expectations, nom)(**options)


def _source_gx() -> Any:
    """A pandas data source in a context that lives in memory, silent and offline."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    contexte = gx.get_context(mode="ephemeral")
    contexte.variables.progress_bars = ProgressBarsConfig(globally=False)
    return contexte.data_sources.add_pandas("couche_typee")


def _lancer(source: Any, jeu: Jeu, nom: str, cadre: pd.DataFrame, attentes: list[Any]) -> list[Resultat]:
    import great_expectations as gx

    index = [colonne for colonne in [*INDEX, "ligne", "lignes_avant", "lignes_apres"] if colonne in cadre.columns]
    definition = source.add_dataframe_asset(nom).add_batch_definition_whole_dataframe("tout")
    lot = definition.get_batch(batch_parameters={"dataframe": cadre})
    bilan = lot.validate(
        gx.ExpectationSuite(name=f"{jeu.jeu}.{nom}", expectations=attentes),
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": index},
    )
    return [_resultat(jeu, brut, len(cadre)) for brut in bilan.results]


# --- sentences --------------------------------------------------------------------------------------------------------

LIBELLES = {
    "lignes_presentes": "chaque fichier a des lignes",
    "lignes_minimum": "nombre de lignes de chaque fichier au moins égal au minimum attendu",
    "lignes_maximum": "nombre de lignes de chaque fichier au plus égal au maximum attendu",
    "lignes_instantane_precedent": "nombre de lignes proche de celui de l'instantané remplacé",
    "cle_presente": "code du territoire présent",
    "cle_bien_formee": "forme du code du territoire",
    "cle_unique": "un territoire n'apparaît qu'une fois par fichier",
    "borne_basse": "valeurs au moins égales au minimum possible",
    "borne_haute": "valeurs au plus égales au maximum possible",
    "cellules_vides": "part de cellules sans valeur",
}


def _resultat(jeu: Jeu, brut: Any, nb_lignes: int) -> Resultat:
    controle = brut.expectation_config.meta["controle"]
    if brut.exception_info.get("raised_exception"):
        raise RuntimeError(
            f"{jeu.jeu}, contrôle {controle} : Great Expectations a échoué : {brut.exception_info['exception_message']}"
        )
    ecarts = brut.result.get("unexpected_index_list") or []
    libelle = LIBELLES[controle]
    if brut.success:
        message = f"{libelle} : conforme."
    else:
        message = f"{libelle} : {_compte(len(ecarts))}, dont {_exemples(ecarts)}."
    return Resultat(
        controle=controle,
        jeu=jeu.jeu,
        niveau="avertissement",
        resultat="reussi" if brut.success else "echoue",
        observe=f"{_compte(len(ecarts))} sur {nb_lignes}",
        seuil=_seuil(jeu, controle),
        message=message[0].upper() + message[1:],
    )


def _exemples(ecarts: list[dict[str, Any]]) -> str:
    """The first rows in error: file, vintage, variable or line, then what was measured and what was expected."""
    phrases = []
    for ecart in ecarts[:EXEMPLES]:
        lieu = [f"{ecart['fichier']} ({ecart['millesime']})"]
        lieu += [f"{cle} {ecart[cle]}" for cle in ("variable", "ligne") if cle in ecart]
        mesures = [f"{cle} = {_mesure(valeur)}" for cle, valeur in ecart.items() if cle not in (*INDEX, "ligne")]
        phrases.append(f"{', '.join(lieu)}{' : ' + ', '.join(mesures) if mesures else ''}")
    return " ; ".join(phrases)


def _compte(nombre: int) -> str:
    return f"{nombre} écart" if nombre < 2 else f"{nombre} écarts"


def _mesure(valeur: Any) -> str:
    return f"{valeur:.6g}".replace(".", ",") if isinstance(valeur, float) else str(valeur)


def _seuil(jeu: Jeu, controle: str) -> str:
    if controle == "lignes_instantane_precedent":
        return VARIATION_LIGNES
    if controle.startswith("lignes_m"):
        return jeu.attendus.description
    if controle == "cle_bien_formee":
        return motif_de_cle(jeu)
    if controle == "cellules_vides":
        return " ; ".join(
            f"{nom} {100 * part:g} %".replace(".", ",") for nom, part in jeu.attendus.part_vide_max.items()
        )
    return "aucun écart"


def _sans_fichier(jeu: Jeu) -> Resultat:
    return Resultat(
        controle="lignes_presentes",
        jeu=jeu.jeu,
        niveau="avertissement",
        resultat="echoue",
        observe="aucun fichier",
        seuil="au moins un fichier",
        message="Aucun fichier de ce jeu n'a pu être lu : rien n'est publié à partir de lui.",
    )


def main(arguments: list[str] | None = None) -> None:
    """Validates every dataset of a data folder."""
    analyseur = argparse.ArgumentParser(
        prog="python -m ingestion.expectations", description="Attentes sur les fichiers."
    )
    analyseur.add_argument("--data", type=Path, default=Path("data"), help="dossier de travail")
    analyseur.add_argument("--catalogue", type=Path, default=RACINE, help="dossier des fiches")
    analyseur.add_argument("--demo", action="store_true", help="territoire de démonstration")
    analyseur.add_argument("--parent", type=int, help="s'arrêter quand ce processus n'est plus là")
    choix = analyseur.parse_args(arguments)
    if choix.parent is not None:
        threading.Thread(target=_finir_avec, args=(choix.parent,), daemon=True).start()
    try:
        evaluer(Catalogue(choix.catalogue).jeux.values(), choix.data, demo=choix.demo)
    except OSError as erreur:
        if erreur.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        sys.exit(SORTIE_DISQUE_PLEIN)


def _finir_avec(parent: int) -> None:
    """End at once when the refresh is gone: the next one must not find a process that still writes its results."""
    while os.getppid() == parent:
        time.sleep(VEILLE_S)
    os._exit(1)


if __name__ == "__main__":
    main()
