"""What changed between two runs, and which cause moved which score."""
