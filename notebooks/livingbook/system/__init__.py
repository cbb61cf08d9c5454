"""Files and errors: writing files whole or not at all, their digests, reading what people wrote, errors that a user can mend."""
