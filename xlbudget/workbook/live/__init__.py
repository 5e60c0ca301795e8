"""The official workbook, which computes and reviews itself while it is filled in."""
