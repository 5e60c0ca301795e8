"""A file or a folder of any kind → raw cells."""
