"""Uncertain inputs: random streams, and table cells as arrays of draws."""
