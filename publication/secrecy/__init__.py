"""The differencing test of a release: no masked figure can be rebuilt from what is published (gap_method §13).

Belongs here: `examiner`, called on every release before readers see it.
Does not belong here: masking a figure (dbt_project): this test only refuses.
"""

from publication.secrecy.check import Examen, examiner

__all__ = ["Examen", "examiner"]
