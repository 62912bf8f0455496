"""HTTP routes beside the pages: the French shell, the files of a release, the permalinks by path.

Belongs here: what is served without a session, with its cache headers; only files listed in SHA256SUMS leave the server.
Does not belong here: pages (pages), the static files of Streamlit itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode

import streamlit
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from app.pages import PAGES
from publication.sheets.lecture import NOM_RELEASE, ErreurRelease, chemin_courant, dossier_releases, empreintes

TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".bib": "text/plain; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".pdf": "application/pdf",
}
# Without it the browser first asks for the server below each page's path, and logs two errors per visit.
ORIGINE = "window.__streamlit = { BACKEND_BASE_URL: window.location.origin }"
_INTROUVABLE = "Ce fichier n’existe pas dans cette version."


@lru_cache(maxsize=1)
def coquille() -> str:
    """Streamlit's index page, declared in French, with a sentence for browsers without script."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    page = page.replace('<html lang="en">', '<html lang="fr">', 1).replace(
        "<title>Streamlit</title>", "<title>Observatoire QPV</title>", 1
    )
    page = page.replace("<head>", f"<head>\n    <script>{ORIGINE}</script>", 1)
    sans_script = "Cette page a besoin de JavaScript. Les fiches et les données se lisent aussi sans lui, dans le dossier de la version publiée."
    return re.sub(r"<noscript>.*?</noscript>", f"<noscript>{sans_script}</noscript>", page, count=1, flags=re.S)


async def servir_page(_: Request) -> Response:
    """The shell of a page; its content then comes through the session."""
    return HTMLResponse(coquille(), headers={"Cache-Control": "no-cache"})


async def servir_quartier(requete: Request) -> Response:
    """`/quartiers/QP014001`: the static sheet of the current release, `.pdf` the printed one; `/quartiers/style.css`: its style.

    With choices in the address (`?reference=commune`), or when the release has no sheet: the explorer.
    """
    nom = requete.path_params["code"]
    nom = nom if nom.endswith((".html", ".pdf", ".css")) else f"{nom}.html"
    if not requete.query_params:
        try:
            chemin = chemin_courant(dossier_releases())
            empreinte = _empreintes_de(chemin).get(f"quartiers/{nom}")
        except ErreurRelease:
            return _rediriger_quartier(requete)
        fichier = chemin / "quartiers" / nom
        if empreinte and fichier.is_file() and not fichier.is_symlink():
            return _fichier_du_jour(requete, fichier, f'"{empreinte}"')
    return _rediriger_quartier(requete)


def _fichier_du_jour(requete: Request, fichier: Path, etag: str) -> Response:
    """A file whose address outlives the release: asked again each time, sent when it changed."""
    entetes = {"Cache-Control": "no-cache", "ETag": etag}
    if requete.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=entetes)
    return FileResponse(fichier, media_type=TYPES[fichier.suffix], headers=entetes)


def _rediriger_quartier(requete: Request) -> Response:
    """`/quartiers/QP014001?reference=commune` → `/quartier?qpv=QP014001&reference=commune`; the code never changes."""
    autres = [(cle, valeur[:80]) for cle, valeur in requete.query_params.multi_items() if cle != "qpv"]
    parametres = [("qpv", requete.path_params["code"].removesuffix(".html").removesuffix(".pdf")[:20]), *autres[:8]]
    return RedirectResponse(f"/quartier?{urlencode(parametres)}", status_code=307)


async def rediriger_page(requete: Request) -> Response:
    """`/comparables/QP014001` → `/comparables?qpv=QP014001`, for the pages that declare it."""
    chemin = requete.url.path.split("/")[1]
    page = next(page for page in PAGES if page.chemin == chemin)
    autres = [(cle, valeur[:80]) for cle, valeur in requete.query_params.multi_items() if cle != page.code_en_chemin]
    parametres = [(page.code_en_chemin, requete.path_params["code"][:80]), *autres[:8]]
    return RedirectResponse(f"/{chemin}?{urlencode(parametres)}", status_code=307)


async def servir_fichier(requete: Request) -> Response:
    """A published file, by its immutable address `/releases/<release_id>/<path>`; `current` redirects to it."""
    version, nom = requete.path_params["version"], requete.path_params["nom"]
    releases = dossier_releases()
    if version == "current":
        try:
            return RedirectResponse(f"/releases/{chemin_courant(releases).name}/{nom}", status_code=307)
        except ErreurRelease:
            return PlainTextResponse(_INTROUVABLE, status_code=404)
    if not NOM_RELEASE.match(version):
        return PlainTextResponse(_INTROUVABLE, status_code=404)
    chemin = releases / version
    try:
        empreinte = "" if nom == "SHA256SUMS" else _empreintes_de(chemin)[nom]
    except (KeyError, ErreurRelease):
        return PlainTextResponse(_INTROUVABLE, status_code=404)
    fichier = chemin / nom
    if not fichier.is_file() or fichier.is_symlink():
        return PlainTextResponse(_INTROUVABLE, status_code=404)
    entetes = {"Cache-Control": "public, max-age=31536000, immutable"}
    if empreinte:
        entetes["ETag"] = f'"{empreinte}"'
        if requete.headers.get("if-none-match") == entetes["ETag"]:
            return Response(status_code=304, headers=entetes)
    suffixe = fichier.suffix
    return FileResponse(
        fichier,
        media_type=TYPES.get(suffixe, "text/plain; charset=utf-8"),
        headers=entetes,
        filename=fichier.name if suffixe in {".parquet", ".csv"} else None,
    )


def _empreintes_de(chemin: Path) -> dict[str, str]:
    """Checksums of a release, read again when it gained its sheets."""
    try:
        ecrites_le = (chemin / "SHA256SUMS").stat().st_mtime_ns
    except OSError:
        ecrites_le = 0
    return _empreintes(str(chemin), ecrites_le)


async def servir_donnee(requete: Request) -> Response:
    """`/donnees/valeurs.parquet`, `/donnees/geo/…`, `/donnees/datapackage.json`: the file of the current release."""
    nom = requete.path_params["nom"]
    try:
        release = chemin_courant(dossier_releases())
        sommes = _empreintes_de(release)
        nom = nom if nom in sommes else f"tables/{nom}"
        entetes = {"Cache-Control": "no-cache", "ETag": f'"{sommes[nom]}"'}
    except (KeyError, ErreurRelease):
        return PlainTextResponse(_INTROUVABLE, status_code=404)
    if not (release / nom).is_file() or (release / nom).is_symlink():
        return PlainTextResponse(_INTROUVABLE, status_code=404)
    if requete.headers.get("if-none-match") == entetes["ETag"]:
        return Response(status_code=304, headers=entetes)
    return FileResponse(release / nom, media_type=TYPES.get(Path(nom).suffix), headers=entetes)


async def servir_journal(_: Request) -> Response:
    """The feed of the releases and errata, as the last publication wrote it."""
    journal = dossier_releases() / "journal.atom"
    if not journal.is_file():
        return PlainTextResponse("Aucun journal publié.", status_code=404)
    return FileResponse(journal, media_type="application/atom+xml", headers={"Cache-Control": "no-cache"})


@lru_cache(maxsize=8)
def _empreintes(chemin: str, _ecrites_le: int) -> dict[str, str]:
    return empreintes(Path(chemin))


ROUTES = [
    *(Route(f"/{page.chemin}", servir_page, methods=["GET"]) for page in PAGES),
    Route("/quartiers/{code}", servir_quartier, methods=["GET"]),
    *(Route(f"/{page.chemin}/{{code}}", rediriger_page, methods=["GET"]) for page in PAGES if page.code_en_chemin),
    Route("/releases/{version}/{nom:path}", servir_fichier, methods=["GET"]),
    Route("/donnees/{nom:path}", servir_donnee, methods=["GET"]),
    Route("/journal.atom", servir_journal, methods=["GET"]),
]
