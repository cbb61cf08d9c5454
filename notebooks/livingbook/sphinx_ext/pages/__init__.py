"""What every page has beside its text, and what the theme gets wrong in it."""
