# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was cast: the board of docs/protocol.md §10 as rows. It knows nothing of the roll."""
