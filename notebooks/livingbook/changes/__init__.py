"""Changes: what differs between two states of the book, why, and which sentences it touches."""
