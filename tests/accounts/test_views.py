"""Sign-up, sign-in, password and sessions, through the pages."""

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from promptassay.accounts.models import User
from promptassay.accounts.queries import find_by_email
from promptassay.workspaces.queries import workspaces_of
from tests.accounts.factories import FIREFOX, IPHONE, is_signed_in, sign_in
from tests.people import PASSWORD, Person, ProductClient

SIGN_UP = "/accounts/signup/"
SIGN_IN = "/accounts/login/"
NEW = "another long password"


def sign_up_form(email: str = "carol@example.com", password: str = "a long enough password") -> dict[str, str]:
    return {"email": email, "password1": password}


# --- sign-up ------------------------------------------------------------------------------------------------


def test_first_sign_up_makes_the_operator_with_a_workspace_and_signs_in(db: None) -> None:
    client = ProductClient()
    page = client.get(SIGN_UP)
    assert "The first one operates this instance" in page.content.decode()
    assert "No mail server is set up here" in page.content.decode()

    response = client.post(SIGN_UP, sign_up_form("Carol@Example.com"))

    assert response.status_code == 302
    assert response.headers["Location"] == "/"
    user = find_by_email("carol@example.com")
    assert user is not None
    assert user.is_operator
    assert [item.role.value for item in workspaces_of(user.pk)] == ["owner"]
    assert is_signed_in(client)


def test_second_account_is_no_operator_and_the_page_promises_none(alice: Person) -> None:
    client = ProductClient()
    assert "operates this instance" not in client.get(SIGN_UP).content.decode()
    client.post(SIGN_UP, sign_up_form())
    carol = find_by_email("carol@example.com")
    assert carol is not None
    assert not carol.is_operator
    assert alice.user.is_operator


@pytest.mark.parametrize("email", ["alice@example.com", "ALICE@EXAMPLE.COM"])
def test_same_address_twice_is_refused_and_nothing_typed_is_lost(alice: Person, email: str) -> None:
    response = ProductClient().post(SIGN_UP, sign_up_form(email))
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is already an account with this address" in page
    assert f'value="{email}"' in page
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("", "Password is missing"),
        ("short", "too short"),
        ("password123", "too common"),
        ("carol@example.com", "too similar"),
    ],
)
def test_weak_password_is_refused_and_never_given_back(db: None, password: str, says: str) -> None:
    response = ProductClient().post(SIGN_UP, sign_up_form(password=password))
    page = response.content.decode()
    assert response.status_code == 422
    assert says in page
    assert f'name="password1" value="{password}"' not in page
    assert not User.objects.exists()


@pytest.mark.parametrize("email", ["", "carol", "carol@", "a@b@c.de", "x" * 250 + "@example.com"])
def test_what_is_no_address_is_refused(db: None, email: str) -> None:
    response = ProductClient().post(SIGN_UP, sign_up_form(email))
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    assert not User.objects.exists()


def test_closed_instance_takes_the_first_account_and_no_other(db: None, settings: LazySettings) -> None:
    settings.SIGNUP_OPEN = False
    assert ProductClient().post(SIGN_UP, sign_up_form()).status_code == 302
    response = ProductClient().post(SIGN_UP, sign_up_form("dave@example.com"))
    assert response.status_code == 403
    assert "Sign-up is closed" in response.content.decode()
    assert User.objects.count() == 1
    assert "Make an account" not in ProductClient().get(SIGN_IN).content.decode()


def test_address_of_the_sign_up_page_ends_in_no_foreign_place(db: None) -> None:
    response = ProductClient().post(SIGN_UP, {**sign_up_form(), "next": "https://evil.example/"})
    assert response.headers["Location"] == "/"


# --- sign-in ------------------------------------------------------------------------------------------------


def test_sign_in_leads_to_the_page_that_was_asked_for(alice: Person) -> None:
    client = ProductClient()
    wanted = alice.url("workspaces:settings-show")
    sent = client.get(wanted)
    assert sent.status_code == 302
    page = client.get(sent.headers["Location"])
    assert wanted in page.content.decode()
    response = client.post(SIGN_IN, {"login": "Alice@example.com", "password": PASSWORD.reveal(), "next": wanted})
    assert response.headers["Location"] == wanted


@pytest.mark.parametrize(
    "foreign",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "https:evil.example",
        "http://127.0.0.1/",
        "javascript:alert(1)",
        "///evil.example",
        "\thttps://evil.example",
    ],
)
def test_next_never_leaves_this_instance(alice: Person, foreign: str) -> None:
    response = ProductClient().post(
        SIGN_IN, {"login": alice.user.email, "password": PASSWORD.reveal(), "next": foreign}
    )
    assert response.status_code == 302
    assert response.headers["Location"] == "/"
    signed_in = alice.get(SIGN_IN, query_params={"next": foreign})
    assert signed_in.headers["Location"] == "/"
    signed_out = alice.post(reverse("account_logout"), {"next": foreign})
    assert signed_out.headers["Location"] == SIGN_IN


@pytest.mark.parametrize("who", ["alice@example.com", "nobody@example.com"])
def test_wrong_password_and_unknown_address_sound_alike(alice: Person, who: str) -> None:
    response = ProductClient().post(SIGN_IN, {"login": who, "password": "not this one"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Address and password do not match" in page
    assert f'value="{who}"' in page
    assert "not this one" not in page


def test_guessing_is_stopped_even_with_the_right_password(alice: Person) -> None:
    for _ in range(5):
        ProductClient().post(SIGN_IN, {"login": alice.user.email, "password": "a wrong guess"})
    response = ProductClient().post(SIGN_IN, {"login": alice.user.email, "password": PASSWORD.reveal()})
    assert response.status_code == 422
    assert "Too many attempts to sign in to this account" in response.content.decode()


def test_flood_from_one_place_gets_a_page_that_says_so(alice: Person) -> None:
    answers = [
        ProductClient().post(SIGN_IN, {"login": f"nobody{number}@example.com", "password": "x"}) for number in range(31)
    ]
    assert answers[-1].status_code == 429
    assert "Too many attempts" in answers[-1].content.decode()


def test_switched_off_account_cannot_sign_in(alice: Person) -> None:
    User.objects.filter(pk=alice.user.pk).update(is_active=False)
    client = ProductClient()
    client.post(SIGN_IN, {"login": alice.user.email, "password": PASSWORD.reveal()})
    assert not is_signed_in(client)
    assert not is_signed_in(alice.client)


def test_sign_out_needs_a_post_and_ends_the_session(alice: Person) -> None:
    page = alice.get(reverse("account_logout"))
    assert page.status_code == 200
    assert is_signed_in(alice.client)
    alice.post(reverse("account_logout"))
    assert not is_signed_in(alice.client)


def test_form_without_its_token_changes_nothing_and_says_why(alice: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(SIGN_IN, {"login": alice.user.email, "password": PASSWORD.reveal()})
    page = response.content.decode()
    assert response.status_code == 403
    assert "This form has expired" in page
    assert "reload the page" in page


def test_signed_out_script_hears_401_and_a_person_is_sent_to_sign_in(anonymous: Person) -> None:
    assert anonymous.get("/accounts/sessions/").status_code == 302
    response = anonymous.post("/accounts/sessions/end-others/", headers={"X-Requested-With": "fetch"})
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "UNAUTHORIZED"


# --- password -----------------------------------------------------------------------------------------------


def test_new_password_ends_every_other_session(alice: Person) -> None:
    phone = sign_in(alice.user.email, agent=IPHONE)
    desk = sign_in(alice.user.email)
    response = desk.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD.reveal(), "password1": NEW, "password2": NEW},
    )
    assert response.status_code == 302
    assert is_signed_in(desk)
    assert not is_signed_in(phone)
    assert not is_signed_in(alice.client)
    assert is_signed_in(sign_in(alice.user.email, password=NEW))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"oldpassword": "wrong"}, "This is not your current password"),
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password2": "different password"}, "same password"),
    ],
)
def test_password_is_kept_when_the_form_is_refused(alice: Person, fields: dict[str, str], says: str) -> None:
    data = {"oldpassword": PASSWORD.reveal(), "password1": NEW, "password2": NEW, **fields}
    response = alice.post(reverse("account_change_password"), data)
    page = response.content.decode()
    assert response.status_code == 422
    assert says in page
    assert PASSWORD.reveal() not in page
    assert is_signed_in(sign_in(alice.user.email))


def test_reset_without_mail_says_what_the_operator_can_do(anonymous: Person) -> None:
    page = anonymous.get(reverse("account_reset_password"))
    assert "promptassay bootstrap --email" in page.content.decode()
    posted = anonymous.post(reverse("account_reset_password"), {"email": "alice@example.com"})
    assert posted.status_code == 409
    assert "on its way" not in posted.content.decode()


def test_reset_link_with_a_wrong_key_is_refused(alice: Person, anonymous: Person) -> None:
    response = anonymous.get("/accounts/password/reset/key/1-abc-def/")
    assert "This link does not work any more" in response.content.decode()


# --- addresses ----------------------------------------------------------------------------------------------


def test_address_is_changed_only_after_the_password_again(alice: Person) -> None:
    client = sign_in(alice.user.email)
    response = client.post(reverse("account_email"), {"action_add": "", "email": "new@example.com"})
    assert response.headers["Location"].startswith(reverse("account_reauthenticate"))
    wrong = client.post(response.headers["Location"], {"password": "wrong"})
    assert wrong.status_code == 422
    assert "This is not your password" in wrong.content.decode()
    right = client.post(response.headers["Location"], {"password": PASSWORD.reveal()})
    assert right.status_code == 302
    page = client.get(reverse("account_email")).content.decode()
    assert "new@example.com" in page
    assert "on its way" not in page


# --- sessions -----------------------------------------------------------------------------------------------


def test_session_list_names_devices_and_marks_this_one(alice: Person) -> None:
    sign_in(alice.user.email, agent=IPHONE)
    desk = sign_in(alice.user.email, agent=FIREFOX)
    page = desk.get(reverse("usersessions_list")).content.decode()
    assert "Safari on iPhone" in page
    assert page.count("this one") == 1
    assert page.index("Firefox on Linux") < page.index("this one") < page.index("Safari on iPhone")


def test_ended_session_signs_that_browser_out_and_no_other(alice: Person) -> None:
    phone = sign_in(alice.user.email, agent=IPHONE)
    desk = sign_in(alice.user.email)
    listed = desk.get(reverse("usersessions_list")).context["sessions"]
    [target] = [each for each in listed if each.device == "Safari on iPhone"]
    response = desk.post(reverse("usersessions_end", args=[target.id]))
    assert response.status_code == 302
    assert not is_signed_in(phone)
    assert is_signed_in(desk)
    gone = desk.post(reverse("usersessions_end", args=[target.id]))
    assert gone.status_code == 404


def test_all_others_can_be_ended_at_once(alice: Person) -> None:
    others = [sign_in(alice.user.email, agent=IPHONE), sign_in(alice.user.email)]
    desk = sign_in(alice.user.email)
    desk.post(reverse("usersessions_end_others"))
    assert is_signed_in(desk)
    assert not any(is_signed_in(other) for other in others)


def test_ending_this_session_signs_out(alice: Person) -> None:
    desk = sign_in(alice.user.email)
    [this] = [each for each in desk.get(reverse("usersessions_list")).context["sessions"] if each.is_this]
    response = desk.post(reverse("usersessions_end", args=[this.id]))
    assert response.headers["Location"] == SIGN_IN
    assert not is_signed_in(desk)


def test_nobody_ends_anothers_session(alice: Person, bob: Person) -> None:
    theirs = sign_in(alice.user.email)
    [target] = [each for each in theirs.get(reverse("usersessions_list")).context["sessions"] if each.is_this]
    foreign = bob.post(reverse("usersessions_end", args=[target.id]))
    unknown = bob.post(reverse("usersessions_end", args=[987654]))
    assert foreign.status_code == unknown.status_code == 404
    assert is_signed_in(theirs)
    assert "Firefox on Linux" not in bob.get(reverse("usersessions_list")).content.decode()


def test_sessions_are_ended_by_post_only(alice: Person) -> None:
    assert alice.get(reverse("usersessions_end_others")).status_code == 405
    assert alice.get(reverse("usersessions_end", args=[1])).status_code == 405
    assert alice.post(reverse("usersessions_list")).status_code == 405


@pytest.mark.parametrize("name", ["account_change_password", "account_email", "usersessions_list"])
def test_account_pages_ask_strangers_to_sign_in(anonymous: Person, name: str) -> None:
    response = anonymous.get(reverse(name))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(SIGN_IN)
