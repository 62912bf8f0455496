"""The same models on another engine: built twice from the same Parquet, compared row for row.

Belongs here: what it takes to run the dbt project on PostgreSQL and on Spark, and to compare its marts with DuckDB's.
Does not belong here: SQL, and what differs by engine (dbt_project/macros/portable); the refresh, which runs on DuckDB.
"""
