"""A release: the archive to deposit, its crate, the audit of its packages, the check of its links, and proof of equal bytes."""
