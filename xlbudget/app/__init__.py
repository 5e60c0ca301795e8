"""What every front end needs apart from commands: reading any file, many files, cache, output."""
