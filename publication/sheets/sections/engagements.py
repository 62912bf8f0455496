"""« Engagements et feuille de route »: what institutions committed to in a quartier, with the state and its evidence.

Belongs here: tables of commitments, objectives and devices, the words for an empty register.
Does not belong here: the rows of the register (registre_local), associations and conseil citoyen (vie_locale).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from publication.sheets import balises as b
from publication.sheets import chiffre
from publication.sheets.balises import Html
from publication.sheets.fiche import Fiche, Registre
from publication.sheets.format_fr import INSECABLE, avec_unite, compte, date_longue, nombre, periode
from publication.sheets.registre_local import (
    AVANCEMENTS,
    AXES,
    DISPOSITIFS,
    ETATS,
    FEUILLES,
    PARTENAIRES,
    STATUTS_DISPOSITIFS,
    Dispositif,
    Engagement,
    Objectif,
    Veille,
    compter_etats,
    droit_commun,
    est_vide,
    lire,
)
from publication.sheets.sections.bandeau import adresse

REGISTRE_VIDE = (
    "Le registre local est vide dans cette version : personne n’y a encore saisi d’engagement, de feuille de route, de "
    "conseil citoyen, de présence humaine ni de soutien aux associations. Cela ne veut pas dire qu’il n’y en a pas : "
    "aucune donnée ouverte ne les contient, seul le territoire peut les écrire."
)
ZONAGE_2015 = "Le registre local désigne un quartier par son code de 2024 : ce périmètre de 2015 n’y figure pas."
AUCUN_ENGAGEMENT = "Aucun engagement n’a été saisi pour ce quartier dans le registre local."
DROIT_COMMUN = "droit commun"
POLITIQUE_VILLE = "crédits de la politique de la ville"


def section_engagements(fiche: Fiche) -> Html:
    """The section of the sheet; without any row, the reason."""
    titre = b.balise("h2", "Engagements et feuille de route", id="engagements")
    absence = sans_registre(fiche)
    if absence:
        return b.joindre((titre, absence))
    saisie = lire(fiche.registre, fiche.code)
    morceaux: list[object] = [titre, b.balise("h3", "Engagements des partenaires")]
    if saisie.engagements:
        morceaux += [b.balise("p", resume(saisie.engagements)), tableau_engagements(saisie.engagements), consigne()]
    else:
        morceaux.append(b.balise("p", AUCUN_ENGAGEMENT))
    morceaux += [b.balise("h3", "Feuille de route"), feuille_de_route(fiche, saisie.objectifs)]
    morceaux += [b.balise("h3", "Dispositifs"), dispositifs(saisie.dispositifs)]
    if saisie.veilles:
        morceaux += [b.balise("h3", "Territoire de veille active"), veilles(fiche.registre, saisie.veilles)]
    return b.joindre(morceaux)


def sans_registre(fiche: Fiche, vide: str = REGISTRE_VIDE) -> Html:
    """Why the register can say nothing here; empty when it may."""
    if fiche.territoire.zonage == "2024":
        return b.balise("p", vide) if est_vide(fiche.registre) else Html("")
    noms = ((c, f"{fiche.registre.nom('qpv', c)} ({c})") for c in (lien.code_qn2024 for lien in fiche.liens))
    liens = b.joindre((b.balise("a", nom, href=adresse(c), target="_self") for c, nom in noms), ", ")
    suite = b.balise("p", f"Quartier de 2024 lié{INSECABLE}: ", liens, ".") if fiche.liens else Html("")
    return b.joindre((b.balise("p", ZONAGE_2015), suite))


def resume(engagements: Sequence[Engagement]) -> str:
    """« 2 engagements : 1 tenu, 1 en retard. Droit commun : 0 sur 2 (0 %). »"""
    etats = ", ".join(f"{nombre(n)} {ETATS.get(etat, ('', etat))[1]}" for etat, n in compter_etats(engagements).items())
    communs, total = droit_commun(engagements)
    part = avec_unite(100 * communs / total, "%", 0)
    lignes = "" if len(engagements) == total else f" ({compte(len(engagements), 'ligne')}, une par quartier)"
    return (
        f"{compte(total, 'engagement')}{lignes} : {etats}. "
        f"Sous droit commun, c’est-à-dire sur les crédits ordinaires de l’institution : {nombre(communs)} sur {nombre(total)} ({part})."
    )


def consigne() -> Html:
    """How to read the states, on the sheet and on the page."""
    return b.consigne(
        "« tenu » exige une preuve datée ; tenu sans elle, un engagement est écrit « sans preuve ». « en retard » : "
        "l’échéance est passée à la date d’état du registre.",
        "un engagement tenu ne dit pas que la situation du quartier a changé : les deux se lisent à côté, l’un n’explique pas l’autre.",
    )


def tableau_engagements(engagements: Sequence[Engagement], registre: Registre | None = None) -> Html:
    """One row per commitment; with `registre`, a column for the quartier."""
    lignes = []
    for e in engagements:
        qui = b.balise(
            "small", f"{e.partenaire} · {PARTENAIRES.get(e.type_partenaire, e.type_partenaire)} · {e.identifiant}"
        )
        quartier = (lien_quartier(registre, e.code_qpv),) if registre is not None else ()
        credits = (
            "non renseigné" if e.est_droit_commun is None else DROIT_COMMUN if e.est_droit_commun else POLITIQUE_VILLE
        )
        lignes.append(
            (
                b.joindre((e.objectif, qui)),
                *quartier,
                AXES.get(e.axe, e.axe),
                date_longue(e.echeance) or "—",
                etat(ETATS, e.etat),
                preuve(e.date_preuve, e.url_preuve),
                credits,
            )
        )
    colonnes = ("Quartier",) if registre is not None else ()
    entetes = ("Engagement", *colonnes, "Axe", "Échéance", "État", "Preuve", "Crédits")
    return b.tableau("Engagements des partenaires, leur état et leur preuve", entetes, lignes)


def lien_quartier(registre: Registre, code: str) -> Html:
    """Name and code of a quartier, with a link to its sheet."""
    lien = b.balise("a", registre.nom("qpv", code), href=adresse(code), target="_self")
    return b.joindre((lien, b.balise("small", code)))


def etat(mots: Mapping[str, tuple[str, str]], code: str) -> Html:
    """Symbol and word of a state; an unknown code is written in plain words."""
    symbole, mot = mots.get(code, ("", code.replace("_", " ")))
    insecable = mot.replace(" ", INSECABLE)
    return b.balise("span", b.balise("span", symbole, aria_hidden="true"), f"{INSECABLE}{insecable}", class_="etat")


def preuve(jour: date | None, url: str | None) -> Html:
    """The date of the evidence, linked to it; its absence in words."""
    if jour is None and not url:
        return b.e("aucune preuve donnée")
    return b.lien_externe(date_longue(jour) or "pièce sans date", url)


def feuille_de_route(fiche: Fiche, objectifs: Sequence[Objectif]) -> Html:
    """Two terms of three years: objective, indicator with its target and its latest value, progress."""
    if not objectifs:
        return b.balise("p", "Aucune feuille de route n’a été saisie pour ce quartier dans le registre local.")
    tete = objectifs[0]
    validee = f" le {date_longue(tete.date_validation)}" if tete.date_validation else ""
    lignes = [
        (
            b.joindre((o.objectif, b.balise("small", f"{AXES.get(o.axe, o.axe)} · {o.identifiant}"))),
            f"{'premier' if o.terme == 1 else 'second'} terme",
            date_longue(o.echeance) or "—",
            etat(AVANCEMENTS, o.avancement),
            _suivi(fiche, o),
            f"{compte(o.nb_engagements_tenus, 'tenu')} sur {nombre(o.nb_engagements)}" if o.nb_engagements else "aucun engagement rattaché",
            preuve(None, o.url_preuve) if o.url_preuve else "—",
        )
        for o in sorted(objectifs, key=lambda o: (o.terme, o.identifiant))
    ]  # fmt: skip
    entetes = ("Objectif", "Terme (trois ans)", "Échéance", "Avancement", "Indicateur suivi et cible", "Engagements rattachés", "Pièce")  # fmt: skip
    constat = f"Avancement constaté le {date_longue(tete.date_etat)}." if tete.date_etat else ""
    return b.joindre((
        b.balise("p", f"Feuille de route {FEUILLES.get(tete.statut_feuille_de_route, tete.statut_feuille_de_route)}{validee}. {constat}"),
        b.tableau("Objectifs de la feuille de route", entetes, lignes),
    ))  # fmt: skip


def _suivi(fiche: Fiche, o: Objectif) -> Html:
    """The indicator of an objective: its target, then the latest value of the quartier or why there is none."""
    indicateur = fiche.indicateur(o.indicateur_suivi) if o.indicateur_suivi else None
    if indicateur is None:
        return b.e(o.indicateur_suivi or "aucun indicateur")
    cible = (
        avec_unite(o.cible, indicateur.unite, indicateur.decimales) if o.cible is not None else "sans cible chiffrée"
    )
    v = fiche.derniere(indicateur.indicateur)
    if v is None:
        actuel = b.joindre((b.absence("non_diffuse", "Ce chiffre n’est pas publié pour ce quartier."), " aujourd’hui"))
    else:
        actuel = b.joindre((chiffre.valeur(v, indicateur), f" ({periode(v.periode)})"))
    return b.joindre(
        (indicateur.libelle, b.balise("small", f"cible{INSECABLE}: {cible} ; publié{INSECABLE}: ", actuel))
    )


def dispositifs(liste: Sequence[Dispositif]) -> Html:
    """Devices that cover the quartier; « absent » is an entry, a missing line is not known."""
    if not liste:
        return b.balise("p", "Aucun dispositif n’a été saisi pour ce quartier : on ne sait pas lesquels le couvrent.")
    lignes = [
        (
            b.joindre((_majuscule(DISPOSITIFS.get(d.dispositif, d.dispositif.upper())), b.balise("small", d.porteur or ""))),
            STATUTS_DISPOSITIFS.get(d.statut_dispositif, d.statut_dispositif),
            date_longue(d.date_signature) or "—",
            date_longue(d.date_fin) or "—",
            date_longue(d.date_etat) or "—",
            b.lien_externe("pièce", d.url_preuve) if d.url_preuve else "—",
        )
        for d in liste
    ]  # fmt: skip
    entetes = ("Dispositif et porteur", "État", "Signature", "Fin prévue", "Constaté le", "Pièce")
    note = "« absent » : le dispositif n’existe pas ici. Un dispositif qui n’est pas dans la liste n’est pas connu."
    return b.tableau("Dispositifs qui couvrent le quartier", entetes, lignes, note=note)


def veilles(registre: Registre, liste: Sequence[Veille]) -> Html:
    """Watched territories of 2015-2023 that the quartier takes over."""
    lignes = [
        (
            b.joindre((v.libelle, b.balise("small", v.identifiant))),
            registre.nom("commune", v.code_commune),
            date_longue(v.date_entree) or "—",
            date_longue(v.date_sortie) or "—",
            b.lien_externe("pièce", v.url_preuve) if v.url_preuve else "—",
        )
        for v in liste
    ]
    return b.tableau("Territoires de veille active repris", ("Territoire", "Commune", "Entrée", "Sortie", "Pièce"), lignes)  # fmt: skip


def _majuscule(texte: str) -> str:
    return texte[:1].upper() + texte[1:]
