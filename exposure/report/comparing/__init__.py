"""Comparison of two runs: changes, and the causes of the moves of scores."""
