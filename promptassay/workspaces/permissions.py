"""THE table of who may do what in a workspace; views, templates, docs and tests read it."""

from collections.abc import Iterable
from enum import StrEnum

from django.db import models


class Role(models.TextChoices):
    """A member's role in one workspace."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"


class Scope(models.TextChoices):
    """What an API key is for; it never gives more than its person's role."""

    PROMPTS_READ = "prompts:read", "Read prompts, versions, labels and fragments"
    PROMPTS_WRITE = "prompts:write", "Write prompts and versions, move labels"
    EVALS_READ = "evals:read", "Read suites, cases, runs and usage"
    EVALS_RUN = "evals:run", "Run suites on the workspace’s provider keys"


class Ability(StrEnum):
    """One thing a role may allow. The value is what a refusal names."""

    CONTENT_READ = "content.read"
    CONTENT_WRITE = "content.write"
    CONTENT_MANAGE = "content.manage"
    AI_USE = "ai.use"
    LABEL_MOVE = "label.move"
    LABEL_MOVE_PROTECTED = "label.move.protected"
    LABEL_PROTECT = "label.protect"
    MEMBERS_MANAGE = "members.manage"
    KEYS_MANAGE = "keys.manage"
    APIKEYS_OWN = "apikeys.own"
    APIKEYS_MANAGE = "apikeys.manage"
    AUDIT_READ = "audit.read"
    WORKSPACE_SETTINGS = "workspace.settings"
    SSO_MANAGE = "sso.manage"
    SSO_ENFORCE = "sso.enforce"
    BILLING_MANAGE = "billing.manage"
    WORKSPACE_EXPORT = "workspace.export"
    WORKSPACE_TRANSFER = "workspace.transfer"
    WORKSPACE_DELETE = "workspace.delete"
    WORKSPACE_LEAVE = "workspace.leave"


MEANING: dict[Ability, str] = {
    Ability.CONTENT_READ: "See prompts, versions, suites, cases and runs.",
    Ability.CONTENT_WRITE: "Write and edit prompts, drafts, versions, suites and cases.",
    Ability.CONTENT_MANAGE: "Delete or archive what others made, and act on many at once; a member only on their own.",
    Ability.AI_USE: "Run prompts and suites on the workspace's keys.",
    Ability.LABEL_MOVE: "Move a label that is not protected.",
    Ability.LABEL_MOVE_PROTECTED: "Move a protected label.",
    Ability.LABEL_PROTECT: "Protect a label, or lift its protection.",
    Ability.MEMBERS_MANAGE: "Invite and remove members, set their role; an admin never touches an owner.",
    Ability.KEYS_MANAGE: "Add, test, rename, rotate and remove provider keys; set budgets.",
    Ability.APIKEYS_OWN: "Create and revoke one's own API keys.",
    Ability.APIKEYS_MANAGE: "See and revoke all API keys.",
    Ability.AUDIT_READ: "Read the audit log, the key-use ledger and all usage; a member sees their own entries.",
    Ability.WORKSPACE_SETTINGS: "Change the workspace's name, defaults, lint rules and retention.",
    Ability.SSO_MANAGE: "Set up SAML single sign-on and SCIM.",
    Ability.SSO_ENFORCE: "Require sign-in through the identity provider.",
    Ability.BILLING_MANAGE: "Change plan and payment.",
    Ability.WORKSPACE_EXPORT: "Export everything in the workspace.",
    Ability.WORKSPACE_TRANSFER: "Hand the workspace to another owner.",
    Ability.WORKSPACE_DELETE: "Delete the workspace.",
    Ability.WORKSPACE_LEAVE: "Leave the workspace; an owner only when there is another.",
}

_MEMBER = frozenset(
    {
        Ability.CONTENT_READ,
        Ability.CONTENT_WRITE,
        Ability.AI_USE,
        Ability.LABEL_MOVE,
        Ability.APIKEYS_OWN,
        Ability.WORKSPACE_LEAVE,
    }
)
_ADMIN = _MEMBER | {
    Ability.CONTENT_MANAGE,
    Ability.LABEL_MOVE_PROTECTED,
    Ability.LABEL_PROTECT,
    Ability.MEMBERS_MANAGE,
    Ability.KEYS_MANAGE,
    Ability.APIKEYS_MANAGE,
    Ability.AUDIT_READ,
    Ability.WORKSPACE_SETTINGS,
    Ability.WORKSPACE_EXPORT,
}
GRANTS: dict[Role, frozenset[Ability]] = {
    Role.MEMBER: _MEMBER,
    Role.ADMIN: _ADMIN,
    Role.OWNER: frozenset(Ability),
}


def allows(role: Role | str, ability: Ability) -> bool:
    """Whether a role includes an ability."""
    return ability in GRANTS[Role(role)]


# What a key of each scope may do, where its person's role allows it too. Reading is split further by the operations.
SCOPE_GRANTS: dict[Scope, frozenset[Ability]] = {
    Scope.PROMPTS_READ: frozenset({Ability.CONTENT_READ}),
    Scope.PROMPTS_WRITE: frozenset(
        {Ability.CONTENT_WRITE, Ability.CONTENT_MANAGE, Ability.LABEL_MOVE, Ability.LABEL_MOVE_PROTECTED}
    ),
    Scope.EVALS_READ: frozenset({Ability.CONTENT_READ, Ability.AUDIT_READ}),
    Scope.EVALS_RUN: frozenset({Ability.CONTENT_READ, Ability.AI_USE}),
}


def scopes_allow(scopes: Iterable[Scope], ability: Ability) -> bool:
    """Whether any of the scopes includes an ability."""
    return any(ability in SCOPE_GRANTS[scope] for scope in scopes)
