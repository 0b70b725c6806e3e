"""Small makers of fragments and of prompts that use them."""

from promptassay.fragments import queries, services
from promptassay.fragments.models import Fragment
from tests.people import Person

TONE = "Write for {{audience}} in a {{tone|friendly}} tone."


def make_fragment(person: Person, *texts: str, slug: str = "tone", title: str = "") -> Fragment:
    """A fragment of the person with one version for each text, one version of TONE by default."""
    with person.inside():
        fragment = services.create_fragment(
            person.actor, title=title or slug.replace("-", " ").title(), slug=slug, text=texts[0] if texts else TONE
        )
        for number, text in enumerate(texts[1:], start=1):
            services.save_version(person.actor, fragment, text=text, base_version=number)
        return queries.get_fragment(fragment.id)
