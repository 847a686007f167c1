"""The service's log never carries a phone number, whoever writes it there."""

import logging

import pytest

from serving.log_masking import install


def test_a_phone_number_in_a_message_or_its_arguments_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    install()
    install()
    logging.getLogger("serving.anything").warning("call %s or 13900139000", "13800138000")
    assert caplog.messages == ["call [手机号] or [手机号]"]


def test_other_libraries_messages_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    install()
    logging.getLogger("elsewhere").warning("port %d", 8300)
    assert caplog.messages == ["port 8300"]


def test_a_traceback_is_masked_whichever_logger_writes_it(caplog: pytest.LogCaptureFixture) -> None:
    install()
    try:
        raise ValueError("杯子碎了 打我电话13800138000")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    assert "打我电话[手机号]" in caplog.text
    assert "13800138000" not in caplog.text
