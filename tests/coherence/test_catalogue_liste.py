"""The catalogue declares every indicator that the observatory announces, whether its file has been read or not.

Belongs here: the list of the identifiers, section by section, and the place of each card on the page.
Does not belong here: what a card says (test_catalogue_indicateurs), values (tests/data).
"""

from __future__ import annotations

from ingestion.catalogue import Catalogue

CATALOGUE = Catalogue()
# Sections: transversal; emploi; transitions; émancipation; sécurité et citoyenneté; géographies, gouvernance, engagements.
_ANNONCES = """
population_municipale evolution_population_2013_2018 part_population_commune_en_qpv densite_population part_femmes
part_moins_25_ans part_60_ans_plus part_75_ans_plus indice_jeunesse part_menages_1_personne
part_menages_6_personnes_plus part_familles_monoparentales_menages part_familles_monoparentales
part_population_etrangere part_population_immigree nb_personnes_par_residence_principale taux_pauvrete_60
niveau_vie_median niveau_vie_d1 niveau_vie_d9 rapport_interdecile_d9_d1 indice_gini rapport_s80_s20
part_prestations_sociales_revenu part_minima_sociaux_revenu part_pensions_revenu part_revenus_activite
part_indemnites_chomage_revenu part_menages_imposes taux_bas_revenus_declares revenu_declare_median
part_population_couverte_caf part_allocataires_monoparents part_allocataires_isoles
part_allocataires_couples_3_enfants_plus part_allocataires_rsa part_allocataires_prime_activite
part_allocataires_aah part_allocataires_dependants_50 part_allocataires_dependants_100 part_enfants_moins_6_ans_caf
nb_logements_sociaux taux_vacance_parc_social taux_vacance_3_mois_parc_social taux_mobilite_parc_social
loyer_median_parc_social part_logements_sociaux_5_pieces_plus part_logements_sociaux_1949_1975 part_logement_social
taux_suroccupation taux_logements_vacants_2010 part_proprietaires_commune taux_logements_vacants_commune
mobilite_residentielle_qpv

taux_emploi_15_64 taux_emploi_femmes_15_64 ecart_taux_emploi_femmes_ensemble taux_emploi_etrangers_15_64
part_emplois_precaires part_emplois_duree_limitee nb_contrats_aides defm_abc defm_a indice_defm_abc
evolution_annuelle_defm_abc defm_abc_pour_100_hab defm_abc_pour_100_15_64 part_defm_1_an_plus part_defm_2_ans_plus
part_defm_moins_26_ans part_defm_50_ans_plus part_defm_femmes part_defm_categorie_a
part_defm_niveau_cap_bep_ou_moins part_defm_rsa part_16_25_ni_emploi_ni_scolarise taux_chomage_bit_qpv
taux_chomage_bit_departement taux_chomage_recensement_commune etablissements_pour_1000_hab
etablissements_pour_1000_hab_commune creations_etablissements_pour_1000_hab part_micro_entrepreneurs_creations
cite_emploi territoire_zero_chomeur entreprises_paqte

indice_fragilite_numerique lieux_mediation_numerique_500m lieux_conseiller_numerique_500m france_services_500m
distance_france_services guichets_publics_500m part_locaux_raccordables_fibre npnru part_logements_dpe_efg
part_surface_vegetalisee arrets_transport_300m exposition_ilot_chaleur part_beneficiaires_c2s
part_beneficiaires_c2s_non_participative nb_beneficiaires_cmuc maisons_et_centres_sante_500m
etablissements_hospitaliers_500m medecins_generalistes_500m medecins_generalistes_pour_10000_hab_commune
pharmacies_pour_10000_hab_commune densite_medecins_generalistes_departement apl_medecins_generalistes
part_sans_medecin_traitant prevalence_ald recours_sante_mentale mortalite_prematuree part_menages_1_personne_75_plus
dispositifs_sante_locaux

part_diplome_inferieur_bac part_diplome_bac2_plus taux_scolarisation_16_24 part_eleves_6e_retard
taux_reussite_dnb_residents taux_sorties_precoces nb_ecoles_100m nb_colleges_300m nb_ecoles_rep_100m
nb_colleges_rep_300m discordance_rep_qpv ips_moyen_ecoles_proches ips_moyen_colleges_proches
taux_reussite_dnb_colleges_proches valeur_ajoutee_dnb_colleges_proches taux_acces_6e_3e_colleges_proches
cite_educative pre_enfants_suivis places_accueil_jeune_enfant equipements_sportifs_500m equipements_culturels_1km
discriminations_declarees

delinquance_enregistree_commune sentiment_insecurite participation_electorale associations_pour_1000_hab
subventions_politique_ville_par_hab nb_adultes_relais adultes_relais_pour_10000_hab_qpv nb_postes_fonjep part_cpo
comite_financeurs conseil_citoyen_statut conseil_citoyen_reunions presence_humaine_etp

epci_qpv_unique nb_qpv_epci statut_perimetre_2024 part_surface_2015_dans_2024 part_surface_2024_issue_2015
qpv_2015_sortant contrat_de_ville territoire_veille_active feuille_route_quartier engagements_tenus
engagements_en_retard engagements_droit_commun
"""


def test_chaque_indicateur_annonce_est_declare() -> None:
    annonces = _ANNONCES.split()
    assert len(annonces) == len(set(annonces)) == 161
    absents = [i for i in annonces if i not in CATALOGUE.indicateurs]
    assert not absents, f"Write in catalogue/indicateurs the card of: {' ; '.join(absents)}."


def test_les_fiches_d_un_axe_se_suivent_dans_l_ordre_des_fichiers() -> None:
    """A theme may have several files: they follow one another, so that the order of the files is the order on the page."""
    ordre = list(CATALOGUE.indicateurs)
    for avant, apres in (
        ("part_beneficiaires_c2s", "npnru"),
        ("part_diplome_inferieur_bac", "cite_educative"),
        ("cite_educative", "delinquance_enregistree_commune"),
        ("nb_postes_fonjep", "epci_qpv_unique"),
        ("qpv_2015_sortant", "contrat_de_ville"),
    ):
        assert ordre.index(avant) < ordre.index(apres), f"The card of {avant} comes before the one of {apres}."
