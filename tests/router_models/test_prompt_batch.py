import threading
import time

from router_models.prompt_batch import PromptBatch


def sleeper(seconds: float, value: str):  # noqa: ANN201
    def compute() -> str:
        time.sleep(seconds)
        return value

    return compute


def test_a_feature_is_computed_once_however_many_threads_ask() -> None:
    batch = PromptBatch(["a", "b"])
    computed = []

    def compute() -> int:
        computed.append(1)
        time.sleep(0.02)
        return 7

    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(batch.feature("x", compute))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [7] * 8
    assert computed == [1]


def test_the_second_user_of_a_feature_is_charged_for_it_in_full() -> None:
    batch = PromptBatch(["a"])
    with batch.metered() as first:
        batch.feature("slow", sleeper(0.05, "v"))
    with batch.metered() as second:
        batch.feature("slow", sleeper(0.05, "never run"))
    assert second.elapsed_ms < 10
    assert batch.latency_ms(second) >= 50
    assert abs(batch.latency_ms(first) - batch.latency_ms(second)) < 10


def test_nested_features_are_charged_once_each() -> None:
    batch = PromptBatch(["a"])

    def outer() -> str:
        inner = batch.feature("tokens", sleeper(0.04, "t"))
        time.sleep(0.02)
        return inner + "e"

    with batch.metered() as meter:
        time.sleep(0.01)
        assert batch.feature("embedding", outer) == "te"
        assert batch.feature("tokens", sleeper(1, "never run")) == "t"
    assert meter.used == {"tokens", "embedding"}
    assert 40 <= batch.feature_ms("tokens") < 60
    assert 20 <= batch.feature_ms("embedding") < 40
    assert 70 <= batch.latency_ms(meter) < 110


def test_it_is_a_sequence_of_its_prompts() -> None:
    batch = PromptBatch(["a", "b", "c"])
    assert list(batch) == ["a", "b", "c"]
    assert len(batch) == 3
    assert batch[1:] == ("b", "c")
