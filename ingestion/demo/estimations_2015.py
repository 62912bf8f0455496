"""Census of 2022 in the quartiers of 2015: percentages only, in the columns of the same base of the quartiers of 2024.

Belongs here: the archive of this base, what a quartier whose contour did not change has in both zonings.
Does not belong here: the figures of the quartiers of 2024 (qpv2024), those of the earlier censuses (bases_qpv, recensement).
"""

from __future__ import annotations

from ingestion.demo import modele, qpv2024, secret
from ingestion.demo.formats import archive, base_decrite, dixiemes
from ingestion.demo.territoire import Quartier, alea, construire

ANNEE = 2022
DATE = (2026, 2, 3)
BASE = "estimations-demographiques_2022_QPV2015"
LIBELLES = {
    "codeQPV": "Code du quartier",
    "indiceJeunesse": "Indice de jeunesse",
    "partPopEt": "Part des étrangers dans la population",
    "partPopImmi": "Part des immigrés dans la population",
    "partMenImmi": "Part des ménages immigrés",
    "partMenEt": "Part des ménages étrangers",
    "partMen1p": "Part des ménages d'une personne",
    "partMen2p": "Part des ménages de deux personnes",
    "partMen3p": "Part des ménages de trois personnes",
    "partMen45p": "Part des ménages de quatre ou cinq personnes",
    "partMen6pp": "Part des ménages de six personnes ou plus",
}
TAILLES = ("partMen1p", "partMen2p", "partMen3p", "partMen45p", "partMen6pp")
# Column → rate of the census that it prolongs.
SUITES = {
    "indiceJeunesse": "ind_jeune",
    "partPopEt": "tx_tot_et",
    "partMen1p": "tx_tot_men1",
    "partMen6pp": "tx_tot_men6",
}


def _en_2024() -> dict[str, list[str]]:
    """Quartier of 2015 → cells of the quartier of 2024 that has the same contour: one territory, one figure, one secret."""
    return {q.origines[0].code: qpv2024.estimation(q)[1:] for q in construire().quartiers_2024 if q.code.endswith("I")}


def _cellules(quartier: Quartier) -> list[str]:
    """Rates of the quartier in 2022; a base without the islands leaves their rows empty."""
    if quartier.couverture != "complete":
        return [""] * (len(LIBELLES) - 1)
    exacts, publies = modele.recensement(quartier.code, ANNEE), secret.recensement(quartier, ANNEE)
    tirage = alea("estimations 2015", quartier.code)
    immigres = round(exacts["tx_tot_et"] * tirage.uniform(1.12, 1.35))
    autres = 1000 - exacts["tx_tot_men1"] - exacts["tx_tot_men6"]
    parts = dict(zip(TAILLES[1:4], modele.repartir(autres, (0.43, 0.25, 0.32), tirage), strict=True))
    parts |= {colonne: exacts[taux] for colonne, taux in SUITES.items()}
    parts |= {
        "partPopImmi": immigres,
        "partMenImmi": round(immigres * 1.06),
        "partMenEt": round(exacts["tx_tot_et"] * 1.03),
    }
    caches = [colonne for colonne, taux in SUITES.items() if publies[taux] is None]
    # The sizes add up to 100: a lone hidden one would be known from the others.
    montres = secret.masquer(parts, (TAILLES,), caches)
    return [dixiemes(montres[nom]) for nom in LIBELLES if nom != "codeQPV"]


def estimations() -> bytes:
    """Archive of the base and of its description; every quartier but the lagoon has a row."""
    identiques = _en_2024()
    lignes = [[q.code, *identiques.get(q.code, _cellules(q))] for q in secret.presents("demo", ANNEE)]
    return archive(base_decrite(BASE, [[*LIBELLES], *lignes], LIBELLES, prefixe=""), DATE)


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes."""
    return {f"insee/qpv_estimations_demographiques/{BASE}_csv.zip": estimations()}
