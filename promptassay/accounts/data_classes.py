"""What is stored of people: accounts, addresses and sessions, django-allauth's tables among them."""

from typing import Final

from promptassay.core.stored import Table, identity, secret, structure

_ACCOUNT: Final = "as long as the account"

TABLES: Final = (
    Table(
        name="accounts_user",
        model="User",
        title="Accounts",
        purpose="Who can sign in.",
        kept=_ACCOUNT,
        readers=("accounts", "config.doctor_schema", "workspaces.services"),
        columns={
            "id": structure("the person's id, by which everything else names them"),
            "email": identity("the address they sign in with"),
            "password": secret("a salted hash of their password; the password itself is never stored"),
            "last_login": identity("when they last signed in"),
            "date_joined": identity("when the account was made"),
            "is_active": structure("whether they may sign in"),
            "is_operator": structure("whether they run this instance; gives no sight of anybody's workspace"),
            "is_canary": structure("whether it is nobody: an account that the product's own probes act as"),
        },
    ),
    Table(
        name="account_emailaddress",
        model="EmailAddress",
        title="Addresses of mail",
        purpose="The addresses of an account, and which of them were confirmed.",
        kept="until the person removes the address",
        readers=("accounts",),
        columns={
            "id": structure("the address's number"),
            "user_id": structure("whose it is"),
            "email": identity("the address"),
            "verified": identity("whether it was confirmed"),
            "primary": identity("whether mail goes there"),
        },
    ),
    Table(
        name="account_emailconfirmation",
        model="EmailConfirmation",
        title="Confirmations of addresses",
        purpose="Links for confirming an address. Ours are signed instead of stored, so that this stays empty.",
        kept="never used: always empty",
        readers=(),
        columns={
            "id": structure("the link's number"),
            "email_address_id": structure("the address"),
            "created": structure("when it was made"),
            "sent": structure("when it was sent"),
            "key": secret("what the link carries"),
        },
    ),
    Table(
        name="django_session",
        model="Session",
        title="Sessions",
        purpose="Browsers that are signed in.",
        kept="until sign-out or revocation; one that ran out opens nothing, and its row stays",
        readers=("accounts",),
        columns={
            "session_key": secret("what the browser's cookie carries"),
            "session_data": secret(
                "signed notes about the session",
                {
                    "_auth_user_id": "who is signed in",
                    "_auth_user_backend": "by which of our modules",
                    "_auth_user_hash": "a hash that changes with the password",
                    "account_authentication_methods": "how and when they signed in",
                    "browser_seed": "a random part of the key of this browser's store; not the key",
                    "_session_expiry": "how long the cookie is kept",
                    "*": "what signing in still has to do; never a prompt, an answer or a key",
                },
            ),
            "expire_date": structure("when it ends"),
        },
    ),
    Table(
        name="usersessions_usersession",
        model="UserSession",
        title="List of open sessions",
        purpose="What a person sees of their own signed-in browsers, to end them.",
        kept="as long as the session, until it is looked at after its end",
        readers=("accounts",),
        columns={
            "id": structure("the entry's number"),
            "user_id": structure("whose it is"),
            "session_key": secret("which session"),
            "created_at": identity("when they signed in"),
            "last_seen_at": identity("when the browser was last seen"),
            "ip": identity("its network address"),
            "user_agent": identity("what the browser says it is"),
            "data": structure("nothing of ours", {"*": "django-allauth's own notes; empty here"}),
        },
    ),
)
