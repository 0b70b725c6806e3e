"""Every page of the product by the name of its URL, and a workspace that has something of everything."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page, expect

from promptassay.core.doors import door_of
from tests.browser import keys
from tests.browser.people import Account

# Pages in a workspace, by URL name; {…} are ids of the worked example, and a key.
PAGES = {
    "prompts:dashboard": [""],
    "prompts:library-show": ["prompts/library/"],
    "prompts:label-list": ["prompts/{prompt}/labels/"],
    "prompts:branch-list": ["prompts/{prompt}/branches/"],
    "prompts:annotation-list": ["prompts/{prompt}/notes/", "prompts/{prompt}/notes/?show=resolved"],
    "prompts:annotation-create": ["prompts/{prompt}/notes/new/"],
    "prompts:playground-show": ["prompts/{prompt}/playground/"],
    "fragments:fragment-list": ["fragments/"],
    "fragments:fragment-create": ["fragments/new/"],
    "fragments:fragment-show": ["fragments/{fragment}/"],
    "fragments:fragment-delete": ["fragments/{fragment}/delete/"],
    "fragments:version-list": ["fragments/{fragment}/versions/"],
    "fragments:version-show": ["fragments/{fragment}/versions/1/"],
    "fragments:version-diff": ["fragments/{fragment}/versions/compare/?from=0&to=1"],
    "prompts:rule-list": ["lint/"],
    "prompts:rule-show": ["lint/malformed-placeholder/", "lint/secret-or-personal-data/?prompt={prompt}"],
    "prompts:prompt-list": ["prompts/", "prompts/?q=nothing-like-it", "prompts/?archived=1"],
    "prompts:prompt-create": ["prompts/new/"],
    "prompts:prompt-show": ["prompts/{prompt}/"],
    "prompts:version-list": ["prompts/{prompt}/versions/"],
    "prompts:version-show": ["prompts/{prompt}/versions/2/"],
    "prompts:version-diff": [
        "prompts/{prompt}/versions/compare/?from=1&to=3",
        "prompts/{prompt}/versions/compare/?from=2&to=3&view=side",
    ],
    "assist:panel-show": [
        f"panels/{name}/of/{{prompt}}/"
        for name in ("critique", "improve", "rewrite", "brainstorm", "compare", "cases", "explain")
    ],
    "assist:meta-prompt-show": ["panels/prompts/critique/", "panels/prompts/explain/"],
    "evals:suite-list": ["suites/", "suites/?show=archived"],
    "evals:suite-create": ["suites/new/"],
    "evals:suite-panel": ["suites/of/{prompt}/"],
    "evals:replacement-show": ["suites/of/{prompt}/replacement/"],
    "evals:suite-show": [f"suites/{{suite}}/#{tab}" for tab in ("cases", "checks", "rubric", "settings", "runs")],
    "evals:check-create": ["suites/{suite}/checks/new/?kind=json-schema", "suites/{suite}/checks/new/?kind=length"],
    "evals:check-change": ["suites/{suite}/checks/0/"],
    "evals:case-show": ["suites/{suite}/cases/{case}/"],
    "evals:case-check-create": ["suites/{suite}/cases/{case}/checks/new/?kind=contains"],
    "evals:case-check-change": ["suites/{suite}/cases/{case}/checks/0/"],
    "evals:run-create": ["suites/{suite}/run/"],
    "evals:run-list": ["runs/", "runs/?status=failed"],
    "evals:run-show": ["runs/{run}/", "runs/{run}/?show=failed"],
    "evals:run-cell": ["runs/{run}/cells/{cell}/"],
    "providers:key-list": ["keys/"],
    "providers:key-create": ["keys/new/"],
    "providers:key-show": ["keys/{key}/"],
    "providers:ledger-show": ["keys/ledger/"],
    "providers:model-list": ["keys/models/", "keys/models/?q=nothing-like-it", "keys/models/?sort=-context"],
    "usage:usage-show": ["usage/"],
    "private:workspace-show": ["trust/"],
    "portability:export-show": ["export/"],
    "workspaces:settings-show": ["settings/"],
    "apikeys:key-list": ["api-keys/"],
    "apikeys:key-create": ["api-keys/new/"],
    "workspaces:audit-show": ["audit/"],
    "workspaces:palette-show": ["palette/", "palette/?q=triage"],
    "workspaces:notification-list": ["notifications/"],
}
# Pages of the account, or of nobody.
ACCOUNT = {
    "account_logout": ["/accounts/logout/"],
    "account_email": ["/accounts/email/"],
    "account_change_password": ["/accounts/password/change/"],
    "account_reauthenticate": ["/accounts/reauthenticate/"],
    "usersessions_list": ["/accounts/sessions/"],
}
NOBODY = {
    "account_login": ["/accounts/login/"],
    "account_signup": ["/accounts/signup/"],
    "account_reset_password": ["/accounts/password/reset/"],
    "account_reset_password_done": ["/accounts/password/reset/done/"],
    "account_reset_password_from_key": ["/accounts/password/reset/key/1-set/"],
    "account_reset_password_from_key_done": ["/accounts/password/reset/key/done/"],
    "account_inactive": ["/accounts/inactive/"],
    "account_email_verification_sent": ["/accounts/confirm-email/"],
    "account_confirm_email": ["/accounts/confirm-email/nothing/"],
    "trust:document-list": ["/legal"],
    "trust:document-show": [f"/legal/{name}" for name in ("privacy", "dpa", "subprocessors", "cookies")],
    "trust:contact-list": ["/trust/contacts"],
    "404": ["/nothing/here/"],
    "api:docs-show": ["/api/v1/docs"],
    "trust:claim-list": ["/trust"],
    "trust:claim-show": ["/trust/claims/isolation", "/trust/claims/sso"],
    "trust:manual-show": ["/trust/manual/isolation"],
    "trust:proof-show": ["/trust/proofs/isolation-sql"],
    "trust:evidence-verify": ["/trust/verify"],
    "trust:data-show": ["/trust/data", "/trust/data?class=content"],
    "status:status-show": ["/status"],
}
EMPTY = [
    "",
    "fragments/",
    "prompts/library/",
    "prompts/",
    "suites/",
    "suites/new/",
    "runs/",
    "usage/",
    "api-keys/",
    "keys/",
    "keys/ledger/",
    "keys/models/",
    "audit/",
    "trust/",
]
# What answers GET and is no page of its own.
NO_PAGE = {
    "healthz": "for machines",
    "api:openapi-show": "for machines",
    "api:operation-call": "for machines",
    "readyz": "for machines",
    "status:status-export": "for machines",
    "status:status-feed": "for machines",
    "status:health-show": "for machines",
    "trust:claim-export": "for machines",
    "trust:source-show": "plain text",
    "trust:evidence-export": "a file",
    "trust:oscal-export": "a file",
    "workspaces:home": "a redirect",
    "prompts:model-note": "a piece of the workbench",
    "prompts:mention-list": "a piece of a comment's field",
    "prompts:prompt-copy": "a form that other pages lead to with what to copy",
    "prompts:label-show": "needs a label",
    "prompts:branch-merge": "needs a branch",
    "prompts:branch-update": "needs a branch",
    "prompts:playground-variables": "a piece of the playground",
    "fragments:fragment-find": "a redirect",
    "fragments:fragment-preview": "a piece of the editor",
    "evals:case-fill": "a piece of the playground",
    "evals:case-keep": "a piece of the playground",
    "evals:case-values": "a piece of the playground",
    "prompts:version-conflict": "needs two people: test_bad_input",
    "evals:case-export": "a file",
    "evals:run-export": "a file",
    "evals:run-events": "a stream",
    "trust:data-export": "for machines",
    "trust:document-list-export": "for machines",
    "trust:document-export": "for machines",
    "trust:document-text": "plain text",
    "trust:document-file": "a file",
    "trust:document-version-diff": "needs a second version: tests/trust/legal/test_views.py",
    "trust:document-version-show": "the same page with an earlier version",
    "trust:document-version-text": "plain text",
    "trust:contact-list-export": "for machines",
    "trust:security-txt": "plain text",
    "account_set_password": "a redirect for whoever has a password",
}


@dataclass(frozen=True)
class Example:
    """The ids in a workspace with the worked example and a key, as the patterns above name them."""

    account: Account
    ids: dict[str, str]

    def path(self, pattern: str) -> str:
        """The path of a page of this workspace."""
        return self.account.workspace + pattern.format(**self.ids)


def make_example(page: Page, account: Account) -> Example:
    """Load the worked example through its button, wait for its runs, add a key, and look up the ids."""
    page.goto(account.home)
    page.get_by_role("button", name="Load the demo").click()
    ids = {"prompt": _id(page, "prompts"), "key": keys.add_key(page, account, "openai", "team").split("/")[-2]}
    page.goto(f"{account.workspace}runs/")
    page.get_by_role("link", name="Golden tickets r2").click()
    expect(page.get_by_role("link", name="Export CSV")).to_be_visible(timeout=60_000)
    ids["run"] = _id_in(page.url, "runs")
    ids |= {"cell": _id(page, "cells"), "suite": _id(page, "suites")}
    page.goto(f"{account.workspace}suites/{ids['suite']}/")
    ids["case"] = _id(page, "cases")
    page.goto(f"{account.workspace}fragments/new/")
    page.get_by_label("Title").fill("Tone of voice")
    page.locator(".cm-content").click()
    page.keyboard.insert_text("Write plainly for {{audience}}.")
    page.get_by_role("button", name="Create", exact=True).click()
    page.wait_for_url("**/fragments/*-*-*/")
    ids["fragment"] = _id_in(page.url, "fragments")
    return Example(account, ids)


def _id(page: Page, kind: str) -> str:
    """The first id of this kind that the page links to."""
    hrefs = page.locator(f"main a[href*='/{kind}/'], .crumb a").evaluate_all("all => all.map((each) => each.href)")
    return next(_id_in(href, kind) for href in hrefs if re.search(rf"/{kind}/[0-9a-f-]{{36}}/", href))


def _id_in(path: str, kind: str) -> str:
    found = re.search(rf"/{kind}/([0-9a-f-]{{36}})", path)
    assert found, path
    return found[1]


def names_of_pages() -> Iterator[str]:
    """The name of every URL that answers GET."""
    yield from _names(get_resolver().url_patterns, "")


def _names(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            app = f"{each.app_name}:" if each.app_name else ""
            yield from _names(each.url_patterns, prefix + app)
        else:
            door = door_of(each.callback)
            if door is None or "GET" in door.methods:
                yield f"{prefix}{each.name}"
