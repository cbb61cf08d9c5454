"""Output: the files beside the pages, and forms of the book other than its web pages."""
