"""Copies of the user's own workbook: marked, or put right."""
