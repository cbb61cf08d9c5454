"""Counts: windows, rates, the force they are set against, flows and series."""
