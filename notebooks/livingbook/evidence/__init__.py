"""The evidence: the tables as of a date, which row repeats or contradicts which, and the bibliography."""
