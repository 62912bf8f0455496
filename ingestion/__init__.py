"""Published bytes in, verified archive and typed Parquet out.

Belongs here: reading the catalogue, acquiring, checking, parsing, normalising and placing data in space.
Does not belong here: any comparison between territories (dbt_project), any file meant for readers (publication).
"""

import os

# The allocator of Polars keeps freed pages for ten seconds, so that memory grows with the number of batches. Given back at
# once, a tenth less is held, and nothing is slower (benchmarks/report.md, P5). Read when Polars is loaded.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0")
