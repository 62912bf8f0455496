"""Invented names of the fictitious territory: none is the name of a French commune, EPCI, département, région or QPV.

Belongs here: names only, checked against the official lists by `tests/unit/test_demo.py`.
Does not belong here: codes, positions, figures.
"""

from __future__ import annotations

REGION = "Merlande-Atlantique"

# code → (name, kind of article of the COG: 0 none, 2 « le », 3 « la », 4 « les », 5 « l' »)
DEPARTEMENTS = {
    "961": ("Aubrelle", 5),
    "962": ("Corvière", 3),
    "963": ("Haute-Senonge", 3),
    "964": ("Brévane", 3),
    "965": ("Îles-d'Ormance", 4),
}

# 24 communes in each département, in the order of their codes.
COMMUNES = {
    "961": (
        "Aubrevanne|Bressomesnil|Calverive|Dormevanne|Estregrelle|Fontasange|Haudrevelle|Isseligny|Jarneronde|Lampefosse|Marvecourt|"
        "Merlanthune|Navilieu|Nossimesnil|Ormanbost|Pellugrelle|L'Ulmegrelle|Quintrevelle-sur-Aubre|Rauzefosse|Le Roscenay|Sennonbrac|"
        "Solvedeuil|Tarvevanne|Saint-Trennac-le-Vieux"
    ),
    "962": (
        "Corvithune|Brumegrelle|Balmegoulles|Cendrevanne|Dormetier|Drusemesnil|Ferrecombe|Gornelieu|Grelusange|Haudregnac|La Houlemesnil|"
        "Issevanne|Kerlothune|Lormosac|Marvelieu|Oulcherive|Pernoumont|Trennesange|Vouzifosse|Yssebrac-lès-Corvithune|Vardegnac|"
        "Rauzeligny|Quintrelieu|Drusette-le-Château"
    ),
    "963": (
        "Sennonronde|Aubreligny|Bressofosse|Calvethune|Corvisange|Estredeuil|Ferrevelle|Fontarive|Gorneséac|Grelutier|Jarnevanne|"
        "Lampecombe|Lormothune|Merlanronde|Navivanne|Ormancourt-en-Senonge|Pellusange|Quintrezac|Les Rauzerondes|Roscethune|Solvegnac|"
        "Tarvegoulles|Ulmevanne|Vardenay-la-Brévine"
    ),
    "964": (
        "Haudrecourt-Brévane|Brumecombe|Balmethune|Calvemesnil|Cendrelieu|Corvigrelle|Dormecombe|Drusevelle|Estreronde|Ferrenay-Forêt|"
        "Gornerive|Issedeuil|Jarnecey|Kerloronde|Lampevelle|Marvethune|Nossitier|Oulcheronde|Pellubrac|Pernouthune|Rauzesac|"
        "Sennonfosse|Trennegoulles|Vouzivelle"
    ),
    "965": (
        "Port-Ormance|Ormanligny|Yssecombe|Kerlosange|Solvethune|Tarveronde|Ulmesac|Vardebrac|Nossilieu|Anse-Motuane|Merlansac|Navisac|"
        "Lormofosse|Marvetier|Île-Galerne|Grande-Roscette|Petite-Roscette|Les Quatre-Vannes|Fontafosse|Gornevelle|Isserive|Grelugnac|"
        "Houlezac|Brumelieu"
    ),
}

# Communes known to some files only.
COMMUNE_FUSIONNEE = "Tarvesac"  # joined another one on 2019-01-01
COMMUNE_REAPPARUE = "Ulmeronde"  # exists again after the COG of 2024
ANCIENS_NOMS = {"96305": "Corvisange-le-Bas"}

# Former régions: code → (name, départements); the archipelago had none.
ANCIENNES_REGIONS = {"97": ("Merlande", ("961", "962")), "98": ("Senonge-Brévane", ("963", "964"))}

# Short form (files of Filosofi), long form (composition of the EPCI); four by département.
EPCI = (
    ("CA", "Aubrevanne Agglomération"),
    ("CA", "Val de Dorme"),
    ("CC", "du Pays de Navilieu"),
    ("CC", "Pellugrelle Terres d'Aubre"),
    ("CA", "Corvithune Bassin de Corvière"),
    ("CA", "Cendrevanne Dormetier"),
    ("CC", "des Coteaux de Kerlothune"),
    ("CC", 'Oulcherive "rives hautes"'),
    ("CA", "Grand Sennonronde"),
    ("CC", "de la Calvethune"),
    ("CC", "Lormothune Senonge"),
    ("CC", "du Haut Ormancourt"),
    ("CA", "Haudrecourt Brévane Communauté"),
    ("CC", "des Trois Drusettes"),
    ("CC", "Jarnecey Kerloronde"),
    ("CC", "de la Forêt de Ferrenay"),
    ("CA", "Ormance Communauté"),
    ("CC", "des Anses de Solvethune"),
    ("CC", "Galerne et Roscettes"),
    ("CC", "du Ponant Ormançais"),
)
EPCI_2016 = ("CU", "Aubrevanne Estuaire Métropolitain")
FORMES_EPCI = {"CA": "Communauté d'agglomération", "CC": "Communauté de communes", "CU": "Communauté urbaine"}

# In the order of the codes of 2015. « Les Ronceraies » is met twice, as « Centre Ville » is in the published lists.
QUARTIERS = (
    "Les Tisseurs de Brume|Cité des Gabares|Le Pré Merlan|Les Hautes Drailles|Vergers d'Ormance|La Feuillardière|Quai des Saliniers|"
    "Les Trois Girouettes|Bois-Cendré|Cœur de Lampe|Les Martelières|Le Clos Houlier|Grand Pressoir - Les Étoupes|La Fosse aux Grues|"
    "Les Cordelles|Résidence du Phare Gris|Les Mégissiers - Petit Vardon|La Butte aux Milans|Chante-Galerne|Les Ronceraies|"
    "Val Quintre|Les Sarcelles Blanches|Cité Bellormance|Le Haut Estrevin|La Grande Corderie|Les Bleuetières|Le Moulin Perdrier|"
    "Plateau des Oulches|Les Passerelles - Port Brumel|Cité du Fanal|Les Cardeurs|La Noue Margot|L'Écluse Bavarde|Les Ronceraies|"
    "Nouveau Pernou|Les Argousiers|La Combe aux Renards Bleus|Les Genêts d'Ysse|Cité Chardonnière|Faubourg des Lormiers|"
    "Les Rives Dormantes|Îlot Marvegny|La Pierre Percée d'Aubre|Les Grands Roscets|Le Champ Tarvin|Les Quatre Chaumes|"
    "Domaine de la Houlette Noire|Les Peupliers Gris|Croix de Sennon|Les Bélandres|Carreau des Forges Neuves|La Tréfilière|"
    "Les Hauts de Naville|Cité Vouzienne|Les Aubrières|Le Sillon Drusien|La Grève aux Huîtres|Les Alizés d'Ormance|"
    "La Pointe du Cormier Vert|Motu Ormanui"
).split("|")

QUARTIERS_NOUVEAUX = (
    "Les Jardins d'Issevy|La Vanne Haute|Le Pont Trouvère|Les Échoppes Neuves|La Clairière aux Merles Gris|Cité Nouvelle Galerne"
).split("|")
# Labels of 2024 that differ from those of 2015; the published list of population holds such semicolons.
LIBELLES_2024 = {"QP962011": "Les Cardeurs; Tuilier et Rouissoir", "QP961003": "Le Pré Merlan - Les Hautes Drailles"}
QUARTIER_RETIRE = "Le Bassin des Yoles"  # in the edition of June 2024 only
