"""Reading of files into checked rows: parsing, checks, corrections, overlays, edits."""
