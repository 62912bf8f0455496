"""The observatory: French pages that read one release and nothing else.

Belongs here: what a visitor sees (pages, sections, sentences, charts, style) and the closed reader of a release.
Does not belong here: computing a gap, reading a published file or the warehouse, any network client.
"""
