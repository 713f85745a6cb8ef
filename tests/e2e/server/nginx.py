# SPDX-License-Identifier: AGPL-3.0-or-later
"""Debian's nginx with deploy/nginx.conf, before a real server, with a certificate of its own."""

from __future__ import annotations

import datetime as dt
import http.client
import os
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from setup.nginx import fetch_nginx
from tests.e2e.server.real_server import PATIENCE_SECONDS, free_port, patiently

SAMPLE = Path(__file__).parents[3] / "deploy" / "nginx.conf"
HOST = "vote.example.fr"
# As Debian's own: everything is logged unless the sample says otherwise, and bodies that do not fit
# in memory go to a folder, into which this nginx cannot write.
MAIN = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/closed/body;
    proxy_temp_path {folder}/closed/proxy;
    fastcgi_temp_path {folder}/closed/fastcgi;
    uwsgi_temp_path {folder}/closed/uwsgi;
    scgi_temp_path {folder}/closed/scgi;
    include {folder}/sample.conf;
}}
"""


@dataclass(frozen=True)
class Nginx:
    """A running nginx: its folder, and its ports for http and https."""

    folder: Path
    plain: int
    port: int

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and content of an answer over https."""
        trusted = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        connection = _To(self.port, trusted)
        with closing(connection):
            connection.request(method, path, body, {"Host": HOST, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def written(self) -> bytes:
        """All that it has written, but for what it was given."""
        given = {"cert.pem", "key.pem", "sample.conf", "main.conf", "nginx.pid"}
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return b"".join(path.read_bytes() for path in files if path.name not in given)


class _To(http.client.HTTPSConnection):
    """A connection to this machine, by the name of the sample's."""

    def __init__(self, port: int, trusted: ssl.SSLContext) -> None:
        super().__init__(HOST, port, timeout=PATIENCE_SECONDS)
        self._trusted = trusted

    def connect(self) -> None:
        plain = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        plain.connect()
        assert plain.sock is not None
        self.sock = self._trusted.wrap_socket(plain.sock, server_hostname=self.host)


def sample_for(folder: Path, server: int, plain: int, port: int, text: str) -> str:
    """The sample with the ports, the certificate and the server of a test, and nothing else new."""
    changes = (
        (r"listen 80;", f"listen 127.0.0.1:{plain};"),
        (r"listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;"),
        (r"(?m)^ *listen \[::\].*\n", ""),
        (r"http://127\.0\.0\.1:8000", f"http://127.0.0.1:{server}"),
        (r"/etc/letsencrypt/live/[^/]+/fullchain.pem", f"{folder}/cert.pem"),
        (r"/etc/letsencrypt/live/[^/]+/privkey.pem", f"{folder}/key.pem"),
    )
    for pattern, after in changes:
        assert re.search(pattern, text), pattern
        text = re.sub(pattern, after, text)
    return text


@contextmanager
def before(server: int, folder: Path, text: str | None = None) -> Iterator[Nginx]:
    """Start nginx with the sample before a server at this port, and stop it at the end."""
    folder.mkdir(mode=0o755)
    nginx = Nginx(folder, free_port(), free_port())
    sample = sample_for(folder, server, nginx.plain, nginx.port, text or SAMPLE.read_text())
    (folder / "sample.conf").write_text(sample)
    (folder / "main.conf").write_text(MAIN.format(folder=folder))
    (folder / "closed").mkdir()
    write_certificate(folder)
    command = [str(fetch_nginx()), "-p", str(folder), "-c", str(folder / "main.conf")]
    subprocess.run([*command, "-t", "-q"], check=True, capture_output=True)
    for each in (folder / "closed").iterdir():
        each.chmod(0)
        os.chown(each, 0, 0)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in patiently("nginx does not start"):
            assert process.poll() is None, nginx.written().decode()
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", nginx.port)) == 0:
                    break
        yield nginx
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def write_certificate(folder: Path) -> None:
    """A key and a certificate for the sample's host that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(HOST), x509.DNSName("localhost")]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
