{# Change of population over five years, same perimeter: the two populations of the thematic bases, latest base first. #}
with populations as (
    select
        p.*,
        row_number() over (partition by p.code_territoire, p.periode order by p.millesime desc) as rang
    from {{ ref('int_population__quartiers') }} as p
    where p.indicateur = 'population_municipale' and p.jeu = 'insee.qpv_demographie' and p.niveau = 'qpv'
)

select
    fin.niveau,
    fin.code_territoire,
    fin.zonage,
    'evolution_population_2013_2018' as indicateur,
    debut.periode || '_' || fin.periode as periode,
    fin.date_reference,
    debut.est_date_deduite or fin.est_date_deduite as est_date_deduite,
    100 * (fin.valeur - debut.valeur) / nullif(debut.valeur, 0) as valeur,
    cast(null as {{ type_texte() }}) as valeur_texte,
    case
        when debut.statut <> 'observe' then debut.statut
        when debut.valeur = 0 then 'non_calculable'
        else fin.statut
    end as statut,
    fin.valeur - debut.valeur as numerateur,
    case when fin.valeur is not null then debut.valeur end as denominateur,
    cast(100 as {{ type_reel() }}) as facteur,
    fin.precision_publiee,
    fin.mention,
    fin.jeu,
    fin.millesime,
    fin.fichier,
    fin.ligne,
    fin.empreinte_sha256
from populations as fin
inner join populations as debut
    on fin.code_territoire = debut.code_territoire and debut.periode = '2013' and debut.rang = 1
where fin.periode = '2018' and fin.rang = 1
