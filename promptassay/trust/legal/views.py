"""The legal documents as pages, plain text, JSON and PDF, their versions, the contacts, and security.txt."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from promptassay.core.doors import public_view
from promptassay.core.errors import NotFound
from promptassay.trust.legal import contacts, documents, pdf, publishing
from promptassay.trust.legal.changes import compare
from promptassay.trust.legal.documents import KINDS
from promptassay.trust.legal.exporting import document_json, list_json
from promptassay.trust.legal.operator import is_reviewed, review_words
from promptassay.trust.legal.publishing import NotPublished

_LAWFUL = "whoever signs up, and whoever thinks of it, must be able to read it"
_PROGRAMS = "the same as the page, for programs"


@public_view("GET", reason=_LAWFUL)
def document_list(request: HttpRequest) -> HttpResponse:
    """Every document, published or not."""
    entries = [(kind, documents.versions(kind)[0], publishing.missing_for(kind)) for kind in KINDS]
    return render(request, "trust/document_list.html", {"section": "legal", "entries": entries})


@public_view("GET", reason=_PROGRAMS)
def document_list_export(request: HttpRequest) -> HttpResponse:
    """The list as JSON."""
    return JsonResponse(list_json(), json_dumps_params={"indent": 1})


@public_view("GET", reason=_LAWFUL)
def document_show(request: HttpRequest, document: str, version: str = "") -> HttpResponse:
    """One document, by default its latest version."""
    kind = documents.kind_named(document)
    chosen = documents.version_named(kind, version) if version else None
    try:
        published = publishing.publish(kind, chosen)
    except NotPublished as error:
        context = {"section": "legal", "error": error}
        return render(request, "trust/document_missing.html", context, status=error.status)
    context = {
        "section": "legal",
        "published": published,
        "versions": documents.versions(kind),
        "others": [each for each in KINDS if each != kind],
        "review": review_words(settings.OPERATOR),
        "is_reviewed": is_reviewed(settings.OPERATOR),
    }
    return render(request, "trust/document_show.html", context)


@public_view("GET", reason=_LAWFUL)
def version_diff(request: HttpRequest, document: str) -> HttpResponse:
    """What differs between two versions; by default between the latest two."""
    kind = documents.kind_named(document)
    dates = documents.versions(kind)
    newer = documents.version_named(kind, request.GET.get("to") or dates[0].isoformat())
    before = [each for each in dates if each < newer]
    if not before:
        raise NotFound("This is the first version: there is nothing to compare it with.")
    older = documents.version_named(kind, request.GET.get("from") or before[0].isoformat())
    left, right = publishing.publish(kind, older), publishing.publish(kind, newer)
    context = {
        "section": "legal",
        "kind": kind,
        "older": left,
        "newer": right,
        "versions": dates,
        "comparison": compare(left, right),
        "view": "inline",
    }
    return render(request, "trust/version_diff.html", context)


@public_view("GET", reason=_PROGRAMS)
def document_export(request: HttpRequest, document: str) -> HttpResponse:
    """The latest version as JSON, section by section, with its hash."""
    published = publishing.publish(documents.kind_named(document))
    return JsonResponse(document_json(published), json_dumps_params={"indent": 1})


@public_view("GET", reason="the text that the hash is of")
def document_text(request: HttpRequest, document: str, version: str = "") -> HttpResponse:
    """A version as plain text, byte for byte what its hash is of."""
    kind = documents.kind_named(document)
    published = publishing.publish(kind, documents.version_named(kind, version) if version else None)
    return HttpResponse(published.text, content_type="text/plain; charset=utf-8")


@public_view("GET", reason="for whoever files or signs it")
def document_file(request: HttpRequest, document: str) -> HttpResponse:
    """The latest version as a PDF file."""
    published = publishing.publish(documents.kind_named(document))
    response = HttpResponse(pdf.make(published), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{document}-{published.version}.pdf"'
    return response


@public_view("GET", reason="whoever finds a weakness, or has a question, needs an address")
def contact_list(request: HttpRequest) -> HttpResponse:
    """Whom to write to."""
    context = {
        "section": "trust",
        "contacts": contacts.contacts(),
        "policy": publishing.is_published("disclosure"),
        "file": contacts.security_txt(),
    }
    return render(request, "trust/contact_list.html", context)


@public_view("GET", reason=_PROGRAMS)
def contact_list_export(request: HttpRequest) -> HttpResponse:
    """The contacts as JSON."""
    return JsonResponse(contacts.as_json(), json_dumps_params={"indent": 1})


@public_view("GET", "HEAD", reason="RFC 9116: programs look for it without an account")
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness, for programs; 404 with words while the operator has set no address."""
    text = contacts.security_txt()
    if not text:
        words = "No security contact is configured on this instance. Its operator sets PROMPTASSAY_SECURITY_CONTACT.\n"
        return HttpResponse(words, status=404, content_type="text/plain; charset=utf-8")
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
