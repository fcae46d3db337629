"""Which stacks a change touches, why, and in which waves they are applied."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from amlops.applied import applied_commit, applied_ref, move_applied
from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.git import Git, GitFailed
from amlops.stacks.behind import behind
from amlops.stacks.declared import Declared
from amlops.stacks.touched import Reason, Touched, touched
from amlops.stacks.waves import matrix, realms, waves

ROOT = Path(__file__).parents[4]
RELEASE = "60c746df0471"
ABOUT = """\
# yaml-language-server: $schema=../../environments/schemas/about.json
description: Predicts something.
team: diabetes-research
environments: [local, dev, staging, prod]
sample_request: sample.json
"""


def _deployment(root: Path, name: str, **stages: str) -> None:
    folder = root / "deployments" / name
    (folder / "stages").mkdir(parents=True)
    (folder / "about.yaml").write_text(ABOUT)
    for file in ("endpoint.yml", "deployment.yml", "sample.json"):
        (folder / file).write_text("{}")
    for environment, text in stages.items():
        (folder / "stages" / f"{environment}.yaml").write_text(text)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """Our environments, and two deployments: churn runs in dev and prod, idle in none yet."""
    root = tmp_path / "clone"
    shutil.copytree(ROOT / "environments", root / "environments")
    _deployment(root, "churn", dev=f'current: "{RELEASE}"\n', prod=f'current: "0123456789ab"\ncandidate: "{RELEASE}"\n')
    _deployment(root, "idle")
    return Repository(root)


def _names(found: Touched) -> list[str]:
    return [stack.text for stack in found.stacks]


ALL = ["shared", "dev", "dev.churn", "staging", "prod", "prod.churn"]


@pytest.mark.parametrize(
    ("path", "stacks"),
    [
        ("environments/dev.yaml", ["dev", "dev.churn"]),
        ("environments/shared.yaml", ["shared", "dev", "staging", "prod"]),
        ("infra/components/storage.py", ALL),
        ("src/amlops/config/names.py", ALL),
        ("src/amlops/releases/stage.py", ALL),
        ("Pulumi.yaml", ALL),
        ("requirements.lock", ALL),
        ("deployments/churn/stages/prod.yaml", ["prod.churn"]),
        ("deployments/churn/stages/dev.yaml", ["dev.churn"]),
        (f"deployments/churn/releases/{RELEASE}.yaml", ["dev.churn", "prod.churn"]),
        ("deployments/churn/about.yaml", ["dev", "dev.churn", "staging", "prod", "prod.churn"]),
        ("deployments/idle/about.yaml", ["dev", "staging", "prod"]),
        ("environments/local.yaml", []),
        ("environments/promotion.yaml", []),
        ("environments/permissions.yaml", []),
        ("environments/schemas/about.json", []),
        ("deployments/churn/releases/ffffffffffff.yaml", []),
        ("deployments/churn/tests/test_scoring.py", []),
        ("deployments/churn/README.md", []),
        ("deployments/churn/stages/nowhere.yaml", []),
        ("src/amlops/cli/main.py", []),
        ("docs/concepts.md", []),
        ("tests/unit/test_x.py", []),
    ],
)
def test_path_touches_its_stacks(repo: Repository, path: str, stacks: list[str]) -> None:
    """In wave order, each with the path as its reason; what touches none says so."""
    found = touched([path], Declared(repo))
    assert _names(found) == stacks
    assert all(reason.path == path for why in found.stacks.values() for reason in why)
    assert bool(found.nothing) is not bool(stacks)


def test_manifest_touches_no_stack(repo: Repository) -> None:
    """Editing it changes no environment until a release carries it; it is rehearsed."""
    found = touched(["deployments/churn/deployment.yml", "deployments/churn/src/score.py"], Declared(repo))
    assert found.stacks == {}
    assert [reason.why for reason in found.rehearse["churn"]] == ["a release will carry it"] * 2


def test_what_is_gone_from_git_is_told(repo: Repository) -> None:
    """Its resources may still be there."""
    shutil.rmtree(repo.deployment("churn"))
    (repo.environments / "staging.yaml").unlink()
    _without_staging(repo)
    found = touched(
        ["deployments/churn/about.yaml", "deployments/churn/stages/dev.yaml", "environments/staging.yaml"],
        Declared(repo),
    )
    assert found.stacks == {}
    assert list(found.gone) == ["dev.churn", "staging"]


def _without_staging(repo: Repository) -> None:
    file = repo.environments / "promotion.yaml"
    text = file.read_text().replace("order: [dev, staging, prod]", "order: [dev, prod]")
    head, _, rest = text.partition("  staging:\n")
    after = rest.partition("  prod:\n")
    file.write_text(head + "  prod:\n" + after[2] if after[1] else head)
    about = repo.about_file("idle")
    about.write_text(about.read_text().replace("staging, ", ""))


def test_waves_go_registry_platform_deployments_and_by_environment(repo: Repository) -> None:
    """A change of the programs reaches an environment when the one before has it."""
    found = touched(["infra/__main__.py"], Declared(repo))
    order = waves(found, Declared(repo))
    assert [[stack.text for stack in wave] for wave in order.waves] == [[name] for name in ALL]
    assert order.held == {}


def test_stage_waits_only_for_its_own_platform(repo: Repository) -> None:
    """Releases of prod go on while something else is applied in dev."""
    paths = ["environments/dev.yaml", "deployments/churn/stages/dev.yaml", "deployments/churn/stages/prod.yaml"]
    order = waves(touched(paths, Declared(repo)), Declared(repo))
    assert [[stack.text for stack in wave] for wave in order.waves] == [["dev", "prod.churn"], ["dev.churn"]]


def test_who_waits_for_a_person_keeps_nothing_else_back(repo: Repository) -> None:
    """prod's platform is kept from deletion, so its reviewers are asked; what needs nobody comes first."""
    paths = ["environments/prod.yaml", "environments/dev.yaml"]
    order = waves(touched(paths, Declared(repo)), Declared(repo))
    assert [[stack.text for stack in wave] for wave in order.waves] == [
        ["dev"],
        ["prod"],
        ["dev.churn", "prod.churn"],
    ]


def test_a_way_back_goes_on_while_its_platform_waits_for_a_person(repo: Repository) -> None:
    """A stage that moves is applied on the platform as it is, whoever asks for its reviewer, and where it failed; what
    only the platform's file changes waits for it, and so does a deployment that was never applied."""
    declared = Declared(repo)
    paths = ["environments/prod.yaml", "deployments/churn/stages/prod.yaml"]
    order = waves(touched(paths, declared), declared)
    assert [[stack.text for stack in wave] for wave in order.waves] == [["prod.churn"], ["prod"]]
    for left in ({"asked": ["prod"]}, {"without": ["prod"]}):
        order = waves(touched(paths, declared), declared, **left)
        assert [[stack.text for stack in wave] for wave in order.waves] == [["prod.churn"]]
    order = waves(touched(["environments/shared.yaml", paths[1]], declared), declared, without=["shared"])
    assert [[stack.text for stack in wave] for wave in order.waves] == [["prod.churn"]], "its platform is held itself"
    order = waves(touched(["infra/__main__.py", paths[1]], declared), declared)
    assert [[stack.text for stack in wave] for wave in order.waves][-2:] == [["prod"], ["prod.churn"]], "programs too"
    order = waves(touched(paths[:1], declared), declared, asked=["prod"])
    assert order.waves == ()
    assert {stack.text: by for stack, by in order.held.items()} == {"prod.churn": "prod"}
    never = {declared.stack("churn", "prod"): (Reason("refs/applied/prod.churn", "it was never applied"),)}
    assert waves(Touched(never, {}, {}, ()), declared, asked=["prod"]).waves == ()


def test_stack_that_failed_holds_back_what_waits_for_it(repo: Repository) -> None:
    """The others go on."""
    declared = Declared(repo)
    paths = ["infra/__main__.py", "deployments/churn/stages/prod.yaml"]
    order = waves(touched(paths, declared), declared, without=["dev"])
    assert [[stack.text for stack in wave] for wave in order.waves] == [["shared"]]
    assert {stack.text: by for stack, by in order.held.items()} == {
        "dev.churn": "dev",
        "staging": "dev",
        "prod": "dev",
        "prod.churn": "dev",
    }
    paths = ["environments/dev.yaml", "deployments/churn/stages/prod.yaml"]
    order = waves(touched(paths, declared), declared, without=["dev"])
    assert [[stack.text for stack in wave] for wave in order.waves] == [["prod.churn"]]
    assert [stack.text for stack in order.held] == ["dev.churn"]


def test_wave_fits_into_a_matrix(repo: Repository) -> None:
    """GitHub takes 256 jobs; a wave that has more becomes several."""
    for at in range(7):
        _deployment(repo.root, f"more{at}", dev="current: null\n")
    declared = Declared(repo)
    order = waves(touched(["environments/dev.yaml"], declared), declared, most=3)
    assert [len(wave) for wave in order.waves] == [1, 3, 3, 2]


def test_realms_take_turns_where_a_matrix_takes_fewer(repo: Repository) -> None:
    """Each is asked within as many days as it takes to get through them, and none twice a day."""
    declared = Declared(repo)
    entries = realms(repo, declared.stacks, declared, date(2026, 11, 28))["include"]
    all_of_them = {str(entry["github_environment"]) for entry in entries}
    assert len(all_of_them) == len(entries) > 4
    most = 3
    seen: set[str] = set()
    for night in range(-(-len(entries) // most)):
        day = date(2026, 11, 28) + timedelta(days=night)
        tonight = realms(repo, declared.stacks, declared, day, most=most)["include"]
        names = {str(entry["github_environment"]) for entry in tonight}
        assert len(names) == len(tonight) == most
        seen |= names
    assert seen == all_of_them


def test_matrix_names_what_a_job_needs(repo: Repository) -> None:
    """The GitHub environment is the platform's or the team's."""
    declared = Declared(repo)
    stacks = [stack for stack in declared.stacks if stack.environment == "prod"]
    entries = matrix(repo, stacks, declared)["include"]
    assert entries == [
        {
            "stack": "prod",
            "environment": "prod",
            "github_environment": "prod-platform",
            "runner": "ml-prod",
        },
        {
            "stack": "prod.churn",
            "environment": "prod",
            "github_environment": "prod-diabetes-research",
            "runner": "ml-prod",
        },
    ]


@pytest.fixture
def git(repo: Repository, tmp_path: Path) -> Git:
    """The repository with a commit and a bare remote that has it."""
    remote = tmp_path / "remote.git"
    _run(tmp_path, "git", "init", "-q", "--bare", "-b", "main", str(remote))
    for words in (
        ("init", "-q", "-b", "main"),
        ("config", "user.name", "t"),
        ("config", "user.email", "t@example.invalid"),
        ("remote", "add", "origin", str(remote)),
    ):
        _run(repo.root, "git", *words)
    found = Git(repo.root)
    _commit(found, "start")
    return found


def _run(where: Path, *words: str) -> str:
    return subprocess.run(words, cwd=where, capture_output=True, text=True, check=True).stdout.strip()


def _commit(git: Git, subject: str) -> str:
    _run(git.root, "git", "add", "-A")
    _run(git.root, "git", "commit", "-qm", subject, "--allow-empty")
    _run(git.root, "git", "push", "-q", "origin", "main")
    return git.head()


def test_never_applied_means_behind(git: Git, repo: Repository) -> None:
    """Every stack that git declares is; a deployment without a stage declares none."""
    assert _names(behind(git, Declared(repo), git.head())) == ALL


def test_applied_stacks_are_behind_when_their_files_change(git: Git, repo: Repository) -> None:
    """Each is compared with its own commit; one whose files stayed the same is left alone."""
    first = git.head()
    for name in ALL:
        assert move_applied(git, name, None, first)
    assert _names(behind(git, Declared(repo), first)) == []
    (repo.stage_file("churn", "dev")).write_text("current: null\n")
    second = _commit(git, "retire")
    assert _names(behind(git, Declared(repo), second)) == ["dev.churn"]
    assert move_applied(git, "dev.churn", first, second)
    assert _names(behind(git, Declared(repo), second)) == []
    (repo.root / "docs").mkdir()
    (repo.root / "docs" / "a.md").write_text("a")
    (repo.environments / "prod.yaml").write_text((repo.environments / "prod.yaml").read_text() + "\n")
    third = _commit(git, "platform")
    assert _names(behind(git, Declared(repo), third)) == ["prod", "prod.churn"]


def test_stack_without_a_file_is_gone(git: Git, repo: Repository) -> None:
    """A ref of a stack that nothing declares any more is told, and never applied."""
    head = git.head()
    assert move_applied(git, "dev.former", None, head)
    found = behind(git, Declared(repo), head)
    assert list(found.gone) == ["dev.former"]
    assert "dev.former" not in _names(found)


def test_emptied_stage_is_applied_once_more(git: Git, repo: Repository) -> None:
    """Even where the file itself was deleted: what it named is deleted by the apply."""
    head = git.head()
    for name in ALL:
        move_applied(git, name, None, head)
    repo.stage_file("churn", "dev").unlink()
    assert _names(behind(git, Declared(repo), _commit(git, "retire"))) == ["dev.churn"]


def test_a_stack_that_is_ahead_is_not_behind(git: Git, repo: Repository) -> None:
    """An older run that looks after a newer one has nothing to do there; a commit of no history of ours is no later
    one."""
    first = git.head()
    for name in ALL:
        assert move_applied(git, name, None, first)
    (repo.environments / "dev.yaml").write_text((repo.environments / "dev.yaml").read_text() + "# two\n")
    second = _commit(git, "two")
    assert move_applied(git, "dev", first, second)
    _run(repo.root, "git", "checkout", "-q", first)
    assert _names(behind(git, Declared(repo), first)) == []
    strange = _run(repo.root, "git", "commit-tree", f"{second}^{{tree}}", "-m", "strange")
    assert move_applied(git, "dev", second, strange)
    assert _names(behind(git, Declared(repo), first)) == ["dev"]


def test_a_ref_that_names_no_commit_leaves_its_stack_behind(git: Git, repo: Repository) -> None:
    """Somebody pushed something else there: the stack is to be applied, whose apply says what to do; the others are as
    they were."""
    head = git.head()
    for name in ALL:
        assert move_applied(git, name, None, head)
    ref, nobody = applied_ref("dev"), "0123456789" * 4
    for said in ("hello\n", f"{nobody}\n"):
        assert git.swap(ref, git.remote_refs(ref)[ref], git.store(said))
        assert _names(behind(git, Declared(repo), head)) == ["dev"]
        with pytest.raises(AmlopsError, match=rf"{ref} names .* no commit of origin; set it to the commit"):
            applied_commit(git, "dev")


def test_a_remote_that_does_not_answer_is_told_as_that(git: Git) -> None:
    """And not as a ref that names nothing."""
    lost = replace(git, remote=str(git.root / "nowhere"))
    with pytest.raises(GitFailed, match="git could not fetch objects"):
        lost.obtain("0123456789" * 4)
    assert not git.obtain("0123456789" * 4)
