{# General practitioners of the département, of the région and of France, as the Cnam publishes their density. #}
{{ indicateurs_directs(ref('stg_cnam__demographie_professionnels'), {
    'densite_medecins_generalistes_departement': 'densite_medecins_generalistes_liberaux',
}) }}
