"""Output for readers: tables in words, figures, and the files of a report."""
