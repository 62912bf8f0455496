"""The deployment files: units that systemd accepts, hardened, on the loopback; templates without a forgotten name.

Belongs here: what can be read from deploy/ without starting anything.
Does not belong here: what nginx answers (tests/integration/test_nginx.py).
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

RACINE = Path(__file__).resolve().parents[2]
DEPLOY = RACINE / "deploy"
UNITES = sorted((DEPLOY / "systemd").glob("*.service"))
BIN = "/opt/observatoire/.venv/bin/"
DURCI = {
    "User": "observatoire",
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "RestrictSUIDSGID": "yes",
}


def cles(unite: Path) -> dict[str, str]:
    """Directives of a unit; the last of a name wins."""
    lignes = [ligne for ligne in unite.read_text(encoding="utf-8").splitlines() if "=" in ligne and ligne[0] != "#"]
    return dict(ligne.split("=", 1) for ligne in lignes)


def test_the_units_are_there() -> None:
    assert [unite.stem.removeprefix("observatoire-") for unite in UNITES] == [
        *("alerte@", "app", "dagster-daemon", "dagster-webserver", "miroir", "refresh", "veille")
    ]


@pytest.mark.parametrize("unite", UNITES, ids=lambda unite: unite.stem)
def test_a_unit_is_hardened(unite: Path) -> None:
    lues = cles(unite)
    assert {nom: lues.get(nom) for nom in DURCI} == DURCI
    # What serves answers this machine only; what refreshes asks the publishers.
    sert = unite.stem in {"observatoire-app", "observatoire-dagster-webserver"}
    assert (lues.get("IPAddressDeny"), lues.get("IPAddressAllow")) == (("any", "localhost") if sert else (None, None))


def test_dagster_is_read_only_on_the_loopback() -> None:
    commande = cles(DEPLOY / "systemd" / "observatoire-dagster-webserver.service")["ExecStart"]
    assert "--read-only" in commande.split()
    assert "-h 127.0.0.1" in commande


def test_the_timer_is_the_schedule_of_dagster() -> None:
    code = (RACINE / "orchestration" / "automation.py").read_text(encoding="utf-8")
    lu = re.search(r'^CRON = "(\d+) (\d+) \* \* \*"$', code, flags=re.M)
    assert lu
    quand = cles(DEPLOY / "systemd" / "observatoire-refresh.timer")["OnCalendar"]
    assert quand == f"*-*-* {int(lu[2]):02}:{int(lu[1]):02}:00 Europe/Paris"


def test_a_refresh_that_fails_is_told() -> None:
    for nom in ("refresh", "miroir", "dagster-daemon"):
        assert cles(DEPLOY / "systemd" / f"observatoire-{nom}.service")["OnFailure"] == "observatoire-alerte@%n.service"
    commande = cles(DEPLOY / "systemd" / "observatoire-alerte@.service")["ExecStart"]
    assert commande == f"{BIN}observatoire alerte --service %i"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """The commands of the units are replaced by empty ones, since nothing is installed in /opt."""
    for source in (DEPLOY / "systemd").iterdir():
        texte = source.read_text(encoding="utf-8")
        for nom in re.findall(rf"{re.escape(BIN)}([\w-]+)", texte):
            (tmp_path / nom).write_text("#!/bin/sh\n")
            (tmp_path / nom).chmod(0o755)
        (tmp_path / source.name).write_text(texte.replace(BIN, f"{tmp_path}/"))
    unites = [str(p) for p in sorted(tmp_path.iterdir()) if p.suffix in {".service", ".timer"}]
    sortie = subprocess.run(["systemd-analyze", "verify", *unites], capture_output=True, text=True, check=False)
    assert (sortie.returncode, sortie.stderr) == (0, "")


def test_every_name_of_the_template_is_documented() -> None:
    noms = set(re.findall(r"@([A-Z]+)@", (DEPLOY / "nginx" / "observatoire.conf").read_text(encoding="utf-8")))
    guide = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert noms == set(re.findall(r"^\| `@([A-Z]+)@`", guide, flags=re.M)) == set(re.findall(r"s\|@([A-Z]+)@", guide))
