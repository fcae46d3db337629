"""Set-up of a clone: `python3 -m tools.setup`. Standard library only, for it runs before anything is installed."""
