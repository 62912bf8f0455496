"""The sheet of a quartier: one model read from a release, shown by the observatory, written as static HTML and as PDF.

Belongs here: reading a release, the figures of a sheet, their words, their markup, their charts; what writes the files.
Does not belong here: building a release (publication), pages and widgets (app). Nothing here imports either of them.
"""
