"""An operator who has said everything, and one who has said nothing."""

from datetime import date

import pytest
from pytest_django import Settings

from promptassay.trust.legal.operator import Operator

OPERATOR = Operator(
    name="Northwind Assay OÜ",
    address="Pärnu mnt 10, 10148 Tallinn, Estonia",
    email="privacy@northwind-assay.test",
    representative="none",
    dpo="Zoë Łukasz, dpo@northwind-assay.test",
    law="the law of Estonia",
    hosting="Somebody’s Machines, Finland",
    effective=date(2026, 12, 1),
    security_contact="security@northwind-assay.test",
)


@pytest.fixture
def operator(settings: Settings) -> Operator:
    """This instance's operator has said everything."""
    settings.OPERATOR = OPERATOR
    return OPERATOR


@pytest.fixture
def nobody(settings: Settings) -> None:
    """Nobody has said who operates this instance."""
    settings.OPERATOR = Operator()
