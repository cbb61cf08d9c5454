"""Arithmetic of single chapters: registered cases, other armies, the explorer."""
