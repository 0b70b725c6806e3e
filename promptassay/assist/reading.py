"""Reads a panel's answer while it comes: each thing checked, its words found in the text, told to the page at once."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from promptassay.assist.answers import ITEMS_MAX, Misfit, Shape
from promptassay.assist.json_stream import Element, Found, Growth, JsonStream, Member
from promptassay.assist.placeholders import changed
from promptassay.assist.quotes import Place, Sought
from promptassay.core.sse import event
from promptassay.language.align import Effort
from promptassay.language.messages import ROLES
from promptassay.language.words import diff_words

_WORD_EFFORT: Final = 100_000  # steps for the words of all edits of an answer together


class Reading:
    """One answer of a panel, from its first character. `problem` is why it cannot be used, empty while it can."""

    def __init__(self, shape: Shape, sought: Sought) -> None:
        self.problem = ""
        self.lists: dict[str, list[Any]] = {name: [] for name in shape.lists}
        self._shape = shape
        self._sought = sought
        self._stream = JsonStream(shape.names, shape.growing)
        self._parts: list[str] = []
        self._edited: list[tuple[Place, int]] = []
        self._effort = Effort(_WORD_EFFORT)

    @property
    def answer(self) -> str:
        """All that came so far."""
        return "".join(self._parts)

    def feed(self, text: str) -> list[bytes]:
        """What the page is told of these characters."""
        self._parts.append(text)
        if self.problem:
            return []
        told: list[bytes] = []
        try:
            for found in self._stream.feed(text):
                told += self._told(found)
        except Misfit as misfit:
            self.problem = str(misfit)
        self._note(self._stream.problem)
        return told

    def finish(self) -> None:
        """Nothing more comes: see whether the whole is what was asked for."""
        if not self.problem:
            self._note(self._stream.finish())
        if not self.problem:
            self.problem = self._shape.problem(self._stream.names, self.lists)

    def _note(self, broken: str) -> None:
        if broken and not self.problem:
            self.problem = f"The answer is not the JSON that was asked for: {broken}"

    def _told(self, found: Found) -> list[bytes]:
        if isinstance(found, Growth):
            return self._grown(found)
        if isinstance(found, Member):
            if found.name in self._shape.lists:
                raise Misfit(f"“{found.name}” is not a list.")
            if found.name not in self._shape.values:
                return []
            return [event("value", {"name": found.name, "value": self._shape.value(found.name, found.value)})]
        return self._item(found)

    def _item(self, found: Element) -> list[bytes]:
        name = found.list_name
        if name in self._shape.values:
            raise Misfit(f"“{name}” is not a text.")
        if name not in self._shape.lists:
            return []
        if found.index >= ITEMS_MAX:
            raise Misfit(f"“{name}” has more than {ITEMS_MAX} entries.")
        value = self._shape.item(name, found.value)
        self.lists[name].append(value)
        if name == "findings":
            value = {**value, "places": [each.to_json() for each in self._places(value["quote"], value["message"])]}
        elif name == "edits":
            value = self._edit(value, found.index)
        return [event("item", {"list": name, "index": found.index, "value": value})]

    def _grown(self, found: Growth) -> list[bytes]:
        role = found.beside.get("role")
        if found.name != "content" or role not in ROLES:
            return []
        return [event("part", {"index": found.index, "role": role, "text": found.text})]

    def _places(self, quote: str, number: int) -> list[Place]:
        return self._sought.places(quote, number - 1)

    def _edit(self, edit: Mapping[str, Any], index: int) -> dict[str, Any]:
        """An edit with its one place and the words that it changes, or with the reason why it cannot be made."""
        if edit["find"].strip():
            places = self._places(edit["find"], edit["message"])
        else:
            end = self._sought.end_of(edit["message"] - 1)
            places = [end] if end else []
        told = {**edit, "places": [each.to_json() for each in places]}
        problem = self._edit_problem(edit, places)
        if problem:
            return {**told, "problem": problem}
        place = places[0]
        self._edited.append((place, index))
        before = self._sought.texts[place.message][place.start : place.end]
        lost, _ = changed([{"content": before}], [{"content": edit["replace"]}])
        words = diff_words(before, edit["replace"], self._effort)
        return {**told, "words": [each._asdict() for each in words], "lost": lost}

    def _edit_problem(self, edit: Mapping[str, Any], places: Sequence[Place]) -> str:
        if not places:
            missing = f"There is no message {edit['message']}."
            return "Its words are not in the text." if edit["find"].strip() else missing
        if len(places) > 1:
            return "Its words stand in the text more than once, so nobody can tell which are meant."
        place = places[0]
        if self._sought.texts[place.message][place.start : place.end] == edit["replace"]:
            return "It changes nothing."
        for other, index in self._edited:
            if other.message == place.message and other.start < place.end and place.start < other.end:
                return f"It overlaps edit {index + 1}."
        return ""
