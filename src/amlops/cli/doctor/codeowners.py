"""`amlops doctor codeowners`: who reviews what, from who owns what."""

from __future__ import annotations

import click

from amlops.config import Repository
from amlops.errors import AmlopsError

from ..options import json_option
from ..output import give


@click.command("codeowners")
@click.option("--write", is_flag=True, help="Write the file.")
@click.option("--organisation", help="Whose teams they are (default: as in the file).")
@json_option
def command(write: bool, organisation: str | None, as_json: bool) -> None:
    """Show what CODEOWNERS should hold: the owner of each environment, the team of each deployment."""
    from amlops.doctor.codeowners import codeowners, organisation_in

    repo = Repository.find()
    whose = organisation or organisation_in(repo)
    if whose is None:
        raise AmlopsError("there is no CODEOWNERS to read the organisation from; give --organisation", exit_code=2)
    text = codeowners(repo, whose)
    file = repo.root / "CODEOWNERS"
    fresh = file.is_file() and file.read_text(encoding="utf-8") == text
    if write:
        file.write_text(text, encoding="utf-8")
    give({"fresh": fresh or write, "text": text}, text.rstrip("\n"), as_json=as_json)
