"""Settings of a service, from the environment (`STODVAG_…`). No secret has a default."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from chassis.auth import DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER, Issuer, Realm
from chassis.tracing import Telemetry


class Loop(StrEnum):
    """What a process can run. One process runs all of them by default."""

    API = "api"
    RELAY = "relay"
    CONSUMER = "consumer"
    TIMERS = "timers"


class Settings(BaseSettings):
    """What a service process needs to know."""

    model_config = SettingsConfigDict(env_prefix="STODVAG_")

    database: str
    """DSN of the service's own database, as its runtime role."""
    database_owner: str | None = None
    """DSN as the owner role. Needed to rebuild and republish only."""
    keyring: str
    """DSN of the keyring's database, as its runtime role."""
    master_key_file: Path
    kafka: str
    """Bootstrap servers."""
    namespace: str = "stodvag"
    """The first part of every topic and consumer group."""
    host: str = "127.0.0.1"
    port: int
    otlp: str = ""
    """Where spans go: http(s)://host:port of an OTLP receiver. Empty traces nothing."""
    otlp_metrics: str = ""
    """Where measurements go: the whole address that takes them by OTLP/HTTP. Empty measures nothing."""
    traced_share: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Which share of what begins here, and not at the gateway, is traced."""
    slow_seconds: Annotated[float, Field(gt=0)] = 1.0
    """From when on work is slow, so that its trace is kept whatever the share."""
    jwks: str
    """Address or file of the public keys of the issuer that staff sign in at."""
    issuer: str
    audience: str
    citizens_jwks: str = ""
    citizens_issuer: str = ""
    """The issuer that citizens sign in at; empty: none do."""
    citizens_audience: str = ""
    development_jwks: str = ""
    """File of the public keys of development tokens, believed beside staff's own. Never in production."""
    municipality: Path
    """The municipality's file: boards, districts, numbers to call."""
    roles: Annotated[frozenset[Loop], NoDecode] = frozenset(Loop)
    """Which loops this process runs, separated by commas."""
    assets: Path | None = None
    """Folder with the built stylesheet; None serves the plain one."""
    development: bool = False
    """Whether a development token can be pasted on a page, where no identity provider runs. Never in production."""

    @property
    def staff(self) -> Realm:
        """Whose tokens let staff in."""
        issuers = [Issuer(self.jwks, self.issuer, self.audience)]
        if self.development_jwks:
            issuers.append(Issuer(self.development_jwks, DEVELOPMENT_ISSUER, DEVELOPMENT_AUDIENCE))
        return Realm(*issuers)

    @property
    def citizens(self) -> Realm:
        """Whose tokens let citizens in to their own pages."""
        if not self.citizens_issuer:
            return Realm()
        return Realm(Issuer(self.citizens_jwks, self.citizens_issuer, self.citizens_audience))

    @property
    def telemetry(self) -> Telemetry:
        """What is traced and measured, and where it goes."""
        return Telemetry(
            traces=self.otlp, metrics=self.otlp_metrics, share=self.traced_share, slow_seconds=self.slow_seconds
        )

    @field_validator("roles", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value
