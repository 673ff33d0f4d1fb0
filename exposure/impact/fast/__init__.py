"""The fast twin of arrivals and firms: tables of numbers, and the kernels that read them."""
