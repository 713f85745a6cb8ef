# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of one election, on files: its settings, its sealing, its opening, its box, its end."""
