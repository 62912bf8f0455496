"""The local register: what its files must be, what is wrong with one, what becomes of a wrong row.

Belongs here: the rules of registre/schema.yml applied to files filled in by hand, the templates, the folder they live in.
Does not belong here: the cards of its datasets (catalogue), the typed cells (normalise), any SQL.
"""
