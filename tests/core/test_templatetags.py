"""The template tags: one import map with hashed URLs and a nonce, wired form fields, and figures in words."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Engine
from django.test import override_settings
from django.utils import timezone

from promptassay.core.templatetags import importmap, ui

TEMPLATES = Path(importmap.STATIC_DIR).parent / "templates"
ENGINE = Engine(
    dirs=[str(TEMPLATES)],
    builtins=["promptassay.core.templatetags.ui", "promptassay.core.templatetags.importmap"],
    libraries={"static": "django.templatetags.static"},
)
PLAIN = override_settings(
    STORAGES={**settings.STORAGES, "staticfiles": {"BACKEND": "tests.core.test_templatetags.Marked"}}
)


class Marked:
    """A static storage that marks each URL, as the hashing one does."""

    def url(self, name: str) -> str:
        return f"/static/{name}?marked"


def render(source: str, **context: Any) -> str:
    return ENGINE.from_string(source).render(Context(context))


def imports_of(html: str) -> dict[str, str]:
    found = re.search(r'<script type="importmap" nonce="n0nce">(.*?)</script>', html)
    assert found is not None
    imports: dict[str, str] = json.loads(found[1])["imports"]
    return imports


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(importmap, "_cached_imports", importmap._imports)
    with PLAIN:
        return render("{% importmap %}", request=SimpleNamespace(csp_nonce="n0nce"))


def test_importmap_names_every_module_at_its_storage_url(page: str) -> None:
    imports = imports_of(page)
    assert imports["app/prompts/editor"] == "/static/app/prompts/editor.js?marked"
    assert imports["vendor/codemirror"] == "/static/vendor/codemirror.js?marked"
    assert set(imports) == {
        path.relative_to(importmap.STATIC_DIR).as_posix().removesuffix(".js")
        for path in importmap.STATIC_DIR.rglob("*.js")
    }


def test_importmap_comes_first_and_starts_the_page(page: str) -> None:
    assert page.startswith('<script type="importmap"')
    assert page.count("importmap") == 1
    assert page.endswith('<script type="module" src="/static/app/main.js?marked"></script>')
    assert '<link rel="modulepreload" href="/static/app/islands.js?marked">' in page


def test_importmap_is_empty_without_a_request() -> None:
    assert render("[{% importmap %}]") == "[]"


def test_preloads_are_what_every_page_imports() -> None:
    wanted = {"app/main"}
    for name in sorted(importmap.PRELOADED):
        wanted |= set(_imported_by(name)) if name.startswith("app/") else set()
    assert set(importmap.PRELOADED) == wanted


def _imported_by(name: str) -> list[str]:
    text = (importmap.STATIC_DIR / f"{name}.js").read_text("utf-8")
    return re.findall(r'^import .*? from "([^"]+)";$', text, flags=re.MULTILINE | re.DOTALL)


def test_modules_import_by_bare_names_that_exist() -> None:
    known = set(importmap.module_names())
    for name in known:
        if name.startswith("app/"):
            text = (importmap.STATIC_DIR / f"{name}.js").read_text("utf-8")
            named = re.findall(r"""(?:\bfrom|\bimport)\s*\(?["']([^"']+)["']""", text)
            # Types come from the packages themselves; they are comments and never loaded.
            loaded = [each for each in named if not each.startswith("@codemirror/")]
            assert set(loaded) <= known, name


def test_islands_stay_within_the_law() -> None:
    long = {
        path.name: lines
        for path in (importmap.STATIC_DIR / "app").rglob("*.js")
        if (lines := path.read_text("utf-8").count("\n")) > 200
    }
    assert long == {}


def test_templates_name_islands_that_exist_and_carry_no_inline_code() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text("utf-8")
        for names in re.findall(r'data-island="([^"{]*)"', text):
            for name in names.split():
                assert (importmap.STATIC_DIR / "app" / f"{name}.js").exists(), (path.name, name)
        assert not re.search(r"\s(?:style|on[a-z]+)\s*=", text), path.name
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), path.name


def test_icon_is_hidden_from_screen_readers_and_unknown_names_fail() -> None:
    assert 'aria-hidden="true"' in render('{% icon "play" %}')
    with pytest.raises(KeyError):
        render('{% icon "unheard-of" %}')


def test_every_icon_named_in_a_template_exists() -> None:
    for path in TEMPLATES.rglob("*.html"):
        for name in re.findall(r'{% icon "([^"]+)" %}', path.read_text("utf-8")):
            assert name in ui.ICONS, path.name


class CaseForm(forms.Form):
    title = forms.CharField(help_text="Shown in the list.")
    note = forms.CharField(required=False)
    sure = forms.BooleanField()
    role = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


def test_field_ties_label_hint_and_error_to_the_control() -> None:
    html = render("{% field form.title %}", form=CaseForm({}))
    assert '<label for="id_title">Title</label>' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext"' in html and 'id="id_title_error"' in html
    assert 'aria-invalid="true"' in html


def test_field_says_what_is_optional_and_escapes() -> None:
    html = render("{% field form.note %}", form=CaseForm({"note": '"><script>'}))
    assert "optional" in html and "<script>" not in html


def test_field_suits_the_kind_of_control() -> None:
    form = CaseForm()
    assert 'class="field check"' in render("{% field form.sure %}", form=form)
    assert "<legend>Role</legend>" in render("{% field form.role %}", form=form)
    assert " autofocus" in render("{% field form.title autofocus=True %}", form=form)


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=2), "2 minutes ago"),
        (timedelta(hours=1, minutes=59), "1 hour ago"),
        (timedelta(days=1, hours=3), "yesterday"),
        (timedelta(days=8), "1 week ago"),
        (timedelta(hours=-3), "in 3 hours"),
        (timedelta(days=-1, hours=-1), "tomorrow"),
    ],
)
def test_ago_says_it_in_words(back: timedelta, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    html = render("{% ago moment %}", moment=now - back)
    assert f">{words}</time>" in html
    assert f'datetime="{(now - back).isoformat()}"' in html and "data-relative" in html


def test_ago_without_a_time_says_so() -> None:
    assert render("{% ago None %} {% ago None 'not yet' %}") == "never not yet"


@pytest.mark.parametrize(
    ("source", "value", "text"),
    [
        ("percent", 0.914, "91 %"),
        ("percent:1", 0.9142, "91.4 %"),
        ("percent", None, "–"),
        ("count", 1288, "1,288"),
        ("money", 0, "$0.00"),
        ("money", 12.5, "$12.50"),
        ("money", 0.0042, "$0.0042"),
        ("money", 0.00000001, "&lt; $0.000001"),
        ("millis", 640.2, "640 ms"),
        ("millis", 999.9, "1.0 s"),
        ("millis", 1900, "1.9 s"),
        ("millis", 125_000, "2 min 5 s"),
        ("millis", 3_700_000, "1 h 1 min"),
        ("shape", "good", "●"),
        ("shape", "", "·"),
    ],
)
def test_figures_are_written_one_way(source: str, value: Any, text: str) -> None:
    assert render(f"{{{{ value|{source} }}}}", value=value) == text


@pytest.mark.parametrize(
    ("value", "html"),
    [
        ("holds `a<b>` and `c`", "holds <code>a&lt;b&gt;</code> and <code>c</code>"),
        ("no ticks & none", "no ticks &amp; none"),
        ("`x` and one ` alone", "<code>x</code> and one ` alone"),
        ("one ` alone", "one ` alone"),
    ],
)
def test_what_stands_between_ticks_is_code(value: str, html: str) -> None:
    assert render("{{ value|ticked }}", value=value) == html
    assert "`" not in ui.unticked(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1, 2, 3], "1, 2 and 3"),
        (["a"], "a"),
        ([], "–"),
        (None, "–"),
        (True, "yes"),
        (0, "0"),
        ({"from": 1, "to": [2, 3]}, "from 1, to 2 and 3"),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_values_are_written_in_words(value: Any, text: str) -> None:
    assert render("{{ value|words }}", value=value) == text


def test_rate_draws_value_interval_and_threshold() -> None:
    html = render("{% rate 0.91 0.85 0.95 0.8 %}")
    assert 'width="910"' in html and 'x="850" y="1" width="100"' in html and 'x="800"' in html
    assert 'aria-label="91.0 %, interval 85.0 % to 95.0 %"' in html
    assert "rate-band" not in render("{% rate 0.5 %}")


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("components/*.html")), ids=lambda path: path.stem)
def test_components_compile(path: Path) -> None:
    ENGINE.get_template(f"components/{path.name}")


def test_the_page_without_a_request_stands_alone() -> None:
    error = SimpleNamespace(status=503, message="The database does not answer.", why="<b>", next_step="Try again.")
    with PLAIN:
        html = ENGINE.get_template("base/unavailable.html").render(Context({"error": error}))
    assert "The database does not answer." in html and "&lt;b&gt;" in html
    assert "importmap" not in html
