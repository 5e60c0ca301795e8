"""Copies of the user's own workbook: annotated, or corrected."""
