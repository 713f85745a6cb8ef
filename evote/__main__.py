# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m evote`` is ``evote``."""

import sys

from evote.cli import main

if __name__ == "__main__":
    sys.exit(main())
