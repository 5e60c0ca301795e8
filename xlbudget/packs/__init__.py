"""Packs: forms, rules, catalogues and words of a place and year, loaded and frozen."""
