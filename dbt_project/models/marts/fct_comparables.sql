{{ table_vide() }}
