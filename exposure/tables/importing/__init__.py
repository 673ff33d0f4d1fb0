"""Conversion of published files, and of a company's files, into overlays."""
