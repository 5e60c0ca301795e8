"""JSON Schemas of packs and budgets."""
