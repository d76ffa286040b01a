from __future__ import annotations

from decimal import Decimal

import pytest

from onhand.settings import Settings, WrongSettings


def test_the_defaults():
    assert Settings.from_environment({}) == Settings()
    assert Settings().host == "127.0.0.1"
    assert Settings().port == 8080


def test_variables_are_read():
    found = Settings.from_environment(
        {
            "ONHAND_PORT": "9000",
            "ONHAND_DATABASE": "postgresql://shop@db/onhand",
            "ONHAND_BODY_LIMIT": "1048576",
            "ONHAND_LOG_LEVEL": "DEBUG",
            "ONHAND_APPROVAL_LIMIT": "1000.50",
            "ONHAND_COMPANY": " Fjord Lamps AS|Kaigaten 12 |\n|5015 Bergen",
            "ONHAND_HOST": " ",
            "OTHER": "x",
        }
    )
    assert (found.port, found.body_limit, found.log_level) == (9000, 1_048_576, "debug")
    assert found.approval_limit == Decimal("1000.50")
    assert found.company == "Fjord Lamps AS\nKaigaten 12\n5015 Bergen"
    assert found.host == "127.0.0.1"
    assert found.database == "postgresql://shop@db/onhand"


def test_every_wrong_variable_is_named():
    with pytest.raises(WrongSettings) as caught:
        Settings.from_environment(
            {
                "ONHAND_PORT": "0",
                "ONHAND_WORKERS": "two",
                "ONHAND_LOG_FORMAT": "xml",
                "ONHAND_APPROVAL_LIMIT": "1e3",
                "ONHAND_COMPANY": "|".join("12345678901"),
            }
        )
    text = str(caught.value)
    assert "ONHAND_PORT must be a whole number from 1 to 65,535; it is '0'" in text
    assert "ONHAND_WORKERS" in text
    assert "ONHAND_APPROVAL_LIMIT must be an amount of money" in text
    assert "ONHAND_COMPANY must be 10 lines at most" in text
    assert "ONHAND_LOG_FORMAT must be auto, console or json" in text
