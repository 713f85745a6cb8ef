# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database: connection, tables by side, migrations (docs/adr/0011)."""
