"""The machine: files written whole or not at all, files read with care, errors that a person can mend."""
