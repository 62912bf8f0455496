"""The process that opens one workbook and dies with it: a hostile sheet never takes the refresh along.

Belongs here: the limits of that process, the sheet turned into an Arrow stream on its standard output.
Does not belong here: what a sheet means (read_workbook), the project's modules (the process imports none: it starts fast).
"""

from __future__ import annotations

import json
import resource
import sys

import fastexcel
import pyarrow as pa


def ouvrir(memoire: int, secondes: int, feuille: str) -> None:
    """Reads a workbook on the standard input, writes one line of JSON, then the sheet as an Arrow stream of text.

    Args:
        memoire: address space of this process, in bytes; secondes: processor time.
        feuille: name of the sheet; empty: the only one of the workbook.
    Returns:
        Nothing. The line holds `erreur` (not a workbook), or `feuilles`, with a stream after it when the sheet is there.
    """
    # calamine allocates the rectangle of a sheet at once: 512 GiB for one cell at XFD1048576, and the process aborts.
    resource.setrlimit(resource.RLIMIT_AS, (memoire, memoire))
    resource.setrlimit(resource.RLIMIT_CPU, (secondes, secondes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sortie = sys.stdout.buffer
    try:
        classeur = fastexcel.read_excel(sys.stdin.buffer.read())
        feuilles = classeur.sheet_names
        choisie = feuille or (feuilles[0] if len(feuilles) == 1 else "")
        lue = None
        if choisie in feuilles:
            # skip_rows=0 counts rows from the top of the sheet; the default would start at the first filled row.
            lue = classeur.load_sheet(choisie, header_row=None, skip_rows=0, dtypes="string").to_arrow()
    except fastexcel.FastExcelError as erreur:
        sortie.write(json.dumps({"erreur": str(erreur)}).encode() + b"\n")
        return
    sortie.write(json.dumps({"feuilles": feuilles, "lue": lue is not None}).encode() + b"\n")
    if lue is not None:
        with pa.ipc.new_stream(sortie, lue.schema) as flux:
            flux.write_batch(lue)


if __name__ == "__main__":
    ouvrir(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
