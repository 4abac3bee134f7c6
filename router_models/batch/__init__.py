"""One router over files of prompts of any size: `python -m router_models.batch INPUT OUTPUT --router ID`.

The input is cut into pieces, each piece becomes one shard of the output, and a shard appears whole or not at all. So a
job that was killed goes on where it was, and every row is in the output once. Two engines run the same stage:
processes on this machine, and Ray Data on many.
"""

from __future__ import annotations
