"""An object store for tests: what this product asks of S3, each request checked by its signature (AWS, version 4).

It keeps objects in memory, and can be told to fail: `fault` is « 503 », « cut » (the connection breaks in the middle of
the body), « slow » (each answer takes `delay` seconds) or « denied »; or to stumble at the next
`stumbles` requests only.
"""

import datetime as dt
import hashlib
import hmac
import re
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.sax.saxutils import escape, unescape

KEY_ID, SECRET, REGION, BUCKET = "CMQTESTKEY", "a secret of tests / only", "gra", "fichiers"


class ObjectStore:
    """A store on a free port of this machine, until `close`."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, dt.datetime]] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.fault, self.delay, self.stumbles = "", 0.5, 0
        # Files of one answer to a listing.
        self.page = 1000
        self.refused: list[str] = []
        self.asked: list[str] = []
        store = self

        class Handler(_Handler):
            kept = store

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def options(self) -> dict[str, Any]:
        """What the site must be told to use it."""
        return {
            "bucket": BUCKET,
            "endpoint": self.endpoint,
            "region": REGION,
            "key_id": KEY_ID,
            "secret": SECRET,
            "seconds": 1.0,
        }

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


def signature(method: str, target: str, headers: dict[str, str], signed: list[str], secret: str, scope: str) -> str:
    """The signature of a request, as AWS describes version 4.

    Args:
        target: path and query as they were sent.
        headers: names in small letters.
        signed: the names of those that the signature covers.
        scope: `date/region/service/aws4_request`.
    """
    path, _, query = target.partition("?")
    pairs = sorted(
        tuple(urllib.parse.quote(part, safe="-_.~") for part in pair)
        for pair in urllib.parse.parse_qsl(query, keep_blank_values=True)
    )
    lines = [f"{name}:{' '.join(headers.get(name, '').split())}\n" for name in signed]
    asked = "\n".join(
        [
            method,
            path,
            "&".join("=".join(pair) for pair in pairs),
            "".join(lines),
            ";".join(signed),
            headers["x-amz-content-sha256"],
        ]
    )
    said = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hashlib.sha256(asked.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for step in scope.split("/"):
        key = hmac.digest(key, step.encode(), "sha256")
    return hmac.digest(key, said.encode(), "sha256").hex()


class _Handler(BaseHTTPRequestHandler):
    kept: ObjectStore
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = urllib.parse.urlsplit(self.path)
        self.kept.asked.append(f"{self.command} {self.path}")
        query = dict(urllib.parse.parse_qsl(target.query, keep_blank_values=True))
        name = urllib.parse.unquote(target.path).removeprefix(f"/{BUCKET}").lstrip("/")
        if self.kept.fault == "slow":
            time.sleep(self.kept.delay)
        if self.kept.stumbles:
            self.kept.stumbles -= 1
            return self._answer(500, _error("InternalError"))
        if self.kept.fault == "503":
            return self._answer(503, _error("SlowDown"))
        if self.kept.fault == "denied" or not self._is_signed(body):
            return self._answer(403, _error("AccessDenied"))
        if not target.path.startswith(f"/{BUCKET}"):
            return self._answer(404, _error("NoSuchBucket"))
        return getattr(self, f"_{self.command.lower()}")(name, query, body)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = _handle

    def _is_signed(self, body: bytes) -> bool:
        headers = {name.lower(): value for name, value in self.headers.items()}
        given = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\S+), ?SignedHeaders=(\S+), ?Signature=([0-9a-f]{64})",
            headers.get("authorization", ""),
        )
        if not given or given[1] != KEY_ID or not given[2].endswith(f"/{REGION}/s3/aws4_request"):
            self.kept.refused.append("no signature of ours")
            return False
        wanted = signature(self.command, self.path, headers, given[3].split(";"), SECRET, given[2])
        if not hmac.compare_digest(wanted, given[4]):
            self.kept.refused.append(f"wrong signature of {self.command} {self.path}")
            return False
        digest = headers["x-amz-content-sha256"]
        return digest == "UNSIGNED-PAYLOAD" or digest == hashlib.sha256(body).hexdigest()

    def _get(self, name: str, query: dict[str, str], body: bytes) -> None:
        if not name:
            return self._list(query)
        if name not in self.kept.objects:
            return self._answer(404, _error("NoSuchKey"))
        content, at = self.kept.objects[name]
        headers = _described(content, at)
        ranged = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not ranged:
            return self._answer(200, content, headers)
        first, last = int(ranged[1]), min(int(ranged[2] or len(content)), len(content) - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        return self._answer(206, content[first : last + 1], headers)

    _head = _get

    def _put(self, name: str, query: dict[str, str], body: bytes) -> None:
        if "uploadId" in query:
            self.kept.parts[query["uploadId"]][int(query["partNumber"])] = body
            return self._answer(200, b"", {"ETag": f'"{hashlib.md5(body).hexdigest()}"'})
        if self.headers.get("If-None-Match") == "*" and name in self.kept.objects:
            return self._answer(412, _error("PreconditionFailed"))
        return self._keep(name, body)

    def _keep(self, name: str, body: bytes) -> None:
        self.kept.objects[name] = (body, dt.datetime.now(dt.UTC))
        self._answer(200, b"", {"ETag": f'"{hashlib.md5(body).hexdigest()}"'})

    def _post(self, name: str, query: dict[str, str], body: bytes) -> None:
        if "uploads" in query:
            number = str(len(self.kept.parts) + 1)
            self.kept.parts[number] = {}
            inside = f"<Bucket>{BUCKET}</Bucket><Key>{escape(name)}</Key><UploadId>{number}</UploadId>"
            return self._xml("InitiateMultipartUploadResult", inside)
        if "uploadId" in query:
            parts = self.kept.parts.pop(query["uploadId"])
            self.kept.objects[name] = (b"".join(parts[each] for each in sorted(parts)), dt.datetime.now(dt.UTC))
            return self._xml("CompleteMultipartUploadResult", f'<ETag>"{len(parts)}"</ETag>')
        gone = [unescape(each) for each in re.findall(r"<Key>([^<]*)</Key>", body.decode())]
        for each in gone:
            self.kept.objects.pop(each, None)
        return self._xml("DeleteResult", "".join(f"<Deleted><Key>{escape(each)}</Key></Deleted>" for each in gone))

    def _delete(self, name: str, query: dict[str, str], body: bytes) -> None:
        self.kept.objects.pop(name, None)
        self._answer(204, b"")

    def _list(self, query: dict[str, str]) -> None:
        prefix, parts = query.get("prefix", ""), set[str]()
        inside, told, more, last = "", 0, "", ""
        for name, (content, at) in sorted(self.kept.objects.items()):
            rest = name.removeprefix(prefix)
            if not name.startswith(prefix) or name <= query.get("continuation-token", ""):
                continue
            if told == self.kept.page:
                more = f"<NextContinuationToken>{escape(last)}</NextContinuationToken>"
                break
            told, last = told + 1, name
            if query.get("delimiter") and "/" in rest:
                parts.add(prefix + rest.partition("/")[0] + "/")
                continue
            moment = f"<LastModified>{at:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            inside += f"<Contents><Key>{escape(name)}</Key>{moment}<Size>{len(content)}</Size></Contents>"
        inside += "".join(f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in sorted(parts))
        self._xml("ListBucketResult", f"<IsTruncated>{str(bool(more)).lower()}</IsTruncated>{more}{inside}")

    def _xml(self, name: str, inside: str) -> None:
        self._answer(200, f"<?xml version='1.0'?><{name}>{inside}</{name}>".encode())

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.kept.fault == "cut" and body:
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return
        self.wfile.write(body)


def _described(content: bytes, at: dt.datetime) -> dict[str, str]:
    return {"ETag": f'"{hashlib.md5(content).hexdigest()}"', "Last-Modified": f"{at:%a, %d %b %Y %H:%M:%S} GMT"}


def _error(code: str) -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
