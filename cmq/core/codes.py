"""Codes that a telephone reads."""

import io

import segno


def qr_code(url: str) -> str:
    """The address as a QR code, drawn in SVG."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", xmldecl=False, border=4, light="#fff")
    return out.getvalue().decode()
