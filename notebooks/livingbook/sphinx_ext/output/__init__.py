"""Files made beside the pages, and the forms of the book other than its web pages."""
