"""The sheets of every quartier, read some départements at a time: a few large queries instead of some per quartier.

Belongs here: the bulk reading of the large tables, in the order of their keys.
Does not belong here: what a sheet holds and the reading of a single one (fiche), pages (feuille), files (statique).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from publication.sheets.fiche import (
    Fiche,
    Registre,
    Series,
    codes_du_departement,
    codes_lies,
    codes_references,
    en_plages,
    en_series,
)
from publication.sheets.lieux import autour
from publication.sheets.modele import Ecart, Evolution, Lien, Plage, Territoire, Valeur

# Some 1,300 rows each: enough quartiers for few queries, few enough for the memory.
QUARTIERS_PAR_LOT = 250


def toutes_les_fiches(registre: Registre) -> Iterator[Fiche]:
    """Every sheet of the release, the same objects as `fiche.construire` gives one by one."""
    departements: dict[str, list[Territoire]] = defaultdict(list)
    for territoire in registre.quartiers.values():
        departements[territoire.code_departement or ""].append(territoire)
    liens: dict[str, list[Lien]] = defaultdict(list)
    for lien in registre.liens:
        liens[lien.code_qp2015].append(lien)
        liens[lien.code_qn2024].append(lien)
    lot: list[Territoire] = []
    for _, quartiers in sorted(departements.items()):
        if lot and len(lot) + len(quartiers) > QUARTIERS_PAR_LOT:
            yield from _lot(registre, lot, liens)
            lot = []
        lot += quartiers
    yield from _lot(registre, lot, liens)


def _lot(registre: Registre, quartiers: list[Territoire], liens: dict[str, list[Lien]]) -> Iterator[Fiche]:
    """The sheets of whole départements."""
    codes = {t.code_territoire for t in quartiers}
    lies = {code: codes_lies(code, liens[code]) for code in codes}
    release = registre.release
    ecarts = {c: list(map(Ecart._make, x)) for c, x in _lire(registre, "ecarts", Ecart._fields, "code_qpv", codes)}
    evolutions = {
        code: tuple(map(Evolution._make, lignes))
        for code, lignes in _lire(registre, "evolutions", Evolution._fields, "code_qpv", codes)
    }
    par_quartier = {
        ("qpv", code): en_series(list(map(Valeur._make, lignes)))
        for code, lignes in _lire(
            registre, "valeurs", Valeur._fields, "code_territoire", codes.union(*lies.values()), niveau="qpv"
        )
    }
    voulues = sorted({cle for t in quartiers for cle in codes_references(t)})
    references = _series(
        chain.from_iterable(
            release.parmi(
                "valeurs", Valeur._fields, "code_territoire", [c for n, c in voulues if n == niveau], {"niveau": niveau}
            )
            for niveau in sorted({niveau for niveau, _ in voulues})
        )
    )
    etendues: dict[tuple[str, str | None], Mapping[tuple[str, str], Plage]] = {}
    lieux = autour(release, registre.listes_de_lieux, codes)
    for t in quartiers:
        code, ensemble = t.code_territoire, (t.zonage, t.code_departement)
        if ensemble not in etendues:
            etendues[ensemble] = _plages(par_quartier, codes_du_departement(registre, t))
        par_date: dict[tuple[str, str], list[Ecart]] = {}
        for ecart in ecarts.pop(code, []):
            par_date.setdefault((ecart.indicateur, ecart.periode), []).append(ecart)
        yield Fiche(
            territoire=t,
            registre=registre,
            liens=tuple(liens[code]),
            valeurs=par_quartier.get(("qpv", code), {}),
            valeurs_liees={c: par_quartier.get(("qpv", c), {}) for c in lies[code]},
            references={cle: references.get(cle, {}) for cle in codes_references(t)},
            ecarts=par_date,
            evolutions=evolutions.pop(code, ()),
            plages=etendues[ensemble],
            lieux=lieux.get(code, ()),
        )


def _plages(par_quartier: Mapping[tuple[str, str], Series], codes: list[str]) -> Mapping[tuple[str, str], Plage]:
    valeurs = (v for code in codes for serie in par_quartier.get(("qpv", code), {}).values() for v in serie)
    return en_plages(((v.indicateur, v.periode, v.valeur) for v in valeurs if v.statut == "observe"), len(codes))


def _lire(
    registre: Registre, table: str, colonnes: tuple[str, ...], cle: str, codes: Iterable[str], **conditions: str
) -> Iterator[tuple[str, Iterator[tuple[Any, ...]]]]:
    """Rows of each quartier; those of one quartier, then of one département and zoning, follow one another in the file."""
    voulus = set(codes)
    code_de = itemgetter(colonnes.index(cle))
    for debut in sorted({code[:2] for code in voulus}):
        groupe = sorted(code for code in voulus if code.startswith(debut))
        lignes = registre.release.entre(table, colonnes, cle, (groupe[0], groupe[-1]), conditions)
        yield from ((code, siennes) for code, siennes in groupby(lignes, code_de) if code in voulus)


def _series(lignes: Iterable[tuple[Any, ...]]) -> dict[tuple[str, str], Series]:
    par_territoire: dict[tuple[str, str], list[Valeur]] = defaultdict(list)
    for ligne in lignes:
        par_territoire[ligne[0], ligne[1]].append(Valeur._make(ligne))
    return {cle: en_series(valeurs) for cle, valeurs in par_territoire.items()}
