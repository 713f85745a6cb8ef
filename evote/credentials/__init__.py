# SPDX-License-Identifier: AGPL-3.0-or-later
"""The credential desk: voter codes from the sealed roll, on a machine that is not the server."""
