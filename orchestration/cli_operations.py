"""The commands of whoever keeps the observatory running: `alerte`, `nettoyer`.

Belongs here: their options, their exit codes, the text they print.
Does not belong here: problems and channels (watch), what may go (retention), refreshing (cli).
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from orchestration.cli_options import Data, arreter, reglages


def alerte(
    essai: Annotated[bool, typer.Option("--essai", help="Envoyer un message d'essai par chaque canal réglé.")] = False,
    service: Annotated[
        str | None, typer.Option(metavar="UNITE", help="Unité systemd qui vient de s'arrêter en erreur.")
    ] = None,
    data: Data = None,
) -> None:
    """Regarder ce qui ne va pas et prévenir de ce qui est nouveau. Codes : 0 dit ou rien à dire, 1 un envoi a échoué, 2 usage."""
    from orchestration.steps import Contexte
    from orchestration.watch import Veille, arret_hors_suivi, essayer, prevenir

    contexte = Contexte(reglages(data=data))
    if essai:
        partis, echecs = essayer(contexte.reglages)
        if not (partis or echecs):
            arreter(
                "Aucun canal réglé : donnez OBSERVATOIRE_ALERTE_SMTP et OBSERVATOIRE_ALERTE_A, "
                "ou OBSERVATOIRE_ALERTE_WEBHOOK.",
                2,
            )
        for nom in partis:
            print(f"Message d'essai pris par : {nom}.")
    else:
        if not contexte.donnees.is_dir():
            arreter(f"Le dossier {contexte.donnees} n'existe pas : donnez le dossier de travail (--data).", 2)
        if service:
            phrase = f"le service {service} s'est arrêté en erreur ; voir « journalctl -u {service} »."
            arret_hors_suivi(contexte, "service", phrase)
        echecs = prevenir(contexte, relire=True)
        ouverts = Veille.lire(contexte.donnees).ouverts
        print("\n".join(forme["phrase"] for forme in ouverts.values()) or "Rien à signaler.")
    for phrase in echecs:
        print(phrase, file=sys.stderr)
    raise typer.Exit(1 if echecs else 0)


def nettoyer(
    simuler: Annotated[bool, typer.Option("--simuler", help="Dire ce qui partirait, sans rien retirer.")] = False,
    data: Data = None,
) -> None:
    """Retirer les publications au-delà de OBSERVATOIRE_RELEASES_GARDEES, les vieux entrepôts et journaux ; jamais l'archive."""
    from orchestration.journal import INSECABLE, nombre
    from orchestration.refresh_lock import RafraichissementEnCours
    from orchestration.retention import nettoyer as nettoyer_
    from orchestration.steps import Contexte

    contexte = Contexte(reglages(data=data))
    if not contexte.donnees.is_dir():
        arreter(f"Le dossier {contexte.donnees} n'existe pas : donnez le dossier de travail (--data).", 2)
    try:
        restes = nettoyer_(contexte, simuler=simuler)
    except RafraichissementEnCours as erreur:
        arreter(str(erreur), 1)
    verbe = "partirait" if simuler else "retiré"
    for reste in restes:
        print(f"{verbe} : {reste.nature} {reste.nom}, {nombre(reste.octets / 1e6, 1)}{INSECABLE}Mo")
    if not restes:
        print("Rien à retirer.")
