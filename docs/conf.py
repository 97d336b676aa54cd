"""How the documentation is built: `./dev docs`; a warning is an error."""

from importlib.metadata import version as _version

project = "wsfake"
author = "The wsfake developers"
copyright = "The wsfake developers"  # noqa: A001 - the name that Sphinx reads
release = version = _version("wsfake")

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = f"wsfake {release}"

default_role = "code"  # docstrings write names in single backticks
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
myst_heading_anchors = 4
