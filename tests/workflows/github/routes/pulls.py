"""Pull requests: opened, changed, reviewed, merged under the branch's rules."""

from __future__ import annotations

from typing import Any

from ..call import Call, Refused, Reply, Route
from ..hub import Issue, Pull, Review, as_user
from ..rulesets import rules_for
from .repository import REPO
from .repository import known as known_repository

READ, WRITE = (("pull-requests", "read"),), (("pull-requests", "write"),)


def known(call: Call, issue: Issue) -> dict[str, Any]:
    pull, hub = issue.pull, call.hub
    assert pull is not None
    head_name = pull.fork or hub.full_name

    def side(branch: str, sha: str, full_name: str) -> dict[str, Any]:
        owner = full_name.split("/")[0]
        return {
            "label": f"{owner}:{branch}",
            "ref": branch,
            "sha": sha,
            "user": as_user(owner),
            "repo": known_repository(call, full_name),
        }

    base = hub.remote.resolve(f"refs/heads/{pull.base}") or ""
    return {
        "id": issue.number,
        "number": issue.number,
        "html_url": f"{hub.url}/{hub.full_name}/pull/{issue.number}",
        "state": issue.state,
        "title": issue.title,
        "body": issue.body,
        "user": as_user(issue.author),
        "labels": [{"name": name} for name in issue.labels],
        "created_at": issue.created,
        "updated_at": issue.updated,
        "closed_at": issue.closed,
        "merged_at": pull.merged,
        "merged": pull.merged is not None,
        "merged_by": as_user(pull.merged_by) if pull.merged_by else None,
        "merge_commit_sha": pull.merge_commit or hub.remote.resolve(f"refs/pull/{issue.number}/merge"),
        "mergeable": hub.remote.merged_tree(base, hub.head_of(issue)) is not None if issue.state == "open" else None,
        "head": side(pull.head, hub.head_of(issue), head_name),
        "base": side(pull.base, base, hub.full_name),
        "author_association": "MEMBER",
        "auto_merge": None,
        "draft": False,
        "milestone": None,
        "assignee": None,
        "locked": False,
    }


def listed(call: Call) -> Reply:
    state, head, base = call.query.get("state", "open"), call.query.get("head"), call.query.get("base")
    found = []
    for issue in sorted(call.hub.issues.values(), key=lambda item: -item.number):
        pull = issue.pull
        if pull is None or state not in ("all", issue.state):
            continue
        owner = (pull.fork or call.hub.full_name).split("/")[0]
        if head and head != f"{owner}:{pull.head}":
            continue
        if base and base != pull.base:
            continue
        found.append(known(call, issue))
    return Reply(listed=found)


def create(call: Call) -> Reply:
    hub, base = call.hub, call.body["base"]
    owner, _, branch = call.body["head"].rpartition(":")
    fork = f"{owner}/{hub.name}" if owner and owner != hub.owner else ""
    source = hub.repository(fork)
    commit = source.resolve(f"refs/heads/{branch}")
    if commit is None or hub.remote.resolve(f"refs/heads/{base}") is None:
        raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "field": "head", "code": "invalid"}])
    if hub.pull_of(branch, fork):
        said = f"A pull request already exists for {owner or hub.owner}:{branch}."
        raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": said}])
    if not fork and hub.remote.git("rev-list", "--count", f"refs/heads/{base}..{commit}") == "0":
        said = f"No commits between {base} and {branch}"
        raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": said}])
    made = hub.new_issue(call.body.get("title", branch), call.body.get("body") or "", call.caller.login)
    made.pull = Pull(branch, base, fork)
    hub.update_pull(made)
    if hub.runs is not None:
        hub.runs.pull_request(made, "opened", call.caller)
    return Reply(201, known(call, made))


def get(call: Call) -> Reply:
    return Reply(body=known(call, call.pull()))


def update(call: Call) -> Reply:
    issue, now = call.pull(), call.hub.clock.text()
    if issue.author != call.caller.login and not call.caller.may("contents", "write"):
        raise Refused(403, "Resource not accessible by integration")
    issue.title = call.body.get("title", issue.title)
    issue.body = call.body.get("body", issue.body) or ""
    issue.updated = now
    state = call.body.get("state")
    if state and state != issue.state:
        issue.state, issue.closed = state, now if state == "closed" else None
        if call.hub.runs is not None:
            call.hub.runs.pull_request(issue, "closed" if state == "closed" else "reopened", call.caller)
    return Reply(body=known(call, issue))


def merge(call: Call) -> Reply:
    """Under the rules of the branch; squash and merge, as a commit by the caller."""
    hub, issue = call.hub, call.pull()
    pull = issue.pull
    assert pull is not None
    if not call.caller.may("contents", "write"):
        raise Refused(403, "Resource not accessible by integration")
    if issue.state != "open":
        raise Refused(405, "Pull Request is not mergeable")
    head, ref = hub.head_of(issue), f"refs/heads/{pull.base}"
    if call.body.get("sha", head) != head:
        raise Refused(409, "Head branch was modified. Review and try the merge again.")
    rules = rules_for(hub.remote, pull.base, call.caller, by_pull=True)
    approved = _approvals(issue, head)
    if len(approved - {issue.author}) < rules.approvals:
        raise Refused(405, f"At least {rules.approvals} approving review is required by reviewers with write access.")
    if hub.runs is not None and (missing := hub.runs.red_checks(head, rules.checks)):
        raise Refused(405, f'Required status check "{missing[0]}" is expected.')
    base = hub.remote.git("rev-parse", ref)
    tree = hub.remote.merged_tree(base, head)
    if tree is None:
        raise Refused(405, "Pull Request is not mergeable")
    squash = call.body.get("merge_method", "merge") == "squash"
    title = call.body.get("commit_title") or (
        f"{issue.title} (#{issue.number})" if squash else f"Merge pull request #{issue.number} from {pull.head}"
    )
    message = f"{title}\n\n{call.body.get('commit_message', '')}".strip()
    made = hub.remote.commit(tree, [base] if squash else [base, head], message, call.caller.login)
    before = hub.remote.refs()
    hub.remote.set(ref, made, base)
    now = hub.clock.text()
    pull.merged, pull.merged_by, pull.merge_commit = now, call.caller.login, made
    issue.state, issue.closed, issue.updated = "closed", now, now
    if hub.runs is not None:
        hub.runs.pull_request(issue, "closed", call.caller)
    if hub.on_push is not None:
        hub.on_push(hub.remote, before, hub.remote.refs(), call.caller)
    return Reply(200, {"sha": made, "merged": True, "message": "Pull Request successfully merged"})


def _approvals(issue: Issue, head: str) -> set[str]:
    """Whose last review approves this very commit."""
    assert issue.pull is not None
    last = {review.author: review for review in issue.pull.reviews if review.state != "COMMENTED"}
    return {who for who, review in last.items() if review.state == "APPROVED" and review.commit == head}


def reviews(call: Call) -> Reply:
    issue = call.pull()
    assert issue.pull is not None
    return Reply(listed=[_review(call, issue, item) for item in issue.pull.reviews])


def review(call: Call) -> Reply:
    issue = call.pull()
    assert issue.pull is not None
    states = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}
    state = states[call.body.get("event", "COMMENT")]
    if state == "APPROVED" and call.caller.login == issue.author:
        raise Refused(422, "Unprocessable Entity", ["Can not approve your own pull request"])
    head, now = call.hub.head_of(issue), call.hub.clock.text()
    made = Review(call.hub.new_id(), call.caller.login, state, head, call.body.get("body", ""), now)
    issue.pull.reviews.append(made)
    return Reply(body=_review(call, issue, made))


def _review(call: Call, issue: Issue, found: Review) -> dict[str, Any]:
    where = f"{call.hub.url}/{call.hub.full_name}/pull/{issue.number}"
    return {
        "id": found.id,
        "user": as_user(found.author),
        "body": found.body,
        "state": found.state,
        "html_url": f"{where}#pullrequestreview-{found.id}",
        "pull_request_url": where,
        "commit_id": found.commit,
        "submitted_at": found.submitted,
        "author_association": "MEMBER",
    }


def files(call: Call) -> Reply:
    issue = call.pull()
    assert issue.pull is not None
    head = call.hub.head_of(issue)
    base = call.hub.remote.git("merge-base", f"refs/heads/{issue.pull.base}", head)
    changed = call.hub.remote.changed(base, head)
    return Reply(listed=[{"filename": path, "status": "modified", "sha": "0" * 40} for path in changed])


PULL = f"{REPO}/pulls/{{pull_number}}"
ROUTES = (
    Route("GET", f"{REPO}/pulls", listed, needs=READ),
    Route("POST", f"{REPO}/pulls", create, needs=WRITE),
    Route("GET", PULL, get, needs=READ),
    Route("PATCH", PULL, update, needs=WRITE),
    Route("PUT", f"{PULL}/merge", merge, needs=(("contents", "write"),)),
    Route("GET", f"{PULL}/reviews", reviews, needs=READ),
    Route("POST", f"{PULL}/reviews", review, needs=WRITE),
    Route("GET", f"{PULL}/files", files, needs=READ),
)
