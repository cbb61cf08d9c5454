"""Counting the 500s: what the notebooks and the pipeline share.

This module imports nothing, so that each notebook depends only on the modules that it imports itself.
"""
