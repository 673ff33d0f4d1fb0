"""The tables in words: dictionary, data package, templates, differences, sources."""
