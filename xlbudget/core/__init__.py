"""Figures, constraints and findings: no file, no Excel, no YAML."""
