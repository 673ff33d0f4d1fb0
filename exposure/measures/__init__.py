"""Certainty of a result, its sensitivity, and what would help."""
