"""Rules: the pack's expressions become linear constraints over the cells of a budget."""
