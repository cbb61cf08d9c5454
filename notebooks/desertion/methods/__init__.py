"""Methods: two lists, misclassification, composition, a multiverse of choices."""
