"""The peer of a whole-process check: loads a workbook with openpyxl and touches every cell."""

import sys

import openpyxl

for sheet in openpyxl.load_workbook(sys.argv[1]):
    for row in sheet.iter_rows():
        for cell in row:
            _ = cell.value
