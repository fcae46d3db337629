"""`python -m tools.verify_azure`: the whole story on a subscription that somebody pays for; see docs/how-to."""

from __future__ import annotations

import os
import sys

from amlops.errors import AmlopsError
from amlops.progress import progress

from .asked import asked
from .questions.catalogue import all_questions
from .run import clean_up, verify


def main() -> int:
    try:
        given = asked(sys.argv[1:], os.environ)
        if given.what == "questions":
            print("\n".join(f"{one.id}: {one.said} ({one.where})" for one in all_questions()))
            return 0
        told = progress()
        return clean_up(given, told) if given.what == "clean" else verify(given, told)
    except AmlopsError as error:
        print(error, file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
