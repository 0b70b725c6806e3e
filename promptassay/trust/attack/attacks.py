"""The attacks, one function each: as A, at what is B's; each expects the answer that an id of nothing gets."""

import uuid
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

import orjson

from promptassay.trust.attack.described import PREFIX, Operation
from promptassay.trust.attack.kit import Kit, Tally, unknown_id
from promptassay.trust.attack.wire import Answer, Request

LIMIT_TRIED: Final = 150


def reads(kit: Kit) -> list[Operation]:
    """The operations that change nothing and take an id of which B has one."""
    return [
        each
        for each in kit.operations
        if each.ids and not each.changes and all(name in kit.b.values for name in each.params)
    ]


def _body(operation: Operation) -> bytes | None:
    return None if operation.body is None else orjson.dumps(operation.body)


def ids_in_paths(kit: Kit, tally: Tally) -> None:
    """Each operation at B's ids, and at ids of nothing: the same bytes."""
    for operation in reads(kit):
        nothing = kit.nothing(operation, kit.b.values, _body(operation))
        path = operation.at(kit.b.values)
        answer = kit.ask(path, method=operation.method, body=_body(operation))
        kit.expect(answer.status >= 400, f"{operation.method} {path}", "A was let in at an id of B's")
        kit.expect_nothing(answer, f"{operation.method} {path}", nothing)
    missing = {name for each in kit.operations for name in each.ids} - kit.b.values.keys()
    tally.left_out += [f"B has nothing for {{{name}}}" for name in sorted(missing)]


def ids_in_queries(kit: Kit, tally: Tally) -> None:
    """Each parameter of a query that takes an id, with every kind of B's ids, beside an id of nothing."""
    theirs = sorted({value for name, value in kit.b.values.items() if name.endswith("_id")})
    for operation in kit.operations:
        if operation.method != "GET" or any(name not in kit.a.values for name in operation.params):
            continue
        for name in operation.queries:
            where = f"{operation.at(kit.a.values)}?{name}="
            known = kit.ask(where + str(unknown_id()))
            for value in theirs:
                answer = kit.ask(where + value)
                same = (answer.status, answer.body) == (known.status, known.body)
                kit.expect(same, f"GET {where}{value}", "another answer than for an id of nothing")


def names_and_searches(kit: Kit, tally: Tally) -> None:
    """B's slugs, and B's words in every search: whatever comes back, nothing of it is B's."""
    words = sorted(kit.b.texts - kit.a.texts, key=len, reverse=True)[:3]
    for operation in kit.operations:
        if operation.method != "GET" or operation.changes:
            continue
        if "slug" in operation.params and "slug" in kit.b.values and kit.b.values["slug"] != kit.a.values.get("slug"):
            kit.ask(operation.at({**kit.a.values, "slug": kit.b.values["slug"]}))
        if "q" in operation.takes and not operation.params:
            for word in words:
                answer = kit.ask(f"{operation.at({})}?q={quote(word[:80])}")
                kit.expect(answer.status == 200, f"GET {operation.at({})}?q=…", f"a search answered {answer.status}")


def tags(kit: Kit, tally: Tally) -> None:
    """B's entity tags: A gets no 304 for them, neither at its own addresses nor at B's."""
    for operation in kit.operations:
        if operation.name not in kit.b.seen:
            continue
        path, seen = kit.b.seen[operation.name]
        tag = seen.header("etag")
        if not tag:
            continue
        answer = kit.ask(path, headers=(("If-None-Match", tag),))
        kit.expect(answer.status != 304, f"GET {path}", "B's tag was taken for A's")
        if operation.ids:
            star = kit.ask(path, headers=(("If-None-Match", "*"),))
            kit.expect(star.status not in (200, 304), f"GET {path}", "a wildcard tag told that something is there")
        elif operation.name in kit.a.seen:
            mine = kit.a.seen[operation.name][1].header("etag")
            kit.expect(mine != tag, f"GET {path}", "two workspaces' answers have one tag")


def header_tricks(kit: Kit, tally: Tally) -> None:
    """Headers that a server or a proxy may trust: none of them changes what A is told of B's."""
    operation = next(iter(reads(kit)), None)
    if operation is None:
        return
    nothing, path = kit.nothing(operation, kit.b.values, _body(operation)), operation.at(kit.b.values)
    tricks: list[tuple[tuple[str, str], ...]] = [
        (("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1")),
        (("X-Forwarded-Host", "localhost"), ("X-Forwarded-Proto", "https")),
        (("Forwarded", "for=127.0.0.1;host=localhost;proto=https"),),
        (("X-Original-URL", path), ("X-Rewrite-URL", path)),
        (("X-HTTP-Method-Override", "POST"), ("X-Method-Override", "POST")),
        (("X-User", "admin"), ("X-Remote-User", "admin"), ("Remote-User", "admin")),
        (("X-Workspace-Id", kit.b.values.get("prompt_id", "")), ("X-Tenant", "b")),
        (("Cookie", f"workspace={kit.b.values.get('prompt_id', '')}; session=x"),),
        (("X-Api-Key", "x"), ("Proxy-Authorization", "Bearer x")),
    ]
    for headers in tricks:
        answer = kit.ask(path, method=operation.method, body=_body(operation), headers=headers)
        label = f"{operation.method} {path} with {', '.join(name for name, _ in headers)}"
        kit.expect(answer.status >= 400, label, "the headers let A in")
        kit.expect_nothing(answer, label, nothing)
    other = Request("GET", path, (("Host", "attack.invalid"), *kit.a.headers()))
    kit.expect(kit.send(kit.a.who, other).status >= 400, f"GET {path} for another host", "the host let A in")
    both = (("Authorization", f"Bearer {kit.a.key}"), ("Authorization", f"Bearer {kit.b.key}"))
    for headers in (both, both[::-1]):
        answer = kit.send("both", Request("GET", path, headers))
        kit.expect(answer.status in (400, 401), f"GET {path} with both keys", f"two keys at once: {answer.status}")


def neighbours(kit: Kit, tally: Tally) -> None:
    """Ids next to B's, and B's written in other ways: nobody can tell that they are near."""
    for operation in [each for each in reads(kit) if each.method == "GET" and len(each.params) == 1][:4]:
        nothing = kit.nothing(operation, kit.b.values)
        (name,) = operation.params
        for guess in _guesses(kit.b.values[name]):
            answer = kit.ask(operation.at({name: guess}))
            kit.expect_nothing(answer, f"GET {operation.path} at a neighbour of B's id", nothing)


def _guesses(text: str) -> list[str]:
    value = uuid.UUID(text)
    near = [uuid.UUID(int=value.int ^ bit) for bit in (1, 1 << 8, 1 << 80, 1 << 84)]
    near += [uuid.UUID(int=(value.int + step) % (1 << 128)) for step in (1, -1, 1 << 80, -(1 << 80))]
    written = [
        text.upper(),
        value.hex,
        quote(f"{{{text}}}"),
        f"urn:uuid:{text}",
        f"{text}%00",
        f"{text}%20",
        f"{text}.",
    ]
    return [*map(str, near), *written]


def malformed_keys(kit: Kit, tally: Tally) -> None:
    """Keys that are nearly right, in the wrong place or of the wrong kind: one answer for all, at B's address too."""
    paths = [PREFIX + "/prompts", *(each.at(kit.b.values) for each in reads(kit)[:1])]
    first: Answer | None = None
    for path in paths:
        for label, headers, query in _bad_keys(kit.a.key, kit.b.key):
            answer = kit.send("nobody", Request("GET", path + query, headers))
            first = first or answer
            kit.expect(answer.status == 401, f"GET {path}, {label}", f"answered {answer.status} instead of 401")
            kit.expect(answer.body == first.body, f"GET {path}, {label}", "another 401 than for the other bad keys")


def _bad_keys(a: str, b: str) -> list[tuple[str, tuple[tuple[str, str], ...], str]]:
    turned = b[:-1] + ("0" if b[-1] != "0" else "1")
    texts = {
        "no key": None,
        "an empty key": "Bearer ",
        "the prefix alone": "Bearer pa_live_",
        "a key cut short": f"Bearer {a[:-1]}",
        "a key too long": f"Bearer {a}0",
        "a key in capitals": f"Bearer {a.upper()}",
        "one digit of B's changed": f"Bearer {turned}",
        "another prefix": f"Bearer {a.replace('live', 'test')}",
        "without a scheme": a,
        "another scheme": f"Basic {a}",
        "both in one header": f"Bearer {a}, Bearer {b}",
        "zeros": f"Bearer pa_live_{'0' * 64}",
    }
    tried: list[tuple[str, tuple[tuple[str, str], ...], str]] = [
        (label, () if text is None else (("Authorization", text),), "") for label, text in texts.items()
    ]
    # In the address a wrong key only: a right one would stand in the server's logs.
    tried.append(("a key in the address", (), f"?api_key={turned}&access_token={turned}"))
    tried.append(("a key in a cookie", (("Cookie", f"api_key={a}; Authorization={a}"),), ""))
    return tried


def errors(kit: Kit, tally: Tally) -> None:
    """Requests that cannot be read: 4xx in the error shape, and nothing of a key, of B or of the server's insides."""
    wrong = [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"nonsense":1}', b"[" * 3000, b'{"variables":{"a":null}}']
    posts = [each for each in reads(kit) if each.method == "POST" and all(name in kit.a.values for name in each.params)]
    for operation in posts[:2]:
        for body in wrong:
            answer = kit.ask(operation.at(kit.a.values), method="POST", body=body)
            _is_error(kit, answer, f"POST {operation.path} with a broken body")
    for query in ("page=0", "page=-1", "page=%00", "nonsense=1", "per_page=9999999999", "page=1&page=2"):
        answer = kit.ask(f"{PREFIX}/prompts?{query}")
        _is_error(kit, answer, f"GET /prompts?{query}")
    for path in ("/nothing", "/prompts/%2e%2e/%2e%2e", "/prompts/'%20OR%201=1--", "//prompts", "/prompts/%ff"):
        _is_error(kit, kit.ask(PREFIX + path), f"GET {path}")


def _is_error(kit: Kit, answer: Answer, label: str) -> None:
    kit.expect(400 <= answer.status < 500, label, f"answered {answer.status} instead of 4xx")
    kit.expect(b"Traceback" not in answer.body and b"psycopg" not in answer.body, label, "the server's insides show")
    try:
        body: Any = orjson.loads(answer.body)
        told = isinstance(body["error"]["code"], str) and isinstance(body["error"]["message"], str)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        told = False
    kit.expect(told, label, "the error is not in the shape that the API describes")


def writes(kit: Kit, tally: Tally) -> None:
    """With --write: A changes, archives, versions and labels B's prompt, and hands over things into B's folders."""
    if not kit.writes:
        tally.left_out.append("writes are tried with --write only")
        return
    reader = next(each for each in kit.operations if each.method == "GET" and each.path == "/prompts/{prompt_id}")
    before = kit.wire.send(kit.b.who, Request("GET", reader.at(kit.b.values), kit.b.headers()))
    for operation in [each for each in kit.operations if each.changes]:
        if any(name not in kit.b.values for name in operation.params):
            tally.left_out.append(f"B has nothing for {operation.name}")
        elif operation.ids:
            body = _body(operation)
            nothing, path = kit.nothing(operation, kit.b.values, body), operation.at(kit.b.values)
            answer = kit.ask(path, method=operation.method, body=body)
            kit.expect(answer.status >= 400, f"{operation.method} {path}", "A was let in at an id of B's")
            kit.expect_nothing(answer, f"{operation.method} {path}", nothing)
        else:
            _references(kit, operation)
    after = kit.wire.send(kit.b.who, Request("GET", reader.at(kit.b.values), kit.b.headers()))
    kit.expect(after.body == before.body, f"GET {reader.path} as B", "B's prompt is not as it was")


def _references(kit: Kit, operation: Operation) -> None:
    """A makes something that refers to B's ids: as refused as with ids of nothing, so that nothing is made."""
    for name in operation.properties:
        sent = dict(operation.body or {})
        path, told = operation.at({}), []
        for value in (str(unknown_id()), kit.b.values["prompt_id"], *sorted(kit.b.ids)[:3]):
            answer = kit.ask(path, method=operation.method, body=orjson.dumps({**sent, name: value}))
            told.append((answer.status, answer.body))
        refused = told[0][0] >= 400
        kit.expect(refused, f"{operation.method} {path}", f"{name} may name what does not exist")
        kit.expect(len(set(told)) == 1, f"{operation.method} {path}", f"{name} of B's is not an id of nothing")


def rate_limit(kit: Kit, tally: Tally) -> None:
    """As many requests as the limit says, then one more: it is refused, and says when to go on. Always the last."""
    path = PREFIX + "/prompts?per_page=1"
    kit.wire.rest(kit.a.who)
    first = kit.ask(path)
    limit = first.header("ratelimit-limit")
    if not limit.isdigit():
        kit.found(f"GET {path}", "no limit of requests is told")
        return
    if int(limit) > LIMIT_TRIED:
        tally.left_out.append(f"the limit is {limit} requests a minute: too many to reach politely")
        return
    for number in range(int(limit) + 1):
        tally.tried += 1
        answer = kit.wire.send_now(kit.a.who, Request("GET", path, kit.a.headers()))
        if answer.status == 429:
            wait = answer.header("retry-after")
            kit.expect(wait.isdigit() and 0 < int(wait) <= 60, f"GET {path}", "429 does not say when to go on")
            return
        if number and int(answer.header("ratelimit-remaining") or 0) > int(limit) - 2:
            tally.left_out.append("the pace is slower than the limit: a new minute began first")
            return
    kit.found(f"GET {path}", f"{int(limit) + 2} requests went through in a minute; the limit is {limit}")


ATTACKS: Final[tuple[tuple[str, str, Callable[[Kit, Tally], None]], ...]] = (
    ("paths", "B's ids in paths", ids_in_paths),
    ("queries", "B's ids in queries", ids_in_queries),
    ("names", "B's names and words", names_and_searches),
    ("tags", "B's entity tags", tags),
    ("headers", "headers a proxy may trust, two keys at once", header_tricks),
    ("neighbours", "ids near B's, written differently", neighbours),
    ("keys", "keys that are nearly right", malformed_keys),
    ("errors", "errors that could say too much", errors),
    ("writes", "writes into B", writes),
    ("limit", "the limit of requests", rate_limit),
)
