"""Published bytes in, verified archive and typed Parquet out.

Belongs here: reading the catalogue, acquiring, checking, parsing, normalising and placing data in space.
Does not belong here: any comparison between territories (dbt_project), any file meant for readers (publication).
"""

import ctypes
import sys

# Names of the settings in <malloc.h>.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
GRAND_BLOC = 4 << 20
SOMMET_GARDE = 16 << 20

# Each batch takes and frees blocks of several MB; glibc learns to keep such blocks in its heap, in pieces, so that memory
# grows with the number of batches. A fixed threshold gives them back at once (benchmarks/report.md, P5); what is free at the
# top of the heap is then kept, or small blocks would be asked for again and again. Another C library has no such setting,
# and no such habit.
if sys.platform == "linux" and hasattr(ctypes.CDLL(None), "mallopt"):
    ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, GRAND_BLOC)
    ctypes.CDLL(None).mallopt(M_TRIM_THRESHOLD, SOMMET_GARDE)
