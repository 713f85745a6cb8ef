# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ``evote election`` does on a server's database; imported when such a command is called."""
