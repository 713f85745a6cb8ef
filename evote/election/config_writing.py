# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a school decided, written as the file that a person would write: ``decode_config`` reads it.

Such as for an election that begins again, to be read and perhaps corrected before it is sealed.
"""

import json
from typing import Final

from evote.election.config import ElectionConfig
from evote.election.french_calendar import in_paris

CONFIG_NAME: Final = "config.json"


def encode_config(config: ElectionConfig) -> bytes:
    """Return the file: docs/schemas/election-config.schema.json."""
    value = {
        "version": 1,
        "name": config.name,
        "description": config.description,
        "school": config.school.encode(),
        "seats": config.seats,
        "lists": [entry.encode() for entry in config.lists],
        "opens_at": in_paris(config.opens_at).isoformat(),
        "closes_at": in_paris(config.closes_at).isoformat(),
        "grace_seconds": config.grace_seconds,
        "rehearsal": config.rehearsal,
    }
    if config.witnesses is not None:
        value["witnesses"] = config.witnesses.encode()
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
