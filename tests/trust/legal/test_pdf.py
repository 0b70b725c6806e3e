"""PDF files of documents, read back by a library that is not ours: whole, searchable, the same every time."""

import io
import re
from dataclasses import replace

import pypdf
import pytest
from pytest_django import Settings

from promptassay.trust.legal import documents, fonts, pdf, publishing
from promptassay.trust.legal.documents import KINDS, Kind
from promptassay.trust.legal.operator import Operator


@pytest.mark.parametrize("kind", KINDS, ids=[kind.id for kind in KINDS])
def test_the_file_holds_the_text(operator: Operator, kind: Kind) -> None:
    published = publishing.publish(kind)
    read = pypdf.PdfReader(io.BytesIO(pdf.make(published)), strict=True)
    body = "".join(page.extract_text().rpartition(f"{published.document.title}, version")[0] for page in read.pages)
    found = re.sub(r"\s+", "", body)
    for section in published.document.sections:
        assert re.sub(r"\s+", "", f"§{section.number}{section.title}") in found
    assert published.sha256 in found and re.sub(r"\s+", "", operator.name) in found
    assert "counselmustreviewit" in found
    assert read.metadata is not None and read.metadata.title == published.document.title
    assert len(read.outline) == len(published.document.sections)


def test_words_are_copied_with_their_spaces_and_their_letters(operator: Operator) -> None:
    read = pypdf.PdfReader(io.BytesIO(pdf.make(publishing.publish(documents.kind_named("dpa")))))
    text = " ".join(" ".join(page.extract_text() for page in read.pages).split())
    assert "Data processing agreement" in text and "the controller’s documented instructions" in text
    assert "Northwind Assay OÜ, Pärnu mnt 10, 10148 Tallinn, Estonia" in text and "Zoë Łukasz" in text


def test_links_lead_to_this_instance(operator: Operator, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://assay.northwind.test"
    read = pypdf.PdfReader(io.BytesIO(pdf.make(publishing.publish(documents.kind_named("dpa")))))
    links = {str(note.get_object()["/A"]["/URI"]) for page in read.pages for note in page["/Annots"]}  # type: ignore[attr-defined]
    assert "https://assay.northwind.test/legal/dpa#annex-1" in links
    assert "https://assay.northwind.test/legal/subprocessors.json" in links
    assert all(link.startswith("https://assay.northwind.test/") for link in links)


def test_the_same_text_makes_the_same_bytes(operator: Operator) -> None:
    published = publishing.publish(documents.kind_named("dpa"))
    first = pdf.make(published)
    pdf._make.cache_clear()
    assert pdf.make(published) == first


@pytest.mark.parametrize("name", ["Ελλάδα ΑΕ", "Живко ООД", "Nguyễn Trãi", "東京 K.K.", "ab" * 150])
def test_names_of_every_kind_are_set(settings: Settings, operator: Operator, name: str) -> None:
    settings.OPERATOR = replace(operator, name=name)
    read = pypdf.PdfReader(io.BytesIO(pdf.make(publishing.publish(KINDS[0]))))
    text = re.sub(r"\s+", "", read.pages[0].extract_text())
    shown = "".join(each if fonts.can_draw(each) else "?" for each in re.sub(r"\s+", "", name))
    assert shown in text


def test_nothing_is_drawn_outside_the_page(operator: Operator) -> None:
    for kind in KINDS:
        for page in pypdf.PdfReader(io.BytesIO(pdf.make(publishing.publish(kind)))).pages:
            places: list[tuple[float, float]] = []
            page.extract_text(visitor_text=lambda text, cm, tm, *_, at=places: at.append((tm[4], tm[5])))
            drawn = [(x, y) for x, y in places if (x, y) != (0, 0)]
            assert drawn and all(60 < x < 535 and 40 < y < 800 for x, y in drawn), kind.id
