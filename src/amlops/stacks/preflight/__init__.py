"""What would make Azure refuse a plan, found before anything is changed: one check a file, pure on what was read.

It knows a preview's steps and what Azure says of a region; it changes nothing.
"""

from __future__ import annotations

from .catalogue import all_checks, check
from .finding import Finding
from .reading import reach, read
from .situation import Situation

__all__ = ["Finding", "Situation", "all_checks", "check", "reach", "read"]
