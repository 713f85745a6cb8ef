# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the program costs, measured beside the peer's tool: `make bench`."""
