"""Readers of formats that may hang or bite: they run in a child process with limits."""
