"""One file per migration, in order."""

from __future__ import annotations
