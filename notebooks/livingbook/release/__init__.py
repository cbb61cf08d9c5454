"""A release: the archive to deposit, its crate, the audit of its packages, and proof of equal bytes."""
