"""The consolidated workbook: a county's figures, their review and their sources."""
