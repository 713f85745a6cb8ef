# SPDX-License-Identifier: AGPL-3.0-or-later
"""What `make` uses to set this clone up. Standard library only; not part of the distribution."""
