"""The shape of a check: a situation → what is in order, wrong, or can't be seen. One a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Result:
    """`mend` is the step that mends what is wrong, a command or a page of settings; "" where nothing is."""

    check: str
    state: Literal["ok", "wrong", "unknown"]
    said: str
    mend: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"check": self.check, "state": self.state, "said": self.said, "mend": self.mend}


class Check(ABC, Generic[S]):
    """What it looks at stands in its module's docstring. It may ask, and changes nothing."""

    id: ClassVar[str]

    @abstractmethod
    def examine(self, where: S) -> Iterator[Result]: ...

    def ok(self, said: str) -> Result:
        return Result(self.id, "ok", said)

    def wrong(self, said: str, mend: str) -> Result:
        return Result(self.id, "wrong", said, mend)

    def unknown(self, said: str, mend: str = "") -> Result:
        """What this token, or this machine, can't see."""
        return Result(self.id, "unknown", said, mend)
