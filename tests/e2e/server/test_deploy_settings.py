# SPDX-License-Identifier: AGPL-3.0-or-later
"""The settings' sample in the hands of the administrator, by the command that deploy/ gives."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.server.nginx import SAMPLE

# Stand for sudo, which writes down what it was given and shows it, and for evote.
SUDO = """\
#!/bin/sh
echo "$@" > "$0.log"
[ "$1 $2" = "-u preau" ] && shift 2 && exec "$@"
"""
EVOTE = """\
import json, os, sys
settings = {n: v for n, v in os.environ.items() if n.startswith("PREAU_")}
print(json.dumps({"arguments": sys.argv[1:], "settings": settings}))
"""
SECRETS = {
    "PREAU_DATABASE_URL": "postgresql://preau:p$1@/preau?host=/run&sslmode=verify-full",
    "PREAU_METRICS_TOKEN": "a-token-of-twenty-signs",
}


@pytest.mark.parametrize("text", ["README.md", "preau.env"])
def test_the_administrator_shows_no_secret_to_who_lists_processes(
    text: str, tmp_path: Path
) -> None:
    (line,) = re.findall(r"(?m)^#? {3,4}(sudo .* doctor)$", (SAMPLE.parent / text).read_text())
    more = "".join(f"{name}='{value}'\n" for name, value in SECRETS.items())
    (tmp_path / "preau.env").write_text((SAMPLE.parent / "preau.env").read_text() + more)
    for name, program in (("sudo", SUDO), ("evote", f"#!{sys.executable}\n{EVOTE}")):
        (tmp_path / name).write_text(program)
        (tmp_path / name).chmod(0o700)
    line = line.replace("/etc/preau", str(tmp_path)).replace("/opt/preau/bin", str(tmp_path))
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", line], env=path, capture_output=True, text=True, check=True)
    shown = (tmp_path / "sudo.log").read_text()
    assert "preau.env" in shown
    assert not [secret for secret in SECRETS.values() if secret in shown]
    told = json.loads(done.stdout)
    assert told["arguments"] == ["doctor"]
    assert {name: told["settings"][name] for name in SECRETS} == SECRETS
    assert told["settings"]["PREAU_PUBLIC_URL"] == "https://vote.example.fr"
