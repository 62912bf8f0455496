"""The sections of a quartier's sheet, one file each, in the order of the page.

Belongs here: what each section shows and in which order.
Does not belong here: reading the release (fiche), the look of a table or of a chart (balises, graphiques, style.css).
"""
