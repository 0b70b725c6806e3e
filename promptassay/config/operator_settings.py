"""Reads who operates the instance, for its legal documents and its contacts."""

import re
from datetime import date
from typing import Final

from promptassay.config.setting_values import Reader
from promptassay.trust.legal.operator import Operator

_EMAIL: Final = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+")
_LONGEST: Final = 300  # characters


def read_operator(reader: Reader) -> Operator:
    """The operator's details; what is not given stays empty, and what cannot be read is refused."""
    return Operator(
        name=_line(reader, "PROMPTASSAY_OPERATOR_NAME"),
        address=_line(reader, "PROMPTASSAY_OPERATOR_ADDRESS"),
        email=_email(reader, "PROMPTASSAY_OPERATOR_EMAIL"),
        representative=_line(reader, "PROMPTASSAY_OPERATOR_REPRESENTATIVE"),
        dpo=_line(reader, "PROMPTASSAY_OPERATOR_DPO"),
        law=_line(reader, "PROMPTASSAY_OPERATOR_LAW"),
        hosting=_line(reader, "PROMPTASSAY_OPERATOR_HOSTING"),
        effective=_date(reader, "PROMPTASSAY_LEGAL_EFFECTIVE"),
        reviewed=_line(reader, "PROMPTASSAY_LEGAL_REVIEWED"),
        security_contact=_contact(reader, "PROMPTASSAY_SECURITY_CONTACT"),
    )


def _line(reader: Reader, name: str) -> str:
    text = " ".join(reader.text(name, "").split())
    if len(text) <= _LONGEST and text.isprintable():
        return text
    reader.refuse(
        name,
        f"{name} cannot be printed on one line.",
        why=f"It stands in the legal documents: at most {_LONGEST} characters, none of them control characters.",
        next_step="Shorten it, or leave it out.",
    )
    return ""


def _email(reader: Reader, name: str) -> str:
    text = reader.text(name, "")
    if not text or _EMAIL.fullmatch(text):
        return text
    reader.refuse(
        name,
        f"{name} is “{text}”.",
        why="It must be one address of mail.",
        next_step=f"Set it, for example {name}=privacy@prompts.example.com, or leave it out.",
    )
    return ""


def _contact(reader: Reader, name: str) -> str:
    text = reader.text(name, "")
    if not text or _EMAIL.fullmatch(text.removeprefix("mailto:")) or re.fullmatch(r"https://[^\s<>\"]+", text):
        return text
    reader.refuse(
        name,
        f"{name} is “{text}”.",
        why="It must be one address of mail, or an https address of a form.",
        next_step=f"Set it, for example {name}=security@prompts.example.com, or leave it out.",
    )
    return ""


def _date(reader: Reader, name: str) -> date | None:
    text = reader.text(name, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        reader.refuse(
            name,
            f"{name} is “{text}”.",
            why="It must be a date, year first.",
            next_step=f"Set it, for example {name}=2026-12-01, or leave it out.",
        )
        return None
