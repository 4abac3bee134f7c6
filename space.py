"""`python -m space USER/NAME`: puts the app on a Hugging Face Space: what it needs to serve, and nothing more."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from command_line import exit_code
from errors import PlaygroundError, UnavailableError
from settings import get_settings

ROOT = Path(__file__).parent
SERVES = (
    "LICENSE",
    "README.md",
    "app.py",
    "command_line.py",
    "errors.py",
    "pyproject.toml",
    "requirements.txt",
    "settings.py",
    "api/**",
    "assets/**",
    "benchmarks/**",
    "docs/*.png",
    "feedback/**",
    "llms/**",
    "pages/**",
    "router_models/**",
    "traffic/**",
)
"""What goes along; keys, lists of users and all else stay. The README's first lines are the Space's settings."""

LEFT_OUT = ("router_models/training/**", "**/__pycache__/**", "**/.*")

TOKENS_ADDRESS = "https://huggingface.co/settings/tokens"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code (0, 1 on an error the user can mend, 2 on wrong usage)."""
    parser = argparse.ArgumentParser(prog="python -m space", description=__doc__)
    parser.add_argument("name", metavar="USER/NAME", help="the Space; it is made if it does not exist")
    parser.add_argument("--public", action="store_true", help="let everybody see a Space that is made")
    parser.add_argument("--dry-run", action="store_true", help="only list the files and their size")
    options = parser.parse_args(arguments)
    try:
        files = files_to_upload(ROOT)
        size_mb = sum((ROOT / name).stat().st_size for name in files) / 1e6
        if options.dry_run:
            print("\n".join(files))
        else:
            print(deploy(options.name, private=not options.public))
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    print(f"{len(files):,} files, {size_mb:.1f} MB", file=sys.stderr)
    return 0


def files_to_upload(folder: Path) -> list[str]:
    """Names of the files that a Space gets, relative to the folder."""
    from huggingface_hub.utils import filter_repo_objects  # type: ignore[attr-defined]  # it is public

    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return list(filter_repo_objects(names, allow_patterns=list(SERVES), ignore_patterns=list(LEFT_OUT)))


def deploy(name: str, *, private: bool = True) -> str:
    """Makes the Space if need be, and uploads in one commit what has changed; what is no longer there is deleted.

    Args:
        name: `user/name` or `organisation/name`.
        private: Whether a Space that is made is hidden from others.

    Returns:
        Its address.

    Raises:
        UnavailableError: There is no token, it may not do this, or the Hub does not answer.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalTokenNotFoundError

    key = get_settings().hf_token
    hub = HfApi(token=key.get_secret_value() if key else None)
    try:
        address = hub.create_repo(name, repo_type="space", space_sdk="gradio", private=private, exist_ok=True)
        hub.upload_folder(
            repo_id=address.repo_id,
            repo_type="space",
            folder_path=ROOT,
            allow_patterns=list(SERVES),
            ignore_patterns=list(LEFT_OUT),
            delete_patterns="*",
            commit_message="Deploy",
        )
    except (HfHubHTTPError, HFValidationError, LocalTokenNotFoundError, OSError) as error:
        raise UnavailableError(
            f"The Space {name} could not be deployed: {str(error).splitlines()[0]}",
            f"Set HF_TOKEN to a token that may write ({TOKENS_ADDRESS}), check the name, and try again.",
        ) from error
    return str(address)


if __name__ == "__main__":
    sys.exit(exit_code(main))
