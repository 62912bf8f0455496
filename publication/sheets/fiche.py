"""The data of one quartier's sheet, read from a release and arranged once for every section.

Belongs here: the queries of a sheet, the choice of the period and of the reference of each figure.
Does not belong here: words (textes, format_fr), HTML (balises, sections), charts (graphiques).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from publication.sheets.balises import Html
from publication.sheets.lecture import Release
from publication.sheets.lieux import Lieu, Liste, autour, listes
from publication.sheets.modele import (
    AXES,
    ECHELLE,
    Ecart,
    Erratum,
    Evolution,
    Indicateur,
    Lien,
    Plage,
    Rupture,
    Source,
    Territoire,
    Valeur,
    depuis,
)
from publication.sheets.tables import toutes

# The 12 headline figures, in the order of the sheet.
CHIFFRES_CLES: tuple[str, ...] = (
    "population_municipale",
    "taux_pauvrete_60",
    "niveau_vie_median",
    "taux_emploi_15_64",
    "part_defm_1_an_plus",
    "part_allocataires_rsa",
    "part_beneficiaires_c2s",
    "part_moins_25_ans",
    "part_menages_1_personne",
    "nb_logements_sociaux",
    "ips_moyen_ecoles_proches",
    "france_services_500m",
)
Series = dict[str, list[Valeur]]
# About 100 rows each: the references of every quartier of France would be some 2,500 territories.
TERRITOIRES_EN_MEMOIRE = 600
# Unemployment in the ILO sense exists for the département and above only (gap method §12).
INDICATEUR_BIT = "taux_chomage_bit_departement"


class Registre:
    """What every page needs of a release and that fits in memory: territories, cards, sources, links, breaks."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._series: dict[tuple[str, str], Series] = {}
        self._plages: dict[tuple[str, str], dict[tuple[str, str], Plage]] = {}
        self._ecrits: dict[tuple[object, ...], Html] = {}

    @cached_property
    def territoires(self) -> dict[tuple[str, str, str], Territoire]:
        lignes = self.release.lire("select * from {territoires} order by niveau, code_territoire, zonage")
        liste = [depuis(Territoire, ligne) for ligne in lignes]
        return {(t.niveau, t.code_territoire, t.zonage or ""): t for t in liste}

    @cached_property
    def quartiers(self) -> dict[str, Territoire]:
        """QPV code → territory; 2015 and 2024 codes never collide (`QP…`, `QN…`)."""
        return {t.code_territoire: t for t in self.territoires.values() if t.niveau == "qpv"}

    @cached_property
    def indicateurs(self) -> dict[str, Indicateur]:
        lignes = self.release.lire("select * from {indicateurs}")
        return {ligne["indicateur"]: depuis(Indicateur, ligne) for ligne in lignes}

    @cached_property
    def indicateurs_en_ordre(self) -> list[Indicateur]:
        """Cards by axis, theme and label: the order of every list."""
        return sorted(self.indicateurs.values(), key=_ordre)

    @cached_property
    def sources(self) -> list[Source]:
        return [
            depuis(Source, ligne)
            for ligne in self.release.lire("select * from {sources} order by jeu, millesime, fichier")
        ]

    @cached_property
    def listes_de_lieux(self) -> dict[str, Liste]:
        """Nature of place → the latest list that the release holds."""
        return listes(self.release)

    @cached_property
    def _sources_par_millesime(self) -> dict[tuple[str, str], Source]:
        return {(source.jeu, source.millesime): source for source in reversed(self.sources)}

    @cached_property
    def errata(self) -> dict[str, list[Erratum]]:
        """Indicator → errors of its published figures, oldest first."""
        resultat: dict[str, list[Erratum]] = {}
        for erratum in toutes(self.release, "errata", Erratum):
            resultat.setdefault(erratum.indicateur, []).append(erratum)
        return resultat

    @cached_property
    def _titres(self) -> dict[str, str]:
        return {source.jeu: source.titre for source in self.sources}

    def titres_de(self, jeux: str | None) -> list[str]:
        """Titles of the datasets `a;b` that an indicator is read from, in their order."""
        return [self._titres.get(jeu.strip(), jeu.strip()) for jeu in (jeux or "").split(";") if jeu.strip()]

    @cached_property
    def references_publiees(self) -> dict[tuple[str, str, str, str], str]:
        """(indicator, level, code, period) → publication of a value that no file of the release holds."""
        liste = self.release.fiche.get("provenance", {}).get("references", [])
        return {(r["indicateur"], r["niveau"], r["code_territoire"], r["periode"]): r["source"] for r in liste}

    def source_de(self, jeu: str | None, millesime: str | None) -> Source | None:
        """The first file of a dataset and vintage: its attribution line, its page and its status."""
        premier = (jeu or "").split(";")[0]
        return self._sources_par_millesime.get((premier, (millesime or "").split(";")[0]))

    @cached_property
    def liens(self) -> list[Lien]:
        lignes = self.release.lire("select * from {correspondances} order by code_qp2015, code_qn2024")
        return [depuis(Lien, ligne) for ligne in lignes]

    @cached_property
    def ruptures(self) -> dict[str, list[Rupture]]:
        resultat: dict[str, list[Rupture]] = {}
        for ligne in self.release.lire("select * from {ruptures} order by indicateur, date_rupture"):
            resultat.setdefault(ligne["indicateur"], []).append(depuis(Rupture, ligne))
        return resultat

    @cached_property
    def _zonages_publies(self) -> dict[str, set[str]]:
        resultat: dict[str, set[str]] = {}
        for ligne in self.release.lire("select distinct indicateur, zonage from {disponibilites}"):
            resultat.setdefault(ligne["indicateur"], set()).add(ligne["zonage"])
        return resultat

    def zonages_de(self, indicateur: str) -> set[str]:
        """Zonings on which at least one QPV has a row of the indicator."""
        return self._zonages_publies.get(indicateur, set())

    def series(self, niveau: str, code: str) -> Series:
        """Values of a reference territory, kept in memory: the quartiers of one place share most of them."""
        cle = (niveau, code)
        if cle not in self._series:
            if len(self._series) >= TERRITOIRES_EN_MEMOIRE:
                self._series = {}
            self._series[cle] = _valeurs(self.release, niveau, code)
        return self._series.get(cle, {})

    def plages(self, territoire: Territoire) -> dict[tuple[str, str], Plage]:
        """Ranges among the quartiers of the same département and zoning, kept in memory: at most two per département."""
        cle = (territoire.zonage or "", territoire.code_departement or "")
        if cle not in self._plages:
            self._plages[cle] = plages(self, territoire)
        return self._plages[cle]

    def une_fois(self, cle: tuple[object, ...], ecrire: Callable[[], Html]) -> Html:
        """A piece of page that several quartiers share, written for the first of them; `cle` holds all that it depends on."""
        ecrit = self._ecrits.get(cle)
        if ecrit is None:
            ecrit = self._ecrits[cle] = ecrire()
        return ecrit

    def nom(self, niveau: str, code: str | None) -> str:
        """Label of a territory, or its code when the release does not name it; `14118;14327` is read as two names, no code as no name."""
        if not code:
            return ""
        if ";" in code:
            return " et ".join(self.nom(niveau, partie) for partie in code.split(";"))
        for zonage in ("", "2015", "2024"):
            trouve = self.territoires.get((niveau, code, zonage))
            if trouve is not None and trouve.libelle:
                return trouve.libelle
        return code


@dataclass(frozen=True)
class Fiche:
    """Everything a sheet shows. `valeurs`: indicator → values in time order, for the quartier itself."""

    territoire: Territoire
    registre: Registre
    liens: tuple[Lien, ...]
    valeurs: Mapping[str, list[Valeur]]
    valeurs_liees: Mapping[str, Mapping[str, list[Valeur]]]
    references: Mapping[tuple[str, str], Mapping[str, list[Valeur]]]
    ecarts: Mapping[tuple[str, str], list[Ecart]]
    evolutions: tuple[Evolution, ...]
    plages: Mapping[tuple[str, str], Plage]
    lieux: tuple[Lieu, ...]

    @property
    def code(self) -> str:
        return self.territoire.code_territoire

    def indicateur(self, nom: str) -> Indicateur | None:
        return self.registre.indicateurs.get(nom)

    def derniere(self, indicateur: str) -> Valeur | None:
        """The latest published period of an indicator for this quartier, whatever its status."""
        serie = self.valeurs.get(indicateur)
        return serie[-1] if serie else None

    def derniere_lisible(self, indicateur: str) -> Valeur | None:
        """The latest period with a figure."""
        return next((valeur for valeur in reversed(self.valeurs.get(indicateur, [])) if valeur.est_lisible), None)

    def ecarts_de(self, indicateur: str, periode: str) -> list[Ecart]:
        """Gaps of one figure, in the order of the ladder."""
        cle = (indicateur, periode)
        if cle not in self._ecarts_en_ordre:
            self._ecarts_en_ordre[cle] = sorted(self.ecarts.get(cle, ()), key=_place)
        return self._ecarts_en_ordre[cle]

    def ecart_choisi(self, indicateur: str, periode: str, reference: str) -> Ecart | None:
        """The gap shown beside a figure: the chosen level, or for `auto` the first level of the ladder with a gap.

        `auto` prefers a published reference to an estimated one. When no level has one, the first row of the ladder, which says why; None when the release has no row at all.
        """
        liste = self.ecarts_de(indicateur, periode)
        if reference != "auto":
            du_niveau = [e for e in liste if e.niveau_reference == reference]
            return next((e for e in du_niveau if e.ecart is not None), du_niveau[0] if du_niveau else None)
        calcules = [e for e in liste if e.ecart is not None]
        mesures = [e for e in calcules if e.statut != "estime"]
        return next(iter(mesures or calcules or liste), None)

    def valeur_reference(self, niveau: str, code: str, indicateur: str, periode: str) -> Valeur | None:
        """The published value of a reference territory at a period."""
        serie = self.references.get((niveau, code), {}).get(indicateur, [])
        return next((valeur for valeur in serie if valeur.periode == periode), None)

    def ecarts_en_echelle(self, indicateur: str, periode: str) -> list[Ecart]:
        """At most one gap per level but for communes (one line each) and ensembles (France, région, département)."""
        return [e for e in self.ecarts_de(indicateur, periode) if e.niveau_reference in ECHELLE]

    def evolution(self, indicateur: str, reference: str) -> Evolution | None:
        """The change of the gap that says most: readable, then up to the latest date, then over the longest time, then with
        the first reference of the ladder. A reason that holds whatever the reference has the level `toutes`.
        """
        niveaux = (reference, "toutes")
        liste = [
            e
            for e in self._evolutions_par_indicateur.get(indicateur, [])
            if reference == "auto" or e.niveau_reference in niveaux
        ]
        lisibles = [e for e in liste if e.est_eligible] or liste
        derniere = max((e.periode_fin for e in lisibles), default="")
        return min(
            (e for e in lisibles if e.periode_fin == derniere),
            key=lambda e: (e.periode_debut, _rang(e.niveau_reference), _rang_code(e.code_reference)),
            default=None,
        )

    @cached_property
    def _evolutions_par_indicateur(self) -> dict[str, list[Evolution]]:
        groupes: dict[str, list[Evolution]] = {}
        for evolution in self.evolutions:
            groupes.setdefault(evolution.indicateur, []).append(evolution)
        return groupes

    @cached_property
    def _ecarts_en_ordre(self) -> dict[tuple[str, str], list[Ecart]]:
        return {}

    @cached_property
    def indicateurs_avec_ecart(self) -> set[str]:
        """Indicators that have a row of gap at some period."""
        return {nom for nom, _ in self.ecarts}

    @cached_property
    def jeux_utilises(self) -> set[tuple[str, str]]:
        """(dataset, vintage) behind the figures of the sheet."""
        series: list[Iterable[Valeur]] = [*self.valeurs.values()]
        for liees in (*self.valeurs_liees.values(), *self.references.values()):
            series.extend(liees.values())
        paires = {(v.jeu, v.millesime or "") for serie in series for v in serie if v.jeu}
        return {
            (jeu.strip(), millesime.strip())
            for jeux, millesimes in paires
            for jeu in jeux.split(";")
            for millesime in millesimes.split(";")
        }


_AXES = tuple(AXES)
_THEMES = ("emploi", "demande_emploi", "activite_economique", "population", "revenus", "prestations", "logement")


def _ordre(indicateur: Indicateur) -> tuple[int, int, str, int, str]:
    axe = _AXES.index(indicateur.axe) if indicateur.axe in _AXES else len(_AXES)
    theme = _THEMES.index(indicateur.theme) if indicateur.theme in _THEMES else len(_THEMES)
    cle = CHIFFRES_CLES.index(indicateur.indicateur) if indicateur.indicateur in CHIFFRES_CLES else len(CHIFFRES_CLES)
    return axe, theme, indicateur.theme, cle, indicateur.libelle


def _place(e: Ecart) -> tuple[int, int, str]:
    return _rang(e.niveau_reference), _rang_code(e.code_reference), e.code_reference


@lru_cache(maxsize=100)
def _rang(niveau: str) -> int:
    return ECHELLE.index(niveau) if niveau in ECHELLE else len(ECHELLE)


@lru_cache(maxsize=10_000)
def _rang_code(code: str) -> int:
    """Order inside a level: France first among the ensembles of QPV, métropole first at the national level."""
    ordre = ("QPV-FR", "QPV-R", "QPV-D", "QPV-E")
    for rang, debut in enumerate(ordre):
        if code.startswith(debut):
            return rang
    return {"FRM": 0, "FRHM": 1, "FR": 2}.get(code, 0)


def construire(registre: Registre, code: str) -> Fiche | None:
    """The sheet of a QPV, or None when the release has no such code.

    Every query on a large table is an equality on the first columns of its sort key.
    """
    territoire = registre.quartiers.get(code)
    if territoire is None:
        return None
    liens = tuple(lien for lien in registre.liens if code in (lien.code_qp2015, lien.code_qn2024))
    lies = codes_lies(code, liens)
    return Fiche(
        territoire=territoire,
        registre=registre,
        liens=liens,
        valeurs=_valeurs(registre.release, "qpv", code),
        valeurs_liees={c: registre.series("qpv", c) for c in lies},
        references={cle: registre.series(*cle) for cle in codes_references(territoire)},
        ecarts=_ecarts(registre.release, code),
        evolutions=tuple(_evolutions(registre.release, code)),
        plages=registre.plages(territoire),
        lieux=autour(registre.release, registre.listes_de_lieux, [code]).get(code, ()),
    )


def codes_lies(code: str, liens: Iterable[Lien]) -> list[str]:
    """The quartiers of the other zoning that share a surface with this one."""
    return sorted({c for lien in liens for c in (lien.code_qp2015, lien.code_qn2024)} - {code})


def codes_references(territoire: Territoire) -> list[tuple[str, str]]:
    """The territories a quartier is compared with."""
    codes = [("commune", c) for c in territoire.communes] + [("epci", c) for c in territoire.epcis]
    codes += [("departement", territoire.code_departement), ("region", territoire.code_region)]
    codes += [("france", c) for c in ("FRM", "FRHM", "FR")]
    codes += [
        ("ensemble_qpv", f"QPV-D{territoire.code_departement}"),
        ("ensemble_qpv", f"QPV-R{territoire.code_region}"),
    ]
    codes += [("ensemble_qpv", f"QPV-E{c}") for c in territoire.epcis] + [("ensemble_qpv", "QPV-FR")]
    return [(niveau, code) for niveau, code in codes if code]


def _valeurs(release: Release, niveau: str, code: str) -> Series:
    """Indicator → values in time order, for one territory (its 2015 and 2024 rows never share a code)."""
    conditions = {"niveau": niveau, "code_territoire": code}
    return en_series([Valeur._make(ligne) for ligne in release.choisir("valeurs", Valeur._fields, conditions)])


def en_series(valeurs: list[Valeur]) -> Series:
    """Indicator → values in time order, from the rows of one territory."""
    valeurs.sort(key=lambda v: (v.indicateur, v.periode))
    series: Series = {}
    for valeur in valeurs:
        series.setdefault(valeur.indicateur, []).append(valeur)
    return series


def _ecarts(release: Release, code: str) -> dict[tuple[str, str], list[Ecart]]:
    resultat: dict[tuple[str, str], list[Ecart]] = {}
    for ligne in release.choisir("ecarts", Ecart._fields, {"code_qpv": code}):
        ecart = Ecart._make(ligne)
        resultat.setdefault((ecart.indicateur, ecart.periode), []).append(ecart)
    return resultat


def _evolutions(release: Release, code: str) -> list[Evolution]:
    return [Evolution._make(ligne) for ligne in release.choisir("evolutions", Evolution._fields, {"code_qpv": code})]


def plages(registre: Registre, territoire: Territoire) -> dict[tuple[str, str], Plage]:
    """(indicator, period) → range of the QPV of the same département and zoning."""
    codes = codes_du_departement(registre, territoire)
    if not codes:
        return {}
    conditions = {"niveau": "qpv", "zonage": territoire.zonage, "statut": "observe"}
    colonnes = ("indicateur", "periode", "valeur")
    return en_plages(registre.release.parmi("valeurs", colonnes, "code_territoire", codes, conditions), len(codes))


def codes_du_departement(registre: Registre, territoire: Territoire) -> list[str]:
    """The QPV of the same département and zoning."""
    return sorted(
        t.code_territoire
        for t in registre.quartiers.values()
        if t.zonage == territoire.zonage and t.code_departement == territoire.code_departement
    )


def en_plages(observees: Iterable[tuple[str, str, float | None]], nb_quartiers: int) -> dict[tuple[str, str], Plage]:
    """(indicator, period) → range, from the (indicator, period, value) observed in `nb_quartiers` quartiers."""
    groupes: dict[tuple[str, str], list[float]] = {}
    for indicateur, periode, valeur in observees:
        if valeur is not None:
            groupes.setdefault((indicateur, periode), []).append(valeur)
    return {
        cle: Plage(min(liste), max(liste), len(liste), nb_quartiers, tuple(sorted(liste)))
        for cle, liste in groupes.items()
    }
