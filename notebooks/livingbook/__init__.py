"""From the tables to the published book: check, execute, collect, build, publish."""
