# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command ``evote-audit``. Exit status as in docs/protocol.md §17.2; 130 on Ctrl-C.

This file imports next to nothing at its top, so that Ctrl-C is answered during all other imports.
"""

from __future__ import annotations

import gc
import sys

INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    if argv is None:  # the process is ours
        gc.disable()  # loading makes no garbage; ``commands`` enables it again
    try:
        from audit.commands import run  # noqa: PLC0415

        return run(arguments)
    except KeyboardInterrupt:
        word = "interrupted" if "en" in arguments else "interrompu"
        print(f"\n{word}", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
