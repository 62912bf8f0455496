"""The card of what links published counts: `catalogue/secret.yml`, checked against the other cards.

Belongs here: the pydantic models of that file, its agreement with the indicators and the datasets, the JSON handed to publication.
Does not belong here: the test itself (publication.secrecy), the marks that mean a masked cell (the cards of the datasets).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import Field, ValidationError

from ingestion.archive import ecrire_atomique
from ingestion.catalogue import ErreurCatalogue, Fiche, Identifiant, IdJeu

if TYPE_CHECKING:
    from ingestion.catalogue import Catalogue


class Chiffre(Fiche):
    """Published columns whose sum each figure of an indicator shows; a role left out stands for itself."""

    valeur: list[str] = Field(default_factory=list)
    numerateur: list[str] = Field(default_factory=list)
    denominateur: list[str] = Field(default_factory=list)


class Partition(Fiche):
    """`total` = Σ `parties`, plus a remainder that nobody publishes when it is not exhaustive."""

    total: str
    parties: list[str] = Field(min_length=1)
    exhaustive: bool = True


class SecretDuJeu(Fiche):
    """The relations inside one dataset."""

    jeu: IdJeu
    chiffres: dict[Identifiant, Chiffre] = Field(default_factory=dict)
    partitions: list[Partition] = Field(default_factory=list)


class Acceptation(Fiche):
    """Figures masked after they were published, that a person has looked at."""

    indicateur: Identifiant
    periode: str
    motif: str
    date: str


class Secret(Fiche):
    """The whole file."""

    jeux: list[SecretDuJeu]
    equivalences: list[list[str]] = Field(default_factory=list)
    combinaisons: list[dict[Identifiant, int]] = Field(default_factory=list)
    panels: list[Identifiant] = Field(default_factory=list)
    arrondi_ensemble: int = Field(gt=0)
    evolutions_du_producteur: dict[Identifiant, Identifiant] = Field(default_factory=dict)
    seuil_propre: list[Identifiant]
    masques_apres_publication: list[Acceptation] = Field(default_factory=list)


def lire(catalogue: Catalogue) -> Secret:
    """The card, once it agrees with the others.

    Raises:
        ErreurCatalogue: the file is absent or not valid, or names a dataset or an indicator that has no card.
    """
    chemin = catalogue.racine / "secret.yml"
    try:
        secret = Secret.model_validate(yaml.safe_load(chemin.read_text(encoding="utf-8")))
    except (OSError, ValidationError, yaml.YAMLError) as erreur:
        raise ErreurCatalogue(f"{chemin}: {erreur}") from erreur
    indicateurs = {nom for jeu in secret.jeux for nom in jeu.chiffres}
    indicateurs |= {nom for combinaison in secret.combinaisons for nom in combinaison}
    indicateurs |= {*secret.panels, *secret.evolutions_du_producteur, *secret.evolutions_du_producteur.values()}
    indicateurs |= {accepte.indicateur for accepte in secret.masques_apres_publication}
    inconnus = sorted({jeu.jeu for jeu in secret.jeux} - catalogue.jeux.keys())
    inconnus += sorted(indicateurs - catalogue.indicateurs.keys())
    inconnus += sorted(set(secret.seuil_propre) - catalogue.producteurs.keys())
    if inconnus:
        raise ErreurCatalogue(f"{chemin}: no card for {', '.join(inconnus)}; correct the name or remove the line")
    return secret


def ecrire_secret(catalogue: Catalogue, donnees: Path) -> None:
    """Write `<data>/catalogue/secret.json`: the relations, the counts that add up and the smallest count published.

    The threshold is the one of catalogue/methode.yml, so that it has one home.
    """
    contenu = lire(catalogue).model_dump() | {
        "effectifs": sorted(nom for nom, fiche in catalogue.indicateurs.items() if fiche.est_additif),
        "effectif_publie_min": catalogue.methode["parametres"]["effectif_publie_min"],
    }
    texte = json.dumps(contenu, ensure_ascii=False, indent=1) + "\n"
    ecrire_atomique(donnees / "catalogue" / "secret.json", texte.encode())
