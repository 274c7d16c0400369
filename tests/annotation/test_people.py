"""Accounts and pseudonyms, where no server is needed."""

import json

import pytest

from annotation import people
from annotation.people import add_annotator, invite, read_people
from annotation.raw import RawUser
from corpus.errors import PressmarkError, ServiceError
from tests.conftest import MakeJob
from tests.test_command import pressmark


class NoSignUp:
    """A server that lets nobody sign up."""

    url = "https://labels.example.org"

    def sign_up(self, email: str, password: str) -> str:
        raise ServiceError(f"{self.url}: Label Studio did not make an account for {email}")

    def close(self) -> None:
        pass


def test_where_nobody_can_sign_up_it_says_what_to_do(
    job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "connected", lambda *_: NoSignUp())
    made = job(people={"ana": {}}, studio={"url": NoSignUp.url})
    with pytest.raises(ServiceError) as caught:
        add_annotator(made, "ana")
    told = str(caught.value)
    assert "have the server's owner make an account for ana" in told
    assert f'{made.studio_data}/people.json: {{"ana": {{"email": "…"}}}}' in told
    assert not read_people(made)


def test_a_typo_in_an_invitation_is_told_before_any_account_is_made(job: MakeJob) -> None:
    made = job(people={"ana": {}, "ben": {}})
    ran = pressmark("people", "--invitation", "anna", "-C", made.folder)
    assert ran.code == 2
    assert "anna: nobody of that name in the job file; there are: ana, ben" in ran.err


def test_a_job_file_that_names_nobody_is_told_how(job: MakeJob) -> None:
    with pytest.raises(PressmarkError, match="names nobody; add 'people:"):
        invite(job())


def test_an_account_is_kept_where_its_server_goes_by_another_name(
    job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Same(NoSignUp):
        def users(self) -> list[RawUser]:
            return [RawUser(id=1, email="Ana-3@uni.example")]

    monkeypatch.setattr(people, "connected", lambda *_: Same())
    made = job(people={"ana": {}}, studio={"url": NoSignUp.url})
    made.studio_data.mkdir()
    known = {"email": "ana-3@uni.example", "token": "t", "server": "local"}
    (made.studio_data / "people.json").write_text(json.dumps({"ana": known}))
    assert add_annotator(made, "ana").token == "t"
    assert json.loads((made.studio_data / "people.json").read_text()) == {"ana": known}


@pytest.mark.parametrize(
    "content", ["[]", '{"ana": 3}', '{"ana": {}}', "{", '{"ana": {"email": 3}}']
)
def test_a_damaged_people_file_is_a_line(job: MakeJob, content: str) -> None:
    made = job()
    made.studio_data.mkdir()
    (made.studio_data / "people.json").write_text(content)
    with pytest.raises(PressmarkError, match=r"people\.json: expected"):
        read_people(made)


def test_a_lead_may_give_an_e_mail_alone(job: MakeJob) -> None:
    made = job()
    made.studio_data.mkdir()
    given = {"ana": {"email": "ana@uni.example"}}
    (made.studio_data / "people.json").write_text(json.dumps(given))
    assert read_people(made)["ana"].email == "ana@uni.example"
