"""Checks of this clone and this machine, one a file."""
