"""The token counter counts with the tokenizer of the pool's cheapest LLM, and says when it estimates."""

from llms.tokens import count_tokens
from pages._ask import TokenCounter
from router_models import RouterPanel

PROMPT = "Übermäßig zusammengesetzte Wörter 水 und Zahlen 123456789"


def test_every_llm_has_its_own_count(panel: RouterPanel) -> None:
    counter = TokenCounter(panel.catalogue)
    said = {llm.encoding: counter.say(PROMPT, llm.id) for llm in panel.catalogue.llms}
    assert said == {encoding: str(count_tokens(PROMPT, encoding)) for encoding in said}
    assert len(set(said.values())) > 1, "all LLMs count alike, so the test cannot fail"
    assert said[None].startswith("~")


def test_an_unknown_llm_stands_for_the_default_pools_cheapest(panel: RouterPanel) -> None:
    counter = TokenCounter(panel.catalogue)
    assert counter.say(PROMPT, "gpt-99") == counter.say(PROMPT, panel.catalogue.default_pool.serves["weak"])
