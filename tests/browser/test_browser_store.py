"""What the browser keeps of texts: sealed on the disk, gone with the session, and nobody else's."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser import disk, people, workbench
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.people import Account
from tests.browser.product import Product
from tests.browser.waiting import eventually
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

LINES = "[data-history=list] > li"
COME_BACK = "document.dispatchEvent(new Event('visibilitychange'))"
# The store, straight from its module: what islands use.
STORE = """const { store } = await import("app/lib/store");
const { person, workspace } = document.querySelector("[data-history]").closest("section").dataset;"""


@pytest.fixture
def marker() -> str:
    """Words that stand nowhere else."""
    return f"marker-{uuid4().hex}"


@pytest.fixture
def playground(page: Page, account: Account) -> Page:
    """The playground of a fresh prompt."""
    open_playground(page, account.workspace)
    return page


def open_playground(page: Page, workspace: str) -> None:
    path = workbench.create_prompt(page, workspace, "Triage", "Sort {{ticket}}.")
    page.goto(f"{path}playground/")
    expect(page.get_by_role("button", name="Remove column A")).to_be_hidden()
    page.get_by_role("group", name="Column A").get_by_label("Model").select_option(label="demo-small")


def run(page: Page, ticket: str, runs: int = 1) -> None:
    """Run with this input, until the history has so many runs."""
    page.locator("#var-ticket").fill(ticket)
    page.keyboard.press("Control+Enter")
    expect(page.locator(LINES)).to_have_count(runs)


def answer(page: Page) -> str:
    return page.get_by_role("region", name="Answer A").inner_text()


def end_others(watch: Watch, account: Account) -> Page:
    """Sign every other browser of this person out, from the list of sessions in another browser."""
    elsewhere = watch.context().new_page()
    people.sign_in(elsewhere, account.email)
    elsewhere.goto("/accounts/sessions/")
    elsewhere.get_by_role("button", name="End all others").click()
    elsewhere.get_by_role("alertdialog").get_by_role("button", name="End the others").click()
    expect(elsewhere.locator(".sessions li")).to_have_count(1)
    account.state.clear()
    account.state.update(elsewhere.context.storage_state())
    return elsewhere


def sabotage(page: Page | BrowserContext) -> None:
    """Serve the script that seals with the seal taken out."""

    def plain(route: Route) -> None:
        text = route.fetch().text()
        sealed = "await crypto.subtle.encrypt(how(nonce, place), key, plain)"
        assert sealed in text
        route.fulfill(body=text.replace(sealed, "plain.buffer"), content_type="text/javascript")

    page.route(re.compile(r"/app/lib/sealing\..*js"), plain)


# --- On the disk ----------------------------------------------------------------------------------------------


def test_the_bytes_in_the_database_never_show_the_text(playground: Page, marker: str) -> None:
    run(playground, marker)
    found = disk.records(playground)
    assert len(found) == 1 and set(found[0]) == {"name", "id", "nonce", "sealed"}
    assert not disk.holds(found, marker)
    run(playground, marker, runs=2)
    assert len({each["nonce"]["bytes"] for each in disk.records(playground)}) == 2


def test_with_the_seal_taken_out_the_same_look_finds_it(page: Page, account: Account, marker: str) -> None:
    sabotage(page)
    open_playground(page, account.workspace)
    page.locator("#var-ticket").fill(marker)
    page.keyboard.press("Control+Enter")
    eventually(lambda: len(disk.records(page)) == 1)
    assert disk.holds(disk.records(page), marker)


@pytest.fixture
def own_profile(page: Page, account: Account, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser with a profile of its own on the disk, at `tmp_path / "profile"`, signed in as the file's account."""
    chromium, address = page.context.browser, page.url.split("/w/")[0]
    assert chromium
    context = chromium.browser_type.launch_persistent_context(
        tmp_path / "profile", executable_path=CHROMIUM, args=FLAGS, base_url=address, locale="en-GB"
    )
    context.add_cookies(account.state["cookies"])
    yield context
    context.close()


def work(context: BrowserContext, account: Account, marker: str) -> None:
    """Run in the playground, leave a form half written, write while the server does not answer; and leave."""
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    open_playground(page, account.workspace)
    page.locator("#var-ticket").fill(marker)
    page.keyboard.press("Control+Enter")
    eventually(lambda: len(disk.records(page)) == 1)
    # What is typed into a form that is left alone, open and gone back from.
    for left in (page, context.new_page()):
        left.goto(f"{account.workspace}prompts/new/")
        left.locator("main textarea").first.fill(marker)
    path = workbench.create_prompt(page, account.workspace, "Unsaved", "The first text.")
    page.goto(path)
    workbench.wait_for_nothing_unsaved(page)
    page.route("**/draft/", lambda route: route.abort())
    workbench.add_text(page, f" {marker}")
    expect(page.locator("[data-draft-state]")).to_contain_text("offline")
    eventually(lambda: any(key.startswith("draft:") for key in page.evaluate("Object.keys(sessionStorage)")))
    context.close()


def test_the_files_of_the_profile_never_show_the_text(
    own_profile: BrowserContext, account: Account, marker: str, tmp_path: Path
) -> None:
    work(own_profile, account, marker)
    assert list((tmp_path / "profile").rglob("*IndexedDB*")) and list((tmp_path / "profile").rglob("Session Storage"))
    assert disk.search(tmp_path / "profile", marker) == []


def test_with_the_seal_taken_out_the_same_search_finds_it(
    own_profile: BrowserContext, account: Account, marker: str, tmp_path: Path
) -> None:
    sabotage(own_profile)
    work(own_profile, account, marker)
    hits = disk.search(tmp_path / "profile", marker)
    assert any("IndexedDB" in hit for hit in hits) and any("Session Storage" in hit for hit in hits), hits


# --- The session ends -----------------------------------------------------------------------------------------


def test_looking_at_the_tab_again_notices_that_the_session_was_revoked(
    playground: Page, watch: Watch, account: Account
) -> None:
    run(playground, "A ticket")
    assert answer(playground)
    end_others(watch, account)
    playground.evaluate(COME_BACK)
    expect(playground.get_by_text("You are signed out: what was kept here is deleted.")).to_be_visible()
    expect(playground.locator(LINES)).to_have_count(0)
    assert answer(playground) == ""
    expect(playground.get_by_role("group", name="Column A").get_by_role("alert")).to_contain_text("You are signed out.")
    eventually(lambda: disk.databases(playground) == [])


@pytest.mark.parametrize("ask", ["fetch", "htmx"])
def test_the_next_answer_tells_it_too(playground: Page, watch: Watch, account: Account, ask: str) -> None:
    run(playground, "A ticket")
    end_others(watch, account)
    if ask == "fetch":
        playground.keyboard.press("Control+k")
        playground.keyboard.type("x")
    else:
        playground.locator("#values summary", has_text="The resolved prompt").click()
        playground.get_by_role("button", name="Show").click()
    expect(playground.locator(LINES)).to_have_count(0)
    assert answer(playground) == ""
    eventually(lambda: disk.databases(playground) == [])


def test_one_page_notices_and_all_of_this_browser_are_told(playground: Page, watch: Watch, account: Account) -> None:
    run(playground, "A ticket")
    other = playground.context.new_page()
    other.goto(playground.url)
    expect(other.locator(LINES)).to_have_count(1)
    end_others(watch, account)
    other.evaluate(COME_BACK)
    expect(playground.locator(LINES)).to_have_count(0)
    assert answer(playground) == ""


def test_signing_out_in_one_tab_empties_the_others(playground: Page, account: Account) -> None:
    run(playground, "A ticket")
    other = playground.context.new_page()
    other.goto(account.home)
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/accounts/login/**")
    expect(playground.locator(LINES)).to_have_count(0)
    assert answer(playground) == "" and disk.databases(playground) == []
    people.sign_in(other, account.email)
    account.state.clear()
    account.state.update(other.context.storage_state())


def test_without_a_network_what_is_in_memory_stays(playground: Page, watch: Watch) -> None:
    watch.expect_trouble("ERR_INTERNET_DISCONNECTED", "htmx:")
    run(playground, "A ticket")
    said = answer(playground)
    playground.context.set_offline(True)
    playground.evaluate(COME_BACK)
    playground.get_by_role("button", name="Reopen").click()
    assert answer(playground) == said
    expect(playground.locator(LINES)).to_have_count(1)
    playground.context.set_offline(False)


def test_what_an_earlier_session_left_is_deleted_when_the_store_is_opened(
    playground: Page, watch: Watch, account: Account
) -> None:
    run(playground, "A ticket")
    other = watch.context().new_page()
    people.sign_in(other, account.email)
    cookies: Any = other.context.cookies()
    # As if the browser had never seen the page that asks to sign in.
    playground.context.add_cookies(cookies)
    playground.reload()
    expect(playground.get_by_text("No runs yet.")).to_be_visible()
    eventually(lambda: disk.records(playground) == [])


# --- Whose it is ----------------------------------------------------------------------------------------------


def test_another_person_in_this_browser_sees_nothing(playground: Page, watch: Watch, account: Account) -> None:
    run(playground, "A ticket")
    path = workbench.path_of(playground)
    people.forget_session(playground.context)
    guest = people.sign_up(watch.browser, watch.address, f"guest-{uuid4().hex[:8]}@example.com")
    playground.context.add_cookies(guest.state["cookies"])
    # The page of the first person, while the second is signed in.
    playground.evaluate(COME_BACK)
    expect(playground.locator(LINES)).to_have_count(0)
    assert answer(playground) == ""
    playground.goto(path)
    expect(playground.locator("body")).not_to_contain_text("A ticket")
    open_playground(playground, guest.workspace)
    expect(playground.get_by_text("No runs yet.")).to_be_visible()
    assert disk.databases(playground) == [f"promptassay:sealed:{person(playground)}:{guest.workspace[3:-1]}:playground"]


def person(page: Page) -> str:
    return page.locator("[data-key-url]").get_attribute("data-person") or ""


def test_another_workspace_has_a_store_and_a_key_of_its_own(
    playground: Page, watch: Watch, instance: Product, account: Account
) -> None:
    run(playground, "A ticket")
    here, key = workbench.path_of(playground), key_of(playground)
    host = people.sign_up(watch.browser, watch.address, f"host-{uuid4().hex[:8]}@example.com")
    instance.join(account.email, host.email)
    open_playground(playground, host.workspace)
    expect(playground.get_by_text("No runs yet.")).to_be_visible()
    assert key_of(playground) != key
    assert len(disk.records(playground)) == 1
    playground.goto(here)
    expect(playground.locator(LINES)).to_have_count(1)


def key_of(page: Page) -> list[int]:
    """The bytes that the server gives this page; to compare."""
    given: list[int] = page.evaluate(
        """async () => { const form = document.querySelector("[data-key-url]");
        const token = document.querySelector("meta[name=csrf-token]").content;
        const body = new URLSearchParams({ person: form.dataset.person, use: "store" });
        const answer = await fetch(form.dataset.keyUrl, { method: "POST", body, headers: { "X-CSRFToken": token } });
        return [...new Uint8Array(await answer.arrayBuffer())]; }"""
    )
    assert len(given) == 32
    return given


# --- The store itself -----------------------------------------------------------------------------------------


def test_entries_are_kept_replaced_removed_and_limited(playground: Page) -> None:
    found = playground.evaluate(f"""async () => {{ {STORE}
      const kept = store(person, workspace, "try", {{ limit: 3 }});
      const ids = [];
      for (const word of ["a", "b", "c", "d"]) ids.push(await kept.add({{ word }}));
      const words = (await kept.list()).map(({{ word }}) => word);
      await kept.put({{ id: ids[2], word: "C" }});
      await kept.put({{ id: "named", word: "n" }});
      const after = (await kept.list()).map(({{ word }}) => word);
      await kept.remove(ids[3]);
      const got = [];
      for (const id of [ids[2], "named", ids[3]]) got.push((await kept.get(id))?.word ?? null);
      await kept.clear();
      return {{ words, after, got, left: await kept.list(), isLasting: kept.isLasting }};
    }}""")
    assert found["words"] == ["d", "c", "b"]
    assert found["after"] == ["n", "d", "C"]
    assert found["got"] == ["C", "n", None]
    assert found["left"] == [] and found["isLasting"] is True


@pytest.mark.parametrize("change", ["record.id += 1", "record.nonce[0] ^= 1", "new Uint8Array(record.sealed)[5] ^= 1"])
def test_what_was_moved_or_changed_does_not_open_and_is_deleted(playground: Page, change: str) -> None:
    run(playground, "A ticket")
    playground.evaluate(f"""async () => {{
      const wait = (request) => new Promise((done) => (request.onsuccess = () => done(request.result)));
      const [{{ name }}] = await indexedDB.databases();
      const database = await wait(indexedDB.open(name));
      const [record] = await wait(database.transaction("entries").objectStore("entries").getAll());
      const entries = database.transaction("entries", "readwrite").objectStore("entries");
      await wait(entries.clear());
      {change};
      await wait(entries.put(record));
      database.close();
    }}""")
    playground.reload()
    expect(playground.get_by_text("No runs yet.")).to_be_visible()
    eventually(lambda: disk.records(playground) == [])


def test_two_hundred_long_entries_are_listed_soon(playground: Page) -> None:
    took = playground.evaluate(f"""async () => {{ {STORE}
      const kept = store(person, workspace, "many");
      for (let at = 0; at < 203; at += 1) await kept.add({{ at, text: "word ".repeat(4000) }});
      const began = performance.now();
      const all = await kept.list();
      return {{ count: all.length, newest: all[0].at, oldest: all.at(-1).at, ms: performance.now() - began }};
    }}""")
    assert (took["count"], took["newest"], took["oldest"]) == (200, 202, 3)
    print(f"200 entries of 20 KB listed in {took['ms']:.0f} ms")
    assert took["ms"] < 5000


def test_without_webcrypto_it_is_kept_in_memory_and_said_so(watch: Watch, account: Account) -> None:
    context = watch.context(storage_state=account.state)
    context.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page = context.new_page()
    open_playground(page, account.workspace)
    expect(page.get_by_text("Kept until you leave this page")).to_be_visible()
    run(page, "A ticket")
    assert disk.databases(page) == []
    page.reload()
    expect(page.get_by_text("No runs yet.")).to_be_visible()


def test_plain_databases_of_earlier_releases_are_deleted_on_sight(playground: Page) -> None:
    run(playground, "A ticket")
    name = f"promptassay:{person(playground)}:w:playground"
    playground.evaluate(
        "(name) => new Promise((done) => { const open = indexedDB.open(name);"
        " open.onsuccess = () => { open.result.close(); done(); }; })",
        name,
    )
    playground.reload()
    eventually(lambda: name not in disk.databases(playground))
    expect(playground.locator(LINES)).to_have_count(1)


# --- What signing out leaves ----------------------------------------------------------------------------------


def test_theme_and_width_survive_signing_out_and_nothing_else_does(playground: Page, account: Account) -> None:
    playground.get_by_role("button", name=re.compile("^Theme:")).click()
    expect(playground.locator("html")).to_have_attribute("data-theme", "light")
    playground.evaluate("localStorage.setItem('left', 'x'); sessionStorage.setItem('left', 'x')")
    run(playground, "A ticket")
    playground.get_by_role("button", name="Sign out").click()
    playground.wait_for_url("**/accounts/login/**")
    expect(playground.locator("html")).to_have_attribute("data-theme", "light")
    kept = playground.evaluate("[Object.keys(localStorage), sessionStorage.getItem('left')]")
    assert kept == [[], None] and disk.databases(playground) == []
    people.sign_in(playground, account.email)
    account.state.clear()
    account.state.update(playground.context.storage_state())
