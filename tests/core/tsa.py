"""A time-stamping authority of our own, made with openssl and served on this machine."""

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

CONFIGURATION = """
[ca]
distinguished_name = name
x509_extensions = ca_extensions
prompt = no
[name]
CN = Racine d’essai
[ca_extensions]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[tsa_extensions]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
authorityKeyIdentifier = keyid
[tsa]
default_tsa = authority
[authority]
dir = {folder}
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


class Authority:
    """Keys and certificates in a folder; `answer` stamps a request."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root.pem"
        (folder / "openssl.cnf").write_text(CONFIGURATION.format(folder=folder))
        (folder / "serial").write_text("01\n")
        self._make_certificates()

    def _make_certificates(self) -> None:
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        self.run("req", "-x509", *key, "-keyout", "root.key", "-out", "root.pem", "-days", "30",
                 "-config", "openssl.cnf", "-section", "ca")  # fmt: skip
        self.run("req", "-new", *key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Horodatage d’essai")
        signed = ["-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "30"]
        extensions = ["-extfile", "openssl.cnf", "-extensions", "tsa_extensions"]
        self.run("x509", "-req", "-in", "tsa.csr", *signed, *extensions, "-out", "tsa.pem")

    def run(self, *arguments: str) -> None:
        """One openssl command in the folder; raises when it fails."""
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)

    def answer(self, query: bytes) -> bytes:
        """The stamp of a request, as an authority would send it."""
        (self.folder / "query.tsq").write_bytes(query)
        self.run("ts", "-reply", "-queryfile", "query.tsq", "-out", "reply.tsr", "-config", "openssl.cnf",
                 "-section", "authority")  # fmt: skip
        return (self.folder / "reply.tsr").read_bytes()


def is_possible() -> bool:
    """Whether openssl is on this machine."""
    return shutil.which("openssl") is not None


@contextmanager
def an_authority() -> Iterator[Authority]:
    """A fresh authority with keys of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield Authority(Path(folder))


@contextmanager
def served(answer: object) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The address of a server that gives `answer(query)` (bytes, or a status), and the headers that it was sent."""
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(dict(self.headers))
            reply = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(reply if isinstance(reply, int) else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(b"" if isinstance(reply, int) else reply)

        def log_message(self, *arguments: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
