"""What is known: row models, reading, checks, and the `Dataset` they make."""
