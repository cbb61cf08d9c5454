"""Typed words and the rows that they rest on: which sentences were read for other figures than those the book shows now."""
