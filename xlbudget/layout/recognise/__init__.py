"""Raw sheets → a reading: tables found, told apart by form, and read row by row."""
