"""A job that grows, and annotators who work on it through the API."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from annotation.client import Client, connect
from annotation.codec import results_of
from annotation.projects import remembered
from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.records import Annotation, Article, Block, Span
from corpus.store import add_articles, read_articles, write_run

WORDS = (
    "the a of harbour council mayor ferry dock strike vote Renn Maar Quill Ansel said 😀".split()
)


@dataclass
class World:
    """A job, the annotators who work on it, and what the server took from them."""

    job: Job
    chance: random.Random
    tokens: dict[str, str]
    said: dict[int, tuple[str, int, tuple[tuple[int, int], ...]]] = field(default_factory=dict)
    drafts: int = 0
    articles: int = 0
    runs: int = 0

    def grow(self) -> None:
        """Add some articles, a new version of one, and now and then a run of pre-labels."""
        fresh = [page(self.articles + n, self.chance) for n in range(4)]
        self.articles += len(fresh)
        if self.articles > len(fresh):
            fresh.append(page(self.chance.randrange(self.articles - len(fresh)), self.chance))
        add_articles(self.job, fresh)
        if self.chance.random() < 0.3:
            self.runs += 1
            write_run(self.job, f"r{self.runs:03}", self._predictions(f"r{self.runs:03}"))

    def _predictions(self, run: str) -> list[Annotation]:
        return [
            opinion(article, spans(article.text, self.chance), "model", run, self.job.scheme.hash)
            for article in read_articles(self.job)
        ]


def page(number: int, chance: random.Random) -> Article:
    """An article of a few sentences; asked for again it is another version."""
    text = f"Story {number}\n\n" + " ".join(chance.choices(WORDS, k=40)) + "."
    head = text.index("\n")
    blocks = Block(0, head, "headline"), Block(head + 2, len(text), "paragraph")
    return Article(f"courier/{number}", text, blocks)


def spans(text: str, chance: random.Random) -> tuple[tuple[int, int], ...]:
    """Up to three places that do not overlap."""
    edges = sorted(chance.sample(range(len(text) + 1), 2 * chance.randint(1, 3)))
    return tuple(zip(edges[::2], edges[1::2], strict=True))


def opinion(
    article: Article, places: tuple[tuple[int, int], ...], author: str, run: str, scheme: str
) -> Annotation:
    """What an author says of an article."""
    drawn = tuple(Span(f"{author}{s}", s, e, "judged") for s, e in places)
    role = "model" if run else "human"
    id_ = f"{author}:{run}:{article.id}"
    return Annotation(id_, article.id, article.sha256, author, role, scheme, drawn, run=run)


class Annotators:
    """Work on all worlds through the API, past the proxy, until they are stopped."""

    def __init__(self, url: str, admin: Client, seed: int) -> None:
        self._url, self._admin, self._chance = url, admin, random.Random(seed)
        self._worlds: list[World] = []
        self._clients: dict[str, Client] = {}
        self._stopped = threading.Event()
        self.refused: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def join(self, world: World) -> None:
        """Work on this world too."""
        for token in world.tokens.values():
            self._clients[token] = connect(self._url, token)
        self._worlds.append(world)

    def stop(self) -> None:
        """Let them finish what they are at."""
        self._stopped.set()
        self._thread.join()
        for client in self._clients.values():
            client.close()

    def _work(self) -> None:
        while not self._stopped.wait(self._chance.uniform(0.1, 0.4)):
            world = self._worlds[-1] if self._worlds else None
            links = remembered(world.job) if world else []
            try:
                if world and links:
                    self._annotate(world, links[-1].id)
            except PressmarkError as error:
                self.refused[str(error)[:60]] += 1

    def _annotate(self, world: World, project: int) -> None:
        """Submit a task, leave a draft on it, or change what was submitted before."""
        chance = self._chance
        if world.said and chance.random() < 0.25:
            number = chance.choice(list(world.said))
            author, task, _ = world.said[number]
            article = self._article(task)
            places = spans(article.text, chance)
            result = self._result(world, article, places, author)
            self._client(world, author)._ask(
                "PATCH", f"/api/annotations/{number}/", {"result": result}
            )
            world.said[number] = (author, task, places)
            return
        tasks = list(self._admin.tasks(project))
        author = chance.choice(list(world.tokens))
        done = {(who, task) for who, task, _ in world.said.values()}
        free = [stub for stub in tasks if stub.uid and (author, stub.id) not in done]
        if not free:
            return
        stub = chance.choice(free)
        article = self._article(stub.id)
        places = spans(article.text, chance)
        result = self._result(world, article, places, author)
        client = self._client(world, author)
        if chance.random() < 0.15:
            client.draft(stub.id, result=result, lead_time=1)
            world.drafts += 1
            return
        path = f"/api/tasks/{stub.id}/annotations/"
        made = client._ask("POST", path, {"result": result, "lead_time": 2})
        world.said[made["id"]] = (author, stub.id, places)

    def _client(self, world: World, author: str) -> Client:
        return self._clients[world.tokens[author]]

    def _article(self, task: int) -> Article:
        data = self._admin._ask("GET", f"/api/tasks/{task}/")["data"]
        text = data["text"]
        return Article(data["article"], text, (Block(0, len(text), "paragraph"),))

    def _result(
        self, world: World, article: Article, places: tuple[tuple[int, int], ...], author: str
    ) -> list[Any]:
        scheme = world.job.scheme
        return results_of(opinion(article, places, author, "", scheme.hash), article, scheme)
