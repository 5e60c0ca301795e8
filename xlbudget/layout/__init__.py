"""What stands where on a sheet: the only room that counts rows and columns."""
