"""Base URLs that would lead a key or a request where it must not go, by trick."""


def _hosts(names: str) -> tuple[str, ...]:
    return tuple(names.split())


PRIVATE_V4 = _hosts(
    "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.254 127.0.0.1 127.1.2.3 "
    "127.255.255.254 168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 "
    "192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1 "
    "203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255"
)
PRIVATE_V6 = _hosts(
    ":: ::1 ::2 ::127.0.0.1 ::10.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:7f00:1 "
    "::ffff:c0a8:101 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 "
    "64:ff9b:1::8.8.8.8 100::1 2001::1 2001:0:7f00:1:: 2001:0:4136:e378:8000:63bf:80ff:fffe 2001:2::1 2001:10::1 "
    "2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::1 2002:c0a8:101:: 2002:a9fe:a9fe:: 3fff::1 5f00::1 fc00::1 "
    "fd00::1 fd00:ec2::254 fe80::1 febf::1 fec0::1 ff02::1 ff0e::1 2606:4700::5efe:10.0.0.1 "
    "2606:4700::200:5efe:127.0.0.1"
)
SPELLINGS = _hosts(
    "2130706433 017700000001 0x7f000001 0x7f.0.0.1 0x7f.1 0177.0.0.1 0177.1 127.1 127.0.1 127.0.0.01 010.0.0.1 "
    "0x0a000001 167772161 3232235777 0xc0a80101 0xA9FEA9FE 2852039166 0251.0376.0251.0376 169.16689662 0 0x0 00 "
    "127.0.0.1. 192.168.1 0xac.0x10.0.1 1.1.1.1.1 999.1.1.1 1.2.3.0x"
)
NAMES = _hosts(
    "localhost LOCALHOST localhost. localhost.localdomain sub.localhost printer.local ip6-localhost "
    "metadata.google.internal instance-data.ec2.internal intranet ollama db host.docker.internal router.lan nas.home "
    "vault.corp x.home.arpa kubernetes.default.svc.cluster.local"
)
UNICODE = _hosts(
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ １２７.０.０.１ 127。0。0。1 ①②⑦.⓪.⓪.① ʟocalhost\u3002 localhost｡ 𝟭𝟮𝟳.𝟬.𝟬.𝟭 169。254。169。254 "
    "example.com\u202e.evil xn-- a\u00adb\u2024c..d"
)
SHAPES = (
    "",
    "   ",
    "api.openai.com",
    "//api.openai.com",
    "https:",
    "https://",
    "https:///v1",
    "https:/api.openai.com",
    "https:api.openai.com",
    "https://:443",
    "https://.",
    "https://..",
    "https://-.com",
    "https://a..b.com",
    "https://.example.com",
    "https://exa mple.com",
    "https://example.com:99999",
    "https://example.com:-1",
    "https://example.com:x",
    "https://example.com:0x50",
    "https://example.com:22",
    "https://example.com:25",
    "https://example.com:80",
    "https://example.com:6",
    "http://example.com",
    "http://api.openai.com/v1",
    "ftp://example.com",
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "gopher://example.com:70/_x",
    "data:text/plain,x",
    "javascript:alert(1)",
    "unix:///run/docker.sock",
    "dict://example.com:11211/",
    "ws://example.com",
    "https+unix://example.com",
    "https://user@example.com",
    "https://user:word@example.com",
    "https://api.openai.com@evil.example",
    "https://api.openai.com:443@127.0.0.1",
    "https://@example.com",
    "https://example.com#@api.openai.com",
    "https://example.com?x=1",
    "https://example.com/?",
    "https://example.com/#",
    "https://example.com/v1?key=1",
    "https://example.com\\@127.0.0.1",
    "https:\\\\example.com",
    "https://example.com\\.evil.com",
    "https://example.com/../../admin",
    "https://example.com/v1/..",
    "https://example.com/./v1",
    "https://example.com//evil.com",
    "https://example.com/v1//x",
    "https://example.com/%2e%2e/",
    "https://example.com/v1%0d%0aHost:evil",
    "https://exa%6dple.com",
    "https://%31%32%37.0.0.1",
    "https://example.com/a b",
    "https://example.com/\tx",
    "https://example.com\r\nHost: evil",
    "https://exam\x00ple.com",
    "https://example.com/\x7f",
    "https://[::1",
    "https://::1]",
    "https://[::1]:x",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[v1.x]/",
    "https://[127.0.0.1]/",
    "https://[]/",
    "https://{host}/",
    "https://<b>/",
    'https://"example.com"/',
    "https://example.com|evil",
    "https://example.com;@127.0.0.1",
    "https://example.com&@127.0.0.1",
    f"https://{'a' * 64}.com",
    f"https://{'a.' * 130}com",
    "https://$(id).example.com",
    "https://*.example.com",
    "https://127.0.0.1:443\\@example.com",
    "https://169.254.169.254/latest/meta-data",
    "https://metadata/computeMetadata/v1",
    "HTTPS://LOCALHOST/v1",
)

HOSTILE = (
    *(f"https://{host}/v1" for host in (*PRIVATE_V4, *SPELLINGS, *NAMES, *UNICODE)),
    *(f"https://[{host}]/v1" for host in PRIVATE_V6),
    *SHAPES,
)
