"""One release, read against its own masks and against the previous release.

Belongs here: the list of the checks, their row in `qualite`, the sentence that refuses a release.
Does not belong here: how a leak is found (derived, relations, sums, solver).

`qualite` is public: it counts and never names a cell that can be rebuilt. The sentences of a refusal name it, without its
value: they are for the operator.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publication.quality import Controle
from publication.secrecy import derived
from publication.secrecy.derived import Fuites
from publication.secrecy.masked import CELLULE, Publiees
from publication.secrecy.relations import Lecteur, relations_du_territoire
from publication.secrecy.rules import Regles
from publication.secrecy.solver import Trouvaille, chercher
from publication.secrecy.sums import contrats_trop_larges, relations_des_totaux

MONTRES = 10
REMEDE = "La version précédente reste en ligne."


@dataclass(frozen=True)
class Examen:
    """`controles`: rows for `qualite`; `refus`: one sentence per reason not to publish."""

    controles: list[Controle]
    refus: list[str]


def examiner(dossier: Path, donnees: Path, precedente: Path | None) -> Examen:
    """Try to rebuild every masked figure of a release under construction.

    Args:
        dossier: the release (`tables/` is read).
        donnees: the data folder, for the declared relations (`catalogue/secret.json`).
        precedente: the release readers have now, None for the first one.
    Raises:
        ErreurPublication: the declared relations were not written.
    """
    publiees = Publiees(dossier, Regles.lire(donnees))
    lecteur = Lecteur(publiees)
    cibles, equations = relations_du_territoire(publiees, lecteur)
    totaux, des_totaux = relations_des_totaux(publiees, lecteur)
    minimum = publiees.regles.effectif_publie_min
    trouvees = chercher([*cibles, *totaux], equations + des_totaux, minimum)
    ajoutees = [t for t in trouvees if not t.est_du_producteur]
    exacts = [t for t in ajoutees if t.largeur is None]
    bornes = [t for t in ajoutees if t.largeur is not None]
    contrats = contrats_trop_larges(publiees)
    fuites = {
        ("secret_lignes", "valeurs"): derived.valeurs_masquees_remplies(publiees),
        ("secret_ecarts", "ecarts"): derived.ecarts_revelateurs(publiees),
        ("secret_evolutions", "evolutions"): derived.evolutions_revelatrices(publiees),
        ("secret_perimetres", "correspondances"): derived.perimetres_identiques(publiees),
    }
    avant = derived.publiees_avant(publiees, precedente)
    phrases = {
        ("secret_reconstitution", "valeurs"): [_phrase(t, minimum) for t in exacts],
        ("secret_intervalle", "valeurs"): [_phrase(t, minimum) for t in bornes],
        **{nom: _phrases_de_fuite(trouvee) for nom, trouvee in fuites.items()},
        ("secret_contrats", "contrats"): [_phrase_de_contrat(ligne) for ligne in contrats],
        ("secret_version_precedente", "valeurs"): _phrases_retenues(avant),
    }
    masquees = publiees.masquees.height
    controles = [_controle(nom, jeu, len(trouves), masquees) for (nom, jeu), trouves in phrases.items()]
    du_producteur = len(trouvees) - len(ajoutees)
    controles.append(_controle_du_producteur(du_producteur, derived.evolutions_du_producteur(publiees)))
    return Examen(controles, [phrase for trouves in phrases.values() for phrase in _montrees(trouves)])


MESSAGES = {
    "secret_reconstitution": "Aucune ne se déduit des totaux, des répartitions ni des indices publiés.",
    "secret_intervalle": "Aucun effectif masqué n'est borné à un intervalle plus étroit que le plus petit effectif publié.",
    "secret_lignes": "Aucune ligne masquée ne porte de valeur, de numérateur ni d'intervalle.",
    "secret_ecarts": "Aucun écart ne porte un chiffre tiré d'une valeur masquée.",
    "secret_evolutions": "Aucune évolution ne porte un chiffre tiré d'une valeur masquée.",
    "secret_perimetres": "Aucune n'est publiée sous l'autre code d'un périmètre inchangé.",
    "secret_contrats": "Aucun total de contrat n'entoure un quartier masqué.",
    "secret_version_precedente": "Aucune n'était publiée dans la version précédente sans que ce changement ait été relu.",
}


def _controle(nom: str, jeu: str, trouvees: int, masquees: int) -> Controle:
    """What is published when it passes: it does not depend on the previous release, so the same content keeps its id."""
    return Controle(
        controle=nom,
        jeu=jeu,
        niveau="bloquant",
        resultat="echoue" if trouvees else "reussi",
        observe=str(trouvees),
        seuil="0",
        message=f"{trouvees} cellule masquée reconstituable sur {masquees}. {'' if trouvees else MESSAGES[nom]}".strip(),
    )


def _controle_du_producteur(reconstituables: int, approchees: int) -> Controle:
    return Controle(
        controle="secret_producteur",
        jeu="valeurs",
        niveau="avertissement",
        resultat="avertissement" if reconstituables or approchees else "reussi",
        observe=str(reconstituables + approchees),
        seuil="0",
        message=(
            f"{reconstituables} cellule(s) masquée(s) que les seules colonnes du fichier du producteur bornent ou "
            f"reconstituent, {approchees} que son évolution sur un an permet d'approcher : rien n'y est ajouté ici."
        ),
    )


def _nom(cellule: Any) -> str:
    niveau, code, zonage, indicateur, periode = cellule
    return f"{indicateur} de {code} ({niveau}{f', zonage {zonage}' if zonage else ''}, {periode})"


def _phrase(trouvee: Trouvaille, minimum: int) -> str:
    relations = " ; ".join(trouvee.relations[:4])
    if trouvee.largeur is None:
        return (
            f"Secret statistique : {_nom(trouvee.cible.cellule)} est masqué et se reconstitue par : {relations}. "
            f"Masquez aussi l'un de ces chiffres dans le modèle qui les publie, puis relancez. {REMEDE}"
        )
    return (
        f"Secret statistique : {_nom(trouvee.cible.cellule)} est masqué, mais tient dans un intervalle de moins de {minimum} "
        f"par : {relations}. Masquez aussi l'un de ces chiffres dans le modèle qui les publie, puis relancez. {REMEDE}"
    )


def _phrases_de_fuite(fuites: Fuites) -> list[str]:
    return [
        f"Secret statistique : {_nom([ligne[nom] for nom in CELLULE])} est masqué, mais {ligne['ou']} porte "
        f"{ligne['chiffres']}. Laissez ces colonnes vides dès qu'une des valeurs dont elles viennent est masquée, puis "
        f"relancez. {REMEDE}"
        for ligne in fuites.lignes.iter_rows(named=True)
    ]


def _phrase_de_contrat(ligne: dict[str, Any]) -> str:
    cellule = ("qpv", ligne["code_territoire"], ligne["zonage"], ligne["indicateur"], ligne["periode"])
    return (
        f"Secret statistique : {_nom(cellule)} est masqué, et le total du contrat {ligne['code_contrat']} est publié : la "
        f"différence avec ses autres quartiers le donnerait. Masquez ce total (int_registre__contrats), puis relancez. {REMEDE}"
    )


def _phrases_retenues(avant: Fuites) -> list[str]:
    return [
        f"Publication retenue : {_nom([ligne[nom] for nom in CELLULE])} est masqué, mais {ligne['ou']} en publie "
        f"{ligne['chiffres']}. Si le producteur l'a masqué depuis, ajoutez l'indicateur et la période à "
        "masques_apres_publication (catalogue/secret.yml) avec le motif, et retirez les versions qui le montrent ; sinon "
        f"corrigez la lecture du fichier. {REMEDE}"
        for ligne in avant.lignes.iter_rows(named=True)
    ]


def _montrees(phrases: list[str]) -> list[str]:
    if len(phrases) <= MONTRES:
        return phrases
    return [*phrases[:MONTRES], f"… et {len(phrases) - MONTRES} autres cellules masquées du même genre."]
