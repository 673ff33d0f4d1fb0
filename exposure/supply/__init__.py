"""Where it comes from: the stage at which supply last leaves China, and new plants elsewhere."""
