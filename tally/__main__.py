# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m tally`` is ``evote-tally``."""

import sys

from tally.cli import main

if __name__ == "__main__":
    sys.exit(main())
