"""Whether a browser was sent here by another site: cookies alone do not tell, as a Space's are sent from everywhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers

_OWN = {"same-origin", "none"}
"""What browsers say of requests that the app's own pages make, or that the user makes by hand."""


def from_another_site(headers: Headers) -> bool:
    """Whether a page of another origin made a request.

    Browsers say so in `Sec-Fetch-Site`, but only by HTTPS and on this machine; else the origin is compared with the
    host that was asked for. A proxy may pass that host on as `X-Forwarded-Host`, which no page can set for another
    origin unless a preflight lets it.

    Args:
        headers: Of the request; programs send none of these, and are no other site.
    """
    said = headers.get("sec-fetch-site")
    if said is not None:
        return said not in _OWN
    origin = headers.get("origin")
    return origin is not None and _host_of(origin) not in _asked_for(headers)


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _asked_for(headers: Headers) -> set[str]:
    named = (headers.get(name, "").partition(",")[0] for name in ("host", "x-forwarded-host"))
    return {name.strip().lower() for name in named} - {""}
