"""`observatoire releases`: list, show, diff, review, accept, rollback, verify, push, pull.

Belongs here: the sub-commands on releases and the text they print.
Does not belong here: what they do (publication), building a release (refresh).
"""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from orchestration.cli_options import Data, arreter, reglages

releases = typer.Typer(
    invoke_without_command=True,
    help="Les publications : liste (par défaut), contenu, différences, relecture, retour en arrière, vérification.",
)
Id = Annotated[str, typer.Argument(metavar="ID", help="Identifiant d'une publication.")]


@releases.callback()
def _par_defaut(contexte: typer.Context, data: Data = None) -> None:
    contexte.obj = data
    if contexte.invoked_subcommand is None:
        lister_(data)


@releases.command("list")
def liste(contexte: typer.Context, data: Data = None) -> None:
    """Toutes les publications, la plus récente d'abord ; « * » marque la courante."""
    lister_(data or contexte.obj)


def lister_(data: Path | None) -> None:
    """Print every release of a data folder."""
    from publication.shelf import lister

    dossier = _dossier(data)
    trouvees = lister(dossier)
    if not trouvees:
        print(f"Aucune publication dans {dossier}.")
    for publication in trouvees:
        marque = "*" if publication.est_courante else " "
        print(f"{marque} {publication.release_id}  {publication.publiee_le or 'date inconnue'}  {publication.origine}")


@releases.command()
def show(
    contexte: typer.Context, id: Annotated[str | None, typer.Argument(metavar="[ID]")] = None, data: Data = None
) -> None:
    """Ce que contient une publication (la courante par défaut) : ses notes."""
    from publication.shelf import courante

    dossier = _dossier(data or contexte.obj)
    release = _release(dossier, id) if id else courante(dossier)
    if release is None:
        arreter(f"Aucune publication dans {dossier} : lancez « observatoire refresh ».", 1)
    print(f"{release.name}\n{release}\n")
    print((release / "notes.md").read_text(encoding="utf-8"))


@releases.command()
def diff(
    contexte: typer.Context,
    avant: Annotated[str, typer.Argument(metavar="A")],
    apres: Annotated[str, typer.Argument(metavar="B")],
    data: Data = None,
    complet: Annotated[bool, typer.Option("--json", help="Toutes les différences, en JSON.")] = False,
) -> None:
    """Ce qui change de la publication A à la publication B : sources, chiffres, tables."""
    from publication.diff import comparer

    dossier = _dossier(data or contexte.obj)
    differences = comparer(_release(dossier, avant), _release(dossier, apres))
    print(json.dumps(differences, ensure_ascii=False, indent=1) if complet else "\n".join(_phrases(differences)))


@releases.command()
def rollback(contexte: typer.Context, id: Id, data: Data = None) -> None:
    """Remettre en service une publication antérieure, après l'avoir vérifiée."""
    from publication.contract import ErreurPublication
    from publication.shelf import revenir

    try:
        avant = revenir(_dossier(data or contexte.obj), id)
    except ErreurPublication as erreur:
        arreter("\n".join(erreur.phrases), 1)
    print(f"Publication courante : {id} (avant : {avant or 'aucune'}).")


@releases.command()
def review(contexte: typer.Context, data: Data = None) -> None:
    """Ce qui a retenu la dernière publication, et la commande qui l'accepte."""
    from publication.review import lire

    donnees = reglages(data=data or contexte.obj).data
    retenue = lire(donnees)
    if retenue is None:
        print(f"Aucune publication retenue dans {donnees}.")
        return
    print(
        f"Publication retenue depuis le {retenue.depuis} (contenu {retenue.contenu}), à comparer avec la version {retenue.avant} :"
    )
    print(*(f"  {motif}" for motif in retenue.motifs), sep="\n")
    print('Pour la publier telle quelle : observatoire releases accept "RAISON"')


@releases.command()
def accept(
    contexte: typer.Context,
    raison: Annotated[str, typer.Argument(metavar="RAISON", help="Pourquoi ; publié avec la version.")],
    data: Data = None,
) -> None:
    """Publier la version retenue ; ses notes disent qui l'a acceptée, quand et pourquoi."""
    from publication.contract import ErreurPublication
    from publication.release import accepter

    try:
        release_id = accepter(reglages(data=data or contexte.obj).data, getpass.getuser(), raison)
    except ErreurPublication as erreur:
        arreter("\n".join(erreur.phrases), 1)
    print(f"Publication courante : {release_id}.")


@releases.command()
def verify(contexte: typer.Context, id: Id, data: Data = None) -> None:
    """Relire chaque octet d'une publication et le comparer à son empreinte."""
    from publication.checksums import verifier

    release = _release(_dossier(data or contexte.obj), id)
    anomalies = verifier(release)
    if anomalies:
        print(*anomalies, sep="\n", file=sys.stderr)
        raise typer.Exit(1)
    print(f"{id} : intacte.")


Adresse = Annotated[
    str, typer.Argument(metavar="ADRESSE", help="s3://seau/dossier ou file:///dossier ; accès par les variables AWS_*.")
]


@releases.command()
def push(
    contexte: typer.Context,
    adresse: Adresse,
    id: Annotated[str | None, typer.Argument(metavar="[ID]")] = None,
    data: Data = None,
) -> None:
    """Envoyer une publication (la courante par défaut) vers un stockage objet, puis y déplacer le pointeur."""
    from publication.contract import ErreurPublication
    from publication.object_store import Etagere
    from publication.shelf import courante

    dossier = _dossier(data or contexte.obj)
    release = _release(dossier, id) if id else courante(dossier)
    if release is None:
        arreter(f"Aucune publication dans {dossier} : lancez « observatoire refresh ».", 1)
    try:
        pointeur = Etagere(adresse).pousser(release)
    except (ErreurPublication, OSError) as erreur:
        arreter(f"{erreur}\nLes lecteurs de {adresse} gardent la publication qu'ils avaient.", 1)
    print(f"Publication courante de {adresse} : {pointeur.prefixe}.")


@releases.command()
def pull(contexte: typer.Context, adresse: Adresse, data: Data = None) -> None:
    """Copier la publication courante d'un stockage objet, la vérifier, puis la mettre en service ici."""
    from publication.contract import ErreurPublication
    from publication.object_store import Etagere

    try:
        release_id = Etagere(adresse).tirer(_dossier(data or contexte.obj))
    except (ErreurPublication, OSError) as erreur:
        arreter(f"{erreur}\nLa publication courante d'ici n'a pas changé.", 1)
    print(f"Publication courante : {release_id}.")


def _dossier(data: Path | None) -> Path:
    return reglages(data=data).data / "releases"


def _release(releases_: Path, release_id: str) -> Path:
    from publication.shelf import lister

    connues = {publication.release_id: publication.dossier for publication in lister(releases_)}
    if release_id not in connues:
        arreter(f"Publication {release_id} introuvable ; présentes : {', '.join(connues) or 'aucune'}.", 2)
    return connues[release_id]


def _phrases(differences: dict[str, Any]) -> list[str]:
    from orchestration.journal import accord, nombre

    sources, chiffres = differences["sources"], differences["chiffres"]
    lignes = [f"De {differences['avant']} à {differences['apres']}"]
    for sujet, cotes, genre in (
        ("fichiers", (sources["ajoutees"], sources["retirees"], sources["modifiees"]), "retiré"),
        ("chiffres", (chiffres["ajoutes"], chiffres["supprimes"], chiffres["modifies"]), "supprimé"),
    ):
        comptes = [cote if isinstance(cote, int) else len(cote) for cote in cotes]
        mots = zip(comptes, ("ajouté", genre, "modifié"), strict=True)
        lignes.append(f"  {sujet} : {', '.join(accord(compte, mot) for compte, mot in mots)}")
    for nom, table in differences["tables"].items():
        if not table["identique"]:
            avant, apres = (nombre(table[f"lignes_{cote}"] or 0) for cote in ("avant", "apres"))
            lignes.append(f"  table {nom} : {avant} → {apres} lignes")
    return lignes
