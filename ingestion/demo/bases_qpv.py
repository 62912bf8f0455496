"""The three thematic bases per quartier of 2015: IPRO (work), DEMO (families), REVN (incomes), bases 2017 to 2022.

Belongs here: the columns of each base, their drift from one base to the next, the `Ensemble` row, the ways numbers are written.
Does not belong here: the figures (modele, revenus) and what is hidden of them (secret).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ingestion.demo import modele, secret
from ingestion.demo.bases_revenus import colonnes_revn, ensemble_revn, ligne_revn
from ingestion.demo.formats import FINE_INSECABLE, csv, dixiemes, nombre
from ingestion.demo.territoire import Quartier, construire

BASES = (2017, 2018, 2019, 2021, 2022)
# Total number of columns, nameless ones included.
LARGEURS = {
    "IPRO": {2017: 256, 2018: 256, 2019: 214, 2021: 226, 2022: 226},
    "DEMO": {2017: 239, 2018: 197, 2019: 190, 2021: 191, 2022: 191},
    "REVN": {2017: 256, 2018: 256, 2019: 256, 2021: 1024, 2022: 1024},
}
CONTRATS = (
    "CA CUI CIE CIE_HS CIE_S CAE EAV CA_F CUI_F EAV_F CA_H CUI_H EAV_H CUI_25 CUI_26A49 CUI_50 CUI_INFCAP CUI_CAP CUI_BAC CUI_SUPBAC "
    "EAV_INFCAP EAV_CAP EAV_SUPCAP NOTE_ASP"
).split()
INSCRITS = "ABCDE ABCDE_F ABCDE_H ABC ABC_F ABC_H ABC_RSA ABC_RSA_F ABC_RSA_H A A_F A_H ABC_25 ABC_2649 ABC_50 ABC_FR ABC_E".split()
DIPLOMES = [f"{nom}{sexe}" for sexe in ("", "_F", "_H") for nom in secret.DIPLOMES]
DUREES = [f"{nom}{sexe}" for sexe in ("", "_F", "_H") for nom in secret.DUREES]
EVOLUTIONS = "EVOL_ABC_T4 EVOL_ABC_F_T4 EVOL_ABC_H_T4 EVOL_A_T4 EVOL_A_F_T4 EVOL_A_H_T4 NOTE_PE_T".split()
DEMOGRAPHIE = "TX_F TX_TOT_0A24 TX_F_0A24 TX_TOT_60ETPLUS TX_F_60ETPLUS IND_JEUNE TX_TOT_MEN1 TX_TOT_MEN6 TX_TOT_ET TX_F_ET".split()
CNAF = (
    "A PERCOU AM AI ACSSENF ACAVENF AC3ENF A_NETUD_24 A_ETUD ENF ENF_2 ENF_3_5 ENF_6_10 ENF_11_14 ENF_15_17 ENF_18_24 NOTE_CNAF"
).split()
AGES_CUMULES = {"0A24": ("0a14", "15a24"), "60ETPLUS": ("60a74", "75etplus")}


def compte(valeur: int | None) -> str:
    """A count with its narrow no-break spaces."""
    return nombre(valeur, 0, FINE_INSECABLE)


def colonnes_ipro(base: int) -> list[str]:
    precaires = "EPREC" if base < 2021 else "EDLIM"
    colonnes = ["CODGEO", "LIBGEO", *(f"TX_{g}_{s}" for s in ("EMPL", precaires) for g in ("TOT", "F", "ET"))]
    if base < 2019:
        colonnes += CONTRATS + (["CA_N_E", "CA_N1_E", "NOTE_ASP_E"] if base == 2018 else [])
        return [
            *colonnes,
            *INSCRITS,
            *DIPLOMES,
            *secret.QUALIFICATIONS,
            *DUREES,
            "NOTE_PE",
            "A_N_T4",
            "A_N1_T4",
            "NOTE_PE_T",
        ]
    # The publisher's header carries this trailing space.
    colonnes += ["CA", "NOTE_ASP", "EVOL_CA_N_E ", "NOTE_ASP_E", *INSCRITS]
    return [*colonnes, *(DIPLOMES if base > 2019 else []), *DUREES, "NOTE_PE", *EVOLUTIONS]


def ligne_ipro(quartier: Quartier, base: int) -> dict[str, str]:
    """Cells of a quartier, by column; rates lose their `,0` up to base 2019."""
    rates = secret.recensement(quartier, modele.RECENSEMENT[base])
    ligne = {nom.upper(): dixiemes(v, zero_final=base > 2019) for nom, v in rates.items()}
    inscrits = secret.inscrits(quartier, base)
    ligne |= {nom: compte(v) for nom, v in (secret.contrats_aides(quartier, base) | inscrits).items()}
    ligne |= {f"NOTE_{bloc}": str(secret.note(bloc, quartier, base)) for bloc in ("PE", "PE_T", "ASP", "ASP_E")}
    if base < 2019:
        # Constant file: this level is close to, not equal to, the column A.
        avant = None if inscrits["A"] is None or ligne["NOTE_PE_T"] != "0" else round(inscrits["A"] * 1.035)
        ligne |= {"A_N_T4": compte(inscrits["A"] + 1 if avant and inscrits["A"] else None), "A_N1_T4": compte(avant)}
        contrats = secret.contrats_aides(quartier, base)["CA"] if ligne["NOTE_ASP_E"] == "0" else None
        ligne |= {"CA_N_E": compte(contrats), "CA_N1_E": compte(contrats and round(contrats * 1.6))}
    else:
        evolutions = secret.evolutions(quartier, base)
        ligne |= {nom: nombre(v, 1, zero_final=base > 2019) for nom, v in evolutions.items()}
        publie = secret.contrats_aides(quartier, base)["CA"] is not None and ligne["NOTE_ASP_E"] == "0"
        baisse = {2019: -48.5, 2021: -12.0, 2022: 44.0}[base] + quartier.population[2018] % 37
        ligne["EVOL_CA_N_E "] = nombre(baisse, 1, zero_final=base > 2019) if publie else ""
    return ligne


def colonnes_demo(base: int) -> list[str]:
    colonnes = ["CODGEO", "LIBGEO", "POP_MUN", "POP_COM_QP", "POP_COM", "LIB_COM", *DEMOGRAPHIE]
    return [*colonnes, *(["NOTE_RP"] if base > 2019 else []), *CNAF]


def _demographie(rates: secret.Publie, base: int) -> dict[str, str]:
    cumules: dict[str, int | None] = {}
    for groupe in ("tot", "f"):
        for nom, (a, b) in AGES_CUMULES.items():
            jeunes, moins_jeunes = rates[f"tx_{groupe}_{a}"], rates[f"tx_{groupe}_{b}"]
            cumules[f"tx_{groupe}_{nom}"] = None if jeunes is None or moins_jeunes is None else jeunes + moins_jeunes
    # Base 2021 and 2022 write `24`, not `24,0`, in the columns on foreigners only.
    return {
        nom.upper(): dixiemes(v, zero_final=not (base > 2019 and nom.endswith("_et")))
        for nom, v in {**rates, **cumules}.items()
    }


def _libelle_communes(quartier: Quartier) -> str:
    """Communes in alphabetical order; the commune with arrondissements appears through them."""
    territoire = construire()
    return ", ".join(sorted(arrondissement(quartier, c) or territoire.communes[c].nom for c in quartier.communes))


def arrondissement(quartier: Quartier, commune: str) -> str | None:
    """`Aubrevanne 2e Arrondissement` for a quartier of the commune that has some, else None."""
    rang = rang_arrondissement(quartier) if commune == "96101" else None
    return (
        None
        if rang is None
        else f"{construire().communes[commune].nom} {rang}{'er' if rang == 1 else 'e'} Arrondissement"
    )


def rang_arrondissement(quartier: Quartier) -> int:
    """Arrondissement (1 to 3) where a quartier of the main town stands."""
    return 1 + int(quartier.code[-1]) % 3


def ligne_demo(quartier: Quartier, base: int) -> dict[str, str]:
    territoire, annee = construire(), modele.POPULATION[base]
    rates = secret.recensement(quartier, modele.RECENSEMENT[base])
    if base == 2022 and quartier.couverture == "ile_sans_emploi":
        rates = dict.fromkeys(rates)
    ligne = _demographie(rates, base)
    ligne |= {
        "POP_MUN": compte(quartier.population[annee]),
        "POP_COM_QP": compte(sum(territoire.population_en_quartier(c, annee) for c in quartier.communes)),
        "POP_COM": compte(sum(territoire.population(c, annee) for c in quartier.communes)),
        "LIB_COM": _libelle_communes(quartier),
        "NOTE_RP": str(secret.note("RP", quartier, base)),
        "NOTE_CNAF": str(secret.note("CNAF", quartier, base)),
    }
    return ligne | {nom: compte(v) for nom, v in secret.allocataires(quartier, base).items()}


def centaine(valeurs: Iterable[int | None]) -> str:
    """A count of the `Ensemble` row: what is published, rounded to the hundred."""
    return compte(round(sum(v for v in valeurs if v is not None) / 100) * 100)


def _moyennes(quartiers: Sequence[Quartier], annee: int) -> secret.Publie:
    """Rates of all the quartiers of the mainland together, weighted by population."""
    publies = [(q.population[2018], modele.recensement(q.code, annee)) for q in quartiers if q.couverture == "complete"]
    total = sum(p for p, _ in publies)
    return {nom: round(sum(p * v[nom] for p, v in publies) / total) for nom in publies[0][1]}


def ensemble(theme: str, base: int) -> dict[str, str]:
    """The publisher's aggregate row: counts rounded to the hundred, census rates of the mainland, notes empty."""
    quartiers = secret.presents(theme.lower(), base)
    tete = {"CODGEO": "Ensemble", "LIBGEO": "Ensemble des QPV"}
    if theme == "REVN":
        return tete | ensemble_revn(quartiers, base)
    rates = _moyennes(quartiers, modele.RECENSEMENT[base])
    comptes = [
        secret.allocataires(q, base) if theme == "DEMO" else secret.contrats_aides(q, base) | secret.inscrits(q, base)
        for q in quartiers
    ]
    ligne = tete | {nom: centaine(c[nom] for c in comptes) for nom in comptes[0]}
    if theme == "DEMO":
        return ligne | _demographie(rates, base) | {"POP_MUN": compte(sum(q.population[2013] for q in quartiers))}
    ligne |= {nom.upper(): dixiemes(v, zero_final=False) for nom, v in rates.items()}
    ligne |= {"A_N_T4": ligne["A"], "A_N1_T4": ligne["A"], "CA_N_E": ligne["CA"], "CA_N1_E": ligne["CA"]}
    return ligne | {"EVOL_CA_N_E ": "-41,2", "EVOL_ABC_T4": "-0,9", "EVOL_A_T4": "-1,3"} if base == 2019 else ligne


THEMES: dict[str, tuple[str, Callable[[int], list[str]], Callable[[Quartier, int], dict[str, str]]]] = {
    "IPRO": ("qpv_insertion_professionnelle", colonnes_ipro, ligne_ipro),
    "DEMO": ("qpv_demographie", colonnes_demo, ligne_demo),
    "REVN": ("qpv_revenus", colonnes_revn, ligne_revn),
}


def base(theme: str, annee: int) -> bytes:
    """One base, as a csv with BOM, CRLF and no last line break."""
    _, colonnes, ligne = THEMES[theme]
    noms = colonnes(annee)
    lignes = [ensemble(theme, annee)] if annee <= 2019 else []
    lignes += [
        {"CODGEO": quartier.code, "LIBGEO": quartier.nom} | ligne(quartier, annee)
        for quartier in secret.presents(theme.lower(), annee)
    ]
    corps = [[cellules.get(nom, "") for nom in noms] for cellules in lignes]
    return csv([noms, *corps], bom=True, colonnes_vides=LARGEURS[theme][annee] - len(noms), fin_derniere=False)


def fichiers() -> dict[str, bytes]:
    """Relative path → bytes of the fifteen bases."""
    return {
        f"insee/{jeu}/{theme}_{annee}.csv": base(theme, annee)
        for theme, (jeu, _, _) in THEMES.items()
        for annee in BASES
    }
