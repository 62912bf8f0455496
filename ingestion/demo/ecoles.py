"""Schools, collèges and lycées of the fictitious territory, in the files of the ministry of education.

Belongs here: the schools, where they stand, their network, and the layouts of data.education.gouv.fr.
Does not belong here: the quartiers they are near (territoire), the distances (spatial).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import shapely

from ingestion.demo import geometrie, noms
from ingestion.demo.formats import csv, parquet
from ingestion.demo.territoire import REGION, Quartier, alea, construire

RENTREES = ("2022-2023", "2023-2024", "2024-2025")
SESSIONS = ("2022", "2023", "2024")
ACADEMIE = ("96", "MERLANDE")
DEPARTEMENT_DECRIT = "961"
TYPES = {"ecole": "Ecole", "college": "Collège", "lycee": "Lycée"}
# Metres between the centre of a quartier and its schools, in turn: inside, at its edge, at a walking distance, far.
DISTANCES = (40.0, 260.0, 620.0, 2_600.0)


@dataclass(frozen=True)
class Etablissement:
    """A school; `position` in degrees, None where the publisher has none; `rep`: REP, REP+ or empty."""

    uai: str
    nom: str
    nature: str
    public: bool
    commune: str
    position: tuple[float, float] | None
    eleves: int
    rep: str
    ips: float
    tete: str

    @property
    def departement(self) -> str:
        return self.commune[:3]


def _uai(departement: str, numero: int) -> str:
    chiffres = f"{departement}{numero:04d}"
    return chiffres + "ABCDEFGHJKLMNPRSTUVWXYZ"[int(chiffres) % 23]


def _position(quartier: Quartier, distance: float, rang: int) -> tuple[float, float]:
    """A point at that distance of the centre of the quartier, in a direction of its own."""
    tirage = alea("ecole", quartier.code, rang)
    anneau = quartier.contour[0][0]
    x = sum(p[0] for p in anneau[:-1]) / len(anneau[:-1])
    y = sum(p[1] for p in anneau[:-1]) / len(anneau[:-1])
    dx, dy = tirage.choice(((1, 0), (0, 1), (-1, 0), (0, -1)))
    return geometrie.position((x + dx * distance, y + dy * distance))


def _du_quartier(quartier: Quartier, numero: int) -> list[Etablissement]:
    """Two schools near each quartier, a collège near the larger ones, a lycée near the largest."""
    commune, z = quartier.communes[0], quartier.difficulte
    rep = "REP+" if z > 0.9 else "REP" if z > -0.1 else ""
    natures = ["ecole", "ecole"] + (["college"] if quartier.population[2018] > 2_200 else [])
    natures += ["lycee"] if quartier.population[2018] > 5_000 else []
    tete = _uai(quartier.departement, numero + 2) if "college" in natures else ""
    resultat = []
    for rang, nature in enumerate(natures):
        tirage = alea("etablissement", quartier.code, rang)
        public = not (nature == "ecole" and rang == 1 and tirage.random() < 0.25)
        effectif = {"ecole": 190, "college": 480, "lycee": 900}[nature]
        resultat.append(
            Etablissement(
                _uai(quartier.departement, numero + rang),
                f"{ {'ecole': 'Ecole primaire', 'college': 'Collège', 'lycee': 'Lycée'}[nature]} {quartier.nom}",
                nature, public, commune, _position(quartier, DISTANCES[(rang + numero) % len(DISTANCES)], rang),
                round(effectif * tirage.uniform(0.6, 1.4)),
                rep if public and nature != "lycee" else "",
                round(98 - 11 * z + tirage.uniform(-5, 5) + (0 if public else 9), 1), tete,
            )
        )  # fmt: skip
    return resultat


@cache
def etablissements() -> tuple[Etablissement, ...]:
    """Every school: those of the quartiers, then two in the communes without a quartier, REP far from any of them included."""
    territoire = construire()
    resultat: list[Etablissement] = []
    numeros = dict.fromkeys(noms.DEPARTEMENTS, 1)
    for quartier in territoire.quartiers:
        ajoutes = _du_quartier(quartier, numeros[quartier.departement])
        numeros[quartier.departement] += len(ajoutes)
        resultat += ajoutes
    occupees = {commune for q in territoire.quartiers for commune in q.parts}
    for commune in territoire.communes.values():
        if commune.code in occupees:
            continue
        tirage, numero = alea("ecole rurale", commune.code), numeros[commune.departement]
        numeros[commune.departement] += 1
        centre = geometrie.emplacement(commune.departement, (int(commune.code[3:]),), 0)
        resultat.append(
            Etablissement(
                _uai(commune.departement, numero), f"Ecole primaire {commune.nom}", "ecole", True, commune.code,
                None if tirage.random() < 0.05 else geometrie.position(centre), tirage.randint(12, 90),
                "REP" if numero % 17 == 0 else "", round(104 + tirage.uniform(-8, 8), 1), "",
            )
        )  # fmt: skip
    return tuple(sorted(resultat, key=lambda e: e.uai))


def _ips(e: Etablissement, rentree: str) -> float:
    return round(e.ips + alea("ips", e.uai, rentree).uniform(-1.4, 1.4), 1)


def _moyenne(valeurs: Sequence[float]) -> str:
    return f"{sum(valeurs) / len(valeurs):.1f}"


def _annuaire_reduit() -> bytes:
    """The national extract: fourteen columns, points in WKB, repeated identifiers, services that are not schools."""
    lignes: list[tuple[Any, ...]] = [
        (e.uai, e.nom, TYPES[e.nature], "Public" if e.public else "Privé", e.commune, e.eleves, e.position)
        for e in etablissements()
    ]
    lignes.append((*lignes[0][:1], f"{lignes[0][1]} (ancienne fiche)", *lignes[0][2:]))
    lignes += [
        ("0960990A", "Rectorat de Merlande", "Service Administratif", None, "96101", None, lignes[0][6]),
        ("0960991B", "Centre d'information", "Information et orientation", "Public", "96201", None, None),
        ("0960992C", "Institut fictif", None, "Privé", "96301", 40, None),
    ]
    colonnes: dict[str, list[object]] = {
        "identifiant_de_l_etablissement": [ligne[0] for ligne in lignes],
        "nom_etablissement": [ligne[1] for ligne in lignes],
        "type_etablissement": [ligne[2] for ligne in lignes],
        "statut_public_prive": [ligne[3] for ligne in lignes],
        "code_commune": [ligne[4] for ligne in lignes],
        "code_region": [REGION] * len(lignes),
        "nombre_d_eleves": [None if ligne[5] is None else float(ligne[5]) for ligne in lignes],
        "geometry": [None if ligne[6] is None else shapely.to_wkb(shapely.Point(*ligne[6])) for ligne in lignes],
        "__index_level_0__": list(range(len(lignes))),
    }
    return parquet(
        colonnes, {"nombre_d_eleves": pa.float64(), "geometry": pa.binary(), "__index_level_0__": pa.int64()}
    )


def _annuaire_complet(etabs: Sequence[Etablissement]) -> bytes:
    """The full layout under its labels, with the network and contact columns (fictitious ones); a service comes last."""
    entete = (
        "Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Statut_public_prive;Code_commune;Nom_commune;"
        "Code_departement;Telephone;Fax;Web;Mail;Appartenance_Education_Prioritaire;latitude;longitude;precision_localisation;"
        "date_maj_ligne;etat"
    ).split(";")
    territoire = construire()
    lignes = []
    for e in etabs:
        longitude, latitude = ("", "") if e.position is None else (str(e.position[0]), str(e.position[1]))
        lignes.append([
            e.uai, e.nom, TYPES[e.nature], "Public" if e.public else "Privé", e.commune, territoire.communes[e.commune].nom,
            e.departement, "09 00 00 00 00", "", "", f"ce.{e.uai.lower()}@example.invalid", e.rep, latitude, longitude,
            "Numéro de rue", "2026-07-10", "OUVERT",
        ])  # fmt: skip
    ancienne = list(lignes[0])
    ancienne[1], ancienne[15] = f"{ancienne[1]} (ancienne fiche)", "2024-01-15"
    service = list(lignes[0])
    service[:4], service[11] = ["0960990A", "Rectorat de Merlande", "Service Administratif", ""], ""
    # The row of the old sheet comes after the one that replaces it: only its date tells them apart.
    return csv([entete, *lignes, ancienne, service], bom=True)


def _education_prioritaire() -> bytes:
    entete = (
        "uai;ep_2022_2023;nom_etablissement;type_etablissement;statut_public_prive;nom_commune;uai_tete_de_reseau;"
        "qp_a_proximite_o_n;qp_a_proximite;nom_du_qp;nombre_d_eleves;code_commune;code_departement;position;latitude;longitude"
    ).split(";")
    territoire = construire()
    par_commune = {commune: q for q in reversed(territoire.quartiers) for commune in q.parts}
    lignes = []
    for e in etablissements():
        if not e.rep:
            continue
        quartier = par_commune.get(e.commune)
        longitude, latitude = ("", "") if e.position is None else (str(e.position[0]), str(e.position[1]))
        lignes.append([
            e.uai, e.rep, e.nom, TYPES[e.nature], "Public", territoire.communes[e.commune].nom, e.tete,
            "Dans QP" if quartier else "", quartier.code if quartier else "", quartier.nom if quartier else "",
            str(e.eleves), e.commune, e.departement, f"{latitude}, {longitude}", latitude, longitude,
        ])  # fmt: skip
    return csv([entete, *lignes], bom=True)


def _ips_ecoles() -> bytes:
    """A panel of three school years; every value is text, an index of a small school is `NS`."""
    ecoles = [e for e in etablissements() if e.nature == "ecole"]
    noms_colonnes = (
        "num_ligne rentree_scolaire code_du_departement code_insee_de_la_commune uai nom_de_l_etablissement secteur ips "
        "ips_national ips_academique ips_departemental"
    ).split()
    colonnes: dict[str, list[object]] = {nom: [] for nom in noms_colonnes}
    for rentree in RENTREES:
        national = _moyenne([_ips(e, rentree) for e in ecoles])
        for e in ecoles:
            voisines = [_ips(v, rentree) for v in ecoles if v.departement == e.departement]
            valeurs = (
                float(len(colonnes["uai"]) + 1), rentree, e.departement, e.commune, e.uai, e.nom.upper(),
                "public" if e.public else "privé sous contrat", "NS" if e.eleves < 30 else str(_ips(e, rentree)), national, national,
                _moyenne(voisines),
            )  # fmt: skip
            for nom, valeur in zip(noms_colonnes, valeurs, strict=True):
                colonnes[nom].append(valeur)
    return parquet(colonnes, {"num_ligne": pa.float64()})


def _ips_colleges(rentree: str, *, effectifs: bool) -> bytes:
    """The first edition writes départements on three characters and the number of pupils; the next one has averages."""
    colleges = [e for e in etablissements() if e.nature == "college"]
    entete = "rentree_scolaire;code_du_departement;uai".split(";")
    entete += ["nom_de_l_etablissment"] if effectifs else ["nom_de_l_etablissement"]
    entete += "code_insee_de_la_commune;secteur".split(";")
    entete += ["effectifs"] if effectifs else []
    entete += ["ips", "ecart_type_de_l_ips"]
    entete += [] if effectifs else ["ips_departemental", "ips_academique", "ips_national"]
    lignes = []
    for e in colleges:
        ligne = [
            rentree,
            e.departement,
            e.uai,
            e.nom.upper(),
            e.commune,
            "public" if e.public else "privé sous contrat",
        ]
        ligne += [f"{e.eleves}.0"] if effectifs else []
        ligne += [str(_ips(e, rentree)), f"{alea('ecart type', e.uai).uniform(25, 38):.1f}"]
        lignes.append(ligne + ([] if effectifs else ["97.4", "98.2", "105.1"]))
    return csv([entete, *lignes])


def _ips_api() -> bytes:
    """Raw records of the old API, one département."""
    enregistrements = [
        {
            "links": [{"rel": "self", "href": "https://example.invalid/records/" + e.uai}],
            "record": {
                "id": e.uai,
                "fields": {
                    "num_ligne": float(rang), "rentree_scolaire": rentree, "code_du_departement": e.departement,
                    "code_insee_de_la_commune": e.commune, "uai": e.uai, "nom_de_l_etablissement": e.nom.upper(),
                    "secteur": "public", "ips": str(_ips(e, rentree)), "ecart_type_de_l_ips": "31.5",
                    "ips_national": "105.1", "ips_academique": "98.2", "ips_departemental": "97.4",
                },
            },
        }
        for rentree in RENTREES[1:]
        for rang, e in enumerate(
            [e for e in etablissements() if e.nature == "college" and e.departement == DEPARTEMENT_DECRIT], start=1
        )
    ]  # fmt: skip
    return json.dumps(enregistrements, ensure_ascii=False, indent=2).encode()


def _ips_lycees(rentree: str, *, ensemble: bool) -> bytes:
    """The first edition misspells the name and has no index of the whole lycée but that of both tracks together.

    One lycée out of two has no vocational track: its index is empty.
    """
    entete = "rentree_scolaire;code_du_departement;uai".split(";")
    entete += ["nom_de_l_etablissment" if ensemble else "nom_de_l_etablissement"]
    entete += "code_insee_de_la_commune;secteur;type_de_lycee;ips_voie_gt;ips_voie_pro".split(";")
    entete += ["ips_ensemble_gt_pro"] if ensemble else ["ips_etab", "ecart_type_etablissement"]
    lignes = []
    for rang, e in enumerate(e for e in etablissements() if e.nature == "lycee"):
        polyvalent, ips = rang % 2 == 0, _ips(e, rentree)
        lignes.append([
            rentree, e.departement, e.uai, e.nom.upper(), e.commune, "public", "LPO" if polyvalent else "LEGT",
            f"{ips + 6 if polyvalent else ips:.1f}", f"{ips - 12:.1f}" if polyvalent else "", str(ips),
        ] + ([] if ensemble else ["33.1"]))  # fmt: skip
    return csv([entete, *lignes], bom=True)


def _ivac() -> bytes:
    """Three sessions under labels, 29 columns; neither the added value of a small collège nor an absent track is published."""
    entete = (
        "num_ligne;Session;UAI;Nom de l'établissement;Commune;Code région académique;Région académique;Code académie;"
        "Académie;Code département;Département;Secteur;Nb candidats G;Taux de réussite G;VA du taux de réussite G;"
        "Nb candidats P;Taux de réussite P;Note à l'écrit G;VA de la note G;Note à l'écrit P;Taux d'accès 6eme 3eme;"
        "Part présents 3eme ordinaire total;Part présents 3eme ordinaire G;Part présents 3eme ordinaire P;"
        "Part présents 3eme segpa total;Nb mentions AB G;Nb mentions B G;Nb mentions TB G;Nb mentions global G"
    ).split(";")
    territoire = construire()
    lignes: list[list[str]] = []
    for session in SESSIONS:
        for rang, e in enumerate(e for e in etablissements() if e.nature == "college"):
            tirage = alea("ivac", e.uai, session)
            petit, professionnelle = e.eleves < 330, rang % 3 == 0
            candidats = round(e.eleves * 0.22)
            mentions = [round(candidats * part) for part in (0.22, 0.18, 0.15)]
            lignes.append([
                str(len(lignes) + 1), session, e.uai, e.nom.upper(), territoire.communes[e.commune].nom.upper(), "14",
                ACADEMIE[1], ACADEMIE[0], ACADEMIE[1], e.departement, noms.DEPARTEMENTS[e.departement][0].upper(),
                "PU" if e.public else "PR", str(candidats), f"{min(99, 70 + e.ips / 7 + tirage.uniform(-6, 6)):.1f}",
                "" if petit else f"{tirage.randint(-7, 7):.1f}", *(("8", "75.0") if professionnelle else ("", "")),
                f"{8.2 + e.ips / 60 + tirage.uniform(-0.6, 0.6):.1f}", "" if petit else f"{tirage.uniform(-1, 1):.1f}",
                "8.4" if professionnelle else "", f"{min(100, 84 + tirage.uniform(-8, 12)):.1f}", "98.0", "", "", "",
                *map(str, mentions), str(sum(mentions)),
            ])  # fmt: skip
    return csv([entete, *lignes], bom=True)


def _ival(*, professionnelle: bool) -> bytes:
    """One file per track; a lycée with both is in both. The added value of a small lycée is not published."""
    entete = (
        "annee;uai;libelle_uai;code_commune;secteur;presents_total;taux_reu_total;va_reu_total;taux_acces_2nde".split(
            ";"
        )
    )
    lignes = []
    for rang, e in enumerate(e for e in etablissements() if e.nature == "lycee"):
        if professionnelle and rang % 2:
            continue
        tirage = alea("ival", e.uai, str(professionnelle))
        presents = round(e.eleves * (0.09 if professionnelle else 0.21))
        lignes.append([
            "2024", e.uai, e.nom.upper(), e.commune, "public" if e.public else "privé sous contrat", str(presents),
            f"{(78 if professionnelle else 86) + tirage.uniform(0, 12):.1f}",
            "" if presents < 70 else str(tirage.randint(-5, 5)), f"{tirage.uniform(60, 95):.1f}",
        ])  # fmt: skip
    return csv([entete, *lignes], bom=True)


def _brevet() -> bytes:
    """Session 2021 under labels, rates as text with a sign; the first collège has no candidate, hence no rate."""
    entete = (
        "Session;Numero d'etablissement;Type d'etablissement;Patronyme;Secteur d'enseignement;Commune;Libellé commune;"
        "Code département;Libellé département;Code académie;Libellé académie;Code région;Libellé région;Inscrits;Presents;"
        "Admis;Admis sans mention;Nombre_d_admis_Mention_AB;Admis Mention bien;Admis Mention très bien;Taux de réussite"
    ).split(";")
    territoire = construire()
    lignes = []
    for rang, e in enumerate(e for e in etablissements() if e.nature == "college"):
        presents = round(e.eleves * 0.23) if rang else 0
        admis = round(presents * (0.7 + e.ips / 600))
        mentions = [round(admis * part) for part in (0.24, 0.17, 0.12)]
        taux = f"{100 * admis / presents:.2f}%".replace(".", ",") if presents else ""
        lignes.append([
            "2021", e.uai, "COLLEGE", e.nom.upper(), "PUBLIC" if e.public else "PRIVE", e.commune,
            territoire.communes[e.commune].nom, e.departement, noms.DEPARTEMENTS[e.departement][0].upper(), *ACADEMIE, "14",
            ACADEMIE[1], str(presents + 2), str(presents), str(admis), str(admis - sum(mentions)), *map(str, mentions),
            taux,
        ])  # fmt: skip
    return csv([entete, *lignes], bom=True)


def _geolocalisation() -> bytes:
    entete = (
        "numero_uai;appellation_officielle;code_departement;code_commune;etat_etablissement_libe;localisation;latitude;longitude"
    ).split(";")
    lignes = []
    for e in etablissements():
        longitude, latitude = ("", "") if e.position is None else (str(e.position[0]), str(e.position[1]))
        precision = "Numéro de rue" if e.position else ""
        lignes.append([e.uai, e.nom, e.departement, e.commune, "OUVERT", precision, latitude, longitude])
    return csv([entete, *lignes], bom=True)


def _effectifs(nature: str, cle: str, total: str) -> bytes:
    """Only the file of the écoles counts their classes."""
    classes = nature == "ecole"
    entete = ["rentree_scolaire", cle, "secteur", *(["nombre_total_classes"] if classes else []), total]
    lignes = [
        [
            "2024",
            e.uai,
            "PUBLIC" if e.public else "PRIVE",
            *([str(-(-e.eleves // 24))] if classes else []),
            str(e.eleves),
        ]
        for e in etablissements()
        if e.nature == nature
    ]
    return csv([entete, *lignes], bom=True)


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    tous = etablissements()
    decrits = [e for e in tous if e.departement == DEPARTEMENT_DECRIT and e.public]
    return {
        "education/annuaire/annuaire_ecoles_france_mini.parquet": _annuaire_reduit(),
        "education/annuaire/fr-en-annuaire-education_dep94.csv": _annuaire_complet(decrits),
        "education/annuaire/fr-en-annuaire-education.csv": _annuaire_complet(tous),
        "education/geolocalisation/geolocalisation-etablissements.csv": _geolocalisation(),
        "education/etablissements_ep/fr-en-etablissements-ep.csv": _education_prioritaire(),
        "education/ips_ecoles/fr-en-ips-ecoles-ap2022.parquet": _ips_ecoles(),
        "education/ips_colleges/fr-en-ips-colleges-ap2022.csv": _ips_colleges(RENTREES[0], effectifs=True),
        "education/ips_colleges/ips_colleges_pays_loire.json": _ips_api(),
        "education/ips_colleges/fr-en-ips-colleges-ap2023.csv": _ips_colleges(RENTREES[2], effectifs=False),
        "education/ips_lycees/fr-en-ips-lycees-ap2022.csv": _ips_lycees(RENTREES[0], ensemble=True),
        "education/ips_lycees/fr-en-ips-lycees-ap2023.csv": _ips_lycees(RENTREES[2], ensemble=False),
        "education/ivac/fr-en-indicateurs-valeur-ajoutee-colleges.csv": _ivac(),
        "education/ival/indicateurs-lycees-gt.csv": _ival(professionnelle=False),
        "education/ival/indicateurs-lycees-pro.csv": _ival(professionnelle=True),
        "education/dnb/fr-en-dnb-par-etablissement.csv": _brevet(),
        "education/effectifs/effectifs-ecoles.csv": _effectifs("ecole", "numero_ecole", "nombre_total_eleves"),
        "education/effectifs/effectifs-colleges.csv": _effectifs("college", "numero_college", "nombre_eleves_total"),
    }
