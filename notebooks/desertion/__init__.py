"""Counting the 500s: what the notebooks and the pipeline share.

Nothing is imported here, so that each notebook depends only on the modules it names.
"""
