"""Text to typed cells: what becomes of each row, the status of each cell, and what goes to quarantine.

Belongs here: tables of a few rows, with the marks met in published files (gap_method §14, sources.md §0.4 and §2).
Does not belong here: which column holds a variable (test_columns), shapes of codes, numbers and periods (test_values).
"""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from fiche_essai import TAUX, bloc, fiche, statuts, typer

from ingestion.catalogue import Bloc, Cle, Lecture, Variable
from ingestion.normalise import CELLULES, LIGNES, QUARANTAINE

# --- shape of the three tables ----------------------------------------------------------------------------------------


def test_une_cellule_porte_tout_ce_qui_la_decrit() -> None:
    resultat = typer("CODGEO;TP60\nQP961001;41,4", fiche([bloc()], {"filosofi": "2018"}))
    assert resultat.cellules.schema == pl.Schema(CELLULES)
    assert resultat.lignes.schema == pl.Schema(LIGNES)
    assert resultat.quarantaine.schema == pl.Schema(QUARANTAINE)
    assert resultat.cellules.to_dicts() == [
        {
            "jeu": "insee.essai",
            "millesime": "2022",
            "fichier": "essai.csv",
            "ligne": 2,
            "niveau": "qpv",
            "code_territoire": "QP961001",
            "zonage": "2015",
            "bloc": "filosofi",
            "variable": "taux_pauvrete_60",
            "rang": 0,
            "periode": "2018",
            "date_reference": date(2018, 12, 31),
            "est_date_deduite": False,
            "valeur": 41.4,
            "valeur_texte": None,
            "statut": "observe",
            "precision": None,
            "mention": None,
            "colonne_source": "TP60",
            "empreinte_sha256": "e" * 64,
        }
    ]


@pytest.mark.panne("F18", attendu="every row has one fate")
def test_chaque_ligne_du_fichier_a_un_sort_et_un_seul() -> None:
    texte = """CODGEO;LIBGEO;TP60
    Ensemble;Ensemble des QPV;44,7
    QP961001;Le Clos;41,4
    QP999;Inconnu;12,0
    ;;
    QP961002;La Rive;
    """
    identite = Bloc(
        nom="identite", regle_vide="non_diffuse", variables={"libelle": Variable(colonnes=["LIBGEO"], type="texte")}
    )
    resultat = typer(texte, fiche([identite, bloc()], {"identite": "base-2022", "filosofi": "2018"}))
    assert resultat.lignes.select("ligne", "niveau", "code_territoire", "libelle", "sort", "motif").rows() == [
        (2, "ensemble_qpv", "QPV-FR", "Ensemble des QPV", "exclue", "ligne d'agrégat du producteur"),
        (3, "qpv", "QP961001", "Le Clos", "retenue", None),
        (
            4,
            "qpv",
            "QP999",
            "Inconnu",
            "quarantaine",
            "code « QP999 » inattendu dans la colonne CODGEO (type attendu : qpv2015)",
        ),
        (5, "qpv", "", "", "exclue", "ligne vide"),
        (6, "qpv", "QP961002", "La Rive", "retenue", None),
    ]
    # The aggregate keeps its cells, at its own level; the unknown code has none.
    taux = resultat.cellules.filter(pl.col("variable") == "taux_pauvrete_60")
    assert taux.select("niveau", "code_territoire", "zonage", "valeur", "statut").rows() == [
        ("ensemble_qpv", "QPV-FR", "2015", 44.7, "observe"),
        ("qpv", "QP961001", "2015", 41.4, "observe"),
        ("qpv", "QP961002", "2015", None, "secret"),
    ]
    assert resultat.quarantaine.select("ligne", "colonne", "valeur_lue").rows() == [(4, "CODGEO", "QP999")]


# --- rows -------------------------------------------------------------------------------------------------------------


@pytest.mark.panne("F18", attendu="repeated keys go to quarantine")
def test_un_quartier_repete_met_toutes_ses_lignes_en_quarantaine() -> None:
    resultat = typer("CODGEO;TP60\nQP961001;41\nQP961002;12\nQP961001;40", fiche([bloc()], {"filosofi": "2018"}))
    assert resultat.lignes["sort"].to_list() == ["quarantaine", "retenue", "quarantaine"]
    assert resultat.cellules["code_territoire"].to_list() == ["QP961002"]
    assert resultat.quarantaine["motif"].to_list() == ["code « QP961001 » répété dans le fichier"] * 2


@pytest.mark.panne("F16", attendu="codes of another nature are excluded and counted")
def test_une_fiche_peut_exclure_les_codes_d_une_autre_nature() -> None:
    cle = Cle(colonnes=["CODGEO"], type="qpv2015", exclure="totaux régionaux")
    resultat = typer("CODGEO;TP60\nQP961001;41\n96;40", fiche([bloc()], {"filosofi": "2018"}, cle=cle))
    assert resultat.lignes.select("sort", "motif").row(1) == ("exclue", "totaux régionaux")
    assert resultat.quarantaine.height == 0


def test_une_fiche_peut_ecarter_des_lignes_avant_de_lire_leur_cle() -> None:
    cle = Cle.model_validate(
        {
            "colonnes": ["COM"],
            "type": "commune",
            "ecarter": [
                {"colonne": "typecom", "valeurs": "ARM|COMD", "motif": "arrondissement ou commune déléguée"},
                {"colonne": "COM", "valeurs": "961.*", "motif": "autre édition", "sort": "quarantaine"},
            ],
        }
    )
    jeu = fiche([bloc()], {"filosofi": "2018"}, cle=cle, niveau="commune")
    resultat = typer("TYPECOM;COM;TP60\nCOM;14118;1\nARM;13201;2\nCOM;96101;3\nCOMDX;14119;4", jeu)
    assert resultat.lignes.select("sort", "motif").rows() == [
        ("retenue", None),
        ("exclue", "arrondissement ou commune déléguée"),
        ("quarantaine", "autre édition"),
        ("retenue", None),
    ]
    assert resultat.lignes["zonage"].unique().to_list() == [""]


def test_ce_qui_suit_la_premiere_cle_vide_est_exclu_quand_la_fiche_le_dit() -> None:
    lecture = Lecture(format="xls", fin="notes de bas de tableau")
    cle = Cle(colonnes=["Code"], type="departement")
    jeu = fiche([bloc()], {"filosofi": "2018"}, cle=cle, niveau="departement", lecture=lecture)
    resultat = typer("Code;TP60\n14;7,1\n;\nSource : fictive;", jeu)
    assert resultat.lignes["sort"].to_list() == ["retenue", "exclue", "exclue"]
    assert resultat.lignes["motif"].to_list()[1:] == ["notes de bas de tableau"] * 2


def test_une_ligne_de_la_france_est_retenue_sous_le_code_de_son_agregat() -> None:
    cle = Cle(colonnes=["CODGEO"], type="france", agregats={"1": "FRM"})
    resultat = typer("CODGEO;TP60\n1;14,6", fiche([bloc()], {"filosofi": "2018"}, cle=cle, niveau="france"))
    assert resultat.lignes.select("niveau", "code_territoire", "zonage", "sort").row(0) == (
        "france",
        "FRM",
        "",
        "retenue",
    )
    assert resultat.cellules["valeur"].to_list() == [14.6]


def test_un_agregat_a_cle_vide_garde_ses_cellules() -> None:
    cle = Cle(colonnes=["reg"], type="qpv2015", agregats={"": "QPV-FR"}, exclure="anciennes régions")
    resultat = typer("reg;TP60\n;47,4\n23;45,0", fiche([bloc()], {"filosofi": "2018"}, cle=cle))
    assert resultat.lignes.select("code_territoire", "sort", "motif").rows() == [
        ("QPV-FR", "exclue", "ligne d'agrégat du producteur"),
        ("23", "exclue", "anciennes régions"),
    ]
    assert resultat.cellules["valeur"].to_list() == [47.4]


@pytest.mark.panne("F16", attendu="a repaired code leaves a note on its row")
def test_une_reparation_de_code_laisse_une_note_sur_la_ligne() -> None:
    jeu = fiche([bloc()], {"filosofi": "2018"}, cle=Cle(colonnes=["CODGEO"], type="commune"), niveau="commune")
    resultat = typer("CODGEO;TP60\n1053;1\n14118;2", jeu)
    assert resultat.lignes.select("code_territoire", "sort", "motif").rows() == [
        ("01053", "retenue", "code lu « 1053 », rétabli en « 01053 »"),
        ("14118", "retenue", None),
    ]


# --- bounds -----------------------------------------------------------------------------------------------------------
@pytest.mark.panne("F17", attendu="quarantined with its line, never a number")
@pytest.mark.parametrize(
    ("type_de_variable", "lu", "motif"),
    [
        ("taux", "100,1", "valeur hors des bornes, de 0 à 100"),
        ("taux", "-0,1", "valeur hors des bornes, de 0 à 100"),
        ("effectif", "-5", "valeur hors des bornes, de 0 à ∞"),
        ("rapport", "-1", "valeur hors des bornes, de 0 à ∞"),
        ("taux", "NaN", "nombre illisible"),
        ("effectif", "1e400", "nombre illisible"),
        ("euros", "inf", "nombre illisible"),
    ],
)
def test_une_valeur_impossible_va_en_quarantaine_et_n_est_jamais_un_nombre(
    type_de_variable: str, lu: str, motif: str
) -> None:
    variables = {"mesure": Variable.model_validate({"colonnes": ["X"], "type": type_de_variable})}
    resultat = typer(f"CODGEO;X\nQP961001;{lu}", fiche([bloc(variables)], {"filosofi": "2018"}))
    assert resultat.cellules.select("valeur", "statut").rows() == [(None, "non_calculable")]
    assert resultat.quarantaine.select("ligne", "colonne", "valeur_lue", "motif").rows() == [(2, "X", lu, motif)]
    assert resultat.lignes["sort"].to_list() == ["retenue"]


@pytest.mark.parametrize(
    ("variable", "lu", "attendu"),
    [
        (Variable(colonnes=["X"], type="taux"), "0", 0.0),
        (Variable(colonnes=["X"], type="taux"), "100", 100.0),
        (Variable(colonnes=["X"], type="evolution"), "-107,5", -107.5),
        (Variable(colonnes=["X"], type="taux", bornes=(-100, 0)), "-9,6", -9.6),
        (Variable(colonnes=["X"], type="nombre"), "-1", -1.0),
    ],
)
def test_les_bornes_sont_comprises_et_la_fiche_peut_les_changer(variable: Variable, lu: str, attendu: float) -> None:
    resultat = typer(f"CODGEO;X\nQP961001;{lu}", fiche([bloc({"mesure": variable})], {"filosofi": "2018"}))
    assert resultat.cellules.select("valeur", "statut").rows() == [(attendu, "observe")]


# --- statuses ---------------------------------------------------------------------------------------------------------


def test_la_note_du_bloc_dit_ce_que_veut_dire_une_cellule_vide() -> None:
    texte = """CODGEO;TP60;DISP_Q2;NOTE
    QP961001;;12000;0
    QP961002;;;0
    QP961003;;;5
    QP961004;;12000;1
    QP961005;;;1
    QP961006;;;
    QP961007;41;12000;6
    """
    variables = {**TAUX, "niveau_vie_median": Variable(colonnes=["DISP_Q2"], type="euros")}
    jeu = fiche([bloc(variables, "note", note=["NOTE_FILO", "note"])], {"filosofi": "2018"})
    taux = typer(texte, jeu).cellules.filter(pl.col("variable") == "taux_pauvrete_60")
    assert taux["statut"].to_list() == [
        "secret",  # note 0
        "secret",  # note 0, whole block empty
        "non_diffuse",  # note 2 to 6
        "secret",  # note 1: published with a reserve, as the rule `bloc`
        "non_diffuse",  # note 1, whole block empty
        "non_diffuse",  # no note, whole block empty
        "observe",  # a published value is never hidden by its note
    ]


def test_sans_note_une_cellule_vide_depend_du_reste_du_bloc() -> None:
    variables = {**TAUX, "niveau_vie_median": Variable(colonnes=["DISP_Q2"], type="euros")}
    jeu = fiche([bloc(variables, "bloc")], {"filosofi": "2018"}, marques={"s": "secret"})
    resultat = typer("CODGEO;TP60;DISP_Q2;AUTRE\nQP961001;;12000;1\nQP961002;;;1\nQP961003;;s;1\nQP961004;;,;1", jeu)
    taux = resultat.cellules.filter(pl.col("variable") == "taux_pauvrete_60")
    # A mark, a lone decimal mark or a column outside the block does not fill it.
    assert taux["statut"].to_list() == ["secret", "non_diffuse", "non_diffuse", "non_diffuse"]


def test_une_regle_constante_et_un_hors_champ() -> None:
    jeu = fiche([bloc(regle_vide="secret", hors_champ="^QP962")], {"filosofi": "2018"})
    assert statuts(typer("CODGEO;TP60\nQP961001;\nQP962001;\nQP962002;41", jeu)) == [
        ("QP961001", "secret"),
        ("QP962001", "non_diffuse"),
        ("QP962002", "observe"),
    ]


@pytest.mark.panne("F15", attendu="a mark gives its status, another one quarantine")
def test_les_marques_de_la_fiche_sont_sensibles_a_la_casse() -> None:
    jeu = fiche([bloc()], {"filosofi": "2018"}, marques={"ns": "secret", "NS": "non_diffuse", "nd": "non_diffuse"})
    resultat = typer("CODGEO;TP60\nQP961001;ns\nQP961002;NS\nQP961003; nd \nQP961004;Ns", jeu)
    assert [s for _, s in statuts(resultat)] == ["secret", "non_diffuse", "non_diffuse", "non_calculable"]
    assert resultat.quarantaine["valeur_lue"].to_list() == ["Ns"]
    assert resultat.cellules["valeur"].null_count() == 4


@pytest.mark.panne("F15", attendu="an empty cell is never 0")
@pytest.mark.parametrize("vide", ["", ",", ".", " ", "\u00a0"])
def test_une_cellule_vide_ou_une_virgule_seule_n_est_jamais_zero(vide: str) -> None:
    resultat = typer(f"CODGEO;TP60\nQP961001;{vide}", fiche([bloc()], {"filosofi": "2018"}))
    assert resultat.cellules.select("valeur", "statut").rows() == [(None, "secret")]
    assert resultat.quarantaine.height == 0


def test_la_note_1_est_une_reserve_sur_les_valeurs_publiees_seulement() -> None:
    jeu = fiche([bloc(regle_vide="note", note=["NOTE"])], {"filosofi": "2018"})
    resultat = typer("CODGEO;TP60;NOTE\nQP961001;41;1\nQP961002;42;0\nQP961003;;1", jeu)
    assert resultat.cellules["mention"].to_list() == ["a_interpreter_avec_prudence", None, None]


def test_la_precision_publiee_suit_chaque_cellule_du_bloc() -> None:
    jeu = fiche([bloc(precision=["DISP_INCERT_A{aa}"])], {"filosofi": "2021"})
    resultat = typer("CODGEO;TP60;DISP_INCERT_A21\nQP961001;41,2;0,1\nQP961002;42;1\nQP961003;;,", jeu)
    assert resultat.cellules["precision"].to_list() == [0.1, 1.0, None]


# --- texts and lists --------------------------------------------------------------------------------------------------


def test_un_texte_est_garde_sans_ses_blancs_et_un_texte_vide_dit_pourquoi() -> None:
    variables = {"libelle": Variable(colonnes=["LIB"], type="texte")}
    resultat = typer(
        "CODGEO;LIB\nQP961001; Le Clos \nQP961002;", fiche([bloc(variables, "non_diffuse")], {"filosofi": "2018"})
    )
    assert resultat.cellules.select("valeur", "valeur_texte", "statut").rows() == [
        (None, "Le Clos", "observe"),
        (None, None, "non_diffuse"),
    ]


def test_une_liste_donne_une_cellule_par_element_dans_l_ordre_du_fichier() -> None:
    variables = {"communes": Variable(colonnes=["COM"], type="liste", separateur=",")}
    resultat = typer(
        "CODGEO;COM\nQP961001;96102, 96101\nQP961002;96103\nQP961003;", fiche([bloc(variables)], {"filosofi": "2018"})
    )
    assert resultat.cellules.select("code_territoire", "rang", "valeur_texte", "statut").rows() == [
        ("QP961001", 1, "96102", "observe"),
        ("QP961001", 2, "96101", "observe"),
        ("QP961002", 1, "96103", "observe"),
        ("QP961003", 0, None, "secret"),
    ]
