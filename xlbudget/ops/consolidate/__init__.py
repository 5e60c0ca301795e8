"""Departments added up to a county, with the source of every figure."""
