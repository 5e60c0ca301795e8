"""Written XML: formulas with their values, styles, raw rows, the package."""
