# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m audit``: the command without its installation."""

import sys

from audit.cli import main

if __name__ == "__main__":
    sys.exit(main())
