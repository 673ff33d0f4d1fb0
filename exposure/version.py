"""Version of the code; the tables bear a calendar version of their own."""

__version__ = "0.1.0"
