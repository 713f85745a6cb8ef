# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands of ``evote-tally``, one step of a trustee's life each."""
