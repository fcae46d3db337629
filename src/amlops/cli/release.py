"""`amlops release DEPLOYMENT`: publishes assets and writes the lock file; with --commit all of it, to the stage."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

import click

from amlops.config import Repository, load_about, load_environment, load_promotion
from amlops.config.moments import stamp
from amlops.evidence import Evidence
from amlops.github import GitHub, Run, open_git
from amlops.progress import progress
from amlops.workflows.release.due import Due, due, matrix
from amlops.workflows.release.monitors import Monitor, ask_monitor, monitor_of, monitors_matrix, to_be_asked
from amlops.workflows.session import Session, open_session

from .options import in_environment, json_option, some_deployment_argument
from .output import give


@click.command("release")
@some_deployment_argument
@in_environment
@click.option("--commit", is_flag=True, help="Train, evaluate and publish, then commit release and stage on main.")
@click.option("--again", is_flag=True, help="With --commit: train again though nothing changed.")
@click.option("--rebuild", is_flag=True, help="Build the image of what runs anew: nothing is trained.")
@click.option("--due", "is_due", is_flag=True, help="Say which deployments are to be released now, and release none.")
@click.option("--alarm", is_flag=True, help="Ask DEPLOYMENT's monitor, and keep an alarm that stands as evidence.")
@click.option("--base", metavar="REV", help="With --due: what changed since this commit.")
@click.option("--matrix", "as_matrix", is_flag=True, help="With --due: as a matrix of GitHub Actions.")
@json_option
def command(
    deployment: str | None,
    environment: str,
    commit: bool,
    again: bool,
    rebuild: bool,
    is_due: bool,
    alarm: bool,
    base: str | None,
    as_matrix: bool,
    as_json: bool,
) -> None:
    """Publish DEPLOYMENT's code, model and environment to the registry and write the release that names them.

    The release says what runs, whatever happens to the manifests later. For the local environment its stage moves to
    it too. With --commit the whole way is gone: train, publish, evaluate by the platform's own program, write the
    evidence, and one commit on main with the release and the stage of the first environment; nothing, where nothing
    changed in behaviour. In a workflow the run's event says whether it is due.

    With --rebuild code and model stay those of the release that runs; packages and base image are resolved anew, and
    where one of them is another one now, that is a new release.

    With --due in a job of GitHub, --matrix also sets the outputs `matrix` and `any`, and `monitors` and `any_monitor`
    for the monitors that --alarm asks; AMLOPS_DEPLOYMENT names one deployment.
    """
    if again and not commit:
        raise click.UsageError("--again belongs to --commit")
    if (base is not None or as_matrix) and not is_due:
        raise click.UsageError("--base and --matrix belong to --due")
    if is_due and (commit or rebuild or alarm):
        raise click.UsageError("--due releases nothing; leave out --commit, --rebuild and --alarm")
    if (commit or rebuild) and alarm:
        raise click.UsageError("--alarm releases nothing; leave out --commit and --rebuild")
    if again and rebuild:
        raise click.UsageError("--again trains, --rebuild doesn't; keep one")
    repo, told = Repository.find(), progress()
    if is_due:
        return _give_due(repo, deployment or os.environ.get("AMLOPS_DEPLOYMENT"), base, as_matrix, as_json=as_json)
    if deployment is None:
        raise click.UsageError("name a DEPLOYMENT, or say --due")
    about = load_about(repo, deployment)
    session = open_session(repo, load_environment(repo, environment), told, start=False)
    if alarm:
        monitor = monitor_of(deployment, about, load_promotion(repo))
        if monitor is None or monitor.environment != environment:
            where = "has no monitor" if monitor is None else f"has its monitor in {monitor.environment}"
            raise click.UsageError(f"{deployment} {where}; see retraining of its about.yaml")
        return _ask(session, monitor, as_json=as_json)
    if commit:
        from amlops.workflows.release.release import release_and_commit

        git, run = open_git(repo.root, os.environ), Run.of(os.environ)
        wanted = _wanted(repo, deployment, environment, again=again, rebuild=rebuild)
        done = release_and_commit(session, git, load_promotion(repo), wanted=wanted, deployment=deployment, run=run)
        if run is not None:
            run.summarise(f"{done.said}\n")
        return give(done.as_dict(), done.said, as_json=as_json)
    from amlops.releases.make import make_release
    from amlops.releases.rebuild import NOTHING_TO_BUILD, rebuild_release

    make = rebuild_release if rebuild else make_release
    with told.step(f"release of {deployment}"):
        made = make(repo, deployment, session.environment, session.azure, say=told.line)
    if made is None:
        said = f"{deployment}: {NOTHING_TO_BUILD}"
        return give({"deployment": deployment, "release": None, "file": None, "assets": []}, said, as_json=as_json)
    file = repo.shown(repo.releases_dir(deployment, session.environment.name) / f"{made.id}.yaml")
    assets = [{"kind": asset.kind, "id": asset.id, "digest": asset.digest} for asset in made.assets]
    return give(
        {"deployment": deployment, "release": made.id, "file": str(file), "assets": assets},
        f"{deployment}: release {made.id} in {file}",
        as_json=as_json,
    )


def _ask(session: Session, monitor: Monitor, *, as_json: bool) -> None:
    run = Run.of(os.environ)
    found = ask_monitor(session, Evidence(open_git(session.repo.root, os.environ)), monitor, run)
    said = f"no new alarm of {monitor.name} in {monitor.environment}"
    if found is not None:
        said = f"{found.job} of {monitor.name} in {monitor.environment}: {found.said}"
    if run is not None:
        run.summarise(f"{monitor.deployment}: {said}\n")
    alarm = None if found is None else {"job": found.job, "at": stamp(found.at), "said": found.said}
    give({**monitor.as_dict(), "alarm": alarm}, f"{monitor.deployment}: {said}", as_json=as_json)


def _wanted(repo: Repository, deployment: str, environment: str, *, again: bool, rebuild: bool) -> Due | None:
    """Why the deployment is released: somebody says so, or what the run's event says of it."""
    run = Run.of(os.environ)
    if rebuild:
        return Due(deployment, environment, "rebuild", "by hand")
    if again:
        return Due(deployment, environment, "asked", "by hand")
    if run is None:
        return Due(deployment, environment, "changed", "what main holds now")
    asked = (run.payload.get("inputs") or {}).get("deployment")
    if asked == deployment and _wants_rebuild(run):
        return Due(deployment, environment, "rebuild", f"{run.person} asked for it")
    found = _due(repo, asked if asked == deployment else None, None)
    return next((item for item in found if item.deployment == deployment), None)


def _wants_rebuild(run: Run | None) -> bool:
    """GitHub has inputs as text in some events and as what they are in others."""
    return run is not None and str((run.payload.get("inputs") or {}).get("rebuild")).lower() == "true"


def _now() -> datetime:
    github = GitHub.of(os.environ)
    return github.now() if github is not None else datetime.now(UTC)


def _due(repo: Repository, asked: str | None, base: str | None) -> tuple[Due, ...]:
    git, run = open_git(repo.root, os.environ), Run.of(os.environ)
    return due(repo, git, Evidence(git), load_promotion(repo), run=run, now=_now(), asked=asked, base=base)


def _monitors(repo: Repository, asked: str | None, run: Run) -> tuple[Monitor, ...]:
    """None where the run is about something else: a push, or one deployment that is asked for."""
    if asked or run.event == "push":
        return ()
    return to_be_asked(repo, load_promotion(repo), Evidence(open_git(repo.root, os.environ)), _now())


def _give_due(repo: Repository, asked: str | None, base: str | None, as_matrix: bool, *, as_json: bool) -> None:
    if not asked and _wants_rebuild(Run.of(os.environ)):
        raise click.UsageError("name the deployment whose image is to be built anew")
    found = _due(repo, asked, base)
    if not as_matrix:
        lines = [f"{item.deployment} into {item.environment}: {item.reason}, {item.why}" for item in found]
        give({"due": [item.as_dict() for item in found]}, "\n".join(lines) or "nothing is due", as_json=as_json)
        return
    entries, run = matrix(repo, found), Run.of(os.environ)
    if run is not None:
        monitors = monitors_matrix(repo, _monitors(repo, asked, run))
        for any_of, name, value in (("any", "matrix", entries), ("any_monitor", "monitors", monitors)):
            run.give(name, json.dumps(value))
            run.give(any_of, "true" if value["include"] else "false")
    click.echo(json.dumps(entries))
