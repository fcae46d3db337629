"""Payloads of the events that start runs, as far as workflows and `amlops` read them."""

from __future__ import annotations

from typing import Any

from .hub import Hub, Issue, as_user
from .remote import ABSENT


def push(hub: Hub, ref: str, before: str, after: str, actor: str) -> dict[str, Any]:
    commits = []
    if ref.startswith("refs/heads/") and after != ABSENT and before != ABSENT:
        listed = hub.remote.git("log", "--reverse", "--format=%H%x00%s", f"{before}..{after}")
        for line in listed.splitlines()[-20:]:
            id, _, subject = line.partition("\0")
            commits.append({"id": id, "message": subject})
    return {
        "ref": ref,
        "before": before,
        "after": after,
        "created": before == ABSENT,
        "deleted": after == ABSENT,
        "forced": False,
        "commits": commits,
        "head_commit": {"id": after},
        "pusher": {"name": actor},
        **_common(hub, actor),
    }


def pull_request(hub: Hub, issue: Issue, action: str, actor: str) -> dict[str, Any]:
    pull = issue.pull
    assert pull is not None
    head_name = pull.fork or hub.full_name

    def side(branch: str, sha: str | None, full_name: str) -> dict[str, Any]:
        return {
            "ref": branch,
            "sha": sha,
            "label": f"{full_name.split('/')[0]}:{branch}",
            "repo": {"full_name": full_name, "fork": full_name != hub.full_name, "default_branch": "main"},
        }

    return {
        "action": action,
        "number": issue.number,
        "pull_request": {
            "number": issue.number,
            "title": issue.title,
            "body": issue.body,
            "state": issue.state,
            "draft": False,
            "merged": pull.merged is not None,
            "merge_commit_sha": hub.remote.resolve(f"refs/pull/{issue.number}/merge"),
            "html_url": f"{hub.url}/{hub.full_name}/pull/{issue.number}",
            "user": as_user(issue.author),
            "labels": [{"name": name} for name in issue.labels],
            "head": side(pull.head, hub.head_of(issue), head_name),
            "base": side(pull.base, hub.remote.resolve(f"refs/heads/{pull.base}"), hub.full_name),
        },
        **_common(hub, actor),
    }


def dispatch(hub: Hub, workflow: str, ref: str, inputs: dict[str, str], actor: str) -> dict[str, Any]:
    full = ref if ref.startswith("refs/") else f"refs/heads/{ref}"
    return {"ref": full, "inputs": inputs, "workflow": workflow, **_common(hub, actor)}


def schedule(hub: Hub, cron: str) -> dict[str, Any]:
    return {"schedule": cron, **_common(hub, "github")}


def _common(hub: Hub, actor: str) -> dict[str, Any]:
    return {
        "repository": {
            "full_name": hub.full_name,
            "name": hub.name,
            "default_branch": "main",
            "owner": {"login": hub.owner},
            "html_url": f"{hub.url}/{hub.full_name}",
            "fork": False,
        },
        "sender": as_user(actor),
    }
