"""Tests of the identity, verification, switch and recovery of releases.

Belongs here: what a reader or an operator sees around a release: ids, pointer, crashes, refusals.
Does not belong here: content of the files (test_publication_formats), differences (test_publication_diff).
"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from publication_monde import Monde, une_valeur

from publication.checksums import empreintes, verifier
from publication.contract import CLES, MENTION_DEMO, ErreurPublication
from publication.release import publier
from publication.shelf import POINTEUR, balayer, basculer, courante, elaguer, lister, revenir, verrou_de_publication

RACINE = Path(__file__).resolve().parents[2]


@pytest.fixture
def monde(tmp_path: Path) -> Monde:
    return Monde(tmp_path)


def autre_valeur(monde: Monde, valeur: float) -> Monde:
    """The same world, where one figure reads otherwise."""
    monde.lignes["valeurs"][1] = une_valeur("QP961001", "2021", valeur)
    return monde


# --- identity ---------------------------------------------------------------------------------------------------------


def test_la_livraison_a_la_forme_du_contrat(monde: Monde) -> None:
    dossier = monde.dossier(monde.publier())
    attendus = {f"tables/{table}.parquet" for table in CLES}
    attendus |= {f"geo/contours_{zonage}.{forme}" for zonage in ("2015", "2024") for forme in ("geojson", "parquet")}
    attendus |= {"dictionnaire.csv", "dictionnaire.parquet", "datapackage.json", "notes.md", "methode.md", "diff.json"}
    attendus |= {"citation.txt", "citation.bib"}
    assert set(empreintes(dossier)) == attendus
    assert verifier(dossier) == []
    assert courante(monde.releases) == dossier


def test_les_sommes_se_verifient_avec_l_outil_du_systeme(monde: Monde) -> None:
    dossier = monde.dossier(monde.publier())
    sortie = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=dossier, capture_output=True, text=True
    )
    assert sortie.returncode == 0, sortie.stderr
    assert sortie.stdout.count(": OK") == len(empreintes(dossier))


def test_l_identifiant_est_la_date_utc_et_l_empreinte_du_contenu(monde: Monde) -> None:
    # 23:30 in New York on the 11th is already the 12th in UTC.
    monde.maintenant = datetime.fromisoformat("2026-11-11T23:30:00-05:00")
    release_id = monde.publier()
    lignes = "".join(
        f"{hashlib.sha256(chemin.read_bytes()).hexdigest()}  {chemin.relative_to(monde.dossier(release_id)).as_posix()}\n"
        for chemin in sorted(monde.dossier(release_id).rglob("*"))
        if chemin.is_file() and chemin.parent.name in ("tables", "geo")
    )
    assert release_id == f"20261112-{hashlib.sha256(lignes.encode()).hexdigest()[:12]}"


def test_meme_contenu_memes_octets_dans_un_autre_dossier(tmp_path: Path) -> None:
    """Rows inserted in another order, another run of dbt, another day: the same bytes in tables/ and geo/."""
    premier, second = Monde(tmp_path / "a"), Monde(tmp_path / "b")
    for monde in (premier, second):
        monde.racine.mkdir()
    second.desordre = True
    second.maintenant = datetime(2027, 1, 2, tzinfo=UTC)
    un, deux = premier.publier(), second.publier()
    assert (un[:8], deux[:8]) == ("20261112", "20270102")
    assert un[9:] == deux[9:]
    contenu = [
        {c: s for c, s in empreintes(m.dossier(i)).items() if "/" in c} for m, i in ((premier, un), (second, deux))
    ]
    assert contenu[0] == contenu[1]


def test_republier_le_meme_contenu_ne_reecrit_rien(monde: Monde) -> None:
    premier = monde.publier()
    avant = {c: (c.stat().st_mtime_ns, c.stat().st_ino) for c in monde.dossier(premier).rglob("*")}
    monde.maintenant = datetime(2026, 12, 24, tzinfo=UTC)
    assert monde.publier() == premier
    assert {c: (c.stat().st_mtime_ns, c.stat().st_ino) for c in monde.dossier(premier).rglob("*")} == avant
    assert [p.release_id for p in lister(monde.releases)] == [premier]


def test_une_cellule_changee_donne_un_autre_identifiant(monde: Monde) -> None:
    premier = monde.publier()
    second = autre_valeur(monde, 42.26).publier()
    assert second != premier
    assert [(p.release_id, p.est_courante) for p in lister(monde.releases)] in (
        [(second, True), (premier, False)],
        [(premier, False), (second, True)],  # same day and minute: the order is that of the ids
    )
    assert verifier(monde.dossier(premier)) == []


def test_la_date_d_un_controle_ne_change_pas_l_identite(monde: Monde) -> None:
    """`Monde` gives each run of dbt another date."""
    assert monde.publier() == monde.publier()


# --- verification -----------------------------------------------------------------------------------------------------


@pytest.mark.panne("F6", attendu="found in a release, the file named")
@pytest.mark.parametrize(
    "chemin", ["tables/valeurs.parquet", "geo/contours_2015.geojson", "notes.md", "dictionnaire.csv"]
)
def test_un_bit_inverse_est_trouve(monde: Monde, chemin: str) -> None:
    dossier = monde.dossier(monde.publier())
    octets = bytearray((dossier / chemin).read_bytes())
    octets[len(octets) // 2] ^= 1
    (dossier / chemin).write_bytes(bytes(octets))
    (phrase,) = verifier(dossier)
    assert f"le fichier {chemin} a été altéré" in phrase


def test_un_fichier_retire_ou_ajoute_est_trouve(monde: Monde) -> None:
    dossier = monde.dossier(monde.publier())
    (dossier / "notes.md").rename(dossier / "autre.md")
    phrases = verifier(dossier)
    assert len(phrases) == 2
    assert "le fichier notes.md manque" in phrases[0]
    assert "autre.md n'est pas déclaré" in phrases[1]


@pytest.mark.panne("F6", attendu="rewritten checksums found by the name of the release")
def test_des_sommes_recalculees_apres_alteration_sont_trouvees_par_le_nom(monde: Monde) -> None:
    dossier = monde.dossier(monde.publier())
    table = dossier / "tables" / "valeurs.parquet"
    pq.write_table(pq.read_table(table).slice(1), table)
    (dossier / "SHA256SUMS").write_text("".join(f"{s}  {c}\n" for c, s in empreintes(dossier).items()))
    (phrase,) = verifier(dossier)
    assert "le nom annonce le contenu" in phrase


@pytest.mark.panne("F6", attendu="a damaged release is made again under the same name")
def test_une_livraison_abimee_est_refaite_sous_le_meme_nom(monde: Monde) -> None:
    release_id = monde.publier()
    (monde.dossier(release_id) / "tables" / "valeurs.parquet").write_bytes(b"PAR1")
    assert verifier(monde.dossier(release_id))
    assert monde.publier() == release_id
    assert verifier(monde.dossier(release_id)) == []
    assert sorted(c.name for c in monde.releases.iterdir()) == sorted([release_id, POINTEUR, "journal.atom", ".verrou"])


# --- switch, crash, recovery ------------------------------------------------------------------------------------------


@pytest.mark.panne("F5", attendu="files read across 300 switches belong to one release")
def test_un_lecteur_ne_voit_jamais_ni_vide_ni_melange(monde: Monde) -> None:
    """A reader that resolves the pointer once reads files of one release, whatever is switched meanwhile."""
    premier = monde.publier()
    second = autre_valeur(monde, 50.0).publier()
    fin, lectures, erreurs = threading.Event(), [0], []

    def lire() -> None:
        while not fin.is_set():
            dossier = Path(os.path.realpath(monde.releases / POINTEUR))
            somme = hashlib.sha256((dossier / "tables" / "valeurs.parquet").read_bytes()).hexdigest()
            if f"{somme}  tables/valeurs.parquet" not in (dossier / "SHA256SUMS").read_text():
                erreurs.append(dossier.name)
            lectures[0] += 1

    lecteur = threading.Thread(target=lire)
    lecteur.start()
    try:
        for _ in range(150):
            basculer(monde.releases, premier)
            basculer(monde.releases, second)
    finally:
        fin.set()
        lecteur.join()
    assert lectures[0] > 0
    assert erreurs == []


@pytest.mark.panne("F2", attendu="pointer still on the old release, then on the new one, no orphan link")
def test_arret_brutal_entre_le_renommage_et_la_bascule(monde: Monde) -> None:
    """The state left: the new release under its name, the pointer on the old one, an orphan link."""
    premier = monde.publier()
    second = autre_valeur(monde, 50.0).publier()
    basculer(monde.releases, premier)
    mort = processus_mort()
    (monde.releases / f".current-{mort}-0a1b").symlink_to(second)
    avant = empreintes(monde.dossier(second))
    assert courante(monde.releases) == monde.dossier(premier)
    assert monde.publier() == second
    assert courante(monde.releases) == monde.dossier(second)
    assert empreintes(monde.dossier(second)) == avant
    assert not list(monde.releases.glob(".current-*"))


@pytest.mark.panne("F1", attendu="killed while a release is written: last good verified, the next publication sweeps")
def test_kill_pendant_la_construction(monde: Monde) -> None:
    """SIGKILL once the tables are written: readers keep the last good release, the next run sweeps and publishes."""
    premier = monde.publier()
    entrepot = autre_valeur(monde, 50.0).construire()
    programme = (
        "import os, signal, sys; from pathlib import Path; from publication.release import publier\n"
        "entrepot, donnees, cible = map(Path, sys.argv[1:])\n"
        "publier(entrepot, donnees, cible_dbt=cible, horloge=lambda: os.kill(os.getpid(), signal.SIGKILL))"
    )
    arguments = [sys.executable, "-c", programme, str(entrepot), str(monde.donnees), str(monde.cible)]
    sortie = subprocess.run(arguments, env={**os.environ, "PYTHONPATH": str(RACINE)}, check=False)
    assert sortie.returncode == -9
    (reste,) = monde.releases.glob(".construction-*")
    assert (reste / "release" / "tables" / "valeurs.parquet").exists()
    assert courante(monde.releases) == monde.dossier(premier)
    assert verifier(monde.dossier(premier)) == []
    second = monde.publier()
    assert second != premier
    assert not list(monde.releases.glob(".construction-*"))
    assert courante(monde.releases) == monde.dossier(second)


# What the process does before it kills itself: stop at the rename of the release, or at that of the pointer.
MOMENTS_DE_BASCULE = ["release avant", "release apres", "pointeur avant", "pointeur apres"]
PUBLIER_ET_MOURIR = """
import os, signal, sys
from pathlib import Path
from publication.release import publier
entrepot, donnees, cible, quoi, quand = *map(Path, sys.argv[1:4]), *sys.argv[4].split()
def arreter(renommer):
    def faux(depart, arrivee, *autres, **nommes):
        vise = Path(arrivee).name == "current" if quoi == "pointeur" else Path(depart).name == "release"
        if vise and quand == "avant":
            os.kill(os.getpid(), signal.SIGKILL)
        fait = renommer(depart, arrivee, *autres, **nommes)
        if vise:
            os.kill(os.getpid(), signal.SIGKILL)
        return fait
    return faux
os.rename, os.replace = arreter(os.rename), arreter(os.replace)
publier(entrepot, donnees, cible_dbt=cible)
"""


@pytest.mark.panne(
    "F2", attendu="killed at the rename of the release and at that of the pointer: old or new whole, then new"
)
@pytest.mark.parametrize("moment", MOMENTS_DE_BASCULE)
def test_kill_juste_avant_ou_juste_apres_la_bascule(monde: Monde, moment: str) -> None:
    premier = monde.publier()
    bonne = empreintes(monde.dossier(premier))
    entrepot = autre_valeur(monde, 50.0).construire()
    arguments = [sys.executable, "-c", PUBLIER_ET_MOURIR, str(entrepot), str(monde.donnees), str(monde.cible), moment]
    fini = subprocess.run(arguments, env={**os.environ, "PYTHONPATH": str(RACINE)}, check=False)
    assert fini.returncode == -9
    assert empreintes(monde.dossier(premier)) == bonne
    servie = courante(monde.releases)
    assert servie is not None
    assert verifier(servie) == []
    assert (servie == monde.dossier(premier)) is (moment != "pointeur apres")
    second = monde.publier()
    assert second != premier
    assert moment != "pointeur apres" or servie == monde.dossier(second)
    assert courante(monde.releases) == monde.dossier(second)
    assert verifier(monde.dossier(second)) == []
    assert sorted(c.name for c in monde.releases.iterdir()) == sorted(
        [premier, second, POINTEUR, "journal.atom", ".verrou"]
    )


@pytest.mark.panne("F6", attendu="in a warehouse: refused with a sentence, or in a place that nothing is read from")
def test_un_bit_inverse_dans_l_entrepot_ne_change_aucun_chiffre_publie(
    monde: Monde, record_property: Callable[[str, object], None]
) -> None:
    premier = monde.publier()
    sain = monde.construire()
    octets, hasard = sain.read_bytes(), random.Random(6)
    essais, refus = 24, []
    for rang in range(essais):
        abime = bytearray(octets)
        abime[hasard.randrange(len(octets))] ^= 1 << hasard.randrange(8)
        entrepot = sain.with_name(f"abime{rang}.duckdb")
        entrepot.write_bytes(bytes(abime))
        try:
            assert publier(entrepot, monde.donnees, cible_dbt=monde.cible) == premier
        except ErreurPublication as erreur:
            refus.append((entrepot.name, str(erreur)))
        entrepot.unlink()
        assert courante(monde.releases) == monde.dossier(premier)
    assert refus
    assert all(nom in phrase for nom, phrase in refus)
    record_property("essais", essais)


@pytest.mark.panne("F2", attendu="leftovers of a dead process swept, those of a live one kept")
def test_le_balayage_epargne_un_processus_vivant(monde: Monde) -> None:
    monde.publier()
    vivant = monde.releases / f".construction-{os.getppid()}-00"
    mort = monde.releases / f".construction-{processus_mort()}-00"
    vivant.mkdir()
    mort.mkdir()
    assert balayer(monde.releases) == [mort.name]
    assert vivant.is_dir()


@pytest.mark.panne("F4", attendu="the second publication is refused with a sentence")
def test_deux_publications_a_la_fois(monde: Monde) -> None:
    entrepot = monde.construire()
    with verrou_de_publication(monde.releases), pytest.raises(ErreurPublication, match="déjà en cours"):
        publier(entrepot, monde.donnees, cible_dbt=monde.cible)


def test_retour_a_une_version_precedente(monde: Monde) -> None:
    premier = monde.publier()
    second = autre_valeur(monde, 50.0).publier()
    assert revenir(monde.releases, premier) == second
    assert courante(monde.releases) == monde.dossier(premier)
    with pytest.raises(ErreurPublication, match=f"20200101-000000000000 introuvable.*{premier}"):
        revenir(monde.releases, "20200101-000000000000")
    (monde.dossier(second) / "notes.md").write_text("autre chose")
    with pytest.raises(ErreurPublication, match="altérée") as refus:
        revenir(monde.releases, second)
    assert any("notes.md" in phrase for phrase in refus.value.phrases)
    assert courante(monde.releases) == monde.dossier(premier)


def test_au_moins_cinq_versions_sont_gardees(monde: Monde) -> None:
    ids = []
    for rang in range(7):
        monde.maintenant = datetime(2026, 11, 1 + rang, tzinfo=UTC)
        ids.append(autre_valeur(monde, 50.0 + rang).publier())
    with pytest.raises(ErreurPublication, match="Au moins 5"):
        elaguer(monde.releases, 4)
    revenir(monde.releases, ids[0])
    assert elaguer(monde.releases, 5) == [ids[1]]
    assert {p.release_id for p in lister(monde.releases)} == {ids[0], *ids[2:]}


# --- demo -------------------------------------------------------------------------------------------------------------


def test_la_demonstration_se_dit_partout(monde: Monde) -> None:
    monde.origine = "demo"
    dossier = monde.dossier(monde.publier())
    for nom in (
        "datapackage.json",
        "notes.md",
        "diff.json",
        "citation.txt",
        "citation.bib",
        "geo/contours_2015.geojson",
    ):
        assert MENTION_DEMO in (dossier / nom).read_text(encoding="utf-8"), nom
    for chemin in dossier.rglob("*.parquet"):
        assert pq.read_metadata(chemin).metadata[b"avertissement"].decode() == MENTION_DEMO, chemin
    assert next(iter(lister(monde.releases))).origine == "demo"


def test_le_reel_ne_se_dit_jamais_fictif(monde: Monde) -> None:
    dossier = monde.dossier(monde.publier())
    fautifs = [c.name for c in dossier.rglob("*") if c.is_file() and b"fictives" in c.read_bytes()]
    assert fautifs == []


def test_une_source_en_echec_porte_son_age(monde: Monde) -> None:
    monde.lignes["sources"][0]["statut"] = "en_echec"
    notes = (monde.dossier(monde.publier()) / "notes.md").read_text(encoding="utf-8")
    # Acquired on 3 October, published on 12 November 2026: 28 + 12 days.
    assert "REVN_2022.csv\u00a0: dernier instantané du 3 octobre 2026, il y a 40 jours." in notes
    assert "Le serveur a répondu 503." in notes


def test_la_commande_publie_puis_dit_que_rien_n_a_change(monde: Monde) -> None:
    arguments = [sys.executable, "-m", "publication", "--data", str(monde.donnees), "--cible-dbt", str(monde.cible)]
    environnement = {**os.environ, "PYTHONPATH": str(RACINE)}
    sorties = [
        subprocess.run([*arguments, "--entrepot", str(entrepot)], env=environnement, capture_output=True, text=True)
        for entrepot in (monde.construire(), monde.construire(), monde.racine / "absent.duckdb")
    ]
    assert [s.returncode for s in sorties] == [0, 0, 1], [s.stderr for s in sorties]
    assert sorties[0].stdout.startswith("Version publiée")
    assert sorties[1].stdout.startswith("Contenu inchangé")
    assert "absent.duckdb introuvable" in sorties[2].stderr


def processus_mort() -> int:
    """Pid of a process that has ended and was waited for."""
    processus = subprocess.Popen(["true"])
    processus.wait()
    return processus.pid
