"""A project: its folders, notebooks, editions and settings."""
