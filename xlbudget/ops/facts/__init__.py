"""A budget as tidy rows, one figure each."""
