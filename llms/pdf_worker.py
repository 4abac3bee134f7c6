"""Reads one PDF in a process that may be killed: `python pdf_worker.py SITE MEMORY CPU_S PAGES CHARACTERS`.

The PDF comes through standard input. What was read goes to standard output as lines of JSON, one per page, so that
pages read before a limit struck are not lost: `{"ready": true}`, `{"pages": 12}`, `{"text": "…"}` and so on, at last
`{"end": "done"}`. A page may be `{"failed": true}`, and the end `encrypted`, `broken` or `memory`.

The file stands alone: it is run by its path, without the project's modules and without its environment.
"""

from __future__ import annotations

import io
import json
import logging
import sys


def main() -> None:
    """Reads the PDF within the limits on the command line."""
    sys.path.append(sys.argv[1])  # where pypdf is: an isolated interpreter does not look everywhere
    memory_bytes, cpu_s, max_pages, max_characters = map(int, sys.argv[2:6])
    import pypdf

    _say(ready=True)
    data = sys.stdin.buffer.read()
    _limit(memory_bytes, cpu_s)
    logging.disable()
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):  # a file that only forbids printing opens without password
            _say(end="encrypted")
            return
        pages = len(reader.pages)
    except MemoryError:
        _say(end="memory")
        return
    except Exception:  # noqa: BLE001  whatever the parser stumbles over: the file is not what a PDF should be
        _say(end="broken")
        return
    _say(pages=pages)
    characters = 0
    for number in range(min(pages, max_pages)):
        try:
            text = reader.pages[number].extract_text()
        except MemoryError:
            _say(end="memory")
            return
        except Exception:  # noqa: BLE001  one broken page leaves the others readable
            _say(failed=True)
            continue
        _say(text=text[: max_characters - characters + 1])
        characters += len(text)
        if characters > max_characters:
            break
    _say(end="done")


def _limit(memory_bytes: int, cpu_s: int) -> None:
    """Bounds memory and processor time and forbids writing files, where the system can; the clock holds everywhere."""
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = {"RLIMIT_AS": memory_bytes, "RLIMIT_CPU": cpu_s, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0}
    for name, most in limits.items():
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (ValueError, OSError):  # macOS knows RLIMIT_AS, but refuses to set it
            continue


def _say(**line: object) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
