"""How to cite a release: `citation.txt` and `citation.bib`.

Belongs here: the wording of the citation and the attribution lines of the producers.
Does not belong here: the licence check (admission), the machine-readable descriptor (datapackage).
"""

from __future__ import annotations

from publication.contract import MENTION_DEMO
from publication.edition import NOM_OBSERVATOIRE, Edition, jour_fr


def citation_txt(edition: Edition) -> str:
    """Citation of the release, form of the citation of one figure, attribution lines of every file used."""
    lignes = [f"{edition.titre}, publiée le {jour_fr(edition.publiee_le.date())}."]
    if edition.est_demo:
        lignes.append(f"{MENTION_DEMO} : aucun de ces chiffres ne décrit un territoire réel, ne les citez pas.")
    lignes += [
        "",
        "Pour citer un chiffre :",
        f"« {NOM_OBSERVATOIRE}, version {edition.release_id}, <indicateur>, <territoire>, d'après <producteur>, "
        "<jeu>, millésime <millésime>. <permalien> »",
        "",
        "Mentions d'attribution à reproduire, selon les données réutilisées :",
    ]
    mentions = {
        (s["mention"], s["licence"]): None for s in sorted(edition.sources_chargees, key=lambda s: str(s["mention"]))
    }
    lignes += [f"- {mention} ({licence})" for mention, licence in mentions]
    lignes += [f"- {source} ({url})" for source, url in sorted({(r["source"], r["url"]) for r in edition.references})]
    return "\n".join(lignes) + "\n"


def citation_bib(edition: Edition) -> str:
    """BibTeX entry of the release."""
    jour = edition.publiee_le.date()
    producteurs = sorted({s["producteur"] for s in edition.sources_chargees if s["producteur"]})
    note = f"D'après {' ; '.join(producteurs)}" if producteurs else "Sans fichier source"
    champs = {
        "title": f"{{{NOM_OBSERVATOIRE}}}" + (f" ({MENTION_DEMO})" if edition.est_demo else ""),
        "author": f"{{{NOM_OBSERVATOIRE}}}",
        "year": str(jour.year),
        "month": str(jour.month),
        "day": str(jour.day),
        "version": edition.release_id,
        "type": "Jeu de données",
        "language": "french",
        "note": f"{MENTION_DEMO}. {note}" if edition.est_demo else note,
    }
    corps = ",\n".join(f"  {champ} = {{{_bibtex(valeur)}}}" for champ, valeur in champs.items())
    return f"@misc{{observatoire_qpv_{edition.release_id.replace('-', '_')},\n{corps}\n}}\n"


def _bibtex(texte: str) -> str:
    """Escape what TeX would interpret; braces are ours and balanced."""
    for signe in ("\\", "&", "%", "$", "#", "_"):
        texte = texte.replace(signe, "\\textbackslash{}" if signe == "\\" else f"\\{signe}")
    return texte
