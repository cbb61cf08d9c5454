"""Figures: one style, in a wide and a narrow variant, and marks for bounds."""
