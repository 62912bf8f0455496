"""Files that are not one row per quartier: one figure per row, dated rows, places, repeated keys, lists, translations.

Belongs here: tables of a few rows, one trait of a published layout each.
Does not belong here: status of an empty cell (test_normalise), names of columns (test_columns).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from fiche_essai import fiche, typer

from ingestion.catalogue import Bloc, Cle, Variable
from ingestion.columns import ErreurDerive

COMMUNE = Cle(colonnes=["Code"], type="commune")


def objets(cle: Cle, *variables: tuple[str, Variable], **bloc: Any) -> Any:
    """A card of objects with one block."""
    corps = Bloc(nom="objet", regle_vide="non_diffuse", variables=dict(variables), **bloc)
    periodes = {} if corps.colonne_periode else {"objet": "2024"}
    return fiche([corps], periodes, cle=cle, niveau="objet", zonage="")


# --- one figure per row -----------------------------------------------------------------------------------------------

LONG = """Date;Code;Sexe;Age;Nombre
2015-T4;14118;Total;Total;120
2015-T4;14118;Femmes;Total;50
2015-T4;14118;Total;Moins de 25 ans;10
2016-T4;14118;Total;Total;
"""


def test_un_chiffre_par_ligne_devient_une_cellule_par_variable_et_par_date() -> None:
    total = Variable(colonnes=["Nombre"], type="effectif", ou={"Sexe": ["Total"], "Age": ["Total"]})
    femmes = Variable(colonnes=["Nombre"], type="effectif", ou={"Sexe": ["Femmes"], "Age": ["Total"]})
    bloc = Bloc(
        nom="defm",
        regle_vide="secret",
        colonne_periode=["Date"],
        variables={"defm_abc": total, "defm_abc_femmes": femmes},
    )
    resultat = typer(LONG, fiche([bloc], {}, cle=COMMUNE, niveau="commune", zonage=""))
    cellules = resultat.cellules.sort("ligne").select(
        "ligne", "variable", "periode", "date_reference", "valeur", "statut"
    )
    assert cellules.rows() == [
        (2, "defm_abc", "2015-T4", date(2015, 12, 31), 120.0, "observe"),
        (3, "defm_abc_femmes", "2015-T4", date(2015, 12, 31), 50.0, "observe"),
        (5, "defm_abc", "2016-T4", date(2016, 12, 31), None, "secret"),
    ]
    # The age that no variable takes is excluded aloud, not lost.
    assert resultat.lignes.filter(ligne=4).select("sort", "motif").rows() == [
        ("exclue", "modalité qui n'est pas reprise")
    ]


def test_une_periode_illisible_met_la_ligne_en_quarantaine() -> None:
    bloc = Bloc(
        nom="ips", regle_vide="non_diffuse", colonne_periode=["rentree"],
        variables={"ips": Variable(colonnes=["ips"], type="nombre")},
    )  # fmt: skip
    cle = Cle(colonnes=["uai"], type="identifiant")
    resultat = typer(
        "rentree;uai;ips\n2022-2023;0140001A;98.5\nrentrée;0140002B;97\n",
        fiche([bloc], {}, cle=cle, niveau="objet", zonage=""),
    )
    assert resultat.cellules.select("code_territoire", "periode", "date_reference", "valeur").rows() == [
        ("0140001A", "2022-2023", date(2022, 9, 1), 98.5)
    ]
    assert resultat.quarantaine.select("ligne", "motif").rows() == [
        (3, "période « rentrée » illisible dans la colonne rentree")
    ]


def test_le_signe_ecrit_apres_chaque_nombre_est_retire_et_rien_d_autre() -> None:
    part = Variable(colonnes=["Part"], type="taux", suffixe="%")
    bloc = Bloc(nom="rsa", regle_vide="secret", variables={"part": part})
    jeu = fiche([bloc], {"rsa": "2024"}, cle=COMMUNE, niveau="commune", zonage="", marques={"s": "secret"})
    resultat = typer("Code;Part\n14118;11%\n14119;7,5 %\n14120;s\n14121;\n14122;%%\n", jeu)
    assert resultat.cellules.select("code_territoire", "valeur", "statut").rows() == [
        ("14118", 11.0, "observe"),
        ("14119", 7.5, "observe"),
        ("14120", None, "secret"),
        ("14121", None, "secret"),
        ("14122", None, "non_calculable"),
    ]
    assert resultat.quarantaine.select("ligne", "motif").rows() == [(6, "nombre illisible")]


def test_un_suffixe_ne_suit_qu_un_nombre() -> None:
    with pytest.raises(ValueError, match="`suffixe` follows a number"):
        Variable(colonnes=["Nom"], type="texte", suffixe="%")


def test_une_colonne_dit_pourquoi_un_chiffre_manque() -> None:
    """Figures of the new Filosofi: `C` is confidential, `O` was never measured, whatever else the row holds."""
    bloc = Bloc(
        nom="filosofi", regle_vide="secret", variables={"taux": Variable(colonnes=["Valeur"], type="taux")},
        statuts_vides={"CONF": {"C": "secret"}, "OBS": {"O": "non_diffuse"}},
    )  # fmt: skip
    texte = "Code;CONF;OBS;Valeur\n14118;F;A;12.5\n14119;C;O;\n14120;F;O;\n14121;F;A;\n14122;C;A;9\n"
    resultat = typer(texte, fiche([bloc], {"filosofi": "2023"}, cle=COMMUNE, niveau="commune", zonage=""))
    assert resultat.cellules.select("code_territoire", "valeur", "statut").rows() == [
        ("14118", 12.5, "observe"),
        ("14119", None, "secret"),
        ("14120", None, "non_diffuse"),
        ("14121", None, "secret"),
        ("14122", 9.0, "observe"),
    ]


def test_la_colonne_qui_dit_pourquoi_un_chiffre_manque_doit_etre_la() -> None:
    bloc = Bloc(
        nom="filosofi", regle_vide="secret", variables={"taux": Variable(colonnes=["Valeur"], type="taux")},
        statuts_vides={"CONF_STATUS": {"C": "secret"}},
    )  # fmt: skip
    with pytest.raises(ErreurDerive, match="statut d'une cellule vide ← CONF_STATUS"):
        typer("Code;Valeur\n14118;1\n", fiche([bloc], {"filosofi": "2023"}, cle=COMMUNE, niveau="commune", zonage=""))


# --- keys -------------------------------------------------------------------------------------------------------------

NOM = ("libelle", Variable(colonnes=["nom"], type="texte"))
REPETE = "id;nom;maj\nA;ancien;2024-01-01\nB;seul;2024-01-01\nA;récent;2025-01-01\nA;moyen;2024-06-01\n"


@pytest.mark.parametrize(
    ("repetees", "departage", "gardees"),
    [
        ("gardees", None, ["ancien", "seul", "récent", "moyen"]),
        ("derniere", "maj", ["seul", "récent"]),
        ("derniere", None, ["seul", "moyen"]),
        ("quarantaine", None, ["seul"]),
    ],
)
def test_une_cle_repetee_a_le_sort_que_dit_la_fiche(repetees: Any, departage: str | None, gardees: list[str]) -> None:
    cle = Cle(colonnes=["id"], type="identifiant", repetees=repetees, departage=departage)
    resultat = typer(REPETE, objets(cle, NOM))
    assert resultat.cellules.sort("ligne")["valeur_texte"].to_list() == gardees
    assert resultat.lignes.height == 4
    autres = resultat.lignes.filter(resultat.lignes["sort"] != "retenue")
    assert set(autres["sort"]) == {"gardees": set(), "derniere": {"exclue"}, "quarantaine": {"quarantaine"}}[repetees]


def test_la_meme_cle_a_deux_dates_n_est_pas_repetee() -> None:
    cle = Cle(colonnes=["uai"], type="identifiant", repetees="quarantaine")
    texte = "annee;uai;ips\n2023;A;1\n2024;A;2\n2024;A;3\n"
    resultat = typer(texte, objets(cle, ("ips", Variable(colonnes=["ips"], type="nombre")), colonne_periode=["annee"]))
    assert resultat.cellules["valeur"].to_list() == [1.0]


def test_sans_identifiant_publie_le_numero_de_ligne_en_tient_lieu() -> None:
    resultat = typer("nom\nun\ndeux\n", objets(Cle(colonnes=[], type="ligne"), NOM))
    assert resultat.cellules.select("code_territoire", "valeur_texte").rows() == [("2", "un"), ("3", "deux")]


def test_un_identifiant_vide_va_en_quarantaine_et_garde_sa_casse() -> None:
    resultat = typer("id;nom\nAb-1;un\n;deux\n", objets(Cle(colonnes=["id"], type="identifiant"), NOM))
    assert resultat.cellules["code_territoire"].to_list() == ["Ab-1"]
    assert resultat.quarantaine["ligne"].to_list() == [3]


# --- texts ------------------------------------------------------------------------------------------------------------


def test_une_liste_peut_se_lire_par_ses_elements() -> None:
    codes = Variable(colonnes=["cv"], type="liste", elements=r"C(?:V\d{3}|N\d{5}[MIN])")
    quartiers = Variable(colonnes=["liste"], type="liste", elements=r"\((QP\w{6})\)")
    texte = "id;cv;liste\n1;CV380CV384;Le Clos (QP961001); La Rive (QP961002)\n".replace("; La", " / La")
    texte += "2;CN96101M;Aucun\n"
    resultat = typer(
        texte, objets(Cle(colonnes=["id"], type="identifiant"), ("codes", codes), ("quartiers", quartiers))
    )
    lues = resultat.cellules.select("code_territoire", "variable", "rang", "valeur_texte", "statut").rows()
    assert sorted(lues, key=lambda r: (r[1], r[0], r[2])) == [
        ("1", "codes", 1, "CV380", "observe"),
        ("1", "codes", 2, "CV384", "observe"),
        ("2", "codes", 1, "CN96101M", "observe"),
        ("1", "quartiers", 1, "QP961001", "observe"),
        ("1", "quartiers", 2, "QP961002", "observe"),
        ("2", "quartiers", 0, None, "non_calculable"),
    ]
    assert resultat.quarantaine.select("colonne", "valeur_lue", "motif").rows() == [
        ("liste", "Aucun", "aucun élément de la liste n'est reconnu")
    ]


def test_un_texte_sans_equivalent_va_en_quarantaine() -> None:
    nature = Variable(colonnes=["TYPEQU"], type="texte", valeurs={"D108": "centre_sante"})
    resultat = typer(
        "id;TYPEQU\n1;D108\n2;D999\n3;\n", objets(Cle(colonnes=["id"], type="identifiant"), ("nature", nature))
    )
    assert resultat.cellules.select("valeur_texte", "statut").rows() == [
        ("centre_sante", "observe"),
        (None, "non_calculable"),
        (None, "non_diffuse"),
    ]
    assert resultat.quarantaine.select("valeur_lue", "motif").rows() == [
        ("D999", "texte sans équivalent déclaré dans la fiche")
    ]


def test_une_cellule_vide_se_traduit_quand_la_fiche_dit_ce_qu_elle_signifie() -> None:
    """The directory leaves the network empty for the schools that belong to none; a mark is still a mark."""
    cle = Cle(colonnes=["uai"], type="identifiant")
    contenu = "uai;nom;ep\n0140001A;a;REP+\n0140002B;b;\n0140003C;;ND\n"
    textes = {"REP": "REP", "REP+": "REP+"}
    lus = {}
    for valeurs in (textes, textes | {"": "hors"}):
        reseau = Variable(colonnes=["ep"], type="texte", valeurs=valeurs)
        carte = objets(cle, ("reseau", reseau)).model_copy(update={"marques": {"ND": "secret"}})
        lus[len(valeurs)] = typer(contenu, carte).cellules.sort("ligne").select("valeur_texte", "statut").rows()
    assert lus[2] == [("REP+", "observe"), (None, "non_diffuse"), (None, "secret")]
    assert lus[3] == [("REP+", "observe"), ("hors", "observe"), (None, "secret")]


def test_une_colonne_facultative_peut_manquer() -> None:
    facultative = Variable(colonnes=["site"], type="texte", facultative="ajoutée en 2025")
    resultat = typer("id;nom\n1;un\n", objets(Cle(colonnes=["id"], type="identifiant"), NOM, ("site_web", facultative)))
    assert resultat.cellules["variable"].to_list() == ["libelle"]


# --- what a card may not say ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "champs",
    [
        {"type": "liste", "separateur": ",", "elements": "x"},
        {"type": "liste"},
        {"type": "texte", "elements": "x"},
        {"type": "effectif", "valeurs": {"a": "b"}},
    ],
)
def test_une_variable_incoherente_est_refusee(champs: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"liste|valeurs"):
        Variable(colonnes=["x"], **champs)


def test_les_points_nomment_des_variables_de_la_fiche() -> None:
    bloc = Bloc(nom="objet", regle_vide="non_diffuse", variables=dict([NOM]))
    points = {"table": "services", "nature": "pharmacie"}
    with pytest.raises(ValueError, match="points: unknown variables"):
        fiche([bloc], {"objet": "2024"}, points=points)
