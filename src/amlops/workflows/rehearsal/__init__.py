"""A change tried on a local Azure of its own: brought up, previewed, applied under traffic, rolled out, thrown away."""
