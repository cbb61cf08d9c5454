"""Pages: what each has around its text, what it may load, and the theme put right."""
