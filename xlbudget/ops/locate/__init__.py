"""Which cells are wrong: the fewest changes that satisfy every rule."""
