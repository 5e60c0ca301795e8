"""Rules that are no equation: kinds, one function each, named by the pack."""
