from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from onhand.settings import Settings, WrongSettings, take_secrets_from_files


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


def test_a_secret_may_stand_in_a_file(tmp_path: Path):
    (tmp_path / "password").write_text(" päss w/rd \n", encoding="utf-8")
    (tmp_path / "seal").write_bytes(b"s" * 32)
    environment = {
        "ONHAND_DATABASE_PASSWORD_FILE": str(tmp_path / "password"),
        "ONHAND_SEAL_KEY_FILE": str(tmp_path / "seal"),
        "ONHAND_WEBHOOKS_KEY_FILE": " ",
    }
    take_secrets_from_files(environment)
    assert environment["PGPASSWORD"] == "päss w/rd"
    assert Settings.from_environment(environment).seal_key == "s" * 32
    assert "ONHAND_WEBHOOKS_KEY" not in environment


def test_a_secret_that_cannot_be_read_is_named_and_never_shown(tmp_path: Path):
    (tmp_path / "two").write_text("hush\nhush")
    (tmp_path / "empty").write_text("\n")
    environment = {
        "ONHAND_DATABASE_PASSWORD_FILE": str(tmp_path / "nowhere"),
        "ONHAND_SEAL_KEY_FILE": str(tmp_path / "two"),
        "ONHAND_WEBHOOKS_KEY_FILE": str(tmp_path / "empty"),
        "ONHAND_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "two"),
        "ONHAND_OIDC_CLIENT_SECRET": "hush",
    }
    with pytest.raises(WrongSettings) as caught:
        take_secrets_from_files(environment)
    lines = str(caught.value).splitlines()
    assert len(lines) == 4
    assert "ONHAND_DATABASE_PASSWORD_FILE must be a file to read" in lines[0]
    assert "No such file" in lines[0]
    assert "one line" in lines[1]
    assert "one line" in lines[2]
    assert "leave one of them out" in lines[3]
    assert "hush" not in str(caught.value)
