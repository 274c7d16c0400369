"""A request's body, no longer and no slower than it may be."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from training.serving.refusals import RefusedError


async def body(request: Request, most: int, seconds: float) -> bytes:
    """Return the body of a request that sends JSON of up to `most` bytes within `seconds`.

    A length that is told is believed only where it is too much: what arrives is counted.

    Raises:
        RefusedError: 408 too slow, 413 too long, 415 no JSON or compressed.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedError(415, "send JSON, with the header 'Content-Type: application/json'")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RefusedError(415, "send JSON that is not compressed")
    told = request.headers.get("content-length", "0")
    too_long = RefusedError(413, f"the body is longer than {most} bytes; send fewer articles")
    if not told.isdigit() or int(told) > most:
        raise too_long
    parts, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                parts.append(part)
                size += len(part)
                if size > most:
                    raise too_long
    except TimeoutError:
        raise RefusedError(408, f"the body did not arrive within {seconds:g} s") from None
    except ClientDisconnect:
        raise RefusedError(400, "the body broke off") from None
    return b"".join(parts)
