# SPDX-License-Identifier: AGPL-3.0-or-later
"""Alembic's folder; ``versions`` holds one step a file."""
