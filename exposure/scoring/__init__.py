"""How bad and why: lost share, score, rank, attribution, and what the score rests on."""
