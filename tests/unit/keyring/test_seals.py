"""Sealed parts: what goes in comes out, in its own place only, and nothing shows on the way."""

import base64
import json
import traceback
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyring.seals import KeyHandle, Payload, SealBroken, break_seal, read_seal, seal, unseal

KEY = KeyHandle(UUID(int=1), bytes(range(32)))
OTHER_KEY_OF_SAME_ID = KeyHandle(KEY.key_id, bytes(32))
SAME_KEY_OF_OTHER_ID = KeyHandle(UUID(int=2), KEY.secret)
EVENT = UUID(int=3)
OTHER_EVENT = UUID(int=4)
CHILD = {"name": "Kanariefågel Testdotter", "number": "19090527-1474", "address": "Påhittsgränd 7"}

any_text = st.text(st.characters(codec=None), max_size=600)
payloads = st.dictionaries(any_text, any_text, max_size=6)
parts = st.from_regex(r"[a-z][a-z0-9-]{0,62}", fullmatch=True)


@given(payloads, st.uuids(), parts)
def test_what_was_sealed_comes_out_unchanged(payload: dict[str, str], event_id: UUID, part: str) -> None:
    assert unseal(KEY, event_id, part, seal(KEY, event_id, part, payload)) == payload


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_seal_with_any_byte_changed_is_broken(position: int, change: int) -> None:
    sealed = seal(KEY, EVENT, "child", CHILD)
    raw = bytearray(_bytes_of(sealed))
    raw[position % len(raw)] ^= change
    forged = "s1." + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    with pytest.raises(SealBroken):
        unseal(KEY, EVENT, "child", forged)
    with pytest.raises(SealBroken):
        break_seal(KEY, read_seal(forged))


@given(st.integers(min_value=0), st.characters())
def test_a_seal_with_any_character_changed_is_broken(position: int, character: str) -> None:
    sealed = seal(KEY, EVENT, "child", CHILD)
    position %= len(sealed)
    forged = sealed[:position] + character + sealed[position + 1 :]
    if forged == sealed:
        return

    with pytest.raises(SealBroken):
        unseal(KEY, EVENT, "child", forged)


@given(st.integers(min_value=0))
def test_a_seal_cut_short_is_broken(length: int) -> None:
    sealed = seal(KEY, EVENT, "child", CHILD)

    with pytest.raises(SealBroken):
        unseal(KEY, EVENT, "child", sealed[: length % len(sealed)])


@given(any_text)
def test_what_is_no_seal_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(SealBroken) as broken:
        read_seal("s1." + CHILD["name"] + text)

    assert CHILD["name"] not in "".join(traceback.format_exception(broken.value))


def test_a_seal_with_padding_or_free_bits_written_otherwise_is_broken() -> None:
    sealed = seal(KEY, EVENT, "child", CHILD)
    assert len(_bytes_of(sealed)) % 3 != 0, "the last character must have bits to spare for this test"
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    sibling = sealed[:-1] + alphabet[alphabet.index(sealed[-1]) + 1]

    for forged in (sibling, sealed + "=", sealed + "\n", sealed.replace("s1.", "s2."), sealed.removeprefix("s1.")):
        with pytest.raises(SealBroken):
            read_seal(forged)


@pytest.mark.parametrize(
    ("key", "event_id", "part"),
    [
        pytest.param(KEY, OTHER_EVENT, "child", id="another event"),
        pytest.param(KEY, EVENT, "reporter", id="another part"),
        pytest.param(SAME_KEY_OF_OTHER_ID, EVENT, "child", id="another key id"),
        pytest.param(OTHER_KEY_OF_SAME_ID, EVENT, "child", id="another key under the same id"),
    ],
)
def test_a_seal_opens_nowhere_but_where_it_belongs(key: KeyHandle, event_id: UUID, part: str) -> None:
    with pytest.raises(SealBroken):
        unseal(key, event_id, part, seal(KEY, EVENT, "child", CHILD))


@given(st.sampled_from(["key", "event", "part"]))
def test_content_moved_under_another_heading_is_broken(moved: str) -> None:
    raw = _bytes_of(seal(KEY, EVENT, "child", CHILD))
    heading = {"key": KEY.key_id.bytes, "event": EVENT.bytes, "part": b"\x05child"}
    heading[moved] = {"key": UUID(int=2).bytes, "event": OTHER_EVENT.bytes, "part": b"\x05chile"}[moved]
    forged = b"".join(heading.values()) + raw[38:]

    with pytest.raises(SealBroken):
        break_seal(KEY, read_seal("s1." + base64.urlsafe_b64encode(forged).rstrip(b"=").decode()))


def test_a_seal_says_which_key_event_and_part_it_belongs_to() -> None:
    closed = read_seal(seal(KEY, EVENT, "guardian-1", CHILD))

    assert (closed.key_id, closed.event_id, closed.part) == (KEY.key_id, EVENT, "guardian-1")


def test_two_seals_of_the_same_content_differ() -> None:
    assert seal(KEY, EVENT, "child", CHILD) != seal(KEY, EVENT, "child", CHILD)


@pytest.mark.parametrize("part", ["", "Child", "1st", "förälder", "child ", "child\n", "a" * 64])
def test_a_part_is_named_in_plain_letters(part: str) -> None:
    with pytest.raises(ValueError, match="a part is named"):
        seal(KEY, EVENT, part, CHILD)


@given(st.text(max_size=40), st.text(max_size=40))
def test_names_of_different_length_give_seals_of_the_same_length(one: str, other: str) -> None:
    assert len(seal(KEY, EVENT, "child", {"name": one})) == len(seal(KEY, EVENT, "child", {"name": other}))


@given(st.integers(min_value=0, max_value=20_000))
def test_lengths_double_from_256_bytes_on(length: int) -> None:
    clear_bytes = len(json.dumps({"text": ""}, separators=(",", ":"))) + length
    ciphertext_bytes = len(read_seal(seal(KEY, EVENT, "child", {"text": "x" * length})).ciphertext)
    bucket = ciphertext_bytes - 16

    assert bucket >= 256
    assert bucket.bit_count() == 1
    assert clear_bytes <= bucket
    assert bucket == 256 or clear_bytes > bucket // 2


def test_neither_payload_nor_key_shows_its_content() -> None:
    payload = Payload(CHILD)
    closed = read_seal(seal(KEY, EVENT, "child", CHILD))
    shown = f"{payload} {payload!r} {[payload]} {KEY} {KEY!r} {closed!r}"

    assert "Kanariefågel" not in shown
    assert "19090527" not in shown
    assert repr(KEY.secret) not in shown
    assert str(KEY.key_id) in shown
    assert "ciphertext" not in shown


def _bytes_of(sealed: str) -> bytes:
    text = sealed.removeprefix("s1.")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
