"""People: their account, sessions and sign-in, thin over django-allauth."""
