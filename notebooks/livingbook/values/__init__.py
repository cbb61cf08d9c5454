"""Values: bounds, what a figure's wording says, days, and how all of them are written."""
