"""The checks, one a file. They look at a situation that was read before, and ask nobody."""
