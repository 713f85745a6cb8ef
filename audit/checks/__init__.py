# SPDX-License-Identifier: AGPL-3.0-or-later
"""One numbered check of docs/protocol.md §16 a file: ``check(case)`` gives its finding."""
