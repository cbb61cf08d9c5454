"""Directives: what a chapter asks for by name, made into nodes of its page."""
