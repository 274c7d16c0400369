import pytest

from annotation.push import push
from corpus.errors import PressmarkError
from corpus.takedown import takedown
from tests.conftest import MakeJob
from tests.speech import article


def test_what_was_taken_down_is_not_sent_and_nobody_is_asked(job: MakeJob) -> None:
    home = job(article(id_="wire/strike"))
    takedown(home, "wire/strike")
    with pytest.raises(PressmarkError, match=r"no articles that may leave it \(takedown.txt\)"):
        push(home)
