"""Origin of supply: the stage at which goods last leave China, and new plants elsewhere."""
