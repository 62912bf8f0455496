"""The cards of the indicators, of the territories and of the method agree with one another and with the conventions.

Belongs here: sens, unit and form of the gap (gap_method §4), words that no label may hold, sentences, references.
Does not belong here: cards of the datasets (test_catalogue), values (tests/data).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import yaml

from ingestion.catalogue import Catalogue, Indicateur, Statut
from ingestion.codes import FORMES
from ingestion.columns import candidat
from ingestion.periods import periode

CATALOGUE = Catalogue()
INDICATEURS = list(CATALOGUE.indicateurs.values())
NIVEAUX_QUARTIER = {"Q", "Qe", "Qi"}
# The indicators of indicators.md that the published files of the first line allow, section by section.
_A_CALCULER = """
population_municipale evolution_population_2013_2018 part_population_commune_en_qpv densite_population
part_femmes part_moins_25_ans part_60_ans_plus part_75_ans_plus indice_jeunesse part_menages_1_personne
part_menages_6_personnes_plus part_familles_monoparentales_menages part_population_etrangere
part_population_immigree nb_personnes_par_residence_principale taux_pauvrete_60 niveau_vie_median
niveau_vie_d1 niveau_vie_d9 rapport_interdecile_d9_d1 indice_gini rapport_s80_s20
part_prestations_sociales_revenu part_minima_sociaux_revenu part_pensions_revenu part_revenus_activite
part_indemnites_chomage_revenu part_menages_imposes taux_bas_revenus_declares revenu_declare_median
part_population_couverte_caf part_allocataires_monoparents part_allocataires_isoles
part_allocataires_couples_3_enfants_plus part_allocataires_rsa part_allocataires_prime_activite
part_allocataires_aah part_allocataires_dependants_50 part_allocataires_dependants_100
part_enfants_moins_6_ans_caf taux_logements_vacants_2010 part_proprietaires_commune
taux_logements_vacants_commune

taux_emploi_15_64 taux_emploi_femmes_15_64 ecart_taux_emploi_femmes_ensemble taux_emploi_etrangers_15_64
part_emplois_precaires part_emplois_duree_limitee nb_contrats_aides defm_abc defm_a indice_defm_abc
evolution_annuelle_defm_abc defm_abc_pour_100_hab part_defm_1_an_plus part_defm_2_ans_plus
part_defm_moins_26_ans part_defm_50_ans_plus part_defm_femmes part_defm_categorie_a
part_defm_niveau_cap_bep_ou_moins part_defm_rsa taux_chomage_bit_qpv taux_chomage_bit_departement
taux_chomage_recensement_commune etablissements_pour_1000_hab_commune

part_beneficiaires_c2s part_beneficiaires_c2s_non_participative nb_beneficiaires_cmuc
part_menages_1_personne_75_plus

part_diplome_inferieur_bac part_diplome_bac2_plus taux_scolarisation_16_24

lieux_conseiller_numerique_500m france_services_500m distance_france_services maisons_et_centres_sante_500m
etablissements_hospitaliers_500m nb_ecoles_100m nb_colleges_300m ips_moyen_ecoles_proches ips_moyen_colleges_proches
taux_reussite_dnb_colleges_proches valeur_ajoutee_dnb_colleges_proches taux_acces_6e_3e_colleges_proches

lieux_mediation_numerique_500m medecins_generalistes_500m nb_ecoles_rep_100m nb_colleges_rep_300m discordance_rep_qpv
indice_fragilite_numerique guichets_publics_500m part_locaux_raccordables_fibre part_logements_dpe_efg
part_surface_vegetalisee arrets_transport_300m exposition_ilot_chaleur apl_medecins_generalistes prevalence_ald
mortalite_prematuree part_eleves_6e_retard taux_reussite_dnb_residents places_accueil_jeune_enfant
equipements_sportifs_500m equipements_culturels_1km taux_sorties_precoces discriminations_declarees

epci_qpv_unique nb_qpv_epci statut_perimetre_2024 part_surface_2015_dans_2024 part_surface_2024_issue_2015
qpv_2015_sortant
"""
_MOTIFS_DE_LA_METHODE = """
perimetre_different definition_differente source_differente rupture_de_serie espacement_insuffisant
extremite_non_publiee extremite_estimee reference_absente reference_changee composition_epci_non_verifiee
lien_2015_2024_non_identique indicateur_neutre niveau_sans_ecart ecart_deja_favorable
"""


def fautes(phrase: str, cas: list[str]) -> None:
    """Fails with one sentence that names every case."""
    assert not cas, f"{phrase} : {' ; '.join(cas)}."


def test_chaque_indicateur_calculable_est_declare() -> None:
    absents = [i for i in _A_CALCULER.split() if i not in CATALOGUE.indicateurs]
    fautes("Declare in catalogue/indicateurs the indicators that the files allow", absents)


def test_chaque_indicateur_lit_un_jeu_declare() -> None:
    inconnus = [f"{i.indicateur} lit {s.jeu}" for i in INDICATEURS for s in i.sources if s.jeu not in CATALOGUE.jeux]
    fautes("Declare the dataset, or correct its name in the card of the indicator", inconnus)
    sans_source = [i.indicateur for i in INDICATEURS if i.disponibilite == "calcule" and not i.sources]
    fautes("An indicator that is computed names the dataset it is read from", sans_source)


def test_un_indicateur_fait_de_lieux_nomme_les_contours_qui_les_situent() -> None:
    """A count of places, or a mean of the schools around, is made of the places and of the outline of the quartier."""
    lieux = {jeu for jeu, fiche in CATALOGUE.jeux.items() if fiche.points is not None}
    contours = {("anct.qpv2015_contours", "2015"), ("anct.qpv2024_contours", "2024")}
    cas = [
        i.indicateur
        for i in INDICATEURS
        if lieux & {s.jeu for s in i.sources} and not contours <= {(s.jeu, s.situe) for s in i.sources}
    ]
    fautes("Name both outlines with `situe` in the sources", cas)


def test_ce_qui_situe_ne_donne_pas_de_chiffre() -> None:
    """At least one source holds the figure, or its parts; the others only say where things are."""
    cas = [i.indicateur for i in INDICATEURS if i.sources and all(s.situe for s in i.sources)]
    fautes("An indicator is read from a dataset", cas)


def test_un_indicateur_attendu_dit_pourquoi() -> None:
    fautes(
        "Write in `attente`, in one sentence, why the indicator has no value yet",
        [i.indicateur for i in INDICATEURS if i.disponibilite == "a_telecharger" and not i.attente],
    )
    fautes(
        "`attente` explains the absence of a value: an indicator that is computed or entered locally has none",
        [i.indicateur for i in INDICATEURS if i.disponibilite in ("calcule", "registre") and i.attente],
    )


def test_chaque_colonne_citee_existe_dans_la_fiche_du_jeu() -> None:
    absentes = []
    for indicateur in INDICATEURS:
        for source in indicateur.sources:
            connues = set(colonnes_declarees(source.jeu))
            motifs = [
                v.motif_colonnes
                for b in CATALOGUE.jeux[source.jeu].blocs
                for v in b.variables.values()
                if v.motif_colonnes
            ]
            for colonne in source.colonnes:
                bouts = colonne.split(" … ")
                if not all(b.casefold() in connues or any(re.fullmatch(m, b) for m in motifs) for b in bouts):
                    absentes.append(f"{indicateur.indicateur}: {source.jeu} ← {colonne}")
    fautes("A published column cited by an indicator must be declared in the card of its dataset", absentes)


def colonnes_declarees(nom: str) -> Iterator[str]:
    """Published names, in lower case, that the card of a dataset looks for: keys, notes, precisions, variables."""
    jeu = CATALOGUE.jeux[nom]
    for cle in [jeu.cle, *(f.cle for m in jeu.millesimes for f in m.fichiers if f.cle)]:
        yield from (colonne.casefold() for colonne in cle.colonnes)
    for millesime in jeu.millesimes:
        for bloc in jeu.blocs:
            if bloc.nom in millesime.periodes or bloc.colonne_periode:
                modeles = [*bloc.note, *bloc.precision, *(c for v in bloc.variables.values() for c in v.colonnes)]
                yield from (candidat(m, millesime.periodes.get(bloc.nom)).casefold() for m in modeles)


def test_les_ruptures_sont_connues_et_servent() -> None:
    citees = {code for i in INDICATEURS for code in i.ruptures}
    fautes("Declare in catalogue/sources the breaks that indicators cite", sorted(citees - set(CATALOGUE.ruptures)))
    par_jeu = {code for jeu in CATALOGUE.jeux.values() for code in jeu.ruptures}
    fautes("Declare in catalogue/sources the breaks that datasets cite", sorted(par_jeu - set(CATALOGUE.ruptures)))
    fautes("No indicator and no dataset cites these breaks", sorted(set(CATALOGUE.ruptures) - citees - par_jeu))


@pytest.mark.parametrize("fiche", INDICATEURS, ids=lambda fiche: fiche.indicateur)
def test_la_forme_de_l_ecart_suit_l_unite(fiche: Indicateur) -> None:
    assert fiche.forme_ecart == forme_attendue(fiche), (
        f"{fiche.indicateur}: unit « {fiche.unite} » at level {fiche.niveau_publie} calls for the form "
        f"« {forme_attendue(fiche)} » (gap_method §4), the card says « {fiche.forme_ecart} »."
    )


def forme_attendue(fiche: Indicateur) -> str:
    """Form of the gap for a unit and a level."""
    if fiche.niveau_publie not in NIVEAUX_QUARTIER or fiche.indicateur == "taux_logements_vacants_2010":
        return "aucune"  # the latter is published for all QPV together, never per quartier
    if fiche.unite in ("%", "point"):
        return "point"
    if fiche.unite.startswith("€/an"):
        return "pct_reference"
    if fiche.unite.startswith("pour ") or fiche.unite == "hab./km²":
        return "ratio"
    if fiche.unite == "indice":
        return "point_indice" if fiche.indicateur.startswith("indice_defm") else "unite_indicateur"
    if fiche.unite == "rapport" or fiche.indicateur.startswith("nb_personnes_par_"):
        return "unite_indicateur"
    return "aucune"


def test_le_sens_est_coherent() -> None:
    comptes = {"hab.", "pers.", "oui/non", "statut", "quartiers", "log."}
    fautes(
        "Counts, codes and yes/no are neutral",
        [i.indicateur for i in INDICATEURS if i.unite in comptes and i.sens != 0],
    )
    neutres = {"indice_gini", "rapport_s80_s20", "rapport_interdecile_d9_d1", "part_beneficiaires_c2s", "niveau_vie_d9"}
    fautes(
        "The dispersion inside a quartier and the C2S are neutral",
        [n for n in neutres if CATALOGUE.indicateurs[n].sens],
    )
    defavorables = {"taux_pauvrete_60", "part_allocataires_rsa", "part_defm_1_an_plus", "part_diplome_inferieur_bac"}
    favorables = {"niveau_vie_median", "taux_emploi_15_64", "part_diplome_bac2_plus", "part_menages_imposes"}
    fautes("A higher value is less favourable", [n for n in defavorables if CATALOGUE.indicateurs[n].sens != -1])
    fautes("A higher value is more favourable", [n for n in favorables if CATALOGUE.indicateurs[n].sens != 1])


def test_l_incertitude_suit_la_source() -> None:
    de_filosofi = {"insee.qpv_filosofi", "insee.qpv_revenus"}
    for fiche in INDICATEURS:
        jeux = {source.jeu for source in fiche.sources}
        if fiche.incertitude == "sondage":
            assert fiche.unite == "%", f"{fiche.indicateur}: the sampling model (gap_method §8.1) is for percentages."
            assert not fiche.est_additif, f"{fiche.indicateur}: a census estimate has no published numerator."
        if fiche.incertitude == "variabilite_naturelle":
            assert fiche.denominateur, f"{fiche.indicateur}: a Wilson interval needs a denominator (gap_method §8.2)."
        if fiche.incertitude == "arrondi":
            assert jeux & de_filosofi, f"{fiche.indicateur}: rounding is the uncertainty of Filosofi (gap_method §8.3)."


def test_aucun_libelle_ne_parle_de_taux_de_chomage_par_quartier() -> None:
    trompeurs = [
        i.indicateur
        for i in INDICATEURS
        if i.niveau_publie in NIVEAUX_QUARTIER and "taux de chômage" in i.libelle.casefold()
    ]
    fautes("No quartier has an unemployment rate: change the label (gap_method §12)", trompeurs)


def test_nationalite_et_origine_restent_dans_les_extraits() -> None:
    sensibles = [
        i for i in INDICATEURS if re.search(r"étrang|immigr|nationalité", f"{i.libelle} {i.definition}".casefold())
    ]
    assert sensibles, "The filter on nationality and origin finds nothing any more: check its words."
    fautes(
        "Nationality and origin are never on a sheet: `a_afficher: false`",
        [i.indicateur for i in sensibles if i.a_afficher],
    )


def test_les_references_sont_dans_l_echelle() -> None:
    echelle = [marche["niveau_reference"] for marche in CATALOGUE.territoires["echelle"]]
    for fiche in INDICATEURS:
        rangs = [echelle.index(niveau) for niveau in fiche.references]
        assert rangs == sorted(set(rangs)), (
            f"{fiche.indicateur}: write the references in the order of the ladder {echelle}."
        )


def test_les_valeurs_de_reference_se_rattachent() -> None:
    types = {"departement": "departement", "region": "region", "commune": "commune", "epci": "epci"}
    for reference in CATALOGUE.references:
        assert reference.indicateur in CATALOGUE.indicateurs, (
            f"references.yml: unknown indicator {reference.indicateur}."
        )
        date = periode(reference.periode, "12-31").date_reference
        assert str(date) == reference.date_reference, (
            f"references.yml: {reference.indicateur} {reference.periode} is dated {date}, the card says {reference.date_reference}."
        )
        if reference.niveau in types:
            assert re.fullmatch(FORMES[types[reference.niveau]], reference.code_territoire), (
                f"references.yml: « {reference.code_territoire} » is not a code of {reference.niveau}."
            )
        else:
            agregat = CATALOGUE.territoires["agregats"][reference.code_territoire]
            assert agregat["niveau"] == reference.niveau, (
                f"references.yml: {reference.code_territoire} is {agregat['niveau']}."
            )


def test_chaque_parametre_est_un_nombre_explique() -> None:
    parametres: dict[str, Any] = CATALOGUE.methode["parametres"]
    fautes(
        "A parameter is a number",
        [n for n, v in parametres.items() if isinstance(v, bool) or not isinstance(v, int | float)],
    )
    descriptions = set(CATALOGUE.methode["descriptions"])
    fautes("Explain the parameter under `descriptions`", sorted(set(parametres) - descriptions))
    fautes("These descriptions explain no parameter", sorted(descriptions - set(parametres)))


def test_chaque_motif_et_chaque_statut_a_sa_phrase() -> None:
    fautes(
        "Write the sentence of the motive",
        [m for m in _MOTIFS_DE_LA_METHODE.split() if m not in CATALOGUE.methode["motifs"]],
    )
    assert set(CATALOGUE.methode["statuts"]) == set(get_args(Statut)), (
        "methode.yml: one entry per status of the contract."
    )
    glyphes = [s["glyphe"] for s in CATALOGUE.methode["statuts"].values()]
    assert len(set(glyphes)) == len(glyphes), f"Two statuses share a glyph: {glyphes}."


def test_les_zonages_ont_la_forme_des_codes_lus() -> None:
    for zonage, type_de_code in (("2015", "qpv2015"), ("2024", "qpv2024")):
        motif = CATALOGUE.territoires["zonages"][zonage]["code"]
        assert motif.replace("(?:", "(") == FORMES[type_de_code].replace("(?:", "("), (
            f"territoires.yml and ingestion/codes.py disagree on the codes of zoning {zonage}."
        )


# --- sentences --------------------------------------------------------------------------------------------------------


def textes(noeud: object, chemin: str) -> Iterator[tuple[str, str]]:
    """(path, text) of every text of a YAML document."""
    if isinstance(noeud, dict):
        for cle, valeur in noeud.items():
            yield from textes(valeur, f"{chemin}.{cle}")
    elif isinstance(noeud, list):
        for rang, valeur in enumerate(noeud):
            yield from textes(valeur, f"{chemin}[{rang}]")
    elif isinstance(noeud, str):
        yield chemin, noeud


def tous_les_textes() -> Iterator[tuple[str, str]]:
    for fichier in sorted(CATALOGUE.racine.rglob("*.yml")):
        if fichier.name != "verrou.yml":
            document = yaml.safe_load(fichier.read_text(encoding="utf-8"))
            yield from textes(document, str(fichier.relative_to(CATALOGUE.racine)))


def test_les_phrases_finissent_par_un_point() -> None:
    phrases = re.compile(
        r"\.(definition|avertissement|attente|explication|description|phrase)$|motifs\.\w+$|ruptures\[\d+\]\.motif$|avertissements\[\d+\]\.texte$|^methode\.yml\.descriptions\."
    )
    fautes(
        "A sentence ends with a point",
        [c for c, t in tous_les_textes() if phrases.search(c) and not t.endswith((".", "…"))],
    )


def test_les_espaces_sont_insecables() -> None:
    ordinaire = re.compile(r" [:;?!%»]|« ")
    techniques = re.compile(r"\.(colonnes|colonnes_gardees|valeurs|code|motif_colonnes)(\[\d+\])?$")
    cas = [f"{c} « {t[:60]} »" for c, t in tous_les_textes() if ordinaire.search(t) and not techniques.search(c)]
    fautes("French typography: U+00A0 before : ; ? ! % » and after «", cas)
