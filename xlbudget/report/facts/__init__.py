"""Facts files: written as parquet, opened as a database, queried, printed."""
