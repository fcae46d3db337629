"""Checks of what only an owner sets on GitHub, one a file."""
