# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's pages and its API, by audience."""
