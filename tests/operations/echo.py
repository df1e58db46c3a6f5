"""A site that says how it understood a request: what stands behind the balancer in `test_front.py`."""

import json
from collections.abc import Callable, Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI."""
    body = environ["wsgi.input"].read()
    told = {
        "path": environ["PATH_INFO"],
        "method": environ["REQUEST_METHOD"],
        "body": len(body),
        "forwarded_for": environ.get("HTTP_X_FORWARDED_FOR", ""),
        "forwarded_proto": environ.get("HTTP_X_FORWARDED_PROTO", ""),
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]
