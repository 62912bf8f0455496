"""Wiring: what runs when, from the command line or from Dagster.

Belongs here: settings, the order of the steps of a refresh, its lock and its state, the command line, the Dagster definitions.
Does not belong here: reading published files (ingestion), SQL (dbt_project), the shape of a release (publication).
"""
