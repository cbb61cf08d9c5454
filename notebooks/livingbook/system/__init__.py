"""Files and errors: writing files whole or not at all, reading what people wrote, errors that a user can mend."""
