"""Runs: what a notebook's run depends on, which stored run still stands, and running those that must."""
