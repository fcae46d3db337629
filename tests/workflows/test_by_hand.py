"""What a person does with a rollout that goes on, by the commands of its page."""

from __future__ import annotations

import time

from tests.support.how_to import blocks

from .agreement import assert_agreed
from .company import DEPLOYMENT, FOLDER, faster, offer, traffic, users
from .github.run import Run
from .world import World, pasted, said, told

PROD = "prod"
STACK = f"{PROD}.{DEPLOYMENT}"


def _until(run: Run, word: str, after: int = 0, seconds: float = 120.0) -> int:
    """Waits until a run has said a word, after so many characters of all that it says; gives where. Raises
    TimeoutError."""
    until = time.monotonic() + seconds
    while (found := said(run).find(word, after)) < 0:
        if time.monotonic() > until or not run.active:
            raise TimeoutError(f'"{word}" was not said: {told(run)}')
        time.sleep(0.1)
    return found


def test_a_rollout_is_paused_let_go_on_and_aborted(deployed: World) -> None:
    """As docs/how-to/pause-a-rollout.md has it: looked at, held at its step however well it does, let go on to the next
    one, ended. The old release has all traffic again, git says rejected, and nobody was answered an error."""
    world = deployed
    where, hold, watch, once = blocks("pause-a-rollout")
    pause, resume, abort = hold.splitlines()
    manifest = f"{FOLDER}/deployment.yml"
    changed = world.alice.read(manifest) + "environment_variables:\n  ROUND: two\n"
    client = users(world, PROD)
    with client.asking():
        old, new = offer(world, PROD, {manifest: changed})
        run = world.begun("rollout.yml", "rollout", "prod-")
        world.alice.git("fetch", "-q", "origin")
        world.alice.git("checkout", "-q", "-B", "look", "origin/main")
        _until(run, f"{new}: the smoke test passed")
        assert f"the rollout of {new} on {STACK} is paused by" in pasted(world, pause)
        with faster(world, 20):
            held = _until(run, "a mirror of 10 % passed; paused by")
        assert f"{new} at a mirror of 10 %" in pasted(world, where)
        assert "paused by" in pasted(world, where)
        assert traffic(world, PROD) == {f"r-{old}": 100}

        assert "let go on by" in pasted(world, resume)
        with faster(world, 20):
            _until(run, f"{STACK}: 10 %: ", held)
        assert traffic(world, PROD) == {f"r-{old}": 90, f"r-{new}": 10}

        assert "aborted by" in pasted(world, abort)
        run.ended.wait(60)
        world.settle()
        assert run.conclusion == "success", told(run)
        assert "no rollout is left to do" in pasted(world, watch)
        assert f"{STACK}: " in pasted(world, once)
        client.wait(60)
    assert client.failed == []
    stage = world.stage(DEPLOYMENT, PROD)
    assert (stage["current"], stage.get("candidate"), stage["rejected"]) == (old, None, [new])
    assert traffic(world, PROD) == {f"r-{old}": 100}
    assert_agreed(world)
