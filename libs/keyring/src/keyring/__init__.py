"""Sealing of personal data, pseudonyms and shredding. What is named here is what services and `chassis` use."""

from keyring.master import MasterKey, MasterKeyUnfit, read_master_key
from keyring.ring import Keyring, KeyringAway, Tombstone, UnknownKey
from keyring.seals import Erased, KeyHandle, Payload, Seal, SealBroken, Sealed, read_seal, seal, unseal

__all__ = [
    "Erased",
    "KeyHandle",
    "Keyring",
    "KeyringAway",
    "MasterKey",
    "MasterKeyUnfit",
    "Payload",
    "Seal",
    "SealBroken",
    "Sealed",
    "Tombstone",
    "UnknownKey",
    "read_master_key",
    "read_seal",
    "seal",
    "unseal",
]
