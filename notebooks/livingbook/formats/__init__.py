"""Other forms of the book: e-book, printed book, and translations."""
