"""The installed package: finds modules, classes and files in it and remembers what it has read."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

from localazure.pulumi.errors import UnknownTypeError
from localazure.pulumi.sdk.classes import read_choices, read_shape, slice_class
from localazure.pulumi.sdk.types import Choices, Named, Shape

PACKAGE = "pulumi_azure_native"
_API_VERSION = re.compile(r"Uses Azure REST API version (\d{4}-\d{2}-\d{2}(?:-[a-z]+)?)")


def sdk_version() -> str:
    """The installed version; the engine compares it with what the program asks for."""
    return importlib.metadata.version(PACKAGE)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of the package: its text and the API version that its docstrings name ("" where they name none)."""

    path: Path
    text: str

    @property
    def api_version(self) -> str:
        found = _API_VERSION.search(self.text)
        return found.group(1) if found else ""

    def shape(self, name: str) -> Shape | None:
        text = slice_class(self.text, name)
        return read_shape(text) if text is not None else None


class SdkModule:
    """One folder of the package, `machinelearningservices` say. Reads a file when first asked for a class in it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self._files: dict[str, SourceFile] = {}
        self._named: dict[str, Shape | Choices | None] = {}

    def file(self, stem: str) -> SourceFile:
        known = self._files.get(stem)
        if known is None:
            path = self.folder / f"{stem}.py"
            known = self._files[stem] = SourceFile(path, path.read_text("utf-8") if path.exists() else "")
        return known

    def stem_of(self, name: str) -> str | None:
        """The file of a resource or function: `OnlineEndpoint` → `online_endpoint`. None where there is none."""
        wanted = name.lower()
        for path in self.folder.glob("*.py"):
            if path.stem.replace("_", "") == wanted and not path.stem.startswith("_"):
                return path.stem
        return None

    def named(self, reference: Named) -> Shape | Choices | None:
        """The class that an annotation names: an input, an output or an enum. None where there is none."""
        name = reference.name
        if name not in self._named:
            self._named[name] = self._read(name)
        return self._named[name]

    def shape(self, reference: Named) -> Shape | None:
        found = self.named(reference)
        return found if isinstance(found, Shape) else None

    def _read(self, name: str) -> Shape | Choices | None:
        order = ("_inputs", "_enums", "outputs") if name.endswith("Args") else ("outputs", "_enums", "_inputs")
        for stem in order:
            text = slice_class(self.file(stem).text, name)
            if text is not None:
                return read_choices(text) if stem == "_enums" else read_shape(text)
        return None


class SdkPackage:
    """All of `pulumi_azure_native`."""

    def __init__(self) -> None:
        found = importlib.util.find_spec(PACKAGE)
        if found is None or not found.submodule_search_locations:
            raise ModuleNotFoundError(f"{PACKAGE} is not installed in this environment", name=PACKAGE)
        self._root = Path(found.submodule_search_locations[0])
        self._modules: dict[str, SdkModule] = {}

    def module(self, name: str) -> SdkModule:
        """One folder. Raises `UnknownTypeError` where the package has none of that name."""
        known = self._modules.get(name)
        if known is None:
            folder = self._root / name
            if "/" in name or not (folder / "__init__.py").is_file():
                raise UnknownTypeError(
                    f"azure-native module '{name}': {PACKAGE} {sdk_version()} has none of this name; "
                    "use the module of the default version"
                )
            known = self._modules[name] = SdkModule(name, folder)
        return known
