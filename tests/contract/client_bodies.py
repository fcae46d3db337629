"""Prints what azure-ai-ml puts on the wire for the manifests named, as JSON: [[path, api-version, body], …] a file.

A process of its own, since azure-ai-ml warns when imported and changes loggers; nothing of it reaches a network.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

from ruamel.yaml import YAML

from amlops.manifests.client import Client
from amlops.manifests.kinds import guess
from amlops.manifests.recording import PREFIX


def main() -> int:
    warnings.simplefilter("ignore")
    answers, sys.stdout = sys.stdout, sys.stderr
    client = Client()
    sent = {}
    for name in sys.argv[1:]:
        path = Path(name)
        kind = guess(YAML(typ="safe").load(path))
        assert kind is not None, name
        client.compile(path, kind, [])
        sent[name] = [[f"{PREFIX}/{below}", version, body] for below, version, body in client._recording.puts]
    json.dump(sent, answers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
