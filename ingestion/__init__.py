"""Published bytes in, verified archive and typed Parquet out.

Belongs here: reading the catalogue, acquiring, checking, parsing, normalising and placing data in space.
Does not belong here: any comparison between territories (dbt_project), any file meant for readers (publication).
"""

import ctypes
import sys

# Name of the setting in <malloc.h>.
M_MMAP_THRESHOLD = -3
GRAND_BLOC = 4 << 20

# Each batch takes and frees blocks of several MB; glibc learns to keep such blocks in its heap, in pieces, so that memory
# grows with the number of batches. A fixed threshold gives them back at once (benchmarks/report.md, P5). Another C library
# has no such setting, and no such habit.
if sys.platform == "linux" and hasattr(ctypes.CDLL(None), "mallopt"):
    ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, GRAND_BLOC)
