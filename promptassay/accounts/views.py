"""Sign-in, sign-up, password, address and session pages: allauth's flows with our forms."""

from typing import Any

from allauth.account import views as allauth_views
from allauth.account.internal.flows.logout import logout
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from promptassay.accounts import forms, queries, services
from promptassay.accounts.models import User
from promptassay.core.doors import account_view


class _Refusing:
    """A form that comes back with errors is answered with 422, so that scripts and htmx know."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response


class SignIn(_Refusing, allauth_views.LoginView):  # type: ignore[misc]
    """Address and password."""

    form_class = forms.SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        open_to_all = settings.SIGNUP_OPEN or not queries.any_account()
        return {**super().get_context_data(**kwargs), "signup_open": open_to_all}


class SignOut(allauth_views.LogoutView):  # type: ignore[misc]
    """Ends the session; the browser is told to forget what pages kept in its storage."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(*args, **kwargs)
        return forgetting(response)


def forgetting(response: HttpResponse) -> HttpResponse:
    """The same response, with which the browser clears this origin's storage: the playground's history among it."""
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


class SignUp(_Refusing, allauth_views.SignupView):  # type: ignore[misc]
    """A new account and its personal workspace."""

    form_class = forms.SignUpForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "first_account": not queries.any_account()}

    def form_valid(self, form: forms.SignUpForm) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)
        except IntegrityError:
            # The same address signed up twice in the same moment; anything else is a fault of ours.
            if queries.find_by_email(form.cleaned_data["email"]) is None:
                raise
            form.add_error("email", "There is already an account with this address. Sign in instead.")
            return self.form_invalid(form)
        return response

    def closed(self) -> HttpResponse:
        response: HttpResponse = super().closed()
        response.status_code = 403
        return response


class ChangePassword(_Refusing, allauth_views.PasswordChangeView):  # type: ignore[misc]
    """A new password; every other session of the person ends."""

    form_class = forms.ChangePasswordForm

    def form_valid(self, form: forms.ChangePasswordForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        services.end_other_sessions(form.user, except_key=self.request.session.session_key)
        return response


class SetPassword(_Refusing, allauth_views.PasswordSetView):  # type: ignore[misc]
    """A first password, for accounts made without one; every other session ends."""

    form_class = forms.SetPasswordForm

    def form_valid(self, form: forms.SetPasswordForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        services.end_other_sessions(form.user, except_key=self.request.session.session_key)
        return response


class ResetPassword(_Refusing, allauth_views.PasswordResetView):  # type: ignore[misc]
    """Asks for the address; without a mail server it says what the operator can do instead."""

    form_class = forms.ResetPasswordForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.MAIL_CONFIGURED:
            return render(request, self.template_name, {"form": self.get_form_class()()}, status=409)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response


class ResetPasswordFromKey(_Refusing, allauth_views.PasswordResetFromKeyView):  # type: ignore[misc]
    """A new password after the link in the mail; every session of the person ends."""

    form_class = forms.ResetPasswordKeyForm

    def form_valid(self, form: forms.ResetPasswordKeyForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        services.end_other_sessions(self.reset_user, except_key=None)
        return response


class Reauthenticate(_Refusing, allauth_views.ReauthenticateView):  # type: ignore[misc]
    """The password again, before a change that could take the account away."""

    form_class = forms.ReauthenticateForm


class Email(_Refusing, allauth_views.EmailView):  # type: ignore[misc]
    """The person's addresses: add, confirm, choose the one to sign in with, remove."""

    form_class = forms.AddEmailForm


@account_view("GET")
def session_list(request: HttpRequest) -> HttpResponse:
    """Every browser that is signed in as this person."""
    sessions = queries.sessions_of(_person(request).pk, this_key=request.session.session_key or "")
    return render(request, "usersessions/usersession_list.html", {"sessions": sessions})


@account_view("POST")
def session_end(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign one browser out; this one goes to the sign-in page."""
    ended = services.end_session(_person(request), session_id)
    if ended == request.session.session_key:
        logout(request, show_message=False)
        return forgetting(redirect("account_login"))
    messages.success(request, "That session was ended. Its browser is signed out.")
    return redirect("usersessions_list")


@account_view("POST")
def session_end_others(request: HttpRequest) -> HttpResponse:
    """Sign every other browser out."""
    ended = services.end_other_sessions(_person(request), except_key=request.session.session_key)
    words = {0: "There was no other session.", 1: "1 other session was ended."}
    messages.success(request, words.get(ended, f"{ended} other sessions were ended."))
    return redirect("usersessions_list")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
