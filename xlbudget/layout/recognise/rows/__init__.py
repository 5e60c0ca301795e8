"""The rows below a heading: whose they are, their amounts, their levels."""
