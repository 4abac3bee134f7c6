"""The only place that reads the environment."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from errors import PlaygroundError

ON_SPACE = "SPACE_ID"
"""Hugging Face sets this variable inside a Space, where the app must listen on every address."""


def bare_key(value: SecretStr) -> SecretStr:
    """A key without the blanks and line breaks around it that come with copying.

    Raises:
        ValueError: It is more than one line of printable ASCII; the message does not quote it.
    """
    key = value.get_secret_value().strip()
    if not (key.isascii() and key.isprintable()):  # no header can carry it, and what fails then may quote it
        raise ValueError("a key is one line of ASCII characters")
    return SecretStr(key)


def _listed(value: object) -> object:
    """The parts of a list that is written with commas."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _from_json(value: object) -> object:
    """What a text holds that is written as JSON."""
    return json.loads(value) if isinstance(value, str) else value


Key = Annotated[SecretStr, AfterValidator(bare_key)]
Network = IPv4Network | IPv6Network
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_listed)]
BudgetPeriod = Literal["day", "month"]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


class ApiToken(BaseModel):
    """A token of the JSON API, as `python -m api token NAME` prints it.

    Attributes:
        name: Whose it is; logs and limits go by it.
        sha256: Hash of the token: the token itself is kept nowhere.
        per_minute: Requests it may make in a minute; 0 is no limit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    per_minute: int = Field(default=600, ge=0)


class Settings(BaseSettings):
    """Settings of the app, each from the environment variable of its name in capitals, or from `.env`.

    Attributes:
        host: Address to listen on; on a Space 0.0.0.0 unless set.
        port: Port to listen on.
        log_level: Least severe level that is logged.
        encoder_threads: Threads for one encoder run; 0 means one per core.
        router_timeout_s: How long the panel waits for routers that wait for a network or an LLM.
        queue_size: Requests that may wait in the page's queue before newcomers are told to try again.
        concurrency: Panel runs at the same time, all users together.
        local_llm: The local LLM: path of a GGUF file, or owner/name/file.gguf on the Hub; '' is the packaged
            SmolLM2-135M-Instruct.
        local_llm_revision: Commit on the Hub from which `local_llm` is got.
        local_llm_threads: Threads of the local LLM; 0 means half of the cores.
        router_llm: Id in the catalogue of the LLM that the LLM-based routers ask; '' is the local LLM.
        llm_timeout_s: How long one request of a router to an LLM may take.
        connect_timeout_s: How long an answer may wait for the connection to a provider.
        first_token_timeout_s: How long it may wait for the first token of an LLM that thinks before it answers.
        stall_timeout_s: How long a stream may be silent once it has begun.
        answer_timeout_s: How long a whole answer may take.
        provider_urls: Other base URLs for providers, as JSON by their id in `assets/providers.yaml`, such as
            `{"openai": "https://gateway.example.org/v1"}`: for a gateway in front of them.
        allowed_addresses: Networks that a user's own base URL may lie in although they are private, as CIDR with
            commas between, such as `127.0.0.1/32,10.0.0.0/8`.
        machine_usd_per_hour: What this machine costs, in USD per hour: a router's own cost is its time at this rate.
        completion_cache_mib: Size of the cache of answers on disk, in MiB; 0 turns it off.
        routers: `embedded`: the weights that ship with the app; `hub`: those of `hub_weights`. Where these cannot be
            had, the app says so and takes its own.
        hub_weights: Repository on the Hub, `owner/name` or `owner/name@revision`, as `python -m router_models publish`
            makes it. A commit as revision is downloaded once and never asked for again.
        hub_timeout_s: How long the start may wait for them.
        hub_routers: Who may add text classifiers from the Hub as routers: `off` nobody, `on` everyone, `auto` everyone
            where the app listens to this machine alone. Where people sign in it is admins, unless `off`.
        hub_max_routers: How many routers may be added.
        hub_max_mib: How large one may be, in MiB.
        data_dir: Folder of what the app keeps; made when it is needed.
        database_url: Database of feedback; None is an SQLite file in `data_dir`. It may hold a password.
        retention_days: Days after which prompts, answers and comments are deleted; their hashes and all counts stay.
            0 keeps them until their authors delete them.
        api_tokens: Tokens without which the JSON API refuses requests, as JSON; see `ApiToken`. None: it is open.
        api_requests_per_minute: Requests to the JSON API in a minute from one address that is not this machine, where
            no token says otherwise; 0 is no limit.
        api_body_mib: Largest body of a request to the JSON API, in MiB.
        api_origins: Web pages that may call the JSON API from a browser, such as `https://example.org`, with commas
            between; none unless set.
        api_cached_scores: Scores that the JSON API keeps, so that the same prompt is not routed twice; 0 keeps none.
        log_prompts: Whether the JSON API's log holds prompts.
        auth_file: File of users who may sign in with a password, as `python -m feedback user add` writes it; None:
            nobody has to sign in, unless on a Space with `hf_oauth: true`.
        allowed_users: Users of the Hub who get a role where the Hub signs in, with commas between: `ann` labels,
            `ann:admin` also learns, judges and sees usage. The Space's owner is an admin.
        allowed_organisations: Organisations of the Hub whose members get a role, written in the same way.
        session_secret: Signs the cookies of who has signed in, at least 32 characters; None is a random one kept in
            `data_dir`. Replicas need the same.
        feedback_dataset: Dataset of the Hub, `user/name`, that gets a copy of all feedback, and from which an empty
            database is filled; it needs `HF_TOKEN` with the right to write. '' copies nowhere.
        feedback_copy_minutes: Minutes from one upload of that copy to the next.
        oauth_client_id, openid_provider_url, space_id, space_author_name: Set by Hugging Face in a Space.
        budget_usd: What LLMs may cost in `budget_period`, in USD; None is no budget. The Usage page may set another.
        budget_period: `day` or `month`, in UTC.
        budget_alert_share: From this share of the budget on it is said that it runs out.
        budget_threshold: What routers' thresholds are raised to once it is used up, until the next period.
        mcp_server: Whether `decide` and `predict` are also served as tools of the Model Context Protocol.
        openai_api_key, groq_api_key, openrouter_api_key, deepseek_api_key, mistral_api_key, anthropic_api_key,
            gemini_api_key, together_api_key, hf_token: Keys of providers; never shown, logged or stored.
    """

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    encoder_threads: int = Field(default=0, ge=0)
    router_timeout_s: float = Field(default=60.0, gt=0)
    queue_size: int = Field(default=64, ge=1)
    concurrency: int = Field(default=2, ge=1)
    local_llm: str = ""
    local_llm_revision: str = ""
    local_llm_threads: int = Field(default=0, ge=0)
    router_llm: str = ""
    llm_timeout_s: float = Field(default=15.0, gt=0)
    connect_timeout_s: float = Field(default=10.0, gt=0)
    first_token_timeout_s: float = Field(default=120.0, gt=0)
    stall_timeout_s: float = Field(default=30.0, gt=0)
    answer_timeout_s: float = Field(default=300.0, gt=0)
    provider_urls: Annotated[dict[str, str], NoDecode, BeforeValidator(_from_json)] = Field(default_factory=dict)
    allowed_addresses: Networks = ()
    machine_usd_per_hour: Decimal = Field(default=Decimal("0.03"), ge=0)
    completion_cache_mib: int = Field(default=64, ge=0)
    routers: Literal["embedded", "hub"] = "embedded"
    hub_weights: str = ""
    hub_timeout_s: float = Field(default=20.0, gt=0)
    hub_routers: Literal["auto", "on", "off"] = "auto"
    hub_max_routers: int = Field(default=4, ge=0, le=64)
    hub_max_mib: int = Field(default=1024, ge=1)
    data_dir: Path = Path(__file__).parent / "data"
    database_url: SecretStr | None = None
    retention_days: int = Field(default=0, ge=0)
    api_tokens: Annotated[tuple[ApiToken, ...], NoDecode, BeforeValidator(_from_json)] = ()
    api_requests_per_minute: int = Field(default=300, ge=0)
    api_body_mib: int = Field(default=32, ge=1, le=1024)
    api_origins: Names = ()
    api_cached_scores: int = Field(default=4096, ge=0)
    log_prompts: bool = False
    mcp_server: bool = False
    budget_usd: Decimal | None = Field(default=None, gt=0)
    budget_period: BudgetPeriod = "day"
    budget_alert_share: float = Field(default=0.8, gt=0, le=1)
    budget_threshold: float = Field(default=0.8, ge=0.5, le=1)
    auth_file: Path | None = None
    allowed_users: Names = ()
    allowed_organisations: Names = ()
    session_secret: SecretStr | None = None
    feedback_dataset: str = Field(default="", pattern=r"^$|^[\w.-]{1,96}/[\w.-]{1,96}$")
    feedback_copy_minutes: float = Field(default=5.0, gt=0)
    oauth_client_id: str = ""
    openid_provider_url: str = "https://huggingface.co"
    space_id: str = ""
    space_author_name: str = ""
    openai_api_key: Key | None = None
    groq_api_key: Key | None = None
    openrouter_api_key: Key | None = None
    deepseek_api_key: Key | None = None
    mistral_api_key: Key | None = None
    anthropic_api_key: Key | None = None
    gemini_api_key: Key | None = None
    together_api_key: Key | None = None
    hf_token: Key | None = None


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        PlaygroundError: A variable has a value that does not fit; the message names it.
    """
    try:
        if ON_SPACE in os.environ and "HOST" not in os.environ:
            return Settings(host="0.0.0.0")  # noqa: S104  a Space's container is reached from outside only so
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise PlaygroundError(
            f"The environment variable {name} is not valid: {first['msg']}.", "Correct it or unset it."
        ) from None  # the cause holds the value, which may be a key
