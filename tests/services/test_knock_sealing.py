"""What goes to a push service is what the RFCs say: by their own examples, and opened by the other end."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from bot.errors import SettingsInvalid
from bot.knocks.keys import KEY_FILE, PushKeys, decoded, encoded
from bot.knocks.sealing import PADDED, point, seal, signed
from tests.support.builders import PROJECT
from tests.support.push_service import BrowserKeys, b64, raw, verified
from tests.support.world import START

# RFC 8291, appendix A, to the byte.
PLAIN = b"When I grow up, I want to be a watermelon"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
THEIRS = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_rfc():
    ours = ec.derive_private_key(int.from_bytes(raw(OURS)), ec.SECP256R1())
    assert encoded(seal(PLAIN, THEIRS, AUTH, salt=raw(SALT), ours=ours, padded=0)) == SEALED


def test_only_its_browser_opens_it_and_every_message_is_of_one_length():
    hers, other = BrowserKeys(), BrowserKeys()
    sealed = [seal(text.encode(), b64(hers.public), b64(hers.auth)) for text in ("", "Có người cần chị.")]
    assert [hers.opened(each).decode() for each in sealed] == ["", "Có người cần chị."]
    assert {len(each) for each in sealed} == {21 + 65 + PADDED + 16}
    assert sealed[0][:16] != sealed[1][:16], "a salt of its own"
    with pytest.raises(InvalidTag):
        other.opened(sealed[1])


@pytest.mark.parametrize("key", ["", "AAAA", b64(b"\x04" + bytes(64)), "nicht/base64+", THEIRS + "A"])
def test_keys_that_are_none_are_told(key: str):
    with pytest.raises(ValueError):
        seal(b"x", key, AUTH)


def test_we_say_who_we_are_for_one_service_and_a_while():
    private = ec.generate_private_key(ec.SECP256R1())
    until = int((START + timedelta(hours=12)).timestamp())
    key, claims = verified(signed(private, "https://push.example", "https://camtay.example", until))
    assert key == b64(point(private.public_key()))
    assert claims == {"aud": "https://push.example", "exp": until, "sub": "https://camtay.example"}


def test_the_pair_is_made_once_and_for_nobody_else_to_read(tmp_path):
    first = PushKeys(tmp_path / KEY_FILE)
    assert not (tmp_path / KEY_FILE).exists(), "and only when it is needed"
    assert len(first.public) == 87 and decoded(first.public)[0] == 4
    assert PushKeys(tmp_path / KEY_FILE).public == first.public
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    for broken in ("", "short\n", "x" * 40 + "\n", "ü" * 43 + "\n", "A" * 43 + "\n", "_" * 43 + "\n"):
        (tmp_path / KEY_FILE).write_text(broken, "utf-8")
        with pytest.raises(SettingsInvalid, match=KEY_FILE):
            _ = PushKeys(tmp_path / KEY_FILE).public


def test_an_installation_in_which_nobody_is_rung_does_not_load_it():
    """Neither at start nor for a look at what is due: it costs half a second and 10 MB."""
    look = "import sys, bot.app, bot.knocks.worker; print([each for each in sys.modules if 'cryptography' in each])"
    told = subprocess.run([sys.executable, "-c", look], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
