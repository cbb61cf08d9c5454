"""Other forms of the book: e-book, printed book, translations, and the list of its links."""
