"""The sentences of a sheet, generated from its figures and never written by hand.

Belongs here: « En bref », the names of territories in a sentence, « comment lire », reasons of missing values.
Does not belong here: numbers and dates (format_fr), HTML (balises), the choice of a figure (fiche).
"""

from __future__ import annotations

from dataclasses import dataclass

from publication.sheets.balises import motif as phrase_motif
from publication.sheets.fiche import CHIFFRES_CLES, Fiche, Registre
from publication.sheets.format_fr import (
    ABSENCES,
    INSECABLE,
    arrondir,
    avec_unite,
    compte,
    en_periode,
    mot_point,
    nombre,
    periode,
)
from publication.sheets.modele import Ecart, Indicateur, Valeur, lecture_ecart
from publication.sheets.registre_local import est_vide

# Who is counted and what they do, for « 34,7 % des habitants de 15 à 64 ans ont un emploi ».
PHRASES: dict[str, tuple[str, str]] = {
    "taux_emploi_15_64": ("des habitants de 15 à 64 ans", "ont un emploi"),
    "taux_emploi_femmes_15_64": ("des femmes de 15 à 64 ans", "ont un emploi"),
    "taux_pauvrete_60": ("des habitants", "vivent sous le seuil de pauvreté"),
    "part_allocataires_rsa": ("des foyers allocataires de la CAF", "perçoivent le revenu de solidarité active (RSA)"),
    "part_defm_1_an_plus": ("des demandeurs d’emploi inscrits", "le sont depuis un an ou plus"),
    "part_moins_25_ans": ("des habitants", "ont moins de 25 ans"),
    "part_menages_1_personne": ("des ménages", "comptent une seule personne"),
}
# The sentences of « En bref », most telling first; the first five that can be said are kept.
ORDRE_EN_BREF = (
    "taux_emploi_15_64",
    "taux_pauvrete_60",
    "niveau_vie_median",
    "part_defm_1_an_plus",
    "part_allocataires_rsa",
)
NB_PHRASES_MIN, NB_PHRASES_MAX = 3, 5
# Counts and distances: no gap (gap method §4).
UNITES_SANS_ECART = frozenset({"hab.", "pers.", "log.", "m", "structures", "écoles", "quartiers", "postes", "statut"})
DEPARTS_ARRIVEES = (
    "Des habitants sont partis, d’autres arrivés : l’évolution du quartier n’est pas celle de ses habitants."
)
_LIEUX = {
    "uu_hors_qpv": "dans le reste de l’unité urbaine",
    "epci": "dans l’intercommunalité",
    "commune": "dans la commune",
    "departement": "dans le département",
    "region": "dans la région",
    "ensemble_qpv": "dans l’ensemble des quartiers prioritaires",
    "france": "en France",
}
_FRANCE = {
    "FRM": "en France métropolitaine",
    "FRHM": "en France hors Mayotte",
    "FR": "en France",
}


# Label of a change → its verb (gap_method §5); the codes are never shown.
_MOUVEMENTS = {
    "rattrapage": "s’est réduit",
    "rattrapage_par_degradation": "s’est réduit, sans progrès du quartier",
    "decrochage_malgre_amelioration": "s’est creusé, malgré un progrès du quartier",
    "decrochage": "s’est creusé",
    "stable": "est resté stable ou ne se distingue pas",
}


@dataclass(frozen=True)
class Phrase:
    """A generated sentence and the figures it rests on (`indicateur|periode|niveau_reference`)."""

    texte: str
    chiffre: str


def inclusion(ecart: Ecart) -> str:
    """Whether the reference contains the quartier; always printed beside a reference."""
    if ecart.niveau_reference == "ensemble_qpv":
        return "quartier compris"
    return "hors QPV" if ecart.reference_inclut_qpv is False else "QPV compris"


def lieu(fiche: Fiche, ecart: Ecart) -> str:
    """A reference in a sentence: `dans la commune (Caen, QPV compris)`."""
    niveau, code = ecart.niveau_reference, ecart.code_reference
    if niveau == "france":
        return f"{_FRANCE.get(code, 'en France')} ({inclusion(ecart)})"
    nom = fiche.registre.nom(niveau, code)
    if niveau == "ensemble_qpv":
        return f"dans l’ensemble des quartiers prioritaires ({_perimetre_ensemble(fiche, code)})"
    return f"{_LIEUX.get(niveau, 'dans la référence')} ({nom}, {inclusion(ecart)})"


def nom_reference(fiche: Fiche, niveau: str, code: str) -> str:
    """A reference in a table or a chart: `Caen`, `Calvados`, `Ensemble des QPV (Normandie)`."""
    return nom_de_reference(fiche.registre, niveau, code)


def nom_de_reference(registre: Registre, niveau: str, code: str) -> str:
    """The same without a sheet."""
    if niveau == "ensemble_qpv":
        return f"Ensemble des QPV ({_perimetre(registre, code)})"
    if niveau == "france":
        return {"FRM": "France métropolitaine", "FRHM": "France hors Mayotte", "FR": "France"}.get(code, "France")
    return registre.nom(niveau, code)


def _perimetre_ensemble(fiche: Fiche, code: str) -> str:
    return _perimetre(fiche.registre, code)


def _perimetre(registre: Registre, code: str) -> str:
    reste = code.removeprefix("QPV-")
    for prefixe, niveau in (("D", "departement"), ("R", "region"), ("E", "epci")):
        if reste.startswith(prefixe) and (niveau, reste[1:], "") in registre.territoires:
            return registre.nom(niveau, reste[1:])
    return "France"


def valeur_ecrite(valeur: Valeur, indicateur: Indicateur) -> str:
    """A value with its unit and the decimals it was published with; a word for yes and no, the text for statuses and codes."""
    if valeur.valeur is None:
        return valeur.valeur_texte or ""
    if indicateur.unite == "oui/non":
        return "oui" if valeur.valeur else "non"
    return avec_unite(valeur.valeur, indicateur.unite, indicateur.decimales, valeur.pas)


def de_plus_ou_de_moins(ecart: Ecart) -> str:
    """`17,0 points de moins`, `36,6 % de plus`; the empty text when there is no gap."""
    if ecart.ecart is None:
        return ""
    if ecart.unite_ecart == "ratio":
        return f"{nombre(ecart.ecart, 2)} fois la référence"
    taille = abs(ecart.ecart)
    if arrondir(taille, 1) == 0:
        return "le même niveau"
    mots = {
        "point": mot_point(taille),
        "point_indice": mot_point(taille, 1, " d’indice"),
        "pct_reference": "%",
        "unite_indicateur": "",
    }
    mot = mots.get(ecart.unite_ecart or "", "")
    sens = "de plus" if ecart.ecart > 0 else "de moins"
    return f"{nombre(taille, 1)}{INSECABLE}{mot} {sens}" if mot else f"{nombre(taille, 2)} {sens}"


def phrase_ecart(fiche: Fiche, valeur: Valeur, ecart: Ecart) -> Phrase | None:
    """« En 2018, 34,7 % des habitants de 15 à 64 ans ont un emploi, contre 51,7 % dans la commune (…) : … »."""
    indicateur = fiche.indicateur(valeur.indicateur)
    if indicateur is None or not valeur.est_lisible or ecart.ecart is None or ecart.valeur_reference is None:
        return None
    publiee = fiche.valeur_reference(ecart.niveau_reference, ecart.code_reference, valeur.indicateur, valeur.periode)
    pas = publiee.pas if publiee else None
    reference = avec_unite(ecart.valeur_reference, indicateur.unite, indicateur.decimales, pas)
    debut = en_periode(valeur.periode)
    debut = debut[0].upper() + debut[1:]
    if valeur.indicateur == "niveau_vie_median":
        corps = f"la moitié des habitants vivent avec moins de {valeur_ecrite(valeur, indicateur)} par an et par unité de consommation"
    elif valeur.indicateur in PHRASES:
        qui, verbe = PHRASES[valeur.indicateur]
        corps = f"{valeur_ecrite(valeur, indicateur)} {qui} {verbe}"
    else:
        return None
    fin = de_plus_ou_de_moins(ecart)
    if lecture_ecart(ecart, indicateur.sens) == "proche":
        fin = f"un niveau proche ({fin})"
    texte = f"{debut}, {corps}, contre {reference} {lieu(fiche, ecart)}{INSECABLE}: {fin}."
    return Phrase(texte, f"{valeur.indicateur}|{valeur.periode}|{ecart.niveau_reference}")


def phrase_population(fiche: Fiche) -> Phrase | None:
    """« En 2018, 4 383 habitants vivent dans le quartier, soit 4,2 % de la commune. »"""
    valeur = fiche.derniere_lisible("population_municipale")
    if valeur is None or valeur.valeur is None:
        return None
    texte = (
        f"{_majuscule(en_periode(valeur.periode))}, {compte(round(valeur.valeur), 'habitant')} vivent dans le quartier"
    )
    communes = fiche.territoire.communes
    if len(communes) == 1:
        commune = fiche.valeur_reference("commune", communes[0], "population_municipale", valeur.periode)
        if commune is not None and commune.valeur:
            part = avec_unite(100 * valeur.valeur / commune.valeur, "%", 1)
            texte += f", soit {part} de la population de la commune"
    return Phrase(f"{texte}.", f"population_municipale|{valeur.periode}|")


def phrase_inscrits(fiche: Fiche) -> Phrase | None:
    """Change in the number of registered job seekers between the first and the last published 31 December."""
    serie = [v for v in fiche.valeurs.get("defm_abc", []) if v.est_lisible and v.valeur is not None]
    if len(serie) < 2 or not serie[0].valeur or serie[-1].valeur is None:
        return None
    debut, fin = serie[0], serie[-1]
    variation = 100 * (serie[-1].valeur / serie[0].valeur - 1)
    texte = (
        f"Entre le {periode(debut.periode)} et le {periode(fin.periode)}, le nombre de demandeurs d’emploi inscrits à "
        f"France Travail (catégories A, B, C) passe de {nombre(debut.valeur or 0)} à {nombre(fin.valeur or 0)}"
        f"{INSECABLE}: {nombre(variation, 1, signe=True)}{INSECABLE}%."
    )
    return Phrase(texte, f"defm_abc|{debut.periode}_{fin.periode}|")


def evolution_ecrite(valeur: float, indicateur: Indicateur) -> str:
    """A change, with its sign: in points for a rate, in % for money, in the unit of the indicator otherwise."""
    if indicateur.unite in ("%", "point"):
        return f"{nombre(valeur, 1, signe=True)}{INSECABLE}{mot_point(valeur)}"
    if indicateur.unite == "indice":
        return f"{nombre(valeur, 1, signe=True)}{INSECABLE}{mot_point(valeur, 1, ' d’indice')}"
    if indicateur.unite.startswith("€"):
        return f"{nombre(valeur, 1, signe=True)}{INSECABLE}%"
    return f"{nombre(valeur, max(indicateur.decimales, 1), signe=True)}{INSECABLE}{indicateur.unite}"


def phrase_evolution(fiche: Fiche, reference: str = "auto") -> Phrase:
    """The change of the gap of the first headline figure that moved; when nothing can be read, why."""
    choisies = [(nom, fiche.evolution(nom, reference)) for nom in CHIFFRES_CLES]
    lues = [(nom, e) for nom, e in choisies if e is not None and e.etiquette in _MOUVEMENTS]
    for nom, e in sorted(lues, key=lambda c: c[1].etiquette == "stable"):
        indicateur = fiche.indicateur(nom)
        if indicateur is not None and e.delta_qpv is not None and e.delta_reference is not None:
            texte = (
                f"{indicateur.libelle}{INSECABLE}: entre {periode(e.periode_debut)} et {periode(e.periode_fin)}, l’écart avec "
                f"{_avec(fiche, e.niveau_reference, e.code_reference)} {_MOUVEMENTS[e.etiquette or 'stable']} "
                f"({evolution_ecrite(e.delta_qpv, indicateur)} pour le quartier, "
                f"{evolution_ecrite(e.delta_reference, indicateur)} pour la référence). {DEPARTS_ARRIVEES}"
            )
            return Phrase(texte, f"{nom}|{e.periode_debut}_{e.periode_fin}|{e.niveau_reference}")
    motifs = sorted({phrase_motif(e.motif) for e in fiche.evolutions if e.motif})
    if motifs:
        raison = " ; ".join(motifs[:3])
    elif fiche.territoire.zonage == "2024":
        raison = "le zonage 2024 est récent, chaque indicateur n’y est publié qu’à une seule date"
    else:
        raison = "cette version ne publie que des écarts à une date donnée"
    return Phrase(f"Aucune évolution d’écart ne peut être lue pour ce quartier{INSECABLE}: {raison}.", "evolutions")


def _avec(fiche: Fiche, niveau: str, code: str) -> str:
    """A reference after « l’écart avec »."""
    nom = nom_reference(fiche, niveau, code)
    if niveau == "ensemble_qpv":
        return f"l’ensemble des quartiers prioritaires ({_perimetre_ensemble(fiche, code)})"
    mots = {
        "commune": "la commune",
        "epci": "l’intercommunalité",
        "departement": "le département",
        "region": "la région",
    }
    return f"{mots[niveau]} ({nom})" if niveau in mots else f"la {nom}"


def en_bref(fiche: Fiche, reference: str) -> list[Phrase]:
    """3 to 5 sentences, each tied to its figures; the last one always says what can be said of the change."""
    phrases = [phrase_population(fiche), *(_meilleure_phrase(fiche, nom, reference) for nom in ORDRE_EN_BREF)]
    retenues = [phrase for phrase in phrases if phrase is not None]
    inscrits = phrase_inscrits(fiche)
    if inscrits is not None:
        retenues = [*retenues[: NB_PHRASES_MAX - 2], inscrits]
    if len(retenues) < NB_PHRASES_MIN - 1:
        retenues.append(phrase_absences(fiche))
    return [*retenues[: NB_PHRASES_MAX - 1], phrase_evolution(fiche, reference)]


def phrase_absences(fiche: Fiche) -> Phrase:
    """How many headline figures have no value here; said when little else can be."""
    sans_valeur = sum(1 for nom in CHIFFRES_CLES if fiche.derniere_lisible(nom) is None)
    return Phrase(
        f"{sans_valeur} des {len(CHIFFRES_CLES)} chiffres clés n’ont aucune valeur publiée pour ce quartier"
        f"{INSECABLE}: la raison de chacun est donnée plus bas.",
        "absences",
    )


def _meilleure_phrase(fiche: Fiche, nom: str, reference: str) -> Phrase | None:
    """The sentence of the latest period that has a gap with the chosen reference, or with the first available one."""
    for choix in (reference, "auto"):
        for valeur in reversed(fiche.valeurs.get(nom, [])):
            ecart = fiche.ecart_choisi(nom, valeur.periode, choix)
            observe = ecart is not None and ecart.statut != "estime"
            phrase = phrase_ecart(fiche, valeur, ecart) if ecart is not None and observe else None
            if phrase is not None:
                return phrase
    return None


def raison_absence(fiche: Fiche, indicateur: Indicateur) -> tuple[str, str]:
    """(status, sentence) of an indicator without any figure on this sheet."""
    derniere = fiche.derniere(indicateur.indicateur)
    if derniere is not None and not derniere.est_lisible:
        return derniere.statut, f"{ABSENCES[derniere.statut].phrase} ({periode(derniere.periode)})"
    if indicateur.disponibilite == "national" or indicateur.niveau_publie == "N":
        return (
            "non_pertinent",
            indicateur.attente or "Cette mesure n’existe qu’à l’échelle nationale : aucune valeur par quartier.",
        )
    if indicateur.disponibilite == "registre":
        vide = "qui est vide dans cette version" if est_vide(fiche.registre) else "qui n’en dit rien pour ce quartier"
        return "non_calculable", f"Renseigné par le territoire dans le registre local, {vide}."
    if indicateur.disponibilite == "a_telecharger":
        return (
            "non_calculable",
            indicateur.attente or "La source est connue mais n’est pas encore chargée dans cette version.",
        )
    zonages = fiche.registre.zonages_de(indicateur.indicateur)
    if zonages and fiche.territoire.zonage not in zonages:
        autre = "2015" if fiche.territoire.zonage == "2024" else "2024"
        return "non_diffuse", f"Publié sur le zonage {autre} seulement."
    if not indicateur.par_quartier:
        return "non_pertinent", "Publié pour la commune ou le département, pas par quartier."
    return "non_diffuse", "Le quartier est absent des fichiers publiés pour cet indicateur."


def absence_ecart(fiche: Fiche, indicateur: Indicateur, ecart: Ecart | None) -> tuple[str, str]:
    """(status, sentence) of a gap that is not there: `ecart` is its row when the release has one."""
    if indicateur.unite in UNITES_SANS_ECART or (ecart is not None and ecart.statut == "non_pertinent"):
        return "non_pertinent", "un effectif, une distance ou un état ne se compare pas en écart"
    if ecart is None and indicateur.indicateur in fiche.indicateurs_avec_ecart:
        return "non_diffuse", "la référence choisie n’est pas publiée pour ce chiffre"
    if ecart is None:
        return "non_diffuse", "aucune référence n’est publiée pour ce chiffre"
    statut = ecart.statut if ecart.statut in ABSENCES else "non_diffuse"
    if ecart.motif:
        return statut, phrase_motif(ecart.motif)
    return statut, "la valeur du quartier n’est pas publiée"


def _majuscule(texte: str) -> str:
    return texte[:1].upper() + texte[1:]
