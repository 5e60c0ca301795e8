"""Findings put into words: text for people, JSON for programs."""
