"""What a world begins with: the repository as main's first commit, the GitHub App, what runners have."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from ruamel.yaml import YAML

from .github import Hub

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
APP = {"actions": "write", "contents": "write", "issues": "write", "members": "read", "pull-requests": "write"}
RULESET = ".github/rulesets/main.json"
POLL = "0.3"
"""Real seconds between two looks of a loop that waits for Azure or GitHub."""


def adapted() -> dict[str, str | None]:
    """What is otherwise than in the repository: a rollout in prod bakes for a minute, and people don't wait for each
    plan (RULESET as the repository has it asks for it)."""
    about = "deployments/diabetes-progression/about.yaml"
    ruleset = (REPOSITORY / RULESET).read_text()
    planned = ',\n          { "context": "plan", "integration_id": 15368 }'
    assert planned in ruleset
    return {
        RULESET: ruleset.replace(planned, ""),
        about: _changed(
            about, lambda found: found["rollout"]["environments"].update(prod={"bake": 1, "metrics_late": 3})
        ),
    }


def _changed(path: str, change: Callable[[Any], object]) -> str:
    """A YAML file of the repository, changed in place, its comments kept."""
    yaml = YAML(typ="rt")
    yaml.width = 1 << 20
    content = yaml.load((REPOSITORY / path).read_text())
    change(content)
    written = io.StringIO()
    yaml.dump(content, written)
    return written.getvalue()


def install_app(hub: Hub, pem: str = "") -> str:
    """The GitHub App, with its client id as the variable that the workflows name; gives its key, new unless given."""
    key = serialization.load_pem_private_key(pem.encode(), None) if pem else rsa.generate_private_key(65537, 2048)
    assert isinstance(key, rsa.RSAPrivateKey)
    hub.app_permissions = APP
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    hub.app_public_key = public.decode()
    hub.variables["AMLOPS_APP_CLIENT_ID"] = hub.app_client_id
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def push_repository(hub: Hub, folder: Path, files: Mapping[str, str | None]) -> None:
    """What git tracks here, with changes that aren't committed yet, as main's first commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=REPOSITORY, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source, target = REPOSITORY / name, folder / name
        if source.is_file() and name not in files:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    for name, content in files.items():
        if content is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content)
    commands = (
        ["git", "init", "-q", "-b", "main"],
        ["git", "add", "-A"],
        ["git", "-c", "user.name=alice", "-c", "user.email=alice@example.invalid", "commit", "-qm", "feat: start"],
        ["git", "push", "-q", str(hub.remote.path), "main"],
    )
    for words in commands:
        subprocess.run(words, cwd=folder, check=True)
    shutil.rmtree(folder)


def runner_variables() -> dict[str, str]:
    """What a runner of ours has: the shared environment, the caches of set-up, and this machine's way to packages."""
    packages = {name: value for name, value in os.environ.items() if name.startswith(("SSL_CERT_", "UV_", "PIP_"))}
    return {
        **packages,
        "AZUREML_GITOPS_VENV": str(Path(sys.executable).parents[1]),
        "XDG_CACHE_HOME": str(CACHE),
        "AMLOPS_POLL_SECONDS": POLL,
    }


def runner_labels() -> set[str]:
    found = {"ubuntu-latest"}
    for file in (REPOSITORY / "environments").glob("*.yaml"):
        content = YAML(typ="safe").load(file)
        if isinstance(content, dict) and "runner" in content:
            found.add(str(content["runner"]))
    return found


def environments() -> list[str]:
    """Those in Azure."""
    files = sorted((REPOSITORY / "environments").glob("*.yaml"))
    return [file.stem for file in files if YAML(typ="safe").load(file).get("cloud", {}).get("kind") == "azure"]


def clouds() -> list[dict[str, Any]]:
    """`cloud` of every environment's file that is in Azure."""
    contents = [YAML(typ="safe").load(file) for file in sorted((REPOSITORY / "environments").glob("*.yaml"))]
    return [item["cloud"] for item in contents if item.get("cloud", {}).get("kind") == "azure"]
