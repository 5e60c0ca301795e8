"""Cells of .xlsx and .xlsm: calamine's values, and the rest from the parts themselves."""
