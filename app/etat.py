"""Widgets whose state lives in the address: a permalink holds everything a page shows.

Belongs here: reading a choice from the query parameters, writing it back, the default that leaves the address clean.
Does not belong here: the choices themselves (vues). A value of the address that is not offered is ignored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

# No parameter of the site is longer: a longer one is not read.
LONGUEUR_MAX = 400
SEPARATEUR = ","


def parametre(nom: str) -> str:
    """A query parameter, empty when it is absent or longer than `LONGUEUR_MAX`."""
    valeur = st.query_params.get(nom, "")
    return valeur if len(valeur) <= LONGUEUR_MAX else ""


def _noter(nom: str, valeur: str, defaut: str) -> None:
    if valeur == defaut:
        st.query_params.pop(nom, None)
    else:
        st.query_params[nom] = valeur


def choix(nom: str, libelle: str, options: Mapping[str, str], *, defaut: str | None = None) -> str:
    """One choice in a list; `options` is key → label, the default is the first key unless `defaut` names another."""
    cles = list(options)
    repli = defaut if defaut in options else cles[0]
    demande = parametre(nom)
    st.session_state[f"choix_{nom}"] = demande if demande in options else repli

    def noter() -> None:
        _noter(nom, str(st.session_state[f"choix_{nom}"]), str(repli))

    return str(
        st.selectbox(
            libelle,
            cles,
            format_func=options.__getitem__,
            key=f"choix_{nom}",
            on_change=noter,
            placeholder="Choisir",
        )
    )


def choix_multiple(
    nom: str, libelle: str, options: Mapping[str, str], *, defaut: Sequence[str] = (), maximum: int | None = None
) -> list[str]:
    """Several choices, in the order of `options` names in the address separated by commas; none falls back on `defaut`."""
    demandes = [cle for cle in dict.fromkeys(parametre(nom).split(SEPARATEUR)) if cle in options]
    retenus = (demandes or [cle for cle in defaut if cle in options])[:maximum]
    st.session_state[f"choix_{nom}"] = retenus

    def noter() -> None:
        _noter(nom, SEPARATEUR.join(st.session_state[f"choix_{nom}"]), SEPARATEUR.join(defaut))

    return list(
        st.multiselect(
            libelle,
            list(options),
            format_func=options.__getitem__,
            key=f"choix_{nom}",
            on_change=noter,
            max_selections=maximum,
            placeholder="Choisir",
        )
    )


def bascule(nom: str, libelle: str, *, aide: str | None = None) -> bool:
    """A switch, off by default; `?nom=oui` turns it on."""
    st.session_state[f"choix_{nom}"] = parametre(nom) == "oui"

    def noter() -> None:
        _noter(nom, "oui" if st.session_state[f"choix_{nom}"] else "", "")

    return bool(st.toggle(libelle, key=f"choix_{nom}", on_change=noter, help=aide))
