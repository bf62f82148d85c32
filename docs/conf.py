"""The documentation as a site: `make site` builds it with Sphinx and MyST from the Markdown pages beside this file."""

project = "Mojoraya"
author = "Mojoraya developers"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
html_theme = "furo"
html_title = "Mojoraya"
language = "id"
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
# Links to files of the project that are no pages are followed on the forge, not in the site.
suppress_warnings = ["myst.xref_missing"]
html_copy_source = False
html_show_sphinx = False
