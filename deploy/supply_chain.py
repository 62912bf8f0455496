"""What the project is made of: inventory (CycloneDX), licences, known vulnerabilities of the locked packages.

Belongs here: the three reports on the locks (requirements*.lock) and the verdicts that come with them.
Does not belong here: the choice of the packages (pyproject.toml), their resolution (make lock).
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

import yaml
from packaging.markers import Marker

RACINE = Path(__file__).resolve().parents[1]
VERROU = RACINE / "requirements.lock"
# Lanes of benchmarks/voies: their packages come on top of the others, and are not installed by `make setup`.
VERROUS_DES_VOIES = tuple(RACINE / f"requirements-{voie}.lock" for voie in ("postgres", "spark"))
A_LA_MAIN = RACINE / "deploy" / "licences.yml"
PAGE = RACINE / "docs" / "licences.md"
LIGNE = re.compile(r"^(?P<nom>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marque>[^\\]+?))?\s*\\?$")
# What the names of a classifier or of the free field `License` mean, in SPDX.
SPDX = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def verrouilles() -> dict[str, list[tuple[str, str]]]:
    """Package of any of the locks (normalised name) → its (version, environment marker) couples."""
    trouves: dict[str, list[tuple[str, str]]] = {}
    for verrou in (VERROU, *VERROUS_DES_VOIES):
        for ligne in verrou.read_text(encoding="utf-8").splitlines():
            if lu := LIGNE.match(ligne):
                trouves.setdefault(canonique(lu["nom"]), []).append((lu["version"], lu["marque"] or ""))
    return trouves


def des_voies() -> set[str]:
    """Packages that only a lane needs."""
    textes = [verrou.read_text(encoding="utf-8") for verrou in VERROUS_DES_VOIES]
    return {canonique(lu["nom"]) for texte in textes for ligne in texte.splitlines() if (lu := LIGNE.match(ligne))}


def canonique(nom: str) -> str:
    """The name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", nom).lower()


def voulus_ici() -> dict[str, str]:
    """Package → version, for those whose marker is true on this machine."""
    return {
        nom: version
        for nom, couples in verrouilles().items()
        for version, marque in couples
        if not marque or Marker(marque).evaluate()
    }


# --- licences ---------------------------------------------------------------------------------------------------------


def licence_declaree(nom: str) -> str | None:
    """SPDX expression of an installed package, from its own metadata; None when it says none that can be read."""
    try:
        fiche = metadata(nom)
    except PackageNotFoundError:
        return None
    for expression in fiche.get_all("License-Expression") or []:
        return str(expression)
    classes = [c.rsplit(" :: ", 1)[-1] for c in fiche.get_all("Classifier") or [] if c.startswith("License :: ")]
    connues = sorted({SPDX[c] for c in classes if c in SPDX})
    if connues and len(connues) == len(set(classes)):
        return " OR ".join(connues)
    libre = " ".join(fiche.get_all("License") or []).strip()
    return SPDX.get(libre, libre) if len(libre) < 40 and re.fullmatch(r"[A-Z][A-Za-z0-9.-]+", libre) else None


def licences() -> dict[str, str]:
    """Locked package → SPDX expression, the table kept by hand first.

    Raises:
        ValueError: packages whose licence nobody knows, or is not among the accepted ones; the sentence names them.
    """
    fiche = yaml.safe_load(A_LA_MAIN.read_text(encoding="utf-8"))
    a_la_main, admises = fiche["a_la_main"], set(fiche["admises"])
    trouvees = {nom: a_la_main[nom]["licence"] if nom in a_la_main else licence_declaree(nom) for nom in verrouilles()}
    inconnues = sorted(nom for nom, licence in trouvees.items() if not licence)
    if inconnues:
        raise ValueError(
            f"Licence inconnue : {', '.join(inconnues)} ; la lire chez l'auteur et la noter dans {A_LA_MAIN.name}."
        )
    refusees = sorted(
        f"{nom} ({licence})" for nom, licence in trouvees.items() if not est_admise(str(licence), admises)
    )
    if refusees:
        raise ValueError(
            f"Licence non admise : {', '.join(refusees)} ; l'admettre dans {A_LA_MAIN.name} ou retirer le paquet."
        )
    return {nom: str(licence) for nom, licence in sorted(trouvees.items())}


def est_admise(expression: str, admises: set[str]) -> bool:
    """True when every term of an AND, and one term of an OR, is accepted; OR binds last, parentheses are one level deep."""
    expression = re.sub(r"\(([^()]+)\)", lambda dedans: "oui" if est_admise(dedans[1], admises) else "non", expression)
    return any(
        all(terme.strip() in admises | {"oui"} for terme in choix.split(" AND ")) for choix in expression.split(" OR ")
    )


def page_des_licences() -> str:
    """docs/licences.md, in Markdown."""
    fiche = yaml.safe_load(A_LA_MAIN.read_text(encoding="utf-8"))["a_la_main"]
    lignes = [f"| {nom} | {licence} | {fiche.get(nom, {}).get('motif', '')} |" for nom, licence in licences().items()]
    return (
        "# Licences of the dependencies\n\n"
        "Written by `make sbom` from the metadata of the locked packages and from `deploy/licences.yml`; never edited by hand.\n\n"
        "| package | licence (SPDX) | read by hand because |\n|---|---|---|\n" + "\n".join(lignes) + "\n"
    )


# --- inventory --------------------------------------------------------------------------------------------------------


def inventaire() -> dict[str, Any]:
    """CycloneDX inventory of the locked packages of this platform: same locks, same bytes, no address inside.

    Those of the lanes are optional, and nothing is said of whom they ask for.
    """
    with tempfile.TemporaryDirectory() as dossier:
        sortie = Path(dossier) / "sbom.json"
        commande = [
            *(sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--no-validate"),
            *("-o", str(sortie), sys.executable),
        ]
        subprocess.run(commande, check=True, capture_output=True)  # noqa: S603 fixed arguments
        lu = json.loads(sortie.read_text(encoding="utf-8"))
    voulus, connues, optionnels = voulus_ici(), licences(), des_voies()
    # The lock says the versions, the environment says who asks for whom.
    liens = {canonique(d["ref"].split("==")[0]): d.get("dependsOn", []) for d in lu["dependencies"]}
    liens |= {nom: [] for nom in optionnels}
    absents = sorted(set(voulus) - set(liens))
    if absents:
        raise ValueError(
            f"Paquets verrouillés et absents de l'environnement : {', '.join(absents)} ; relancer make setup."
        )
    refs = {nom: f"{nom}=={version}" for nom, version in sorted(voulus.items())}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": lu["specVersion"],
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "observatoire-qpv", "name": "observatoire-qpv"}},
        "components": [
            {
                "type": "library",
                "bom-ref": ref,
                "name": nom,
                "version": voulus[nom],
                "scope": "optional" if nom in optionnels else "required",
                "purl": f"pkg:pypi/{nom}@{voulus[nom]}",
                "licenses": [{"expression": connues[nom]}],
            }
            for nom, ref in refs.items()
        ],
        "dependencies": [
            {
                "ref": ref,
                "dependsOn": sorted(refs[n] for n in {canonique(d.split("==")[0]) for d in liens[nom]} & set(refs)),
            }
            for nom, ref in refs.items()
        ],
    }


# --- audit ------------------------------------------------------------------------------------------------------------


def verdict(rapport: dict[str, Any], voulus: dict[str, str]) -> list[str]:
    """Why an audit fails, one sentence each; empty: every wanted package was audited and none is vulnerable.

    Args:
        rapport: JSON of pip-audit (`dependencies`: name, version, vulns, or skip_reason).
        voulus: package → version that must have been audited.
    """
    vus = {canonique(d["name"]): d for d in rapport["dependencies"]}
    phrases = []
    for nom, version in sorted(voulus.items()):
        vu = vus.get(nom, {"skip_reason": "absent du rapport"})
        if "skip_reason" in vu:
            phrases.append(f"{nom} {version} n'a pas été audité : {vu['skip_reason']}.")
        elif vu["version"] != version:
            phrases.append(f"{nom} {version} n'a pas été audité : le rapport porte sur {vu['version']}.")
        elif vu["vulns"]:
            identifiants = ", ".join(v["id"] for v in vu["vulns"])
            phrases.append(f"{nom} {version} est vulnérable : {identifiants} ; le mettre à jour puis make lock.")
    return phrases


def auditer(osv: str | None, voulus: dict[str, str], secondes: int = 15) -> list[str]:
    """Why the audit of the locked packages fails (`verdict`), or that the service could not be asked.

    Args:
        osv: address of a service that answers like OSV; None: the service that pip-audit asks by default.
    """
    with tempfile.TemporaryDirectory() as dossier:
        liste = Path(dossier) / "requirements.txt"
        liste.write_text("".join(f"{nom}=={version}\n" for nom, version in voulus.items()), encoding="utf-8")
        service = ["-s", "osv", "--osv-url", osv] if osv else []
        commande = [
            *(sys.executable, "-m", "pip_audit", "-r", str(liste), "--no-deps", "--disable-pip", "-f", "json"),
            *("--progress-spinner", "off", "--timeout", str(secondes), "--cache-dir", dossier, *service),
        ]
        fini = subprocess.run(commande, check=False, capture_output=True, text=True)  # noqa: S603 fixed arguments
    try:
        return verdict(json.loads(fini.stdout), voulus)
    except json.JSONDecodeError:
        dit = (fini.stderr.strip().splitlines() or ["aucune réponse"])[-1]
        # The message may name the host that was asked: what counts is that nothing was audited.
        raison = re.sub(r"(host=')[^']+|https?://\S+", r"\1…", dit)
        return [f"Aucun des {len(voulus)} paquets n'a été audité : le service n'a pas répondu ({raison})."]


def main() -> int:
    """`sbom FILE` writes the inventory and docs/licences.md; `audit [--osv ADDRESS]` exits 1 when a package is vulnerable or was not audited."""
    lecteur = argparse.ArgumentParser(description=__doc__)
    commandes = lecteur.add_subparsers(dest="commande", required=True)
    commandes.add_parser("sbom").add_argument("fichier", type=Path)
    commandes.add_parser("audit").add_argument("--osv")
    choix = lecteur.parse_args()
    if choix.commande == "sbom":
        choix.fichier.parent.mkdir(parents=True, exist_ok=True)
        choix.fichier.write_text(json.dumps(inventaire(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        PAGE.write_text(page_des_licences(), encoding="utf-8")
        return 0
    phrases = auditer(choix.osv, voulus_ici())
    print("\n".join(phrases) or f"{len(voulus_ici())} paquets audités, aucune vulnérabilité connue.")
    return 1 if phrases else 0


if __name__ == "__main__":
    sys.exit(main())
