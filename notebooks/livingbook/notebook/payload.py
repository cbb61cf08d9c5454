"""What passes between a notebook that publishes and the pipeline that runs it: names that both must use alike, and no more."""

MIME = "application/vnd.livingbook+json"  # of the outputs that carry what a notebook publishes
NUMBERS_ONLY = "LIVINGBOOK_NUMBERS_ONLY"  # environment variable of a run for a sweep's table, in which nobody will see a figure
