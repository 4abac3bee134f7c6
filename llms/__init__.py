"""The LLMs that serve routes: catalogue, prices, token counts, pools and cost estimates.

Nothing here calls an LLM or touches the network: figures come from `assets/llms.yaml` and from the price list
bundled with the `genai-prices` package.
"""

from __future__ import annotations
