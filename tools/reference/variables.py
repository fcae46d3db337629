"""The page of environment variables: what `amlops env` prints and who reads it, and what our own programs read."""

from __future__ import annotations

import ast
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from amlops.config import Repository, load_environment
from amlops.local_azure import Running
from amlops.stacks import SECRETS, variables
from amlops.stacks.state import STATIC

from .page import GENERATED, REPOSITORY, Page, code, table

HEAD = f"""# Environment variables

{GENERATED}

## What `amlops env` prints

`eval "$(.venv/bin/amlops env STACK)"` sets these in a shell, so that any client reaches the environment. It prints only
what is not set like that already; `--json` gives all. For an environment in Azure there is no secret among them:
clients take what they find (`az login`, a managed identity, a federated token's file), and Pulumi does so too.
"""

PYTHON = "azure-identity, and by it azure-mgmt-\\*, azure-ai-ml, azure-storage-blob and `amlops`"
ADAPTER = "Pulumi's azure-native provider, and the adapter that stands in for it"

PRINTED: Mapping[str, tuple[str, str]] = {
    "AZURE_TENANT_ID": ("The tenant.", PYTHON),
    "AZURE_CLIENT_ID": ("The local Azure's owner, or whoever the federated token is of.", PYTHON),
    "AZURE_CLIENT_SECRET": ("Its secret. It is of use on this machine only.", PYTHON),
    "AZURE_AUTHORITY_HOST": ("Where tokens come from: the local Azure.", PYTHON),
    "ARM_ENDPOINT": ("Azure Resource Manager: the local Azure.", "the adapter, `amlops`"),
    "ARM_TENANT_ID": ("The tenant.", ADAPTER),
    "ARM_SUBSCRIPTION_ID": ("The subscription.", f"{ADAPTER}; `amlops`"),
    "ARM_CLIENT_ID": ("As AZURE_CLIENT_ID.", ADAPTER),
    "ARM_CLIENT_SECRET": ("As AZURE_CLIENT_SECRET.", ADAPTER),
    "ARM_METADATA_HOSTNAME": ("Host and port that describe the cloud.", ADAPTER),
    "ARM_CLOUD_METADATA_URL": ("The same as an address.", "azure-ai-ml"),
    "REGISTRY_DISCOVERY_ENDPOINT_URL": ("Where registries are found: the local Azure.", "azure-ai-ml"),
    "REQUESTS_CA_BUNDLE": ("The local Azure's CA.", "Python's requests: all Azure SDKs, mlflow"),
    "SSL_CERT_FILE": ("The same.", "Go: the Pulumi CLI and its plugins; Python's ssl module; the adapter"),
    "HTTPS_PROXY": (
        "The local Azure's proxy. It leads to `*.localazure.test`, where blobs are, and refuses every other host.",
        "nearly every client",
    ),
    "NO_PROXY": ("What is asked without the proxy: this machine.", "nearly every client"),
    "PULUMI_BACKEND_URL": ("Where Pulumi keeps its state.", "the Pulumi CLI"),
    "AZURE_FEDERATED_TOKEN_FILE": ("The file with a federated token, read anew for each token of Azure's.", PYTHON),
    "ARM_USE_DEFAULT_AZURE_CREDENTIAL": ("Lets the provider read that file anew too.", ADAPTER),
    "ARM_USE_OIDC": ("There is a federated token.", ADAPTER),
    "ARM_OIDC_TOKEN_FILE_PATH": ("As AZURE_FEDERATED_TOKEN_FILE.", ADAPTER),
    "AZURE_STORAGE_ACCOUNT": ("The account with the state.", "the Pulumi CLI"),
    "AZURE_STORAGE_DOMAIN": ("What stands behind the account's name in its host.", "the Pulumi CLI"),
    "AZURE_STORAGE_KEY": ("Empty: no key opens the state, and one that a shell has would be tried.", "the Pulumi CLI"),
    "AZURE_STORAGE_SAS_TOKEN": (
        "A signature for the container with the state, for 12 hours.",
        "the Pulumi CLI",
    ),
    "PULUMI_CONFIG_PASSPHRASE": ("The phrase that encrypts secrets in the state, from the vault.", "the Pulumi CLI"),
    "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": (
        "A clone without the salt of the phrase takes that of the state.",
        "the Pulumi CLI",
    ),
    "PULUMI_CONFIG_PASSPHRASE_FILE": ("The file with the phrase that encrypts secrets in it.", "the Pulumi CLI"),
    "PULUMI_HOME": ("Pulumi's own folder, kept in the clone.", "the Pulumi CLI"),
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": (
        "Nothing is downloaded in place of the adapter.",
        "the Pulumi CLI",
    ),
    "PULUMI_SKIP_UPDATE_CHECK": ("No request to Pulumi's servers.", "the Pulumi CLI"),
    "MLFLOW_TRACKING_URI": ("The workspace's tracking server, once there is a workspace.", "mlflow"),
    "MLFLOW_TRACKING_TOKEN": ("A token for it, good for an hour.", "mlflow"),
    "PATH": ("The adapter, the pinned Pulumi CLI and this Python come first.", "the shell, the Pulumi CLI"),
}

READ: Mapping[str, tuple[str, str]] = {
    "AMLOPS_DEPLOYMENT": ("The deployment that `amlops release --due` is asked for.", "`amlops`"),
    "AMLOPS_PULUMI": ("File of the Pulumi CLI, in place of the one that set-up made.", "`amlops`"),
    "AMLOPS_NODE": ("File of Node.js, in place of the one on PATH.", "the local Azure, which runs Azurite on it"),
    "AMLOPS_APP_CLIENT_ID": ("Client id of the GitHub App that bots act by.", "`amlops`, workflows"),
    "AMLOPS_APP_PRIVATE_KEY": (
        "Its private key, a secret of GitHub's; `amlops` takes it out of its variables before it starts anything.",
        "`amlops`, workflows",
    ),
    "AMLOPS_APP_PERMISSIONS": ("What its token may, such as `actions=read contents=write`.", "`amlops`, workflows"),
    "AMLOPS_APP_TOKEN_FILE": ("File with its token, which `amlops` makes and keeps fresh.", "what `amlops` starts"),
    "GITHUB_TOKEN": (
        "A token of GitHub's; with GITHUB_REPOSITORY, commands open pull requests and issues.",
        "`amlops`",
    ),
    "GITHUB_REPOSITORY": (
        "`owner/name`. Where one of the two is missing, branches are pushed and no more.",
        "`amlops`",
    ),
    "AMLOPS_WITHOUT": ("Stacks that `amlops stacks` and what hands waves on leave out.", "`amlops`"),
    "AMLOPS_AZURE_HOME": ("Home of a local Azure that stands in for every environment.", "`amlops`"),
    "AMLOPS_POLL_SECONDS": ("Seconds between two looks of whoever waits; 15 where it is not set.", "`amlops`"),
    "AMLOPS_OPERATION_MINUTES": (
        "Minutes that one operation of Azure's may take before an apply gives it up; 60 where it is not set.",
        "`amlops`, the programs",
    ),
    "AMLOPS_VERIFY_SUBSCRIPTION": ("The subscription that may be used and billed by it.", "`make verify-azure`"),
    "AZURE_CLIENT_ID": ("Whose federated token it is; each GitHub environment has its own.", "`amlops`"),
    "AZURE_FEDERATED_TOKEN_FILE": ("The file with the federated token; a job of GitHub's gets its own.", "`amlops`"),
    "PULUMI_BACKEND_URL": (
        "Another place for the state of an environment in Azure than its container: for rehearsals.",
        "`amlops`",
    ),
    "XDG_CACHE_HOME": ("Folder of the per-user cache that all clones share, else `~/.cache`.", "set-up, local Azure"),
    "ACCEPT": ("`1` renews golden files; `make accept` sets it.", "tests"),
    "LOCALAZURE_SEED": ("Repeats a test that kills the local Azure at a random moment.", "tests"),
}
"""Checked against the code where the name is ours or the code looks it up in `environ`."""

_LOOKED_UP = re.compile(r"(AMLOPS|LOCALAZURE)_[A-Z_]+|XDG_CACHE_HOME|ACCEPT")
COMMAND = Path("src/amlops/cli/env.py")
_INTERNAL = frozenset({"LOCALAZURE_PROCESS", "LOCALAZURE_AZURITE_KEY", "LOCALAZURE_TEST_SECRET"})
"""What the local Azure sets for its own children, and what its tests make up."""


def variables_page() -> Page:
    findings: list[str] = []
    places = printed("local", on_local=True), printed("dev", on_local=True), printed("dev", on_local=False)
    names = list(dict.fromkeys(name for place in places for name in place))
    rows = []
    for name in names:
        what, who = PRINTED.get(name, ("", ""))
        rows.append((code(name), what, who, *("yes" if name in place else "" for place in places)))
    findings += _differences("`amlops env` prints", set(names), set(PRINTED))
    read = set(looked_up(_sources(REPOSITORY)))
    findings += _differences("the code reads", read, {name for name in READ if _LOOKED_UP.fullmatch(name)})
    head = ("variable", "what it says", "who reads it", "local", "stood in for", "in Azure")
    lines = [HEAD, *table(head, rows)]
    lines += ["## What our own programs read besides", ""]
    lines += table(("variable", "what it says", "who reads it"), ((code(k), *v) for k, v in READ.items()))
    return Page("\n".join(lines), tuple(findings))


def printed(environment: str, *, on_local: bool) -> tuple[str, ...]:
    """The names that `amlops env` prints, by asking its own code with a cloud that needn't run: of an environment on a
    local Azure, or in Azure, where a federated token is there."""
    found = load_environment(Repository(REPOSITORY), environment)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        running = Running(
            home=home,
            pid=0,
            endpoint="https://127.0.0.1:1",
            proxy="http://127.0.0.1:2",
            ca=home / "ca.pem",
            tenant_id="tenant",
            subscription_id="subscription",
            client_id="client",
            client_secret="secret",  # noqa: S106 (a word in place of one)
            metadata_url="https://127.0.0.1:1/metadata",
            plugins=home / "plugins",
        )
        process = {"AMLOPS_PULUMI": sys.executable, "PATH": ""}
        if not on_local:
            process |= {"AZURE_CLIENT_ID": "client", "AZURE_FEDERATED_TOKEN_FILE": "file"}
        names = tuple(variables(Repository(home), found, running if on_local else None, process))
        if not found.is_local:
            names = (*names, *STATIC, *(SECRETS if on_local else ()))
        return (*names, *keys_in(REPOSITORY / COMMAND)) if on_local else names


def keys_in(file: Path) -> Iterator[str]:
    """Names of variables that are keys of maps in the code: what the command adds by asking a cloud that runs."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        for key in node.keys if isinstance(node, ast.Dict) else ():
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.isupper():
                yield key.value


def looked_up(files: Iterable[Path]) -> Iterator[str]:
    """Names of variables of ours that stand in the code as texts."""
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if _LOOKED_UP.fullmatch(text) and text not in _INTERNAL:
                yield text


def _sources(root: Path) -> list[Path]:
    """Our code and our tests; the tests' own variables are part of what a contributor sets."""
    own = Path(__file__)
    found = [*root.glob("src/**/*.py"), *root.glob("infra/**/*.py"), *root.glob("tests/**/*.py")]
    found += [file for file in root.glob("tools/**/*.py") if "node_modules" not in file.parts and file != own]
    return sorted(found)


def _differences(who: str, actual: set[str], described: set[str]) -> Iterator[str]:
    here = "tools/reference/variables.py:1"
    for name in sorted(actual - described):
        yield f"{here}: {who} {name}, which is not described; add it [undescribed-variable]"
    for name in sorted(described - actual):
        yield f"{here}: {name} is described, but not what {who}; remove it [undescribed-variable]"
