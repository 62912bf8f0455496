"""The observatory as a server: `streamlit run app/observatoire.py`.

Belongs here: the ASGI application, its HTTP routes (pages in French, files of a release, permalinks), what a failure shows.
Does not belong here: pages and sections; the reverse proxy's work (compression, security headers, rate limits).
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

RACINE = str(Path(__file__).resolve().parent.parent)
if RACINE not in sys.path:  # `streamlit run` puts app/ on the path, not the folder above
    sys.path.insert(0, RACINE)

import streamlit as st  # noqa: E402

from app.routes import ROUTES  # noqa: E402

logger = logging.getLogger("observatoire.app")


def _erreur(erreur: Exception) -> bool:
    """An unexpected failure: the trace goes to the log, the visitor reads a sentence."""
    logger.error("page run failed", exc_info=erreur)
    st.html(
        "<h1>La page n’a pas pu s’afficher</h1><p>L’erreur est enregistrée. Rechargez la page, ou revenez à l’<a href='/' target='_self'>accueil</a>.</p>"
    )
    return True


app = st.App(Path(__file__).with_name("navigation.py"), routes=ROUTES, on_script_error=_erreur)
