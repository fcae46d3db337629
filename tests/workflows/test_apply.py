"""A merge brings main to the cloud: by what git explains, each stack by its own identity, the others go on."""

from __future__ import annotations

import json

from .company import merge
from .world import World, told

DEV = "environments/dev.yaml"


def test_a_merge_is_applied_and_written_down(brought_up: World) -> None:
    """A tag of dev: one stack is touched, planned without a credential, applied by dev's platform identity; its ref and
    its evidence say from which commit. Nobody else's identity was used, and no stack of another environment."""
    world = brought_up
    text = world.alice.read(DEV).replace('cost-center: "4712"', 'cost-center: "4799"')
    merge(world, "tag", {DEV: text}, "feat: another cost centre")
    world.settle()
    run = world.ended(
        "apply.yml",
        {"stacks": "success", "expected (dev)": "success", "apply (dev)": "success", "hand-on": "success"},
        event="push",
    )
    applied = world.hub.remote.resolve("refs/applied/dev")
    assert applied == run.commit == world.hub.remote.resolve("main")
    assert world.hub.issuer.given
    assert set(world.hub.issuer.given) == {"repo:contoso/ml:environment:dev-platform"}
    written = world.evidence(f"stacks/dev/applied-{applied}.json")
    assert written is not None
    assert (written["written"]["run"], written["written"]["commit"]) == (run.id, applied)
    assert "tags.cost-center" in json.dumps(written)
    refused = [answer for answer in world.server.rest.exchanges if answer.status == 403]
    assert refused == [], told(run)


def test_nobody_pushes_to_main_past_the_rules(brought_up: World) -> None:
    """A person's push is refused by the repository's own ruleset, and so is one to the evidence."""
    for branch in ("main", "evidence"):
        world = brought_up
        world.alice.git("fetch", "-q", "origin")
        world.alice.git("checkout", "-q", "--detach", f"origin/{branch}")
        (world.alice.folder / "x.txt").write_text(branch)
        world.alice.git("add", "-A")
        world.alice.git("commit", "-qm", "feat: past the rules")
        try:
            world.alice.git("push", "-q", "origin", f"HEAD:{branch}")
        except AssertionError as refused:
            assert "GH013" in str(refused)
        else:
            raise AssertionError(f"{branch} took it")
