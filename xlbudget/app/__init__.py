"""What every front end needs and no command is: any file read, many files, cache, output."""
