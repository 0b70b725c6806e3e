"""How the fake provider sends: well, and in each of the ways that its faults name."""

import asyncio
import zlib
from email.utils import formatdate
from time import time
from typing import Final

import orjson
from aiohttp import web

from promptassay.providers.fake.answers import Asked, FakeAnswer
from promptassay.providers.fake.faults import Fault
from promptassay.providers.fake.formats import Format, Frames, sse
from promptassay.providers.fake.options import Options

_PAGE: Final = b"<!doctype html><html><body><h1>It is a page</h1></body></html>"


async def send_stream(request: web.BaseRequest, frames: Frames, interval: float) -> web.StreamResponse:
    """The whole stream as it should be."""
    response = await _begin(request)
    await response.write(b"".join(frames.head))
    if interval:
        for piece in frames.pieces:
            await response.write(piece)
            await asyncio.sleep(interval)
        await response.write(b"".join(frames.tail))
    else:
        await response.write(b"".join(frames.pieces + frames.tail))
    await response.write_eof()
    return response


async def answer_badly(
    request: web.BaseRequest,
    face: Format,
    asked: Asked,
    answer: FakeAnswer,
    fault: Fault,
    key: str,
    options: Options,
) -> web.StreamResponse | None:
    """The faulty answer; None when the fault only changed what is said. The `mark` stands in errors too."""
    mark, slow_interval = options.script.mark, options.slow_interval
    if fault.name == "no-schema":
        if asked.request.response_schema is None:
            return None
        message = f"response_format json_schema is not supported by this model. {mark}"
        return web.Response(
            status=400, body=face.error(400, key, message=message.strip()), content_type="application/json"
        )
    if fault.name == "redirect":
        return web.Response(status=307, headers={"Location": f"{options.redirect}{mark and f'?{mark}'}"})
    early = _refuse(face, fault, key, mark)
    if early is not None:
        return early
    if fault.name == "hang":
        await asyncio.sleep(3600)
    if fault.name == "reset":
        return _cut(request, web.Response())
    if fault.name == "empty":
        return web.Response(content_type="text/event-stream" if asked.stream else "application/json")
    if fault.name == "unstreamed":
        return web.Response(body=face.whole(answer, asked), content_type="application/json")
    if asked.stream:
        return await _bad_stream(request, face, answer, asked, fault.name, slow_interval, mark)
    return await _bad_whole(request, face.whole(answer, asked), answer, fault.name, slow_interval)


def _refuse(face: Format, fault: Fault, key: str, mark: str) -> web.Response | None:
    """The faults that are an HTTP status."""
    headers = {}
    if fault.wait is not None:
        headers["Retry-After"] = _http_date(fault.wait) if fault.as_date else f"{fault.wait:g}"
    status, message, code = fault.status, "", ""
    match fault.name:
        case "context":
            status, code = 400, "context_length_exceeded"
            message = "prompt is too long: 250000 tokens > 200000 maximum context length"
        case "no-credit":
            status, code = 429, "insufficient_quota"
            message = "You exceeded your current quota: insufficient_quota. Your credit balance is too low."
        case "key-echo":
            status, message = 400, f"The key {key} may not set temperature."
        case "html-200" | "html-502":
            page = _PAGE.replace(b"a page", b"a page " + mark.encode()) if mark else _PAGE
            return web.Response(status=int(fault.name[-3:]), body=page, content_type="text/html")
    if not status:
        return None
    body = face.error(status, key, message=f"{message} {mark}".strip(), code=code)
    return web.Response(status=face.http_status(status), body=body, headers=headers, content_type="application/json")


def _http_date(wait: float) -> str:
    # The date has whole seconds; round up, so that the wait is at least the one asked for.
    return formatdate(int(time() + wait) + 1, usegmt=True)


async def _begin(
    request: web.BaseRequest, kind: str = "text/event-stream", length: int | None = None
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": kind, "Cache-Control": "no-cache"})
    if length is not None:
        response.content_length = length
    await response.prepare(request)
    return response


def _cut(request: web.BaseRequest, response: web.StreamResponse) -> web.StreamResponse:
    """Drops the connection without a goodbye."""
    if request.transport is not None:
        request.transport.abort()
    return response


async def _bad_stream(
    request: web.BaseRequest,
    face: Format,
    answer: FakeAnswer,
    asked: Asked,
    name: str,
    slow_interval: float,
    mark: str,
) -> web.StreamResponse | None:
    frames = face.frames(answer, asked)
    word = _first_word(answer)
    half = len(frames.pieces) // 2
    first = b"".join(frames.head + frames.pieces[:half])
    rest = b"".join(frames.pieces[half:] + frames.tail)
    inserted = {
        "malformed": sse(b'{"type":"content_block_delta","choices":[{"delta":{"content":"br' + mark.encode()),
        "huge-line": b"data: " + b"x" * 2_000_000 + b"\n\n",
        "huge": (b": " + b"y" * 500_000 + b"\n") * 24,
        "late-error": face.late_error("error", mark),
        "late-overloaded": face.late_error("overloaded", mark),
        "unknown-event": b': ping\n\nevent: novelty\ndata: {"type":"novelty"}\n\nid: 7\nretry: 10\n\n',
    }
    if name in inserted:
        return await _send(request, [first, inserted[name], rest])
    match name:
        case "bad-utf8":
            broken = (frames.pieces[0] if frames.pieces else b"").replace(word, b"\xff\xc3" + word, 1)
            return await _send(request, [b"".join(frames.head), broken, b"".join(frames.pieces[1:] + frames.tail)])
        case "split-utf8":
            return await _send(request, _split_everywhere(first + rest))
        case "missing-end":
            return await _send(request, [first, b"".join(frames.pieces[half:])])
        case "double-end":
            return await _send(request, [first, rest, frames.tail[-1]])
        case "bomb":
            return await _bomb(request, "text/event-stream")
        case "disconnect":
            response = await _begin(request)
            await response.write(first)
            await asyncio.sleep(0.01)
            return _cut(request, response)
        case "stall":
            response = await _begin(request)
            await response.write(first)
            await asyncio.sleep(3600)
            return response
        case "slow":
            response = await _begin(request)
            for byte in first + rest:
                await response.write(bytes([byte]))
                await asyncio.sleep(slow_interval)
            return response
    return None


async def _bad_whole(
    request: web.BaseRequest, body: bytes, answer: FakeAnswer, name: str, slow_interval: float
) -> web.StreamResponse | None:
    half = len(body) // 2
    word = _first_word(answer)
    match name:
        case "malformed":
            return web.Response(body=body[:half], content_type="application/json")
        case "bad-utf8":
            return web.Response(body=body.replace(word, b"\xff\xc3" + word, 1), content_type="application/json")
        case "huge-line" | "huge":
            return web.Response(body=b'"' + b"x" * 12_000_000 + b'"', content_type="application/json")
        case "bomb":
            return await _bomb(request, "application/json")
        case "disconnect" | "missing-end":
            response = await _begin(request, "application/json", len(body))
            await response.write(body[:half])
            await asyncio.sleep(0.01)
            return _cut(request, response)
        case "stall":
            response = await _begin(request, "application/json", len(body))
            await response.write(body[:half])
            await asyncio.sleep(3600)
            return response
        case "slow":
            response = await _begin(request, "application/json", len(body))
            for byte in body:
                await response.write(bytes([byte]))
                await asyncio.sleep(slow_interval)
            return response
        case "late-error" | "late-overloaded":
            late = name == "late-overloaded"
            kind, code = ("overloaded_error", 503) if late else ("api_error", 500)
            error = {"message": "Something broke.", "type": kind, "code": code}
            return web.Response(body=orjson.dumps({"type": "error", "error": error}), content_type="application/json")
    return None


async def _send(request: web.BaseRequest, parts: list[bytes]) -> web.StreamResponse:
    response = await _begin(request)
    for part in parts:
        await response.write(part)
        await asyncio.sleep(0)
    await response.write_eof()
    return response


async def _bomb(request: web.BaseRequest, kind: str) -> web.StreamResponse:
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(b": " + b"0" * 999_997 + b"\n") for _ in range(20)) + packer.flush()
    return web.Response(body=packed, headers={"Content-Type": kind, "Content-Encoding": "gzip"})


def _split_everywhere(data: bytes) -> list[bytes]:
    """Pieces of seven bytes, so that characters, lines and events are cut in the middle."""
    return [data[start : start + 7] for start in range(0, len(data), 7)]


def _first_word(answer: FakeAnswer) -> bytes:
    return answer.pieces[0].strip().encode() if answer.pieces else b"~"
