# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole election of a fictitious school, by the very functions that a real one uses."""
