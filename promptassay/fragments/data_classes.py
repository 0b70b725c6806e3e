"""What is stored of fragments."""

from typing import Final

from promptassay.core.stored import ROW, Table, content, structure

_FRAGMENT: Final = "until the fragment is deleted"

TABLES: Final = (
    Table(
        name="fragments_fragment",
        model="Fragment",
        title="Fragments",
        purpose="Texts that prompts share.",
        kept=_FRAGMENT,
        readers=("fragments", "api.operations.fragments"),
        columns={
            **ROW,
            "title": content("what its people call it"),
            "slug": content("the name by which prompts refer to it"),
            "description": content("what it is for"),
            "search_text": content("title, description and newest text, for search"),
            "current_version": structure("the number of the newest version"),
            "created_by": structure("who made it"),
            "created_at": structure("when it was made"),
            "updated_at": structure("when it last changed"),
        },
    ),
    Table(
        name="fragments_version",
        model="FragmentVersion",
        title="Versions of fragments",
        purpose="Every text that a fragment ever had; written once.",
        kept=_FRAGMENT,
        readers=("fragments", "api.operations.fragments"),
        columns={
            **ROW,
            "fragment_id": structure("the fragment"),
            "number": structure("which version"),
            "text": content("the text"),
            "summary": content("what changed, in its author's words"),
            "author_id": structure("who saved it"),
            "change_source": structure("how it came about"),
            "content_hash": structure("a hash of the text, to recognise the same one"),
            "content_length": structure("its length in characters"),
            "created_at": structure("when it was saved"),
        },
    ),
    Table(
        name="fragments_use",
        model="FragmentUse",
        title="Uses of fragments",
        purpose="Which texts refer to which fragment.",
        kept="as long as the text refers to it",
        readers=("fragments",),
        columns={
            **ROW,
            "slug": content("the fragment's name"),
            "pin": structure("which version is meant"),
            "user_kind": structure("what kind of text refers to it"),
            "user_id": structure("which text"),
            "holder_id": structure("the prompt or fragment of that text"),
            "number": structure("its version"),
        },
    ),
)
