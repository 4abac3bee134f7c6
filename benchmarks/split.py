"""The one split rule: equal questions fall on the same side in every data set.

The key of a question is taken from its letters and digits only, after Unicode NFKC and lower-casing, so a
curly apostrophe, a line break or a final full stop does not make it another question.

"Question" means the question *without its answer options*. MMLU and MMLU-Pro ask the same questions with four
and with ten options, so a key over the whole prompt would put one question on both sides. A loader that knows
its format strips the options before it asks for a key (see `benchmarks.data.mmlu.without_options`); in every
other set the question is the prompt itself.
"""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Literal

Side = Literal["train", "test"]

N_PARTS = 5
TEST_PARTS = (0, 1)


def question_key(question: str) -> str:
    """Hash the letters and digits of a question.

    Args:
        question: The question without its answer options.

    Returns:
        64 hexadecimal digits. Questions without a letter or digit (an emoji, say) share one key.
    """
    text = unicodedata.normalize("NFKC", question).lower()
    letters = "".join(character for character in text if character.isalnum())
    return hashlib.sha256(letters.encode("utf-8", errors="surrogatepass")).hexdigest()


def is_test(question: str) -> bool:
    """Whether the question belongs to the test part: two fifths of all questions do."""
    return int(question_key(question), 16) % N_PARTS in TEST_PARTS


def side(question: str) -> Side:
    """The part of the data to which the question belongs, `train` or `test`."""
    return "test" if is_test(question) else "train"
