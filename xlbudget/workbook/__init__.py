"""Files of spreadsheets: read, written, and copies of them edited."""
