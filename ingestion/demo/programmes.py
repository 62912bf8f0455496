"""Programmes of the fictitious territory: contrats de ville, posts and subsidies by contract, cités, NPNRU, police perimeters.

Belongs here: the files of the ANCT and of the ANRU at the grain of the contract or as lists of quartiers, their oddities.
Does not belong here: places (guichets), lists of the quartiers of 2024 (listes_2024), associations (associations).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ingestion.demo import geometrie, noms
from ingestion.demo.contours import WGS84
from ingestion.demo.formats import archive, couche, csv, geojson
from ingestion.demo.territoire import REGION, Quartier, alea, centre, construire

ANNEES = (2020, 2021, 2022, 2023, 2024)
# One unit cost a year for the first, most often a whole post for the second.
COUT_ADULTE_RELAIS = {2020: 19001.5, 2021: 19102.25, 2022: 20003, 2023: 21504.75, 2024: 21805.5}
POSTE_ENTIER = 7000
PARTS_DE_POSTE = (1.0, 1.0, 1.0, 1.0, 0.5, 0.75, 2.0)
STRUCTURES = ("ASS LES ATELIERS FICTIFS", "CENTRE SOCIAL D'ESSAI", "REGIE DE QUARTIER IMAGINAIRE", "COMMUNE FICTIVE")


@dataclass(frozen=True)
class Contrat:
    """One published feature; a code may have several. `departement` and `population` are None where the publisher has none."""

    code: str
    libelle: str
    collectivite: str
    departement: str | None
    population: int | None
    point: tuple[float, float] | None


def _point(communes: Sequence[str]) -> tuple[float, float]:
    """Label anchor: the middle of the first quartier of these communes."""
    quartier = next(q for q in construire().quartiers if set(q.communes) & set(communes))
    return geometrie.position(centre(quartier.contour), 12)


def _par_epci(annee: int) -> dict[str, list[str]]:
    """EPCI → its communes that hold a part of a quartier, with the perimeters of that year."""
    resultat: dict[str, list[str]] = {}
    for code, commune in construire().communes.items():
        epci = commune.epci_2015 if annee == 2015 else commune.epci
        if any(code in q.parts for q in construire().quartiers):
            resultat.setdefault(epci, []).append(code)
    return dict(sorted(resultat.items()))


@cache
def contrats(annee: int) -> tuple[Contrat, ...]:
    """Contracts of 2015 (`CV…`) or of 2024 (`CN…`, and still `CV…` in the archipelago), in the order of their EPCI."""
    territoire, resultat, rangs = construire(), [], dict.fromkeys(noms.DEPARTEMENTS, 0)
    for numero, (epci, communes) in enumerate(_par_epci(annee).items(), start=1):
        departement = communes[0][:3]
        rangs[departement] += 1
        population = sum(territoire.population_en_quartier(c, 2018) for c in communes)
        collectivite = communes[0] if epci == "ZZZZZZZZZ" else epci
        nom = territoire.epci[epci].libelle_court if epci in territoire.epci else territoire.communes[communes[0]].nom
        lettre = alea("contrat", epci).choice("MI")
        code = f"CN{departement}{rangs[departement]:02d}{lettre}"
        if annee == 2015 or departement == "965":
            code = f"CV{900 + numero}"
        resultat.append(
            Contrat(code, f"{departement} - {nom}", collectivite, departement, population, _point(communes))
        )
    premier, dernier = resultat[0], resultat[-1]
    if annee == 2015:
        # The same contract goes over the border of the département: another feature, with its own population.
        voisin = Contrat(premier.code, f"962{premier.libelle[3:]}", premier.collectivite, "962", 412, premier.point)
        perdu = Contrat("CV990", f"NA - {dernier.libelle[6:]}", dernier.collectivite, None, 655, dernier.point)
        return (*resultat, voisin, perdu)
    repete = Contrat(dernier.code, dernier.libelle, "96501", dernier.departement, dernier.population, _point(["96501"]))
    perdu = Contrat("CN96190M", "NA - CA sans département", "960009990", None, None, premier.point)
    sans_point = Contrat("CV991", "965 - Îlot sans point", "96524", "965", 310, None)
    return (*resultat, repete, perdu, sans_point)


def _geojson_des_contrats(annee: int) -> bytes:
    entites = []
    for c in contrats(annee):
        population = None if c.population is None else float(c.population)
        proprietes = {
            "codgeo": c.collectivite,
            "code_cv": c.code,
            "lib_cv": c.libelle,
            "insee_dep": c.departement,
            "pop": population,
        }
        entites.append((proprietes, None if c.point is None else {"type": "Point", "coordinates": list(c.point)}))
    return geojson(entites, "geom_cv_ctr")


def _contrats_de_l_annee(annee: int) -> list[Contrat]:
    """One entry per code: the posts of 2020 to 2023 name the contracts of 2015."""
    uniques: dict[str, Contrat] = {}
    for contrat in contrats(2024 if annee == 2024 else 2015):
        uniques.setdefault(contrat.code, contrat)
    return list(uniques.values())


def _postes(annee: int, nature: str, habitants_par_poste: int) -> list[dict[str, object]]:
    """The posts of a year before their amount: one for so many inhabitants of the contract, one at least."""
    lignes: list[dict[str, object]] = []
    for contrat in _contrats_de_l_annee(annee):
        for _ in range(max(1, (contrat.population or 0) // habitants_par_poste)):
            numero = len(lignes) + 1
            structure = f"{alea(nature, numero).choice(STRUCTURES)} {numero:03d}"
            lignes.append({
                "id_poste": f"{numero:05d}", "code_tiers": structure, "raison_sociale": structure, "annee": annee,
                "montant": 0, "code_cv": contrat.code, "insee_dep": contrat.departement,
                "insee_reg": REGION if contrat.departement else None,
            })  # fmt: skip
    return lignes


def _sans_vides(lignes: Sequence[dict[str, object]]) -> bytes:
    """List of records; the key of an empty cell is absent, never null."""
    remplies = [{cle: valeur for cle, valeur in ligne.items() if valeur is not None} for ligne in lignes]
    return json.dumps(remplies, ensure_ascii=False).encode()


def _adultes_relais(annee: int) -> bytes:
    """A post with two contracts has glued codes until 2023, then two rows; a row without contract, one without département."""
    lignes = _postes(annee, "adulte relais", 1_400)
    for rang, ligne in enumerate(lignes, start=1):
        departement = ligne["insee_dep"] or "961"
        ligne |= {"id_poste": f"0{departement}20R{rang:05d}", "code_tiers": f"{rang:014d}"}
        ligne["montant"] = COUT_ADULTE_RELAIS[annee]
    premier, deuxieme, troisieme = lignes[:3]
    autre = next(ligne["code_cv"] for ligne in lignes if ligne["code_cv"] != premier["code_cv"])
    if annee == 2024:
        lignes.append(premier | {"code_cv": autre})
    else:
        premier["code_cv"] = f"{premier['code_cv']}{autre}"
        lignes.append(deuxieme | {"code_tiers": "00000000099999"})
    troisieme |= {"insee_dep": None, "insee_reg": None}
    if annee == 2023:
        lignes[3]["code_cv"] = None
    return _sans_vides(lignes)


def _postes_fonjep(annee: int) -> bytes:
    """The name in place of a SIRET; the year is a text from 2023; up to five rows equal in every point until 2022."""
    lignes = _postes(annee, "fonjep", 4_000)
    for rang, ligne in enumerate(lignes, start=1):
        part = alea("poste fonjep", annee, rang).choice(PARTS_DE_POSTE)
        ligne |= {"id_poste": f"{'DF'[rang % 2]}{rang:05d}", "montant": round(POSTE_ENTIER * part)}
        ligne["annee"] = str(annee) if annee >= 2023 else annee
    if annee <= 2022:
        lignes += [dict(lignes[0])] * 4
    else:
        lignes[1]["code_cv"] = None
    if annee == 2024:
        lignes.append(lignes[2] | {"code_cv": lignes[-1]["code_cv"]})
    return _sans_vides(lignes)


def _subventions() -> bytes:
    """Actions of a year; a few serve two contracts, one the whole département."""
    lignes: list[dict[str, object]] = []
    for contrat in _contrats_de_l_annee(2023):
        for action in range(2):
            tirage = alea("subvention", contrat.code, action)
            theme = tirage.randint(1, 4)
            lignes.append({
                "lib_action": f"Action fictive {len(lignes) + 1}", "raison_sociale": tirage.choice(STRUCTURES),
                "code_tiers": f"{len(lignes) + 1:014d}", "objectif": "Objectif fictif", "theme": str(theme),
                "sous_theme": f"{theme}.{tirage.randint(1, 2)}", "montant": 500 * tirage.randint(2, 40), "annee": 2023,
                "code_cv": contrat.code, "insee_dep": contrat.departement,
                "insee_reg": REGION if contrat.departement else None,
            })  # fmt: skip
    lignes[1]["code_cv"] = f"{lignes[1]['code_cv']}{lignes[2]['code_cv']}"
    lignes[4]["code_cv"] = None
    return _sans_vides(lignes)


def _liste(quartiers: Sequence[Quartier]) -> str:
    return "; ".join(f"{q.nom} ({q.code})" for q in quartiers)


@cache
def quartiers_des_cites() -> tuple[tuple[Quartier, ...], ...]:
    """The quartiers of each cité éducative: neighbours in a département, the largest ones."""
    grands = [q for q in construire().quartiers if q.population[2018] > 2_000]
    groupes = [[q for q in grands if q.departement == departement] for departement in noms.DEPARTEMENTS]
    return tuple(tuple(g[i : i + 3]) for g in groupes for i in range(0, len(g), 3))


def _cites_educatives() -> bytes:
    """Every cité twice, with its quartiers then with itself; one repeats a quartier, one has no place."""
    avec, seules = [], []
    for rang, quartiers in enumerate(quartiers_des_cites(), start=1):
        communs = {"id_territoire": f"cite-{rang:03d}", "lib_territoire": f"Cité de {quartiers[0].nom}"}
        longitude, latitude = geometrie.position(centre(quartiers[0].contour), 12)
        point = None if rang == 2 else {"type": "Point", "coordinates": [longitude, latitude]}
        nommes = [*quartiers, quartiers[0]] if rang == 1 else quartiers
        avec.append((communs | {"liste_geo": _liste(nommes)}, point))
        seules.append((communs | {"liste_geo": f"{communs['lib_territoire']} ({communs['id_territoire']})"}, point))
    return geojson([*avec, *seules], "citeduc_geom")


def _cites_emploi() -> bytes:
    """One per EPCI with several quartiers; a label holds brackets of its own."""
    territoire = construire()
    entites: list[tuple[Mapping[str, object], Mapping[str, object]]] = []
    for epci, communes in _par_epci(2024).items():
        quartiers = [q for q in territoire.quartiers if q.communes[0] in communes]
        if len(quartiers) < 3 or epci not in territoire.epci:
            continue
        proprietes = {
            "id_territoire": f"cde-{len(entites) + 1:03d}",
            "lib_territoire": territoire.epci[epci].libelle_court,
            "liste_geo": _liste(quartiers).replace(" (QP", " (secteur nord) (QP", 1),
        }
        point = {"type": "Point", "coordinates": list(geometrie.position(centre(quartiers[0].contour), 12))}
        entites.append((proprietes, point))
    return geojson(entites, "cde_geom")


def quartiers_npnru() -> list[Quartier]:
    """One quartier in three, as in the list of 2022."""
    return construire().quartiers[::3]


def _qrr() -> bytes:
    """One layer in degrees, UTF-8, its perimeters wider than the quartiers."""
    enregistrements = []
    for rang, quartier in enumerate(construire().quartiers[::12], start=1):
        surface = geometrie.en_degres(geometrie.densifier(quartier.contour, 120), 8)
        attributs = [
            f"Îlot {quartier.nom}", f"QRR{rang:03d}", quartier.departement, str(2018 + rang % 3), "Police nationale",
        ]  # fmt: skip
        enregistrements.append((surface, attributs))
    champs = {"nom": 120, "code_qrr": 10, "dep": 3, "vague": 4, "service": 60}
    date = (2024, 2, 12)
    return archive(couche("qrr_agreges", champs, enregistrements, WGS84, date, utf8=True), date)


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    resultat = {f"anct/contrats_ville/contrats-{annee}.json": _geojson_des_contrats(annee) for annee in (2015, 2024)}
    resultat |= {f"anct/adultes_relais/adulte-relais-{annee}.json": _adultes_relais(annee) for annee in ANNEES}
    resultat |= {f"anct/postes_fonjep/postes-fonjep-{annee}.json": _postes_fonjep(annee) for annee in ANNEES}
    return resultat | {
        "anct/subventions/subventions-2023.json": _subventions(),
        "anct/cites_educatives/citeduc.geojson": _cites_educatives(),
        "anct/cites_emploi/cde.geojson": _cites_emploi(),
        "anru/npnru/npnru_qp2015_codes.csv": csv([["code_qp_2015"], *[[q.code] for q in quartiers_npnru()]], fin="\n"),
        "interieur/qrr/qrr-agreges.zip": _qrr(),
    }
