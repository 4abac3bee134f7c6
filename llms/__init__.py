"""The LLMs that serve routes: catalogue, prices, token counts, pools, cost estimates, providers and the local LLM.

Only `chat` and what asks through it call an LLM, and only `local` may download one, if the settings name it. All other
figures come from `assets/llms.yaml` and from the price list bundled with the `genai-prices` package.
"""

from __future__ import annotations
