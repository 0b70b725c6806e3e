"""Accounts and browsers for the tests of sign-in."""

from typing import Any

from django.urls import reverse

from tests.people import PASSWORD, ProductClient

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)


def sign_in(email: str, *, password: str = PASSWORD.reveal(), agent: str = FIREFOX, **post: Any) -> ProductClient:
    """Another browser, signed in through the page."""
    client = ProductClient(headers={"user-agent": agent})
    response = client.post(reverse("account_login"), {"login": email, "password": password, **post})
    assert response.status_code == 302, response.content.decode()
    return client


def is_signed_in(client: ProductClient) -> bool:
    """Whether a page that needs an account still opens in this browser."""
    return bool(client.get(reverse("usersessions_list")).status_code == 200)
