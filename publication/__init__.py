"""The warehouse in, one immutable release out.

Belongs here: extracts, contours, dictionary, metadata, checksums, the switch of the pointer, what changed, where a figure comes from.
Does not belong here: computing a figure (dbt_project), reading published files (ingestion), showing a release (app).
"""
