"""`python -m localazure.pulumi provider|host [ENGINE]`: what the plugin wrappers on PATH execute."""

from __future__ import annotations

import sys

from localazure.pulumi.lean import import_protocol_alone

USAGE = "usage: python -m localazure.pulumi provider|host [--flags of the engine] [ENGINE_ADDRESS]"


def main(arguments: list[str]) -> int:
    """Serve until the engine ends. Exit code 2: the role is unknown."""
    role = arguments[0] if arguments else ""
    import_protocol_alone()
    if role == "provider":
        from localazure.pulumi.provider import serve_provider

        serve_provider()
    if role == "host":
        from localazure.pulumi.language_host import serve_host

        serve_host(arguments[1:])
    sys.stderr.write(f"{role!r} is no role of this program\n{USAGE}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
