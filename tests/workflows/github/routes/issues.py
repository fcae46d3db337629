"""Issues, their labels and comments; a pull request is an issue too."""

from __future__ import annotations

from typing import Any

from ..call import NOT_FOUND, Call, Refused, Reply, Route
from ..hub import Issue, Note, as_user
from .repository import REPO

WRITE = (("issues", "write"), ("pull-requests", "write"))
READ = (("issues", "read"), ("pull-requests", "read"))


def known(call: Call, issue: Issue) -> dict[str, Any]:
    kind = "pull" if issue.pull else "issues"
    found: dict[str, Any] = {
        "id": issue.number,
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "state": issue.state,
        "user": as_user(issue.author),
        "labels": [{"name": name} for name in issue.labels],
        "html_url": f"{call.hub.url}/{call.hub.full_name}/{kind}/{issue.number}",
        "created_at": issue.created,
        "updated_at": issue.updated,
        "closed_at": issue.closed,
        "author_association": "MEMBER",
        "assignee": None,
        "milestone": None,
        "locked": False,
        "comments": sum(1 for note in call.hub.notes.values() if note.number == issue.number),
    }
    if issue.reason:
        found["state_reason"] = issue.reason
    if issue.pull:
        found["pull_request"] = {"url": f"{call.hub.url}/{call.hub.full_name}/pull/{issue.number}"}
    return found


def listed(call: Call) -> Reply:
    state, labels = call.query.get("state", "open"), set(filter(None, call.query.get("labels", "").split(",")))
    found = [
        known(call, issue)
        for issue in sorted(call.hub.issues.values(), key=lambda item: -item.number)
        if state in ("all", issue.state) and labels <= set(issue.labels)
    ]
    return Reply(listed=found)


def create(call: Call) -> Reply:
    labels = [item if isinstance(item, str) else item["name"] for item in call.body.get("labels", ())]
    made = call.hub.new_issue(call.body["title"], call.body.get("body") or "", call.caller.login, labels)
    return Reply(201, known(call, made))


def get(call: Call) -> Reply:
    return Reply(body=known(call, call.issue("issue_number")))


def update(call: Call) -> Reply:
    issue, now = call.issue("issue_number"), call.hub.clock.text()
    issue.title = call.body.get("title", issue.title)
    issue.body = call.body.get("body", issue.body)
    issue.labels = [str(item) for item in call.body.get("labels", issue.labels)]
    issue.updated = now
    if (state := call.body.get("state")) and state != issue.state:
        issue.state, issue.closed = state, now if state == "closed" else None
        issue.reason = call.body.get("state_reason")
    return Reply(body=known(call, issue))


def add_labels(call: Call) -> Reply:
    issue = call.issue("issue_number")
    asked = call.body["labels"] if isinstance(call.body, dict) else call.body
    issue.labels += [name for name in asked if name not in issue.labels]
    call.hub.labels |= set(issue.labels)
    return Reply(listed=[{"name": name} for name in issue.labels])


def note(call: Call, found: Note) -> dict[str, Any]:
    where = f"{call.hub.url}/{call.hub.full_name}/issues/{found.number}"
    return {
        "id": found.id,
        "body": found.body,
        "user": as_user(found.author),
        "html_url": f"{where}#issuecomment-{found.id}",
        "created_at": found.created,
        "updated_at": found.updated,
        "author_association": "MEMBER",
    }


def comments(call: Call) -> Reply:
    number = call.issue("issue_number").number
    return Reply(listed=[note(call, item) for item in call.hub.notes.values() if item.number == number])


def comment(call: Call) -> Reply:
    issue = call.issue("issue_number")
    needed = "pull-requests" if issue.pull else "issues"
    if not call.caller.may(needed, "write") and not call.caller.may("issues", "write"):
        raise Refused(403, "Resource not accessible by integration")
    if len(call.body["body"]) > 65536:
        raise Refused(422, "Validation Failed", [{"message": "body is too long (maximum is 65536 characters)"}])
    return Reply(201, note(call, call.hub.note(issue.number, call.body["body"], call.caller.login)))


def update_comment(call: Call) -> Reply:
    found = call.hub.notes.get(int(call.params["comment_id"]))
    if found is None:
        raise Refused(*NOT_FOUND)
    found.body, found.updated = call.body["body"], call.hub.clock.text()
    return Reply(body=note(call, found))


ISSUE = f"{REPO}/issues/{{issue_number}}"
ROUTES = (
    Route("GET", f"{REPO}/issues", listed, needs=(("issues", "read"),)),
    Route("POST", f"{REPO}/issues", create, needs=(("issues", "write"),)),
    Route("PATCH", f"{REPO}/issues/comments/{{comment_id}}", update_comment, needs=WRITE),
    Route("GET", ISSUE, get, needs=READ),
    Route("PATCH", ISSUE, update, needs=WRITE),
    Route("POST", f"{ISSUE}/labels", add_labels, needs=WRITE),
    Route("GET", f"{ISSUE}/comments", comments, needs=READ),
    Route("POST", f"{ISSUE}/comments", comment, needs=WRITE),
)
