select identifiant, indicateur, code_territoire, periode, texte, date
from {{ source('catalogue', 'errata') }}
