"""Published bytes in, verified archive and typed Parquet out.

Belongs here: reading the catalogue, acquiring, checking, parsing, normalising and placing data in space.
Does not belong here: any comparison between territories (dbt_project), any file meant for readers (publication).
"""
