"""A database of Supabase's is known by its host; its project by the host or by the user."""

import pytest

from promptassay.config.supabase import project_url

PROJECT = "https://abcdefghijklmnopqrst.supabase.co/rest/v1"


@pytest.mark.parametrize(
    ("host", "user", "url"),
    [
        ("db.abcdefghijklmnopqrst.supabase.co", "promptassay_app", PROJECT),
        ("aws-0-eu-central-1.pooler.supabase.com", "promptassay_app.abcdefghijklmnopqrst", PROJECT),
        ("AWS-1-us-east-1.pooler.supabase.com", "postgres.abcdefghijklmnopqrst", PROJECT),
        ("aws-0-eu-central-1.pooler.supabase.com", "postgres", ""),
        ("db.example.com", "postgres.abcdefghijklmnopqrst", ""),
        ("db.abc.supabase.co.evil.test", "x", ""),
        ("/tmp/socket", "promptassay_app", ""),
        ("", "", ""),
    ],
)
def test_the_project_follows_from_the_address(host: str, user: str, url: str) -> None:
    assert project_url(host, user) == url
