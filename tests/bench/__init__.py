"""The project's speed, measured side by side: ``python -m tests.bench`` (``make bench``)."""
