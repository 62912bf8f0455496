"""Published bytes in, verified archive and typed Parquet out.

Belongs here: reading the catalogue, acquiring, checking, parsing, normalising and placing data in space.
Does not belong here: any comparison between territories (dbt_project), any file meant for readers (publication).
"""

import os

# The allocator of Polars keeps freed pages for ten seconds, so that memory grew with the number of batches (a third more at
# a hundred times the rows). Given back at once, it stays flat, and nothing is slower. Read when Polars is loaded.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0")
