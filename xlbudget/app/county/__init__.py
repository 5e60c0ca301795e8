"""Departments collected, selected and added up."""
