{#
Figures of the schools near each quartier, and the same figures for the lists of its EPCI and of its département. Indexes,
added values and rates of access are medians: nothing says how many pupils stand behind each. Rates of success are summed,
candidates by candidates; the numbers admitted come from rates that the ministry rounds to the unit.
Near schools are not the schools of the inhabitants: the text says how many of them have a figure.
#}
{%- set indicateurs = {
    'ips_moyen_ecoles_proches': ['ecole', 'ips'],
    'ips_moyen_colleges_proches': ['college', 'ips'],
    'taux_reussite_dnb_colleges_proches': ['college', 'taux_reussite'],
    'valeur_ajoutee_dnb_colleges_proches': ['college', 'valeur_ajoutee'],
    'taux_acces_6e_3e_colleges_proches': ['college', 'taux_acces_6e_3e'],
} -%}
with resumes as (
    select
        niveau,
        code_territoire,
        zonage,
        nature,
        mesure,
        periode,
        max(date_reference) as date_reference,
        max(nb_etablissements) as nb_etablissements,
        count(valeur) as nb_valeurs,
        min(valeur) as minimum,
        max(valeur) as maximum,
        {{ mediane('valeur') }} as mediane,
        {{ somme_exacte('valeur * poids / 100') }} as admis,
        {{ somme_exacte('case when valeur is not null then poids end') }} as candidats,
        max(jeu) as jeu,
        max(millesime) as millesime,
        max(fichier) as fichier,
        max(empreinte_sha256) as empreinte_sha256
    from {{ ref('int_education__groupes') }}
    group by niveau, code_territoire, zonage, nature, mesure, periode
),

nommes as (
    select
        r.*,
        case
        {%- for indicateur, (nature, mesure) in indicateurs.items() %}
            when r.nature = '{{ nature }}' and r.mesure = '{{ mesure }}' then '{{ indicateur }}'
        {%- endfor %}
        end as indicateur,
        case when r.mesure = 'taux_reussite' then 100 * r.admis / nullif(r.candidats, 0) else r.mediane end as valeur,
        case when r.mesure = 'ips' then e.minimum end as ecart_type_minimum,
        case when r.mesure = 'ips' then e.maximum end as ecart_type_maximum
    from resumes as r
    left join resumes as e
        on
            r.niveau = e.niveau
            and r.code_territoire = e.code_territoire
            and r.zonage = e.zonage
            and r.nature = e.nature
            and r.periode = e.periode
            and e.mesure = 'ecart_type_ips'
    where r.mesure <> 'ecart_type_ips'
)

select
    niveau,
    code_territoire,
    zonage,
    indicateur,
    periode,
    date_reference,
    1 = 0 as est_date_deduite,
    valeur,
    case
        when nb_valeurs > 0 and niveau = 'qpv' then
            case
                when nb_valeurs > 1
                    then 'min ' || {{ nombre_lu('minimum') }} || ' ; max ' || {{ nombre_lu('maximum') }} || ' ; '
                else ''
            end
            || case
                when ecart_type_minimum is null then ''
                when ecart_type_minimum = ecart_type_maximum
                    then 'écart-type ' || {{ nombre_lu('ecart_type_minimum') }} || ' ; '
                else
                    'écarts-types de ' || {{ nombre_lu('ecart_type_minimum') }} || ' à '
                    || {{ nombre_lu('ecart_type_maximum') }} || ' ; '
            end
            || cast(nb_valeurs as {{ type_texte() }})
            || case when nb_valeurs > 1 then ' établissements sur ' else ' établissement sur ' end
            || cast(nb_etablissements as {{ type_texte() }})
    end as valeur_texte,
    case
        when valeur is not null then 'observe'
        when nb_etablissements = 0 then 'non_pertinent'
        else 'non_diffuse'
    end as statut,
    case when mesure = 'taux_reussite' then admis end as numerateur,
    case when mesure = 'taux_reussite' then candidats end as denominateur,
    case when mesure = 'taux_reussite' then cast(100 as {{ type_reel() }}) end as facteur,
    cast(null as {{ type_reel() }}) as precision_publiee,
    cast(null as {{ type_texte() }}) as mention,
    jeu,
    millesime,
    fichier,
    cast(null as integer) as ligne,
    empreinte_sha256
from nommes
