"""The documentation site, a folder of static files: guides, metric dictionary, dbt docs, lineage.

`build` puts it together: `guides` renders docs/*.md, `dictionary` reads the marts from dbt's
manifest, `generated` runs dbt and colibri for their own pages, `search` indexes all of it.
"""
