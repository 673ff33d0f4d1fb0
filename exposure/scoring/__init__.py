"""Scores and their causes: lost share, score, rank, attribution, and the rows behind a score."""
