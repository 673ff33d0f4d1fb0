"""Stored runs: what a report was made from and what it said, to be compared with later ones."""
