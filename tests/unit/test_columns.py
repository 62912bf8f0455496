"""Which published column holds a variable: candidates, case, vintages, one column per period, and the drift.

Belongs here: headers written by the test.
Does not belong here: statuses (test_normalise), real files (tests/data).
"""

from __future__ import annotations

from datetime import date

import pytest
from fiche_essai import TAUX, bloc, fiche, typer

from ingestion.catalogue import Bloc, Cle, ErreurCatalogue, Variable
from ingestion.normalise import ErreurDerive


@pytest.mark.panne("F13", attendu="found by its candidates, in any order")
def test_une_colonne_se_trouve_par_ses_candidats_sans_la_casse_et_jamais_par_sa_position() -> None:
    variables = {"niveau_vie_median": Variable(colonnes=["DISP_MED_A{aa}", "disp_q2_a{aa}"], type="euros")}
    jeu = fiche([bloc(variables)], {"filosofi": "2016"})
    for texte in ("codgeo;DISP_Q2_A16;autre\nQP961001;12000;1", "autre;disp_q2_a16;codgeo\n1;12000;QP961001"):
        resultat = typer(texte, jeu)
        assert resultat.cellules.select("code_territoire", "valeur").rows() == [("QP961001", 12000.0)]
        assert resultat.cellules["colonne_source"][0].upper() == "DISP_Q2_A16"


@pytest.mark.panne("F13", attendu="a renamed column stops the file with a sentence")
def test_une_colonne_renommee_arrete_le_fichier_avec_une_phrase() -> None:
    variables = {**TAUX, "niveau_vie_median": Variable(colonnes=["DISP_MED_A{aa}", "disp_q2"], type="euros")}
    with pytest.raises(ErreurDerive) as erreur:
        typer("CODGEO;AAA;TP60_A21;DISP_MEDIANE_A18\nQP961001;1;2;3", fiche([bloc(variables)], {"filosofi": "2018"}))
    phrase = str(erreur.value)
    assert "insee.essai, millésime 2022, essai.csv" in phrase
    assert "taux_pauvrete_60 ← TP60 ; niveau_vie_median ← DISP_MED_A18, disp_q2" in phrase
    trouvees = phrase.split("éloignée : ")[1]
    assert trouvees.index("DISP_MEDIANE_A18") < trouvees.index("AAA")


@pytest.mark.panne("F13", attendu="a renamed key stops the file with a sentence")
def test_une_cle_renommee_arrete_le_fichier_avec_une_phrase() -> None:
    with pytest.raises(ErreurDerive, match="clé ← CODGEO"):
        typer("CODE_QP;TP60\nQP961001;41", fiche([bloc()], {"filosofi": "2018"}))


@pytest.mark.panne("F13", attendu="two candidates are never chosen at random")
def test_deux_colonnes_qui_ne_different_que_par_la_casse_ne_se_choisissent_pas_au_hasard() -> None:
    with pytest.raises(ErreurDerive, match="« tp60 » désigne plusieurs colonnes : Tp60, TP60"):
        typer(
            "CODGEO;Tp60;TP60\nQP961001;1;2",
            fiche([bloc({"taux": Variable(colonnes=["tp60"], type="taux")})], {"filosofi": "2018"}),
        )


def test_le_nom_exact_l_emporte_sur_celui_qui_differe_par_la_casse() -> None:
    jeu = fiche([bloc()], {"filosofi": "2018"})
    assert typer("CODGEO;tp60;TP60\nQP961001;1;2", jeu).cellules["valeur"].to_list() == [2.0]


def test_une_variable_absente_d_un_millesime_n_est_pas_une_derive() -> None:
    ailleurs = Variable(colonnes=["TX_TOT_EPREC"], type="taux", millesimes=["2017"])
    resultat = typer("CODGEO;TP60\nQP961001;41", fiche([bloc({**TAUX, "precaires": ailleurs})], {"filosofi": "2018"}))
    assert resultat.cellules["variable"].to_list() == ["taux_pauvrete_60"]


def test_un_fichier_ne_lit_que_ses_blocs_et_un_bloc_nomme_a_une_periode() -> None:
    autre = Bloc(nom="cnaf", regle_vide="bloc", variables={"allocataires": Variable(colonnes=["A"], type="effectif")})
    jeu = fiche([bloc(), autre], {"filosofi": "2018", "cnaf": "2020-12-31"})
    assert typer("CODGEO;TP60\nQP961001;41", jeu, blocs=["filosofi"]).cellules["bloc"].to_list() == ["filosofi"]
    # A block without a period does not belong to the vintage.
    jeu = fiche([bloc(), autre], {"filosofi": "2018"})
    assert typer("CODGEO;TP60\nQP961001;41", jeu).cellules["bloc"].to_list() == ["filosofi"]
    with pytest.raises(ErreurCatalogue, match=r"block cnaf of essai\.csv has no period"):
        typer("CODGEO;TP60;A\nQP961001;41;12", jeu, blocs=["cnaf"])


def test_une_colonne_par_trimestre_donne_une_periode_par_colonne() -> None:
    variable = Variable(
        motif_colonnes=r"^T(?P<trimestre>[1-4])_(?P<annee>\d{4})$", periode="{annee}-T{trimestre}", type="taux"
    )
    chomage = Bloc(nom="chomage", regle_vide="non_diffuse", variables={"taux_chomage": variable})
    cle = Cle(colonnes=["Code"], type="departement")
    jeu = fiche([chomage], {}, cle=cle, niveau="departement")
    resultat = typer("Code;T4_2023;T1_2024;Total\n14.0;7,1;7,2;9\n976;;8;9", jeu)
    assert resultat.cellules.select("code_territoire", "periode", "date_reference", "valeur", "statut").rows() == [
        ("14", "2023-T4", date(2023, 12, 31), 7.1, "observe"),
        ("976", "2023-T4", date(2023, 12, 31), None, "non_diffuse"),
        ("14", "2024-T1", date(2024, 3, 31), 7.2, "observe"),
        ("976", "2024-T1", date(2024, 3, 31), 8.0, "observe"),
    ]
    with pytest.raises(ErreurDerive, match="taux_chomage"):
        typer("Code;2024T1\n14;7,1", jeu)
