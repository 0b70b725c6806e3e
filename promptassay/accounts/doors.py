"""Who may come to each of allauth's pages, and why; the walk over all URLs reads this table."""

# URL name -> ("public" | "account", reason). Only pages that are named here are mounted in `urls.py`.
DOORS: dict[str, tuple[str, str]] = {
    "account_login": ("public", "People sign in here; sends those who are signed in on to their workspace."),
    "account_signup": ("public", "People make their account here; closed by PROMPTASSAY_SIGNUP."),
    "account_logout": ("public", "Signing out of a session that has already ended must not ask to sign in."),
    "account_inactive": ("public", "Tells a person whose account is switched off; shows nothing about it."),
    "account_email_verification_sent": ("public", "Asks a new person to look into their mail; fixed text."),
    "account_confirm_email": ("public", "The link in the mail is the proof, also in another browser."),
    "account_reset_password": ("public", "For people who cannot sign in; answers alike for every address."),
    "account_reset_password_done": ("public", "Fixed text after asking for a reset."),
    "account_reset_password_from_key": ("public", "The single-use key in the mail is the proof."),
    "account_reset_password_from_key_done": ("public", "Fixed text after a reset."),
    "account_reauthenticate": ("account", "Asks a signed-in person for their password again."),
    "account_change_password": ("account", "One's own password."),
    "account_set_password": ("account", "One's own first password, for accounts made without one."),
    "account_email": ("account", "One's own addresses."),
    "usersessions_list": ("account", "One's own sessions."),
    "usersessions_end": ("account", "Ends one of one's own sessions."),
    "usersessions_end_others": ("account", "Ends one's own sessions but this one."),
}
