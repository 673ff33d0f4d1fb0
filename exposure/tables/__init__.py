"""Input data: row models, reading, checks, and the `Dataset` that they make."""
