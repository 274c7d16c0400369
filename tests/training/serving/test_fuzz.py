"""Whatever is sent, nothing is answered that /openapi.json does not announce, and never a 500."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from corpus.job import Job
from tests.training.serving.asking import app_of
from training.fit import Trained

HERE = {"Host": "127.0.0.1"}
#: How what breaks the description is refused; a text that is too long may break the body's limit.
REFUSED = {
    "checks": {
        "negative_data_rejection": {"expected-statuses": ["400", "405", "413", "415", "422"]}
    }
}
NAMES = {"/health", "/versions", "/predict", "/setup", "/webhook"}


def test_every_answer_is_as_described(learned: tuple[Job, Trained]) -> None:
    config = SchemathesisConfig.from_dict(REFUSED)
    app = app_of(learned[0])
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=config, headers=HERE)
    seen = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        seen.add(operation.path)
        # what takes no body cannot be sent a wrong one
        modes = [*GenerationMode] if operation.method == "post" else [GenerationMode.POSITIVE]
        for mode in modes:

            @given(case=operation.as_strategy(generation_mode=mode))
            @settings(
                max_examples=30,
                derandomize=True,
                database=None,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            )
            def check(case: Case) -> None:
                case.call_and_validate(headers=HERE, excluded_checks=[positive_data_acceptance])

            check()
    assert seen == NAMES
