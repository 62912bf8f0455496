{# Bounds come in pairs and hold the figure between them. #}
{% test bornes_encadrent(model, colonne) %}
select *
from {{ model }}
where
    (borne_basse is null) <> (borne_haute is null)
    or {{ colonne }} < borne_basse - 1e-9
    or {{ colonne }} > borne_haute + 1e-9
{% endtest %}
