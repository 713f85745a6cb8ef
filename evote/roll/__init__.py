# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may vote: a school's ONDE export read, put in order, and sealed. See docs/roll.md."""
