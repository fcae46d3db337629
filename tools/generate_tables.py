"""Writes the emulator's tables out of Azure's own SDKs: `python -m tools.generate_tables [--check]`.

The SDKs are development dependencies; the emulator itself reads only the JSON that this leaves behind.
Exit codes: 0 done (or nothing to do), 1 `--check` found a table that differs.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tools.tables import cross_check, models, operations
from tools.tables.routes import routes
from tools.tables.sources import ML_CROSS_CHECK, SOURCES, Source

FOLDER = Path(__file__).parent.parent / "src/localazure/emulator/tables/data"

Json = dict[str, Any]


def build() -> dict[str, str]:
    """Every table as text, by file name. A route that two SDKs know belongs to the first of them."""
    known: set[tuple[str, str]] = set()
    texts = {}
    for source in SOURCES:
        table = _table(source)
        table["routes"] = [r for r in table["routes"] if (r["method"], r["template"].lower()) not in known]
        known |= {(r["method"], r["template"].lower()) for r in table["routes"]}
        texts[f"{source.table}.json"] = _text(table)
    return texts


def _table(source: Source) -> Json:
    found = routes(operations.read(source))
    everything = models.read(source)
    if source.table == ML_CROSS_CHECK.table:
        cross_check.add_path_rules(found, routes(operations.read(ML_CROSS_CHECK)))
        cross_check.add_value_rules(everything.types, models.read(ML_CROSS_CHECK).types)
    for route in found:
        if route.get("paged"):
            route["answer"] = _item(route["answer"], everything.types)
    roots = {str(route[key]) for route in found for key in ("body", "answer") if key in route}
    kept = everything.reachable(roots)
    return {
        "source": {"distribution": source.distribution, "module": source.module, "version": source.version},
        "routes": found,
        "types": kept.types,
        "enums": kept.enums,
    }


def _item(answer: str, types: Json) -> str:
    """What a page holds: older SDKs name the page itself."""
    value = types.get(answer, {}).get("fields", {}).get("value", {}).get("type")
    inner = value.get("array") if isinstance(value, dict) else None
    return str(inner["ref"]) if isinstance(inner, dict) and "ref" in inner else answer


def _text(table: Json) -> str:
    """JSON with one route, type or enumeration a line, so that a new SDK version reads as a diff."""
    lines = ["{", f'"source": {_line(table["source"])},', '"routes": [']
    lines += [",\n".join(_line(route) for route in table["routes"]), "],"]
    for section in ("types", "enums"):
        entries = ",\n".join(f"{json.dumps(name)}: {_line(entry)}" for name, entry in sorted(table[section].items()))
        lines += [f'"{section}": {{', entries, "}," if section == "types" else "}"]
    return "\n".join([*lines, "}", ""])


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args(arguments).check
    differing = []
    for name, text in build().items():
        file = FOLDER / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            differing.append(name)
            if not check:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
    for name in differing:
        hint = "differs from what the SDKs say; run python -m tools.generate_tables [tables]" if check else "written"
        print(f"{name}: {hint}")
    return 1 if check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
