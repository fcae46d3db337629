"""The command line: one command a file, loaded when it is called. Results go to standard output."""

from __future__ import annotations

from .main import main

__all__ = ["main"]
