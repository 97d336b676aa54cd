"""A side-by-side comparison with cassetter: see `python -m comparison --help`."""
