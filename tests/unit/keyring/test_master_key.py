"""The master key: its file, the wrapping of data keys, the index of person numbers."""

import base64
import hashlib
import hmac
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyring.master import MasterKey, MasterKeyUnfit, read_master_key
from keyring.seals import SealBroken, seal, unseal

SECRET = bytes(range(32))
MASTER = MasterKey(SECRET)
KEY_ID = UUID(int=1)
BOARD = UUID(int=10)
NUMBER = "190905271474"


def _write(path: Path, content: bytes, mode: int) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_that_only_its_owner_reads_gives_the_master_key(tmp_path: Path, mode: int) -> None:
    master = read_master_key(_write(tmp_path / "master", base64.b64encode(SECRET) + b"\n", mode))

    assert master.fingerprint() == MASTER.fingerprint()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_a_file_that_is_open_to_others_is_refused_with_what_to_do(tmp_path: Path, mode: int) -> None:
    path = _write(tmp_path / "master", base64.b64encode(SECRET), mode)

    with pytest.raises(MasterKeyUnfit, match=f"open to others than its owner: chmod 600 {path}"):
        read_master_key(path)


@pytest.mark.parametrize(
    "content",
    [b"", base64.b64encode(SECRET[:31]), base64.b64encode(SECRET + b"x"), b"not/base64!" * 4, "nyckel å".encode()],
)
def test_a_file_without_32_bytes_in_base64_is_refused_without_being_repeated(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(MasterKeyUnfit, match="does not hold 32 bytes in base64") as unfit:
        read_master_key(_write(tmp_path / "master", content, 0o600))

    assert not content or content.decode() not in str(unfit.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyUnfit, match=f"{tmp_path / 'absent'} cannot be read: No such file"):
        read_master_key(tmp_path / "absent")


def test_a_wrapped_key_opens_what_was_sealed_with_the_fresh_one() -> None:
    key, wrapped = MASTER.make_key(KEY_ID)
    sealed = seal(key, UUID(int=2), "child", {"name": "Kanariefågel"})

    assert unseal(MASTER.unwrap(KEY_ID, wrapped), UUID(int=2), "child", sealed) == {"name": "Kanariefågel"}


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_wrapped_key_with_any_byte_changed_does_not_open(position: int, change: int) -> None:
    wrapped = bytearray(MASTER.make_key(KEY_ID)[1])
    wrapped[position % len(wrapped)] ^= change

    with pytest.raises(SealBroken):
        MASTER.unwrap(KEY_ID, bytes(wrapped))


def test_a_wrapped_key_opens_under_its_own_id_and_master_key_only() -> None:
    _, wrapped = MASTER.make_key(KEY_ID)

    for master, key_id, stored in (
        (MASTER, UUID(int=2), wrapped),
        (MasterKey(bytes(32)), KEY_ID, wrapped),
        (MASTER, KEY_ID, wrapped[:20]),
        (MASTER, KEY_ID, b""),
    ):
        with pytest.raises(SealBroken):
            master.unwrap(key_id, stored)


def test_each_key_is_drawn_anew() -> None:
    event = UUID(int=2)
    one, _ = MASTER.make_key(KEY_ID)
    other, _ = MASTER.make_key(KEY_ID)

    with pytest.raises(SealBroken):
        unseal(other, event, "child", seal(one, event, "child", {}))


def test_the_index_of_a_number_is_steady_and_tells_numbers_boards_and_master_keys_apart() -> None:
    index = MASTER.person_index(BOARD, NUMBER)

    assert index == MasterKey(SECRET).person_index(BOARD, NUMBER)
    assert index != MASTER.person_index(BOARD, "198211059954")
    assert index != MASTER.person_index(UUID(int=11), NUMBER)
    assert index != MasterKey(bytes(32)).person_index(BOARD, NUMBER)


def test_the_index_cannot_be_made_from_the_number_alone_nor_with_the_bare_master_key() -> None:
    index = MASTER.person_index(BOARD, NUMBER)
    numbered = (NUMBER.encode(), BOARD.bytes + NUMBER.encode())

    assert index not in {hashlib.sha256(text).digest() for text in numbered}
    assert index not in {hmac.digest(SECRET, text, "sha256") for text in numbered}


@pytest.mark.parametrize(
    "number", ["19090527-1474", "0905271474", "19090527147x", "１９０９０５２７１４７４", "", NUMBER + "\n"]
)
def test_a_number_written_otherwise_is_refused_without_being_repeated(number: str) -> None:
    with pytest.raises(ValueError, match="twelve digits") as refused:
        MASTER.person_index(BOARD, number)

    assert not number or number not in str(refused.value)


def test_keys_for_two_purposes_differ_from_each_other_and_from_the_master_key() -> None:
    keys = {SECRET, MASTER.derive("idempotency"), MASTER.derive("receipt codes"), MASTER.fingerprint()}

    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}


def test_a_master_key_shows_nothing_of_itself() -> None:
    assert f"{MASTER} {MASTER!r} {[MASTER]}" == "MasterKey(hidden) MasterKey(hidden) [MasterKey(hidden)]"


def test_a_master_key_of_another_length_is_refused() -> None:
    with pytest.raises(MasterKeyUnfit, match="32 bytes"):
        MasterKey(b"short")
