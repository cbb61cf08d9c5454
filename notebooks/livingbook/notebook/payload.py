"""Names that a notebook which publishes and the pipeline which runs it have in common."""

MIME = "application/vnd.livingbook+json"  # MIME type of the outputs that hold what a notebook publishes
NUMBERS_ONLY = "LIVINGBOOK_NUMBERS_ONLY"  # environment variable: draw no figures, as for the table of a sweep
BUILT = "_build/html/results.json"  # the numbers of the built book, by edition, notebook and name
