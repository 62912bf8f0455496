"""The cards of the catalogue as typed objects.

Belongs here: the pydantic models of every YAML file of `catalogue/`, their loader, and the sentences that say what is wrong in a card.
Does not belong here: reading published files (read), choosing values (normalise), any SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from ingestion.cadence import Rythme, rythme

T = TypeVar("T", bound="Fiche")
RACINE = Path(__file__).resolve().parent.parent / "catalogue"

Identifiant = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
IdJeu = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
StatutUrl = Literal["vu", "deduit", "a_confirmer"]
Niveau = Literal[
    "qpv",
    "commune",
    "epci",
    "uu_hors_qpv",
    "departement",
    "region",
    "france",
    "ensemble_qpv",
    "iris",
    "contrat_de_ville",
    "objet",  # a place, a school, a post: never a level of `valeurs`
]
TypeCle = Literal[
    "qpv2015",
    "qpv2024",
    "commune",
    "epci",
    "departement",
    "region",
    "france",
    "iris",
    "contrat",
    "zone_emploi",  # four digits, a zero first overseas
    "identifiant",  # the producer's own identifier, any text
    "ligne",  # no identifier is published: the number of the row stands for it
    "aucun",
]
# reel: the published file was read; documente: its format is documented, a fixture in that format was read;
# inconnu: its layout was never seen, the candidates are deduced.
Essai = Literal["reel", "documente", "inconnu"]
Statut = Literal[
    "observe",
    "estime",
    "partiel",
    "secret",
    "non_diffuse",
    "non_calculable",
    "non_pertinent",
    "rupture",
    "attendu",
]


class ErreurCatalogue(ValueError):
    """A card is wrong; the message names the file, the card and what to write instead."""


class Fiche(BaseModel):
    """Base of every card: an unknown key is an error, so a typo never passes silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Licence(Fiche):
    nom: str
    url: str | None = None
    statut: StatutUrl


class Avertissement(Fiche):
    """A publisher's warning in our own words, with its link."""

    texte: str
    url: str


class LigneEcartee(Fiche):
    """Rows set aside before their key is read: those whose `colonne` matches `valeurs` (regular expression, whole cell).

    `sort`: `exclue` for rows of another nature (arrondissements, former communes), `quarantaine` for rows that another
    edition of the source contradicts.
    """

    colonne: str
    valeurs: str
    motif: str
    sort: Literal["exclue", "quarantaine"] = "exclue"


class Cle(Fiche):
    """How the territory of a row is recognised.

    `agregats` maps a published code (possibly empty) to the code of an aggregate (`QPV-FR`, `FRM`…): the row is
    counted as excluded and its cells are kept at `niveau_agregat`.
    `exclure` is the reason given to rows whose code is not of `type` (None: they go to quarantine).
    `repetees` says what a second row with the same key (and the same period) means: `quarantaine`, two rows contradict
    each other and neither counts; `derniere`, the one with the largest text in `departage` counts, or the last of the
    file, and the others are excluded; `gardees`, several rows for one key are the layout of the file.
    None: `quarantaine` for quartiers, `gardees` otherwise.
    """

    colonnes: list[str]
    type: TypeCle
    agregats: dict[str, str] = {}
    niveau_agregat: Niveau = "ensemble_qpv"
    exclure: str | None = None
    ecarter: list[LigneEcartee] = []
    repetees: Literal["quarantaine", "derniere", "gardees"] | None = None
    departage: str | None = Field(default=None, description="column whose largest text wins among repeated rows")


class Variable(Fiche):
    """One column of interest under its canonical name.

    `colonnes` are the published names, in order, compared without case; `{aa}` and `{aaaa}` stand for the year of the
    block's period. `motif_colonnes` (a regular expression with named groups) replaces `colonnes` when each period has its own column, and
    `periode` is then the pattern of the period, for example `{annee}-T{trimestre}`.
    A `liste` gives one cell per element: the parts between `separateur`, or what `elements` (a regular expression)
    finds, its first group when it has one.
    `ou` keeps the rows where each named column reads one of the given texts: for files that hold one figure per row.
    An empty cell is a missing value, unless `valeurs` translates `""`: the producer says something by leaving it empty.
    `valeurs` translates the published text; a text without translation goes to quarantine.
    `suffixe` is what the producer writes after each number (`11%`).
    """

    colonnes: list[str] = []
    type: Literal["effectif", "taux", "euros", "rapport", "evolution", "nombre", "texte", "liste"]
    bornes: tuple[float | None, float | None] | None = None
    motif_colonnes: str | None = None
    periode: str | None = None
    separateur: str | None = None
    elements: str | None = None
    ou: dict[str, list[str]] = {}
    valeurs: dict[str, str] = {}
    suffixe: str = ""
    facultative: str | None = Field(
        default=None, description="why the column may be absent from a file of a vintage that should hold it"
    )
    millesimes: list[str] | None = Field(
        default=None, description="vintages that hold the column; None: all of them, and its absence is a drift"
    )

    @model_validator(mode="after")
    def _une_facon_de_trouver_la_colonne(self) -> Variable:
        if bool(self.colonnes) == bool(self.motif_colonnes):
            raise ValueError("give either `colonnes` or `motif_colonnes`")
        if self.motif_colonnes and not self.periode:
            raise ValueError("`motif_colonnes` needs `periode`")
        if (self.type == "liste") != ((self.separateur is None) != (self.elements is None)):
            raise ValueError("a `liste` needs `separateur` or `elements`, one of them, and only a `liste` has one")
        if self.valeurs and self.type != "texte":
            raise ValueError("`valeurs` translates a `texte`")
        if self.suffixe and self.type in ("texte", "liste"):
            raise ValueError("`suffixe` follows a number")
        return self


class Bloc(Fiche):
    """Columns that share a reference date and a quality note.

    `regle_vide` says what an empty cell means (gap_method §14):
    `note`: secret when the note of the block is 0, non_diffuse when it is 2 to 6, otherwise as `bloc`;
    `bloc`: secret when another cell of the block is filled on the row, non_diffuse when the whole block is empty;
    `secret`, `non_diffuse`: always that status. Marks of the card win over the rule.
    `hors_champ` is the regular expression of the codes that the producer does not cover in this block: an empty cell
    there is non_diffuse whatever the rule.
    `statuts_vides`: column → published text → status of an empty cell on that row, for layouts that say why a figure is
    missing in a column of its own (`CONF_STATUS`); it wins over the rule, and the first column that answers wins.
    `note` and `precision` may be absent from a vintage, and accept `{aa}` and `{aaaa}` like the columns of a variable.
    `colonne_periode`: the period is written on each row (`2022-2023`, `2015-T4`, `2020-12`), in the first of these
    columns; the block then needs no period in the vintage.
    """

    nom: Identifiant
    note: list[str] = []
    precision: list[str] = Field(default=[], description="columns that give the precision of the block, in points")
    regle_vide: Literal["note", "bloc", "secret", "non_diffuse"]
    jour_reference: Literal["01-01", "12-31"] = Field(
        default="12-31", description="day of the year meant by a period given as a year (census: 01-01)"
    )
    hors_champ: str | None = None
    statuts_vides: dict[str, dict[str, Statut]] = {}
    colonne_periode: list[str] = []
    variables: dict[Identifiant, Variable]

    @property
    def se_date(self) -> bool:
        """True when the file itself gives the period, by row or by column."""
        return bool(self.colonne_periode) or all(v.motif_colonnes for v in self.variables.values())


class Lecture(Fiche):
    """Reading options. A zip or gzip container is opened by its magic bytes, whatever the declared format."""

    format: Literal["csv", "xls", "json", "shapefile", "geojson", "parquet", "sdmx"]
    separateur: str = ";"
    encodage: str = "utf-8-sig"
    membre: str | None = Field(default=None, description="pattern of the member read in an archive, e.g. `*_QP.csv`")
    feuille: str | None = None
    ligne_entete: int = Field(default=1, description="1-based row of the column names")
    entete_par: str | None = Field(
        default=None, description="text of a cell of the header: it is looked for in the first 60 rows of a workbook"
    )
    colonnes: list[str] | None = Field(
        default=None, description="names of the columns of a csv without header; its first data row is `premiere_ligne`"
    )
    premiere_ligne: int | None = Field(default=None, description="1-based first data row, default: after the header")
    lignes_courtes: bool = Field(
        default=False, description="csv that mixes kinds of rows: the shorter ones are filled with empty cells"
    )
    enregistrements: str | None = Field(default=None, description="JSON key of the list of records; None: top level")
    cle_objet: str | None = Field(default=None, description="column that receives the keys of a JSON object of objects")
    champs: str | None = Field(default=None, description="path of the fields in a JSON record, e.g. `record.fields`")
    seulement: dict[str, str] = Field(
        default={},
        description="column → regular expression: only the rows where one of them matches are read, for files too large to be kept whole",
    )
    fin: str | None = Field(
        default=None, description="stop at the first row whose key cell is empty, reason for what follows"
    )


class Attendus(Fiche):
    """Expectations on the rows that were read; `description` gives the rate observed and its date."""

    lignes_min: int = 1
    lignes_max: int | None = None
    part_vide_max: dict[Identifiant, float] = {}
    description: str


class Adresse(Fiche):
    """Where a file is today, when its address has to be asked for (ingestion/publishers).

    `insee_page`: the link of `page` that matches `motif`; `datagouv`: a `ressource` of data.gouv.fr by its id, or the
    resource of dataset `jeu` whose title or URL matches `motif`; `opendatasoft`: the export of `jeu` on `hote`;
    `bdm`: the series `idbank` (joined by `+`), SDMX-ML; `francetravail`: an indicator of the API, with credentials.
    """

    service: Literal["insee_page", "datagouv", "opendatasoft", "bdm", "francetravail"]
    page: str | None = None
    motif: str | None = None
    jeu: str | None = None
    ressource: str | None = None
    hote: str | None = None
    idbank: str | None = None
    options: dict[str, str] = {}


class Fichier(Fiche):
    """One published file (or one sheet, member or layer of it) of a vintage.

    A file whose `essai` is not `reel` may be absent from a deposit without stopping anything: it is `jamais_charge`.
    """

    fichier: str
    partie: str | None = None
    chemin: str = Field(description="path in a deposit, `<producteur>/<jeu>/<fichier>`")
    url: str | None = None
    statut_url: StatutUrl
    adresse: Adresse | None = None
    essai: Essai = "reel"
    lecture: Lecture | None = None
    lecture_live: Lecture | None = Field(default=None, description="when the deposit's copy was re-laid out")
    cle: Cle | None = None
    blocs: list[str] | None = Field(default=None, description="names of the blocks that this file holds; None: all")
    niveau: Niveau | None = None
    attendus: Attendus | None = Field(default=None, description="when they differ from those of the card")
    note: str | None = Field(default=None, description="what an operator must know of this file")
    sur_demande: str | None = Field(
        default=None,
        description="why the publisher is never asked for it by a run: it is read from a deposit, the probe still asks its address",
    )

    @property
    def nom(self) -> str:
        """Name of the file in tables and paths: `REVN_2017.csv`, or `demographie_2010_qpv.xls#Quartiers`."""
        return f"{self.fichier}#{self.partie}" if self.partie else self.fichier

    @property
    def est_facultatif(self) -> bool:
        """True when a release may go without it: nobody has seen the real file yet."""
        return self.essai != "reel"


class Millesime(Fiche):
    """A vintage: its files and, block by block, the reference date of what they hold.

    `periodes`: block → period; a final `*` marks a date that is deduced, not written in the file.
    """

    millesime: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+$")]
    periodes: dict[Identifiant, str]
    date_publication: str | None = None
    fichiers: list[Fichier] = Field(min_length=1)


class PositionInconnue(Fiche):
    """Places whose position is no position: those whose `variable` reads one of `valeurs`, for the reason `motif`."""

    variable: Identifiant
    valeurs: list[str]
    motif: str


class HorsCouverture(Fiche):
    """Communes that a vintage leaves out: no place there means nothing, not zero."""

    communes: list[str]
    motif: str


class Points(Fiche):
    """Objects that have a place: the variables that give it, and what each of them is.

    `nature` is the same for all, or read in `variable_nature`; `table` is where they are published.
    `echantillons`: vintage → why it is no list of the places of the whole country (an extract of one département): its
    rows are excluded for that reason, because the nearest of its places would be a wrong answer elsewhere.
    `hors_couverture`: vintage → communes without places because the file leaves them out: their quartiers have no
    neighbour there, and a count of them is `non_diffuse`.
    """

    table: Literal["services", "etablissements"]
    nature: Identifiant | None = None
    variable_nature: Identifiant | None = None
    longitude: Identifiant = "longitude"
    latitude: Identifiant = "latitude"
    echantillons: dict[str, str] = {}
    position_inconnue: PositionInconnue | None = None
    hors_couverture: dict[str, HorsCouverture] = {}

    @model_validator(mode="after")
    def _une_nature(self) -> Points:
        if (self.nature is None) == (self.variable_nature is None):
            raise ValueError("give either `nature` or `variable_nature`")
        return self


class Controle(Fiche):
    """A published total that the loaded cells must give back (sources.md §0.6).

    `perimetre`: `tous`, `metropole`, `departement:<code>` or `region:<code>`; `mesure`: the sum of `variable`, or the
    number of territories when `variable` is None.
    """

    controle: Identifiant
    millesime: str
    variable: Identifiant | None = None
    perimetre: str
    attendu: float
    tolerance: float = Field(default=0.0, description="relative, 0.002 = 0.2 %")
    explication: str
    url: str | None = None


class Jeu(Fiche):
    """The card of a dataset."""

    jeu: IdJeu
    titre: str
    producteur: str
    theme: Identifiant
    description: str
    page: str
    statut_page: StatutUrl
    licence: Licence
    cadence: str = Field(description="how often it is published: words of ingestion.cadence first, then any remark")
    prochaine_publication: str | None = Field(
        default=None, description="day or month announced by the producer, `AAAA-MM-JJ` or `AAAA-MM`"
    )
    mention: str = Field(description="attribution line, in the producer's own form")
    avertissements: list[Avertissement] = []
    ruptures: list[str] = Field(default=[], description="codes of the breaks of its series")
    personnelles: list[str] = Field(
        default=[], description="columns with personal data, dropped before anything is written but the archive"
    )
    colonnes_gardees: list[str] = Field(
        default=[],
        description="the only columns written, when a file is full of personal data; empty: all but `personnelles`",
    )
    identifiants: list[str] = Field(
        default=[], description="environment variables that hold the credentials; without them it is not asked for"
    )
    points: Points | None = None
    zonage: Literal["2015", "2024", ""] = ""
    niveau: Niveau
    lecture: Lecture
    cle: Cle
    marques: dict[str, Statut] = Field(default={}, description="published marks, case-sensitive, to status")
    blocs: list[Bloc]
    attendus: Attendus
    controles: list[Controle] = []
    relecture_volume_pct: float | None = Field(
        default=None, gt=0, description="its own threshold instead of the one of catalogue/methode.yml"
    )
    millesimes: list[Millesime] = Field(min_length=1)

    @property
    def dossier(self) -> str:
        """`producteur/jeu`: the Dagster key after `raw`, and the folder of the dataset in every layer."""
        return self.jeu.replace(".", "/")

    @property
    def rythme(self) -> Rythme:
        """How often a new vintage, or new figures at the same address, may be expected."""
        return rythme(self.cadence)

    def bloc(self, nom: str) -> Bloc:
        return next(bloc for bloc in self.blocs if bloc.nom == nom)

    @model_validator(mode="after")
    def _cadence_comprise(self) -> Jeu:
        rythme(self.cadence)
        return self

    @model_validator(mode="after")
    def _blocs_connus(self) -> Jeu:
        noms = {bloc.nom for bloc in self.blocs}
        for millesime in self.millesimes:
            inconnus = set(millesime.periodes) - noms
            for fichier in millesime.fichiers:
                inconnus |= set(fichier.blocs or []) - noms
            if inconnus:
                raise ValueError(
                    f"vintage {millesime.millesime}: unknown blocks {sorted(inconnus)}, declared {sorted(noms)}"
                )
        return self

    @model_validator(mode="after")
    def _points_connus(self) -> Jeu:
        if self.points is not None:
            variables = {nom for bloc in self.blocs for nom in bloc.variables}
            lues = {self.points.longitude, self.points.latitude, self.points.variable_nature or self.points.longitude}
            if self.points.position_inconnue is not None:
                lues.add(self.points.position_inconnue.variable)
            if inconnues := sorted(lues - variables):
                raise ValueError(f"points: unknown variables {inconnues}")
            declares = {m.millesime for m in self.millesimes}
            for champ in ("echantillons", "hors_couverture"):
                if inconnus := sorted(getattr(self.points, champ).keys() - declares):
                    raise ValueError(f"points: `{champ}` names unknown vintages {inconnus}")
        return self


class Rupture(Fiche):
    """A break of series; `date_rupture` is `AAAA` (1 January), `AAAA-MM-JJ`, or `non datée` when it concerns every pair of dates."""

    code: str
    date_rupture: Annotated[str, StringConstraints(pattern=r"^(\d{4}(-\d{2}-\d{2})?|non datée)$")]
    severite: Literal["bloquante", "avertissement"]
    motif: str
    url: str | None = None


class Producteur(Fiche):
    """The cards of a producer: `catalogue/sources/<producteur>.yml`, or the files of that folder."""

    producteur: Identifiant
    ruptures: list[Rupture] = []
    jeux: list[Jeu]

    def avec(self, autre: Producteur) -> Producteur:
        """The cards of both files."""
        return self.model_copy(update={"ruptures": self.ruptures + autre.ruptures, "jeux": self.jeux + autre.jeux})


class SourceIndicateur(Fiche):
    """A dataset an indicator is read from; the order of the list is the priority."""

    jeu: IdJeu
    colonnes: list[str] = Field(description="published names, for the dictionary and provenance")
    serie: str | None = Field(default=None, description="statistical series, when the datasets do not share one")
    situe: Literal["2015", "2024", "tous"] | None = Field(
        default=None,
        description="it says where things are, and no figure is read from it: it stands behind every figure of the "
        "quartiers of that zoning",
    )


class Indicateur(Fiche):
    """The card of an indicator (indicators.md)."""

    indicateur: Identifiant
    libelle: str
    axe: Literal["transversal", "emploi", "transitions", "emancipation", "securite_citoyennete"]
    theme: Identifiant
    definition: str
    numerateur: str | None = None
    denominateur: str | None = None
    unite: str
    decimales: int
    sens: Literal[-1, 0, 1]
    niveau_publie: Literal["Q", "Qe", "Qi", "C", "N", "L"]
    disponibilite: Literal["calcule", "a_telecharger", "registre", "national"]
    sources: list[SourceIndicateur]
    zonages: list[Literal["2015", "2024"]]
    references: list[Niveau] = Field(default=[], description="reference levels where the same indicator can exist")
    forme_ecart: Literal["point", "pct_reference", "ratio", "point_indice", "unite_indicateur", "aucune"]
    incertitude: Literal["sondage", "variabilite_naturelle", "indice", "arrondi", "aucune"]
    est_additif: bool
    ruptures: list[str] = []
    espacement_minimal_ans: int | None = None
    avertissement: str
    attente: str | None = Field(
        default=None,
        description="why there is no value yet, one sentence; for what is awaited or has no value anywhere",
    )
    a_afficher: bool = Field(default=True, description="False: extracts only, never on a sheet")
    version_definition: int = 1


class ReferencePubliee(Fiche):
    """A published value that no file of the catalogue holds."""

    indicateur: Identifiant
    niveau: Niveau
    code_territoire: str
    periode: str
    date_reference: str
    valeur: float
    source: str
    url: str
    date_publication: str | None = None


class Correction(Fiche):
    """A known publisher error; the guard fails once the published cell no longer reads `valeur_publiee`."""

    jeu: IdJeu
    millesime: str
    fichier: str
    ligne: int
    colonne: str
    valeur_publiee: str
    valeur_corrigee: str
    motif: str
    url: str


class Erratum(Fiche):
    """An error of a figure that was published, said beside the figure; without `code_territoire` or `periode` it concerns them all."""

    identifiant: Identifiant
    indicateur: Identifiant
    code_territoire: str | None = None
    periode: str | None = None
    texte: str
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Catalogue:
    """Every card, loaded once.

    Args:
        racine: the folder `catalogue/` (another one in tests).
    Raises:
        ErreurCatalogue: a card is invalid; the message names the file and the field.
    """

    def __init__(self, racine: Path = RACINE) -> None:
        self.racine = racine

    def _lire(self, chemin: Path) -> Any:
        try:
            return yaml.load(chemin.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        except yaml.YAMLError as erreur:
            raise ErreurCatalogue(f"{chemin}: not valid YAML: {erreur}") from erreur

    @cached_property
    def producteurs(self) -> dict[str, Producteur]:
        """Producer id → its cards, from `sources/<producteur>.yml` or from every file of `sources/<producteur>/`."""
        resultat: dict[str, Producteur] = {}
        for chemin in sorted((self.racine / "sources").rglob("*.yml")):
            relatif = chemin.relative_to(self.racine / "sources")
            nom = relatif.parts[0] if len(relatif.parts) > 1 else relatif.stem
            fiches = _valider(Producteur, self._lire(chemin), chemin)
            if fiches.producteur != nom:
                raise ErreurCatalogue(
                    f"{chemin}: producteur is {fiches.producteur}, expected {nom} from the name of the file"
                )
            deja = resultat.get(nom)
            resultat[nom] = fiches if deja is None else deja.avec(fiches)
        return resultat

    @cached_property
    def jeux(self) -> dict[str, Jeu]:
        """Dataset id → card, in the order of the files."""
        jeux: dict[str, Jeu] = {}
        for nom, producteur in self.producteurs.items():
            for jeu in producteur.jeux:
                if jeu.jeu in jeux:
                    raise ErreurCatalogue(f"{self.racine}/sources/{nom}: two cards for {jeu.jeu}")
                jeux[jeu.jeu] = jeu
                if jeu.jeu.split(".")[0] != nom:
                    raise ErreurCatalogue(
                        f"{self.racine}/sources/{nom}.yml: card {jeu.jeu} belongs in {jeu.jeu.split('.')[0]}.yml"
                    )
        return jeux

    @cached_property
    def ruptures(self) -> dict[str, Rupture]:
        """Break code → card."""
        return {rupture.code: rupture for producteur in self.producteurs.values() for rupture in producteur.ruptures}

    @cached_property
    def indicateurs(self) -> dict[str, Indicateur]:
        """Indicator id → card, in the order of the files (the order of the sheet)."""
        resultat: dict[str, Indicateur] = {}
        for chemin in sorted((self.racine / "indicateurs").glob("*.yml")):
            for brut in self._lire(chemin):
                fiche = _valider(Indicateur, brut, chemin)
                if fiche.indicateur in resultat:
                    raise ErreurCatalogue(f"{chemin}: indicator {fiche.indicateur} is declared twice")
                resultat[fiche.indicateur] = fiche
        return resultat

    @cached_property
    def references(self) -> list[ReferencePubliee]:
        """Published values that no file holds."""
        chemin = self.racine / "references.yml"
        return [_valider(ReferencePubliee, brut, chemin) for brut in self._lire(chemin)]

    @cached_property
    def corrections(self) -> list[Correction]:
        """Known publisher errors."""
        chemin = self.racine / "corrections.yml"
        return [_valider(Correction, brut, chemin) for brut in self._lire(chemin) or []]

    @cached_property
    def errata(self) -> list[Erratum]:
        """Errors of published figures."""
        chemin = self.racine / "errata.yml"
        return [_valider(Erratum, brut, chemin) for brut in self._lire(chemin) or []]

    @cached_property
    def methode(self) -> dict[str, Any]:
        """Parameters of the gap method that are ours (`parametres`) and the sentence of each motif (`motifs`)."""
        return dict(self._lire(self.racine / "methode.yml"))

    @cached_property
    def territoires(self) -> dict[str, Any]:
        """Levels, zonings, aggregates and the reference ladder."""
        return dict(self._lire(self.racine / "territoires.yml"))

    def fichiers(self) -> Iterator[tuple[Jeu, Millesime, Fichier]]:
        """Every declared file, dataset by dataset, oldest vintage first."""
        for jeu in self.jeux.values():
            for millesime in jeu.millesimes:
                for fichier in millesime.fichiers:
                    yield jeu, millesime, fichier


def _valider(modele: type[T], brut: Any, chemin: Path) -> T:
    try:
        return modele.model_validate(brut)
    except ValidationError as erreur:
        details = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in erreur.errors())
        nom = brut.get("jeu") or brut.get("indicateur") or brut.get("producteur") if isinstance(brut, dict) else None
        raise ErreurCatalogue(f"{chemin} ({nom or 'card'}): {details}") from erreur
