# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the organiser's commands say when they refuse: the trustees' two kinds, and no others.

``Refusal`` (exit status 1): understood, and refused. ``Unreadable`` (2): unreadable, or misused.
Each is one plain French sentence and an advice.
"""

from tally.errors import Refusal, Unreadable

__all__ = ["Refusal", "Unreadable"]
