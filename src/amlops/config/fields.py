"""The kinds of value that several types share. Patterns are Azure's where a source is named."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Guid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
"""An id of a tenant, a subscription or a principal, in lower case."""

KEY_LENGTH = 40

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=KEY_LENGTH)]
"""A name that git chooses: lower case, digits and single hyphens."""

Region = Annotated[str, Field(pattern=r"^[a-z]+[a-z0-9]*$")]
"""An Azure region's programmatic name, such as westeurope."""

Prefix = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,7}$")]
"""Opens every name: 2 to 8 lower-case letters and digits, so that a storage account's 24 are never passed."""

RunnerLabel = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)]
"""A label in `runs-on`."""

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
"""A mail address."""

TagValue = Annotated[str, Field(max_length=256)]
"""Azure's limit for the value of a tag."""
