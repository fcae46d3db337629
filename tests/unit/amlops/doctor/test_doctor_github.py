"""What an owner sets on GitHub: in order, wrong with the step that mends it, or not to be seen."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.workflows.github import Hub, Server, serving
from tests.workflows.github.hub import Environment

from amlops.config import Repository
from amlops.doctor import OnGitHub, Result, all_checks, examine_github
from amlops.git import Git
from amlops.github import GitHub

ROOT = Path(__file__).parents[4]
APP_ID = 4711
PERMISSIONS = {"actions": "write", "contents": "write", "issues": "write", "members": "read", "pull_requests": "write"}


def _clone(folder: Path, organisation: str = "contoso") -> Repository:
    """What the checks read of this repository, with the App's id in the rulesets."""
    for name in ("environments", "deployments", ".github"):
        shutil.copytree(ROOT / name, folder / name)
    for file in ("CODEOWNERS", "Pulumi.yaml"):
        shutil.copy(ROOT / file, folder)
    for file in (folder / ".github/rulesets").glob("*.json"):
        file.write_text(file.read_text().replace('"actor_id": 0', f'"actor_id": {APP_ID}'))
    owners = folder / "CODEOWNERS"
    owners.write_text(owners.read_text().replace("@contoso/", f"@{organisation}/"))
    return Repository(folder)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    (tmp_path / "clone").mkdir()
    repo = _clone(tmp_path / "clone")
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "one"]):
        who = ["-c", "user.name=alice", "-c", "user.email=alice@contoso.test"]
        subprocess.run(["git", *who, *words], cwd=repo.root, check=True)
    return repo


@pytest.fixture
def hub(tmp_path: Path, repo: Repository) -> Hub:
    """A repository that its owner has set up as it should be."""
    hub = Hub(tmp_path / "hub")
    subprocess.run(["git", "remote", "add", "origin", str(hub.remote.path)], cwd=repo.root, check=True)
    subprocess.run(["git", "push", "-q", "origin", "main"], cwd=repo.root, check=True)
    hub.variables["AMLOPS_APP_CLIENT_ID"] = hub.app_client_id
    app = {"client_id": hub.app_client_id, "app_id": APP_ID, "app_slug": "amlops", "permissions": PERMISSIONS}
    hub.settings["installations"] = [app]
    hub.settings["runners"] = [{"name": "one", "status": "online", "labels": [{"name": "ml-prod"}]}]
    for wanted in _where(repo, hub, "nobody").wanted:
        reviewers = ("bob",) if wanted.reviewed else ()
        found = Environment(wanted.name, reviewers, ("main",), {"AZURE_CLIENT_ID": "id"} if wanted.azure else {})
        found.secrets["AMLOPS_APP_PRIVATE_KEY"] = "key"
        hub.environments[wanted.name] = found
    return hub


@pytest.fixture
def server(hub: Hub) -> Iterator[Server]:
    """It ends by finding every request as GitHub describes it."""
    with serving(hub) as server:
        yield server
    assert server.rest.wrong == []


def _where(repo: Repository, hub: Hub, token: str) -> OnGitHub:
    return OnGitHub(repo, GitHub(hub.url, hub.full_name, lambda: token, lambda _: None), Git(repo.root))


def _examine(repo: Repository, server: Server, role: str = "admin") -> list[Result]:
    return examine_github(_where(repo, server.hub, server.hub.person("owner", role).token))


def _wrong(results: list[Result], check: str = "") -> list[Result]:
    return [one for one in results if one.state == "wrong" and check in ("", one.check)]


def test_what_is_set_up_is_in_order(repo: Repository, server: Server) -> None:
    """Nothing is wrong with a repository whose owner did everything; every check had its say."""
    results = _examine(repo, server)
    assert _wrong(results) == []
    assert {one.check for one in results} >= {"rulesets", "environments", "variables", "app", "runners", "oidc-subject"}
    assert all(one.mend == "" for one in results if one.state == "ok")


def _without_ruleset(hub: Hub, repo: Repository) -> None:
    other = json.loads((repo.root / ".github/rulesets/main.json").read_text()) | {"name": "other"}
    (repo.root / ".github/rulesets/other.json").write_text(json.dumps(other))


def _ruleset_differs(hub: Hub, repo: Repository) -> None:
    file = repo.root / ".github/rulesets/main.json"
    file.write_text(
        file.read_text().replace('"required_approving_review_count": 1', '"required_approving_review_count": 2')
    )


def _no_environment(hub: Hub, repo: Repository) -> None:
    del hub.environments["prod-platform"]


def _any_branch(hub: Hub, repo: Repository) -> None:
    hub.environments["prod-diabetes-research"].branches = ()


def _another_branch(hub: Hub, repo: Repository) -> None:
    hub.environments["prod-platform"].branches = ("main", "release/*")


def _not_main(hub: Hub, repo: Repository) -> None:
    hub.environments["prod-platform"].branches = ("release/*",)


def _nobody_asked(hub: Hub, repo: Repository) -> None:
    hub.environments["prod-platform"].reviewers = ()


def _no_client(hub: Hub, repo: Repository) -> None:
    hub.environments["dev-platform"].variables = {}


def _client_of_repository(hub: Hub, repo: Repository) -> None:
    hub.environments["dev-platform"].variables = {}
    hub.variables["AZURE_CLIENT_ID"] = "one for all"


def _no_app_variable(hub: Hub, repo: Repository) -> None:
    del hub.variables["AMLOPS_APP_CLIENT_ID"]


def _secret_of_repository(hub: Hub, repo: Repository) -> None:
    hub.environments["automation"].secrets = {}
    hub.secrets["AMLOPS_APP_PRIVATE_KEY"] = "key"


def _no_secret(hub: Hub, repo: Repository) -> None:
    hub.environments["automation"].secrets = {}


def _not_installed(hub: Hub, repo: Repository) -> None:
    hub.settings["installations"] = []


def _app_may_little(hub: Hub, repo: Repository) -> None:
    hub.settings["installations"][0]["permissions"] = {**PERMISSIONS, "contents": "read"}


def _another_app(hub: Hub, repo: Repository) -> None:
    hub.settings["installations"][0]["app_id"] = 1


def _offline(hub: Hub, repo: Repository) -> None:
    hub.settings["runners"][0]["status"] = "offline"


def _no_runner(hub: Hub, repo: Repository) -> None:
    hub.settings["runners"] = []


def _own_subject(hub: Hub, repo: Repository) -> None:
    hub.settings["subject"] = {"use_default": False, "include_claim_keys": ["repo", "actor"]}


def _token_writes(hub: Hub, repo: Repository) -> None:
    hub.settings["token"] = {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": True}


def _unpinned(hub: Hub, repo: Repository) -> None:
    hub.settings["actions"] = {"enabled": True, "allowed_actions": "all", "sha_pinning_required": False}


def _switched_off(hub: Hub, repo: Repository) -> None:
    hub.settings["actions"] = {"enabled": False}


def _unknown_owner(hub: Hub, repo: Repository) -> None:
    error = {"line": 4, "column": 1, "kind": "Unknown owner", "source": "* @contoso/gone", "message": "x", "path": "x"}
    hub.settings["codeowners"] = {"errors": [error]}


def _another_organisation(hub: Hub, repo: Repository) -> None:
    file = repo.root / "CODEOWNERS"
    file.write_text(file.read_text().replace("@contoso/", "@fabrikam/"))


def _stale_codeowners(hub: Hub, repo: Repository) -> None:
    file = repo.root / "CODEOWNERS"
    file.write_text(file.read_text() + "/docs/ @contoso/ml-platform\n")


def _applied_elsewhere(hub: Hub, repo: Repository) -> None:
    tree = hub.remote.git("rev-parse", "main^{tree}")
    hub.remote.set("refs/applied/prod", hub.remote.commit(tree, [], "mine", "mallory"))


def _lost_ref(hub: Hub, repo: Repository) -> None:
    main = hub.remote.git("rev-parse", "main")
    said = json.dumps({"applies": [{"smoke": []}], "written": {"at": "2026-11-28T08:00:00Z"}})
    blob = hub.remote.git("hash-object", "-w", "--stdin", stdin=said)
    tree = ""
    for name in (f"applied-{main}.json", "staging", "stacks"):
        kind = "100644 blob" if name.endswith(".json") else "040000 tree"
        tree = hub.remote.git("mktree", stdin=f"{kind} {tree or blob}\t{name}\n")
    hub.remote.set("refs/heads/evidence", hub.remote.commit(tree, [], "evidence", "amlops"))


CASES = [
    (
        _without_ruleset,
        "rulesets",
        "the ruleset other is not live",
        "gh api -X POST repos/contoso/ml/rulesets --input ",
    ),
    (
        _ruleset_differs,
        "rulesets",
        "required_approving_review_count is 1, not 2",
        "gh api -X PUT repos/contoso/ml/rulesets/",
    ),
    (_no_environment, "environments", "there is no environment prod-platform", "/environments/prod-platform"),
    (_any_branch, "environments", "jobs of any branch get into prod-diabetes-research", "custom_branch_policies]=true"),
    (_another_branch, "environments", "jobs of release/* get into prod-platform", "/settings/environments"),
    (_not_main, "environments", "jobs of main don't get into prod-platform", "deployment-branch-policies -f name=main"),
    (
        _nobody_asked,
        "environments",
        "nobody is asked before a job gets into prod-platform",
        "orgs/contoso/teams/ml-platform",
    ),
    (
        _no_client,
        "variables",
        "dev-platform lacks the variable AZURE_CLIENT_ID",
        "gh variable set AZURE_CLIENT_ID --env dev-platform",
    ),
    (_client_of_repository, "variables", "dev-platform lacks the variable AZURE_CLIENT_ID", "--env dev-platform"),
    (
        _no_app_variable,
        "variables",
        "lacks the variable AMLOPS_APP_CLIENT_ID",
        "gh variable set AMLOPS_APP_CLIENT_ID --repo",
    ),
    (
        _secret_of_repository,
        "variables",
        "workflows of every branch may read it",
        "gh secret delete AMLOPS_APP_PRIVATE_KEY",
    ),
    (_no_secret, "variables", "automation lacks the secret AMLOPS_APP_PRIVATE_KEY", "--env automation"),
    (_not_installed, "app", "no App with the client id of AMLOPS_APP_CLIENT_ID", "/settings/apps"),
    (_app_may_little, "app", "the App lacks contents: write", "/settings/apps/amlops/permissions"),
    (_another_app, "app", "main.json doesn't let the App pass", "write 1 as actor_id"),
    (_offline, "runners", "no runner is online with the label ml-prod", "start one"),
    (_no_runner, "runners", "there is no runner with the label ml-prod", "--labels ml-prod"),
    (_own_subject, "oidc-subject", "subjects are made of repo, actor", "-F use_default=true"),
    (
        _token_writes,
        "default-token",
        "may write by default and may approve pull requests",
        "default_workflow_permissions=read",
    ),
    (_unpinned, "actions", "need not be pinned", "sha_pinning_required=true"),
    (_switched_off, "actions", "workflows are switched off", "enabled=true"),
    (_unknown_owner, "codeowners", "GitHub refuses line 4 of CODEOWNERS: Unknown owner", "/orgs/contoso/teams"),
    (
        _another_organisation,
        "codeowners",
        "names teams of fabrikam; the repository is contoso's",
        "--organisation contoso",
    ),
    (_stale_codeowners, "codeowners", "not what environments and deployments say", "amlops doctor codeowners --write"),
    (_lost_ref, "refs", "staging was applied from", ":refs/applied/staging"),
    (_applied_elsewhere, "refs", "prod is said to be applied from", "refs/applied/prod --force"),
]


@pytest.mark.parametrize(("spoil", "check", "said", "mend"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_wrong_is_found_with_the_step_that_mends_it(
    spoil: Any, check: str, said: str, mend: str, hub: Hub, repo: Repository, server: Server
) -> None:
    """One thing out of order is found by its check alone, and the step is a command or a page of settings."""
    spoil(hub, repo)
    found = _wrong(_examine(repo, server))
    assert found
    assert {one.check for one in found} == {check}
    assert any(said in one.said for one in found), [one.said for one in found]
    assert any(mend in one.mend for one in found), [one.mend for one in found]
    for one in found:
        assert re.match(r"(gh |https?://|git push|amlops |write |start |push )", one.mend), one.mend


def test_every_check_of_github_has_a_bad_case() -> None:
    """A check that nothing fails is a check that nobody has seen working."""
    mine = {check.id for check in all_checks() if "doctor.github" in type(check).__module__}
    assert {check for _, check, _, _ in CASES} == mine


def test_who_may_not_see_is_told_so(repo: Repository, server: Server) -> None:
    """With a token of somebody who may only read, what can't be seen is unknown and not wrong."""
    results = _examine(repo, server, role="none")
    assert _wrong(results) == []
    assert {one.state for one in results if one.check == "default-token"} == {"unknown"}


def test_app_of_an_organisation_that_is_not_mine_is_unknown(hub: Hub, repo: Repository, server: Server) -> None:
    """Installations are seen by owners of the organisation only; the rest is checked all the same."""
    hub.settings["owner_of_organisation"] = False
    results = _examine(repo, server)
    assert [one.state for one in results if one.check == "app"] == ["unknown"]
    assert _wrong(results) == []


def test_repositories_of_today_are_named_with_their_ids(hub: Hub, repo: Repository, server: Server) -> None:
    """The form of the subject follows from the day on which the repository was made."""
    where = _where(repo, hub, hub.person("owner", "admin").token)
    from amlops.doctor.github.oidc_subject import subject_name

    found = dict(where.github.get("/repos/contoso/ml"))
    assert subject_name(where) == "contoso/ml" or "@" in subject_name(where)

    class New:
        repository = "contoso/ml"

        def get(self, path: str) -> dict[str, Any]:
            return {**found, "id": 7, "owner": {"id": 5}, "created_at": "2026-08-01T00:00:00Z"}

    new: Any = New()
    assert subject_name(OnGitHub(repo, new, where.git)) == "contoso@5/ml@7"


def test_rulesets_are_what_github_imports() -> None:
    """The files name what GitHub's form has, and nothing of a live one."""
    for file in (ROOT / ".github/rulesets").glob("*.json"):
        content = json.loads(file.read_text())
        assert set(content) == {"name", "target", "enforcement", "bypass_actors", "conditions", "rules"}
        assert content["name"] == file.stem
