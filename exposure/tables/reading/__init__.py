"""From files to checked rows: reading, checks, corrections, overlays, edits."""
