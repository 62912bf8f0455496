"""The observatory: French pages that read one release and nothing else.

Belongs here: what a visitor sees (pages, widgets, exports of a page), the HTTP routes.
Does not belong here: the sheet of a quartier and the closed reader of a release (publication.sheets), computing a gap, reading a published file or the warehouse, any network client.
"""
