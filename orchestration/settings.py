"""The settings of a run, each also an environment variable `OBSERVATOIRE_*`.

Belongs here: every setting, its default and the sentence that documents it.
Does not belong here: parameters of the method (catalogue/methode.yml), facts about a source (catalogue/sources).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEPOT_DU_CODE = Path(__file__).resolve().parent.parent
Source = Literal["demo", "deposit", "live"]


class Reglages(BaseSettings):
    """What a refresh, a server or the Dagster location is asked to work on."""

    model_config = SettingsConfigDict(env_prefix="OBSERVATOIRE_", extra="ignore", frozen=True, validate_default=True)

    data: Path = Field(
        default=Path("data"),
        description="Data folder: archive, layers, releases. Fictitious and real data never share one.",
    )
    source: Source = Field(
        default="demo",
        description="Where the published files come from: `demo` (fictitious territory), `deposit` (a folder), `live` (the publishers).",
    )
    depot: Path | None = Field(
        default=None,
        description="Folder of the published files for `deposit`; with `demo`, a fictitious territory that is already written.",
    )
    registre: Path | None = Field(
        default=None,
        description="Folder of the local register, read whatever the source is, but not with `demo`; by default `registre/` in the deposit.",
    )
    catalogue: Path = Field(default=DEPOT_DU_CODE / "catalogue", description="Folder of the cards.")
    dbt: Path = Field(default=DEPOT_DU_CODE / "dbt_project", description="Folder of the dbt project.")
    contact: str | None = Field(
        default=None,
        description="Address given to the publishers in the User-Agent, and to the visitors on « Accessibilité ».",
    )
    editeur_local: str | None = Field(
        default=None,
        description="`http://127.0.0.1:<port>` that stands for every publisher, to try `live` offline.",
    )
    total_jeu_s: float = Field(
        default=1_800,
        gt=0,
        description="Seconds that the publishers may take for one dataset, all its files together; beyond, its last snapshots stay in use.",
    )
    memoire_sql: str = Field(default="600MB", description="Memory that DuckDB may take while the models are built.")
    sans_fiches: bool = Field(
        default=False,
        description="`true` publishes without the sheets of each quartier (HTML and PDF), which take some minutes for France.",
    )
    relecture: bool | None = Field(
        default=None,
        description="`true` holds a release whose volume, coverage or magnitude changed too much until a person accepts it (docs/operations.md), `false` never does; by default with `live` only.",
    )
    editeur: str | None = Field(default=None, description="Who publishes the site, named on « Mentions légales ».")
    adresse: str | None = Field(
        default=None,
        description="Public address of the site, `https://…`: links and identifiers of the feed `journal.atom`, permanent address on the sheets.",
    )
    fond_plan: str | None = Field(
        default=None,
        description="Address of the tiles under the map of the explorer, with `{z}`, `{x}` and `{y}` (deploy/README.md); without it no other host is asked.",
    )
    releases_gardees: int | None = Field(
        default=None,
        ge=5,
        description="Releases kept, the current one always; older ones are removed after a publication. Empty keeps them all.",
    )
    journaux_gardes: int = Field(default=10, ge=1, description="Rotated log files kept in `journaux/`, 5 MB each.")
    alerte_a: str | None = Field(
        default=None, description="Addresses that receive the alerts by mail, separated by commas."
    )
    alerte_de: str | None = Field(default=None, description="Sender of the alerts; by default the first receiver.")
    alerte_smtp: str | None = Field(default=None, description="Mail server of the alerts, `host:port`.")
    alerte_smtp_tls: Literal["starttls", "tls", "aucun"] = Field(
        default="starttls",
        description="How the mail server is reached: `starttls` (587), `tls` (465), `aucun` (never with a password).",
    )
    alerte_smtp_utilisateur: str | None = Field(default=None, description="Login on the mail server.")
    alerte_smtp_mot_de_passe: SecretStr | None = Field(
        default=None, description="Password on the mail server; from the environment only, written nowhere."
    )
    alerte_webhook: SecretStr | None = Field(
        default=None,
        description="Address that receives the alerts as JSON by POST, `https://…`; kept as secret as a password.",
    )
    alerte_delai_s: float = Field(default=20, gt=0, description="Seconds that sending an alert may take.")
    alerte_silence_h: float = Field(
        default=50, gt=0, description="Hours without a finished refresh after which `observatoire alerte` says so."
    )
    port: int = Field(default=8501, ge=1, le=65535, description="Port of the observatory on 127.0.0.1.")

    @field_validator("data", "catalogue", "dbt")
    @classmethod
    def _absolu(cls, chemin: Path) -> Path:
        return chemin.expanduser().absolute()

    @field_validator(
        *("depot", "registre", "contact", "editeur_local", "adresse", "releases_gardees", "relecture"),
        *("alerte_a", "alerte_de", "alerte_smtp", "alerte_smtp_utilisateur"),
        *("alerte_smtp_mot_de_passe", "alerte_webhook"),
        mode="before",
    )
    @classmethod
    def _vide_veut_dire_absent(cls, valeur: Any) -> Any:
        """An empty variable is what `make` passes when no deposit is asked for."""
        return None if valeur == "" else valeur

    @field_validator("depot", "registre")
    @classmethod
    def _depot_absolu(cls, chemin: Path | None) -> Path | None:
        return chemin.expanduser().absolute() if chemin else None

    @classmethod
    def tableau(cls) -> str:
        """The Markdown table of the settings, for README.md."""
        lignes = ["| variable | default | what it is |", "|---|---|---|"]
        for nom, champ in cls.model_fields.items():
            defaut = champ.default
            if isinstance(defaut, Path) and defaut.is_absolute():
                defaut = defaut.relative_to(DEPOT_DU_CODE)
            montre = "" if defaut is None else f"`{defaut}`"
            lignes.append(f"| `OBSERVATOIRE_{nom.upper()}` | {montre} | {champ.description} |")
        return "\n".join(lignes)

    @property
    def a_relire(self) -> bool:
        """Whether a release that changed too much waits for a person."""
        return self.source == "live" if self.relecture is None else self.relecture

    @property
    def nature(self) -> Literal["demo", "reel"]:
        """Fictitious and real figures never share a folder: `demo` or `reel`."""
        return "demo" if self.source == "demo" else "reel"
