"""Packs: forms, rules, catalogues and words of each place and year, as data."""
