"""The cards as tables for the warehouse: `<data>/catalogue/*.parquet`.

Belongs here: one table per kind of card, the state of each declared file read from the lock.
Does not belong here: the cards (catalogue), the text of the dbt sources (dbt_sources), any figure of a territory.

`python -m ingestion.tables` writes again what is generated from the cards; `--verrou DATA` copies the lock of a run.
"""

from __future__ import annotations

import argparse
from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from ingestion import dbt_sources
from ingestion.catalogue import RACINE, Catalogue, Erratum, ErreurCatalogue, Fichier, Jeu, Millesime, ReferencePubliee
from ingestion.lock import EntreeVerrou, Verrou
from ingestion.parquet import ecrire_ensemble
from ingestion.periods import Periode, periode
from ingestion.register.templates import ecrire_registre
from ingestion.review import ecrire_relecture
from ingestion.secrecy import ecrire_secret

T, E, B = pl.String, pl.Int32, pl.Boolean
SCHEMAS: dict[str, dict[str, Any]] = {
    "indicateurs": {"indicateur": T, "ordre": E}
    | dict.fromkeys(("libelle", "axe", "theme", "definition", "numerateur", "denominateur", "unite"), T)
    | {"decimales": E, "sens": E, "niveau_publie": T, "disponibilite": T, "zonages": T, "forme_ecart": T}
    | {"incertitude": T, "est_additif": B, "espacement_minimal_ans": E, "avertissement": T, "attente": T}
    | {"a_afficher": B, "version_definition": E},
    "indicateur_jeux": {"indicateur": T, "jeu": T, "priorite": E, "colonnes": T, "serie": T, "situe": T},
    "indicateur_references": {"indicateur": T, "niveau_reference": T},
    "ruptures": dict.fromkeys(("indicateur", "code", "date_rupture", "severite", "motif", "url"), T),
    "errata": dict.fromkeys(("identifiant", "indicateur", "code_territoire", "periode", "texte"), T)
    | {"date": pl.Date},
    "sources": dict.fromkeys(("jeu", "millesime", "fichier", "titre", "producteur", "theme", "description"), T)
    | dict.fromkeys(("licence", "licence_url", "licence_statut", "cadence", "url", "statut_url", "page"), T)
    | {"date_reference": pl.Date, "est_date_deduite": B, "date_publication": T, "prochaine_publication": T, "rythme": T}
    | {"empreinte_sha256": T, "statut": T, "origine": T, "mention": T, "note": T},
    "avertissements": {"jeu": T, "texte": T, "url": T},
    "references": dict.fromkeys(("indicateur", "niveau", "code_territoire", "periode"), T)
    | {"date_reference": pl.Date, "valeur": pl.Float64, "source": T, "url": T, "date_publication": T},
    "motifs": {"motif": T, "phrase": T},
    "controles": {"jeu": T, "controle": T, "millesime": T, "variable": T, "perimetre": T}
    | {"attendu": pl.Float64, "tolerance": pl.Float64, "explication": T, "url": T},
    "hors_couverture": dict.fromkeys(("jeu", "millesime", "code_commune", "motif"), T),
}
NOTES_ESSAI = {
    "reel": None,
    "documente": "Lu d’après le format documenté par le producteur : le fichier réel n’a pas encore été essayé.",
    "inconnu": "Contenu jamais vu : les noms de colonnes sont déduits, le premier chargement est à vérifier.",
}
ENTETE_VERROU = "# Written by `make lock` from the last run: what each published file was. Not edited by hand.\n"


def ecrire_tables(catalogue: Catalogue, donnees: Path, territoire_demo: Path | None = None) -> None:
    """Writes every table of the cards; same cards and same lock, same bytes.

    Args:
        territoire_demo: folder of the demo territory, whose published references replace the real ones; the control
            totals of France are not expected of it.
    Raises:
        ErreurCatalogue: a card names a break or a parameter that does not exist.
    """
    for nom, table in construire_tables(catalogue, Verrou(donnees / "verrou.yml"), territoire_demo).items():
        ecrire_ensemble({donnees / "catalogue" / f"{nom}.parquet": table})
    ecrire_secret(catalogue, donnees)
    ecrire_relecture(catalogue, donnees)


def construire_tables(
    catalogue: Catalogue, verrou: Verrou, territoire_demo: Path | None = None
) -> dict[str, pl.DataFrame]:
    """Table name → frame, columns as in `SCHEMAS`; `methode` has one row and one column per parameter."""
    jeux = catalogue.jeux.values()
    references = catalogue.references if territoire_demo is None else _references_demo(territoire_demo)
    errata = catalogue.errata if territoire_demo is None else _errata_demo(territoire_demo)
    controles = [(j, c) for j in jeux for c in j.controles] if territoire_demo is None else []
    lignes: dict[str, Iterable[dict[str, Any]]] = {
        "indicateurs": _indicateurs(catalogue),
        "indicateur_jeux": [
            {
                "indicateur": i.indicateur,
                "jeu": s.jeu,
                "priorite": rang,
                "colonnes": ";".join(s.colonnes),
                "serie": s.serie,
                "situe": s.situe,
            }
            for i in catalogue.indicateurs.values()
            for rang, s in enumerate(i.sources, start=1)
        ],
        "indicateur_references": [
            {"indicateur": i.indicateur, "niveau_reference": n}
            for i in catalogue.indicateurs.values()
            for n in i.references
        ],
        "ruptures": _ruptures(catalogue),
        "errata": _errata(errata, catalogue.indicateurs),
        "sources": [_source(*declare, verrou) for declare in catalogue.fichiers()],
        "avertissements": [{"jeu": j.jeu, **a.model_dump()} for j in jeux for a in j.avertissements],
        "references": [r.model_dump() | {"date_reference": date.fromisoformat(r.date_reference)} for r in references],
        "motifs": [{"motif": m, "phrase": phrase} for m, phrase in catalogue.methode["motifs"].items()],
        "controles": [{"jeu": j.jeu, **c.model_dump()} for j, c in controles],
        "hors_couverture": [
            {"jeu": j.jeu, "millesime": m, "code_commune": code, "motif": hors.motif}
            for j in jeux
            if j.points is not None
            for m, hors in j.points.hors_couverture.items()
            for code in hors.communes
        ],
    }
    tables = {nom: pl.DataFrame(list(lignes[nom]), schema=schema, orient="row") for nom, schema in SCHEMAS.items()}
    return tables | {"methode": _methode(catalogue)}


def _indicateurs(catalogue: Catalogue) -> list[dict[str, Any]]:
    colonnes = SCHEMAS["indicateurs"].keys() - {"ordre", "zonages"}
    return [
        i.model_dump(include=colonnes) | {"ordre": ordre, "zonages": ";".join(i.zonages)}
        for ordre, i in enumerate(catalogue.indicateurs.values(), start=1)
    ]


def _ruptures(catalogue: Catalogue) -> list[dict[str, Any]]:
    """One row per indicator and break."""
    lignes = []
    for indicateur in catalogue.indicateurs.values():
        inconnues = sorted(set(indicateur.ruptures) - catalogue.ruptures.keys())
        if inconnues:
            raise ErreurCatalogue(
                f"{indicateur.indicateur}: unknown breaks {inconnues}; declare them in catalogue/sources/<producteur>.yml"
            )
        lignes += [
            {"indicateur": indicateur.indicateur, **catalogue.ruptures[c].model_dump()} for c in indicateur.ruptures
        ]
    return lignes


def _methode(catalogue: Catalogue) -> pl.DataFrame:
    parametres = catalogue.methode["parametres"]
    fautifs = {nom: v for nom, v in parametres.items() if isinstance(v, bool) or not isinstance(v, int | float)}
    if fautifs:
        raise ErreurCatalogue(f"catalogue/methode.yml: parameters are numbers, found {fautifs}")
    return pl.DataFrame([parametres])


def _errata(errata: Iterable[Erratum], indicateurs: Container[str]) -> list[dict[str, Any]]:
    """One row per erratum.

    Raises:
        ErreurCatalogue: an identifier is used twice, or the indicator does not exist.
    """
    lignes: dict[str, dict[str, Any]] = {}
    for erratum in errata:
        if erratum.identifiant in lignes:
            raise ErreurCatalogue(f"errata.yml : l'identifiant {erratum.identifiant} est employé deux fois.")
        if erratum.indicateur not in indicateurs:
            raise ErreurCatalogue(
                f"errata.yml, {erratum.identifiant} : indicateur {erratum.indicateur} inconnu ; employer un identifiant de "
                "catalogue/indicateurs."
            )
        lignes[erratum.identifiant] = erratum.model_dump() | {"date": date.fromisoformat(erratum.date)}
    return list(lignes.values())


def _errata_demo(territoire: Path) -> list[Erratum]:
    """Errata of the fictitious territory, written beside its files; a territory may have none."""
    chemin = territoire / "errata.yml"
    bruts = yaml.safe_load(chemin.read_text(encoding="utf-8")) if chemin.exists() else None
    return [Erratum.model_validate(brut) for brut in bruts or []]


def _references_demo(territoire: Path) -> list[ReferencePubliee]:
    """Published values of the fictitious territory, written beside its files."""
    bruts = yaml.safe_load((territoire / "references.yml").read_text(encoding="utf-8")) or []
    return [ReferencePubliee.model_validate(brut) for brut in bruts]


def _source(jeu: Jeu, millesime: Millesime, fichier: Fichier, verrou: Verrou) -> dict[str, Any]:
    """The row of a declared file: what the card says, and what the lock knows of its last loading."""
    entree = verrou.lire(jeu.jeu, millesime.millesime, fichier.nom)
    reference = date_de_reference(jeu, millesime, fichier)
    return {
        "jeu": jeu.jeu,
        "millesime": millesime.millesime,
        "fichier": fichier.nom,
        **jeu.model_dump(include={"titre", "producteur", "theme", "description", "cadence", "page", "mention"}),
        "licence": jeu.licence.nom,
        "licence_url": jeu.licence.url,
        "licence_statut": jeu.licence.statut,
        "url": fichier.url,
        "statut_url": fichier.statut_url,
        "date_reference": reference.date_reference if reference else None,
        "est_date_deduite": reference.est_date_deduite if reference else None,
        "date_publication": millesime.date_publication,
        "prochaine_publication": jeu.prochaine_publication,
        "rythme": jeu.rythme,
        "empreinte_sha256": entree.sha256 if entree else None,
        "statut": _statut(entree),
        "origine": entree.origine if entree else None,
        "note": " ".join(t for t in (NOTES_ESSAI[fichier.essai], fichier.note, fichier.sur_demande) if t) or None,
    }


def _statut(entree: EntreeVerrou | None) -> str:
    return "jamais_charge" if entree is None else entree.statut


def date_de_reference(jeu: Jeu, millesime: Millesime, fichier: Fichier) -> Periode | None:
    """Latest established date among the blocks of a file; None when no date is established."""
    noms = fichier.blocs if fichier.blocs is not None else list(millesime.periodes)
    periodes = [periode(millesime.periodes[n], jeu.bloc(n).jour_reference) for n in noms if n in millesime.periodes]
    datees = [p for p in periodes if p.date_reference is not None]
    return max(datees, key=lambda p: (p.date_reference, not p.est_date_deduite)) if datees else None


def copier_verrou(donnees: Path, sortie: Path = RACINE / "verrou.yml") -> None:
    """Copies the lock of a run into the catalogue: what is known of the published files, without what is local.

    `normalise`, the state of the last attempt and its message belong to a machine, so they are left out.
    """
    copie = Verrou(sortie)
    for jeu, millesime, fichier, entree in Verrou(donnees / "verrou.yml").entrees():
        if entree.sha256 is not None and entree.origine != "demo":
            copie.ecrire(jeu, millesime, fichier, replace(entree, statut="a_jour", message="", normalise=None))
    copie.enregistrer()
    sortie.write_text(ENTETE_VERROU + sortie.read_text(encoding="utf-8"), encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    """Writes the generated files of the repository, or the lock of the catalogue."""
    analyseur = argparse.ArgumentParser(
        prog="python -m ingestion.tables", description="Fichiers générés à partir des fiches."
    )
    analyseur.add_argument("--verrou", type=Path, metavar="DATA", help="copier le verrou de ce dossier de travail")
    choix = analyseur.parse_args(arguments)
    if choix.verrou is not None:
        copier_verrou(choix.verrou)
    else:
        dbt_sources.main()
        ecrire_registre(Catalogue())


if __name__ == "__main__":
    main()
