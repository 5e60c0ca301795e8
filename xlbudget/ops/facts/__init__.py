"""A budget as tidy rows, a figure each."""
