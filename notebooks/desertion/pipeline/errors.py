"""What can go wrong that a person can mend."""


class BuildError(Exception):
    """The book cannot be built as things are; the message says what to mend. Shown without a traceback."""
