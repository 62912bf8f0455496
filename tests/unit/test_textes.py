"""Tests of the generated sentences and of the choice of the figures they rest on.

Belongs here: « En bref », reasons of missing values, readings of a gap, the gap with the rest of the commune.
Does not belong here: typography (test_format_fr), the search (test_recherche), pages (tests/browser).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from release_essai import QUARTIER, ecart, ecrire_release, indicateur, tables, valeur

from publication.sheets.chiffre import libelle_reference
from publication.sheets.fiche import Fiche, Registre, construire
from publication.sheets.lecture import ouvrir
from publication.sheets.modele import Ecart, depuis, ecart_hors_quartier, lecture_ecart
from publication.sheets.sections.ecart import section_ecart
from publication.sheets.textes import absence_ecart, en_bref, raison_absence, valeur_ecrite

I = "\u00a0"  # noqa: E741 the no-break space of the sentences below
F = "\u202f"
MOINS = "\u2212"


@pytest.fixture
def contenu() -> dict[str, list[dict[str, Any]]]:
    return tables()


def fiche(tmp_path: Path, contenu: dict[str, list[dict[str, Any]]], code: str = QUARTIER) -> Fiche:
    resultat = construire(Registre(ouvrir(ecrire_release(tmp_path / "releases", contenu))), code)
    assert resultat is not None
    return resultat


def phrases(f: Fiche, reference: str = "auto") -> dict[str, str]:
    return {phrase.chiffre: phrase.texte for phrase in en_bref(f, reference)}


def test_les_phrases_portent_valeur_reference_inclusion_et_ecart(tmp_path: Path, contenu: dict[str, Any]) -> None:
    dites = phrases(fiche(tmp_path, contenu), "commune")
    assert dites["taux_emploi_15_64|2018|commune"] == (
        f"En 2018, 34,7{I}% des habitants de 15 à 64 ans ont un emploi, contre 51,7{I}% dans la commune "
        f"(Caen, QPV compris){I}: 17,0{I}points de moins."
    )
    # 4,383 / 105,512 = 4.15 %
    assert dites["population_municipale|2018|"] == (
        f"En 2018, 4{F}383{I}habitants vivent dans le quartier, soit 4,2{I}% de la population de la commune."
    )
    # 787 / 854 − 1 = −7.85 %
    assert dites["defm_abc|2016-12-31_2021-12-31|"].endswith(f"passe de 854 à 787{I}: {MOINS}7,8{I}%.")


@pytest.mark.parametrize(("lue", "ecrite"), [(1.0, "oui"), (0.0, "non")])
def test_un_oui_ou_non_s_ecrit_en_un_mot(tmp_path: Path, contenu: dict[str, Any], lue: float, ecrite: str) -> None:
    contenu["indicateurs"].append(indicateur("npnru", "Quartier du NPNRU", unite="oui/non", decimales=0))
    contenu["valeurs"].append(valeur("qpv", QUARTIER, "npnru", "2022", lue))
    f = fiche(tmp_path, contenu)
    assert [valeur_ecrite(v, f.registre.indicateurs["npnru"]) for v in f.valeurs["npnru"]] == [ecrite]


def test_la_valeur_d_une_commune_garde_ses_points_entiers(tmp_path: Path, contenu: dict[str, Any]) -> None:
    dite = phrases(fiche(tmp_path, contenu))["taux_pauvrete_60|2019|commune"]
    assert f"50,1{I}% des habitants" in dite
    assert f"contre 20{I}% dans la commune" in dite
    assert dite.endswith(f"30,1{I}points de plus.")


def test_sans_choix_la_premiere_reference_de_l_echelle_est_l_intercommunalite(
    tmp_path: Path, contenu: dict[str, Any]
) -> None:
    dites = phrases(fiche(tmp_path, contenu))
    assert (
        f"contre 59,3{I}% dans l’intercommunalité (Caen la Mer, QPV compris){I}: 24,6{I}points de moins."
        in dites["taux_emploi_15_64|2018|epci"]
    )


def test_un_ecart_estime_n_entre_pas_dans_les_phrases(tmp_path: Path, contenu: dict[str, Any]) -> None:
    """The poverty gap with the EPCI is estimated from deciles: the sentence takes the commune, which is published."""
    dites = phrases(fiche(tmp_path, contenu), "epci")
    assert "taux_pauvrete_60|2019|commune" in dites
    assert not any(cle.startswith("taux_pauvrete_60|2019|epci") for cle in dites)


def test_une_valeur_masquee_ne_fait_pas_de_phrase(tmp_path: Path, contenu: dict[str, Any]) -> None:
    contenu["valeurs"] = [v for v in contenu["valeurs"] if v["indicateur"] != "taux_emploi_15_64"]
    contenu["valeurs"].append(valeur("qpv", QUARTIER, "taux_emploi_15_64", "2018", None))
    assert not any(cle.startswith("taux_emploi") for cle in phrases(fiche(tmp_path, contenu)))


def test_trois_phrases_au_moins_et_cinq_au_plus(tmp_path: Path, contenu: dict[str, Any]) -> None:
    assert len(en_bref(fiche(tmp_path / "pleine", contenu), "auto")) == 5
    vide = contenu | {"ecarts": [], "valeurs": [valeur("qpv", QUARTIER, "population_municipale", "2018", 4383.0)]}
    dites = [phrase.texte for phrase in en_bref(fiche(tmp_path / "vide", vide), "auto")]
    assert len(dites) == 3
    # of the 12 headline figures only the population has a value
    assert dites[1].startswith("11 des 12 chiffres clés n’ont aucune valeur publiée")


def test_quand_rien_n_est_lisible_la_derniere_phrase_donne_le_motif(tmp_path: Path, contenu: dict[str, Any]) -> None:
    contenu["evolutions"] = [evolution("taux_pauvrete_60", None, ("toutes", ""), fin="2021", motif="rupture_de_serie")]
    derniere = en_bref(fiche(tmp_path, contenu), "auto")[-1].texte
    assert derniere == (
        f"Aucune évolution d’écart ne peut être lue pour ce quartier{I}: une rupture de série sépare les deux dates."
    )


@pytest.mark.parametrize(
    "interdit", ["décroch", "assisté", "sensible", "difficile", "ghetto", "pire", "meilleur", "classement"]
)
def test_aucun_mot_qui_stigmatise(tmp_path: Path, contenu: dict[str, Any], interdit: str) -> None:
    texte = " ".join(phrases(fiche(tmp_path, contenu)).values()).lower()
    assert interdit not in texte


def test_chaque_absence_a_sa_raison(tmp_path: Path, contenu: dict[str, Any]) -> None:
    f = fiche(tmp_path, contenu)
    cartes = f.registre.indicateurs
    assert raison_absence(f, cartes["taux_pauvrete_60"])[0] == "secret"  # latest period, 2021, is masked
    assert raison_absence(f, cartes["sentiment_insecurite"]) == (
        "non_pertinent",
        "Cette mesure n’existe qu’à l’échelle nationale : aucune valeur par quartier.",
    )
    assert raison_absence(f, cartes["part_defm_femmes"])[0] == "non_diffuse"
    raison = "Aucun fichier national n’est connu."
    contenu["indicateurs"] += [
        indicateur("a_venir", "À venir", disponibilite="a_telecharger"),
        indicateur("a_venir_dit_pourquoi", "À venir", disponibilite="a_telecharger", attente=raison),
    ]
    g = fiche(tmp_path / "bis", contenu)
    assert raison_absence(g, g.registre.indicateurs["a_venir"])[0] == "non_calculable"
    assert raison_absence(g, g.registre.indicateurs["a_venir_dit_pourquoi"]) == ("non_calculable", raison)


@pytest.mark.panne("F27", attendu="a code of one zoning shows nothing of the other")
def test_publie_sur_l_autre_zonage_seulement(tmp_path: Path, contenu: dict[str, Any]) -> None:
    f = fiche(tmp_path, contenu, "QN01401M")
    assert raison_absence(f, f.registre.indicateurs["taux_emploi_15_64"]) == (
        "non_diffuse",
        "Publié sur le zonage 2015 seulement.",
    )


def test_un_effectif_n_a_pas_d_ecart_et_une_reference_absente_est_dite(tmp_path: Path, contenu: dict[str, Any]) -> None:
    f = fiche(tmp_path, contenu)
    assert absence_ecart(f, f.registre.indicateurs["population_municipale"], None)[0] == "non_pertinent"
    taux = f.registre.indicateurs["taux_emploi_15_64"]
    assert absence_ecart(f, taux, None) == ("non_diffuse", "la référence choisie n’est pas publiée pour ce chiffre")
    sans = depuis(Ecart, {"statut": "non_diffuse", "motif": "reference_absente"})
    assert absence_ecart(f, taux, sans)[1] == "la référence n’est pas publiée pour la même date"


def un_ecart(g: float, sens: int, unite: str = "point", bas: float | None = None, haut: float | None = None) -> Ecart:
    neutre = 1.0 if unite == "ratio" else 0.0
    ligne = {"ecart": g, "unite_ecart": unite, "borne_basse": bas, "borne_haute": haut}
    return depuis(Ecart, ligne | {"ecart_defavorable": -sens * (g - neutre) if sens else None})


@pytest.mark.parametrize(
    ("e", "sens", "attendu"),
    [
        (un_ecart(30.1, -1), -1, "moins_favorable"),
        (un_ecart(-17.0, 1), 1, "moins_favorable"),
        (un_ecart(-17.0, -1), -1, "plus_favorable"),
        (un_ecart(0.9, -1), -1, "proche"),  # under 1 point
        (un_ecart(1.0, -1), -1, "moins_favorable"),
        (un_ecart(3.0, -1, bas=-0.5, haut=6.5), -1, "proche"),  # the interval holds 0
        (un_ecart(-1.9, 1, "pct_reference"), 1, "proche"),  # under 2 %
        (un_ecart(-6.1, 1, "pct_reference"), 1, "moins_favorable"),
        (un_ecart(4.9, -1, "point_indice"), -1, "proche"),  # under 5 index points
        (un_ecart(1.04, -1, "ratio"), -1, "proche"),  # under 5 % of the reference
        (un_ecart(1.06, -1, "ratio"), -1, "moins_favorable"),
        (un_ecart(8.0, 0), 0, "superieur"),  # neutral: no symbol, no colour
        (un_ecart(-8.0, 0), 0, "inferieur"),
    ],
)
def test_lecture_d_un_ecart(e: Ecart, sens: int, attendu: str) -> None:
    assert lecture_ecart(e, sens) == attendu


def test_pas_d_ecart_pas_de_lecture() -> None:
    assert lecture_ecart(depuis(Ecart, {"unite_ecart": "point"}), -1) == ""


def test_ecart_avec_le_reste_de_la_commune() -> None:
    """Worked example 17.3: w = 4,383 / 105,512 = 0.0415; −16.98 / (1 − 0.0415) = −17.7 points."""
    reste = ecart_hors_quartier(34.7 - 51.6796, 4383, 105512)
    assert reste is not None
    assert reste == pytest.approx(-16.9796 / (1 - 4383 / 105512))
    assert f"{reste:.1f}" == "-17.7"


@pytest.mark.parametrize(("quartier", "commune"), [(100, 100), (200, 100), (10, 0), (-1, 100)])
def test_pas_de_reste_quand_la_partie_n_est_pas_dans_le_tout(quartier: float, commune: float) -> None:
    assert ecart_hors_quartier(-10.0, quartier, commune) is None


def test_une_reference_ne_va_jamais_sans_son_inclusion(tmp_path: Path, contenu: dict[str, Any]) -> None:
    contenu["ecarts"].append(ecart("taux_emploi_15_64", "2018", "ensemble_qpv", "QPV-FR", 34.7, 44.6, sens=1))
    contenu["ecarts"].append(
        ecart("taux_emploi_15_64", "2018", "uu_hors_qpv", "14701", 34.7, 60.0, sens=1, reference_inclut_qpv=False)
    )
    f = fiche(tmp_path, contenu)
    noms = [libelle_reference(f, e) for e in f.ecarts_de("taux_emploi_15_64", "2018")]
    assert noms == [
        "14701 (hors QPV)",
        "Caen la Mer (QPV compris)",
        "Caen (QPV compris)",
        "Ensemble des QPV (France, quartier compris)",
        "France métropolitaine (QPV compris)",
    ]


@pytest.mark.parametrize(
    ("statut", "texte", "attendu"),
    [
        ("partiel", "46 sur 51", "Caen (QPV compris, partiel, 46 sur 51)"),
        (
            "partiel",
            "composition_incertaine",
            "Caen (QPV compris, partiel, composition de l’intercommunalité à vérifier)",
        ),
        ("observe", "51 sur 51", "Caen (QPV compris)"),
        ("observe", "a_interpreter_avec_prudence", "Caen (QPV compris, à interpréter avec prudence)"),
    ],
)
def test_une_reference_partielle_dit_sa_couverture(
    tmp_path: Path, contenu: dict[str, Any], statut: str, texte: str, attendu: str
) -> None:
    contenu["valeurs"].append(
        valeur("commune", "14118", "taux_emploi_15_64", "2018", 51.7, statut=statut, valeur_texte=texte)
    )
    f = fiche(tmp_path, contenu)
    [commune] = [e for e in f.ecarts_de("taux_emploi_15_64", "2018") if e.niveau_reference == "commune"]
    assert libelle_reference(f, commune) == attendu


def evolution(
    nom: str, etiquette: str | None, reference: tuple[str, str], fin: str = "2017", **champs: Any
) -> dict[str, Any]:
    return {
        "code_qpv": QUARTIER,
        "zonage": "2015",
        "indicateur": nom,
        "periode_debut": "2014",
        "periode_fin": fin,
        "niveau_reference": reference[0],
        "code_reference": reference[1],
        "delta_qpv": -0.32,
        "delta_reference": 4.16,
        "delta_ecart": -2.8,
        "seuil": 1.0,
        "etiquette": etiquette,
        "est_eligible": etiquette is not None,
    } | champs


def test_la_derniere_phrase_dit_ce_qui_a_bouge(tmp_path: Path, contenu: dict[str, Any]) -> None:
    """The first reference of the ladder that can be read; a change that moved before one that did not."""
    contenu["evolutions"] = [
        evolution("taux_pauvrete_60", "stable", ("departement", "14")),
        evolution("taux_emploi_15_64", "decrochage", ("france", "FRM"), delta_qpv=-11.2, delta_reference=-2.8),
        evolution("taux_emploi_15_64", "rattrapage", ("departement", "14"), delta_qpv=2.25, delta_reference=1.0),
        evolution("taux_emploi_15_64", None, ("commune", "14118"), motif="reference_absente"),
    ]
    f = fiche(tmp_path, contenu)
    texte = en_bref(f, "auto")[-1].texte
    assert (
        f"l’écart avec le département (Calvados) s’est réduit (+2,3{I}points pour le quartier, +1,0{I}point pour la référence)."
        in texte
    )
    assert "Des habitants sont partis, d’autres arrivés" in texte
    assert f"la France métropolitaine s’est creusé ({MOINS}11,2{I}points" in en_bref(f, "france")[-1].texte


def test_l_evolution_retenue_va_le_plus_loin_puis_dure_le_plus(tmp_path: Path, contenu: dict[str, Any]) -> None:
    departement = ("departement", "14")
    contenu["evolutions"] = [
        evolution("taux_emploi_15_64", "stable", departement, fin="2016"),
        evolution("taux_emploi_15_64", "stable", departement, periode_debut="2016"),
        evolution("taux_emploi_15_64", "stable", departement, periode_debut="2014"),
        evolution("taux_emploi_15_64", None, ("toutes", ""), fin="2019", motif="rupture_de_serie"),
        evolution("taux_pauvrete_60", None, ("toutes", ""), motif="rupture_de_serie"),
    ]
    f = fiche(tmp_path, contenu)
    retenue = f.evolution("taux_emploi_15_64", "departement")
    assert retenue is not None
    assert (retenue.periode_debut, retenue.periode_fin) == ("2014", "2017")
    # A reason that holds whatever the reference is kept for each of them.
    refusee = f.evolution("taux_pauvrete_60", "commune")
    assert refusee is not None
    assert refusee.motif == "rupture_de_serie"
    assert f.evolution("part_defm_1_an_plus", "auto") is None


def test_les_trois_listes_et_les_motifs_sont_comptes(tmp_path: Path, contenu: dict[str, Any]) -> None:
    contenu["evolutions"] = [
        evolution("taux_emploi_15_64", "decrochage", ("departement", "14"), delta_qpv=-11.2, delta_reference=-2.8),
        evolution("taux_pauvrete_60", None, ("toutes", ""), fin="2021", motif="rupture_de_serie"),
    ]
    page = section_ecart(fiche(tmp_path, contenu), "auto")
    assert f"1{I}évolution lisible sur 2" in page
    for titre in (
        "L’écart se réduit (0)",
        "L’écart se creuse (1)",
        "Stable ou indéterminé (0)",
        "Ne peut pas être dit (1)",
    ):
        assert f"<h3>{titre}</h3>" in page
    assert "Une rupture de série sépare les deux dates" in page
    assert "décroch" not in page.lower()
    assert "rattrap" not in page.lower()
