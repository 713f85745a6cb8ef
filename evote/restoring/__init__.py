# SPDX-License-Identifier: AGPL-3.0-or-later
"""A backup becomes a server again, and takes no election back in time: docs/adr/0016."""
