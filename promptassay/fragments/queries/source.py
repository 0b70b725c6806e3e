"""The workspace's fragments as the language takes them: newest or pinned texts, read level by level."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, TypeAlias

from django.db.models import F, Q

from promptassay.fragments.models import FragmentVersion
from promptassay.language.fragments import FragmentText, Loaded, PinMissing
from promptassay.language.variables import find_references

Key: TypeAlias = tuple[str, int | None]

_OPENER: Final = "${fragment:"
# References beyond these are read when the resolver comes to them.
_READ_AHEAD: Final = 2_000


class WorkspaceFragments:
    """A `FragmentSource` over the current workspace; what was read is kept for the instance's life.

    A text's own references are read together with the next miss, so that resolving takes one statement for each
    level of nesting, and none for a prompt without fragments. `newest_used` tells which number stood for each
    reference without a pin.
    """

    def __init__(self, *, newest: Mapping[str, int] | None = None, changed: Mapping[str, FragmentText] | None = None):
        self._newest = newest
        self._changed = dict(changed or {})
        self._known: dict[Key, Loaded] = {}
        self._wanted: set[Key] = set()
        self.newest_used: dict[str, int] = {}

    def load(self, slug: str, pin: int | None) -> Loaded:
        """Follow `FragmentSource.load`."""
        if pin is None and self._newest is not None:
            pin = self._newest.get(slug)
            if pin is None:
                return None
        found: Loaded = self._changed_text(slug, pin)
        if found is None:
            key = (slug, pin)
            if key not in self._known:
                self._wanted.add(key)
                self._fetch()
            found = self._known[key]
        if isinstance(found, FragmentText):
            self.read_ahead([found.text])
            if pin is None:
                self.newest_used[slug] = found.number
        return found

    def read_ahead(self, texts: Iterable[str]) -> None:
        """Note what these texts refer to: it comes with the next statement."""
        for text in texts:
            if _OPENER in text:
                self.want((each.slug, each.pin) for each in find_references(text))

    def want(self, keys: Iterable[Key]) -> None:
        """Note fragments that will be asked for: they come with the next statement."""
        for slug, pin in keys:
            if len(self._wanted) >= _READ_AHEAD:
                return
            number = self._newest.get(slug) if pin is None and self._newest is not None else pin
            if (slug, number) not in self._known and self._changed_text(slug, number) is None:
                self._wanted.add((slug, number))

    def _changed_text(self, slug: str, pin: int | None) -> FragmentText | None:
        """The text that stands in for the stored one, where that is the version meant."""
        changed = self._changed.get(slug)
        return changed if changed is not None and pin in (None, changed.number) else None

    def _fetch(self) -> None:
        slugs = {slug for slug, _ in self._wanted}
        pins = {pin for _, pin in self._wanted if pin is not None}
        versions = FragmentVersion.objects.filter(fragment__slug__in=slugs)
        rows = versions.filter(Q(number=F("fragment__current_version")) | Q(number__in=pins)).values_list(
            "fragment__slug", "fragment__current_version", "number", "text"
        )
        newest: dict[str, int] = {}
        texts: dict[tuple[str, int], FragmentText] = {}
        for slug, current, number, text in rows:
            newest[slug] = current
            texts[slug, number] = FragmentText(slug, number, text)
        for slug, pin in self._wanted:
            known = newest.get(slug)
            self._known[slug, pin] = None if known is None else texts.get((slug, pin or known), PinMissing(known))
        self._wanted.clear()


def source(texts: Iterable[str] = (), *, newest: Mapping[str, int] | None = None) -> WorkspaceFragments:
    """The fragments of the current workspace. `texts` are read ahead of.

    With `newest`, references without a pin mean exactly these numbers, and slugs outside it do not exist: what a
    run froze stays what it was.
    """
    found = WorkspaceFragments(newest=newest)
    found.read_ahead(texts)
    return found


def changed_source(changed: FragmentText, wanted: Collection[Key] = ()) -> WorkspaceFragments:
    """The fragments as they would be with one text changed, or added."""
    found = WorkspaceFragments(changed={changed.slug: changed})
    found.want(wanted)
    return found
