{# Rows of the register whose key is fine, and which name a quartier that does not exist. #}
select
    jeu,
    millesime,
    fichier,
    ligne,
    'code_qpv' as colonne,
    code_qpv as valeur_lue,
    'quartier absent des contours du zonage' as motif
from {{ ref('int_registre__veille_active') }}
where not est_situe
