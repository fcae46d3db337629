"""Who is in which team, and whose signature a commit carries."""

from __future__ import annotations

from ..call import NOT_FOUND, Call, Refused, Reply, Route

REPO = "/repos/{owner}/{repo}"


def membership(call: Call) -> Reply:
    """Of a person in a team of the organisation; 404 for who is in none."""
    login = call.params["username"]
    if login not in call.hub.teams.get(call.params["team_slug"], ()):
        raise Refused(*NOT_FOUND)
    return Reply(body={"url": call.hub.url, "role": "member", "state": "active"})


def commit(call: Call) -> Reply:
    """With GitHub's word on its signature: those of `signed` are verified."""
    sha = call.hub.remote.resolve(f"{call.params['ref']}^{{commit}}")
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {call.params['ref']}")
    verified = sha in call.hub.signed
    said = {"verified": verified, "reason": "valid" if verified else "unsigned"}
    message = call.hub.remote.git("log", "-1", "--format=%B", sha)
    tree = {"sha": call.hub.remote.git("rev-parse", f"{sha}^{{tree}}"), "url": call.hub.url}
    body = {"message": message, "verification": said, "tree": tree}
    return Reply(body={"sha": sha, "commit": body, "parents": []})


ROUTES = (
    Route("GET", "/orgs/{org}/teams/{team_slug}/memberships/{username}", membership, needs=(("members", "read"),)),
    Route("GET", f"{REPO}/commits/{{ref}}", commit, needs=(("contents", "read"),)),
)
