"""Which stacks there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlops.config import ConfigError, Repository, load_environment
from amlops.stacks import deployment_stacks, parse_stack, platform_stack, registry_stack

REPO = Repository(Path(__file__).parents[4])


@pytest.mark.parametrize(
    ("text", "environment", "kind"),
    [
        ("shared", "shared", "registry"),
        ("local.shared", "local", "registry"),
        ("local", "local", "platform"),
        ("prod", "prod", "platform"),
        ("local.diabetes-progression", "local", "deployment"),
    ],
)
def test_stack_is_known_by_its_name(text: str, environment: str, kind: str) -> None:
    """A name says environment and kind."""
    stack, found = parse_stack(REPO, text)
    assert (stack.environment, stack.kind, found.name, str(stack)) == (environment, kind, environment, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prd", r"there is no environment \"prd\"; available environments are"),
        ("prod.shared", r"prod brings no registry, it reads that of \"shared\""),
        ("local.nothing", r"there is no deployment \"nothing\"; available deployments are diabetes-progression"),
    ],
)
def test_name_without_a_file_behind_it_is_refused(text: str, said: str) -> None:
    """The message names what there is."""
    with pytest.raises(ConfigError, match=said):
        parse_stack(REPO, text)


def test_local_has_all_three_kinds_of_stacks() -> None:
    """The local environment brings its own registry; dev reads the shared one."""
    local, dev = load_environment(REPO, "local"), load_environment(REPO, "dev")
    assert str(registry_stack(local)) == "local.shared"
    assert str(platform_stack(local)) == "local"
    assert "local.diabetes-progression" in map(str, deployment_stacks(REPO, local))
    assert registry_stack(dev) is None
