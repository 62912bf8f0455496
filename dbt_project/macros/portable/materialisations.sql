{#
A refresh always builds a warehouse that did not exist: on DuckDB a model is one statement, created under its own name
(two when it has a contract, a creation and an insertion, in one transaction).
dbt's own materialisations write beside, rename, and drop what was there, in a transaction: five statements per model for
a table that nobody reads yet. A reader never sees this file before every test passed; what keeps the last good release
is the switch of the publication, not these tables.
Built by hand over an older warehouse, the older relation is dropped first.
#}
{% materialization table, adapter='duckdb' -%}
    {%- set cible = this.incorporate(type='table') -%}
    {{ creer(cible, create_table_as(False, cible, compiled_code), config.get('contract').enforced) }}
    {{ return({'relations': [cible]}) }}
{%- endmaterialization %}

{% materialization view, adapter='duckdb' -%}
    {%- set cible = this.incorporate(type='view') -%}
    {{ creer(cible, create_view_as(cible, compiled_code), False) }}
    {{ return({'relations': [cible]}) }}
{%- endmaterialization %}

{# Run the statement that makes a relation, between its hooks, then write its comments. #}
{% macro creer(cible, sql, en_transaction) -%}
    {{ drop_relation_if_exists(load_cached_relation(cible)) }}
    {{ accrocher(pre_hooks) }}
    {% call statement('main', auto_begin=en_transaction) -%} {{ sql }} {%- endcall %}
    {{ accrocher(post_hooks) }}
    {% do persist_docs(cible, model) %}
    {#- Asking for the columns to comment begins a transaction, as a contract does. #}
    {{ adapter.commit() }}
{%- endmacro %}

{# The hooks of a model, each a statement of its own; most are empty on DuckDB (statistiques.sql). #}
{% macro accrocher(crochets) -%}
    {%- for crochet in crochets -%}
        {%- set sql = render(crochet.get('sql')) | trim -%}
        {%- if sql -%}
            {%- call statement(auto_begin=False) -%} {{ sql }} {%- endcall -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
