"""The code in docs/HUB.md runs as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.router_models.hub.stand_in import HubStandIn


def test_the_python_code_adds_a_router_and_decides(hub: HubStandIn, bert: Mapping[str, bytes], tmp_path: Path) -> None:
    commit = hub.put("owner/name", bert, licence="mit")
    hub.repos["owner/name"].branches["v1"] = 0
    text = (REPOSITORY / "docs" / "HUB.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 1
    environment = {**os.environ, "HF_ENDPOINT": hub.address, "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-c", blocks[0]]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("('easy', 'hard')")
    assert f"mit {commit}" in done.stdout
    assert "Decision(router='hub-owner-name'" in done.stdout
