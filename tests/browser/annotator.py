"""A person at Label Studio's page, with a mouse and a keyboard and nothing else."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Request, expect

from annotation.studio import Login

# Where on the screen a character of the article stands, as [left, right, middle].
_PLACE = """([quote, offset]) => {
  const walker = document.createTreeWalker(
    document.querySelector('.lsf-htx-richtext'), NodeFilter.SHOW_TEXT);
  const nodes = []; let text = '';
  for (let node; (node = walker.nextNode()); text += node.data) nodes.push([text.length, node]);
  const at = text.indexOf(quote) + (offset < 0 ? quote.length - 1 : 0);
  const [start, node] = nodes.filter(([start]) => start <= at).pop();
  const range = document.createRange();
  range.setStart(node, at - start); range.setEnd(node, at - start + 1);
  node.parentElement.scrollIntoViewIfNeeded();
  const box = range.getBoundingClientRect();
  return [box.left, box.right, box.top + box.height / 2];
}"""


# The same for the nth character (in UTF-16 units) of the text without its line ends.
_NTH = _PLACE.replace("[quote, offset]", "nth").replace(
    "const at = text.indexOf(quote) + (offset < 0 ? quote.length - 1 : 0);", "const at = nth;"
)
# Scrolls that character to the upper end of the page, so that what follows is not below the bar.
_TOP = _NTH.replace(
    "node.parentElement.scrollIntoViewIfNeeded();", "let up = node.parentElement;"
).replace(
    "return [",
    """while (up.parentElement && !(up.scrollHeight > up.clientHeight + 1
      && /auto|scroll/.test(getComputedStyle(up).overflowY))) up = up.parentElement;
  up.scrollTop += box.top - 150;
  return [""",
)


class Annotator:
    """Says what an annotator does; `outward` is what the browser asked of anybody else."""

    def __init__(self, page: Page, url: str, login: Login) -> None:
        self.page = page
        self.outward: list[str] = []
        self._host = urlsplit(url).netloc
        page.on("request", self._note)
        page.goto(f"{url}/user/login/")
        page.fill("input[name=email]", login.email)
        page.fill("input[name=password]", login.password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda address: "/user/login" not in address)

    def label_all(self, project: str) -> None:
        """Open the project and its labelling stream; read the instructions and close them."""
        self.page.goto(f"{project}/data")
        self.page.get_by_role("button", name="Label All Tasks").click()
        expect(self.text).to_be_visible(timeout=30_000)
        instructions = self.page.get_by_text("Labeling Instructions", exact=True)
        expect(instructions).to_be_visible()  # they come up some time after the article
        self.page.keyboard.press("Escape")
        expect(instructions).to_be_hidden()
        expect(self.page.locator(".pressmark-labels")).to_be_visible()

    @property
    def text(self) -> Locator:
        """The article."""
        return self.page.locator(".lsf-htx-richtext")

    def answer(self, question: str, value: str) -> None:
        """Tick an answer to a question that is on the screen."""
        group = self.page.locator(".pressmark-article, .pressmark-span", has_text=question)
        group.get_by_text(value, exact=False).first.click()

    def group(self, title: str) -> Locator:
        """What is on the screen below a heading."""
        # by element: while a list is open the rest of the page has no roles
        heading = self.page.locator("h4", has_text=re.compile(f"^{re.escape(title)}$"))
        return self.page.locator(".pressmark-article, .pressmark-span").filter(has=heading)

    def tick(self, title: str, value: str) -> None:
        """Tick a value below a heading, and see that it is ticked."""
        box = self.group(title).locator(f'input[name="{value}"]')
        box.check(force=True)
        expect(box).to_be_checked()

    def pick(self, title: str, value: str) -> None:
        """Open the list below a heading and pick a value."""
        trigger = self.group(title).locator('[data-testid^="select-trigger"]')
        trigger.click()
        listed = self.page.locator(f'[data-slot="command-item"][data-value="{value}"]')
        listed.click()
        expect(listed).to_have_count(0)
        expect(trigger).to_contain_text(value)

    def write(self, title: str, text: str) -> None:
        """Write into the box below a heading."""
        box = self.group(title).get_by_test_id("textarea-input")
        box.fill(text)
        box.press("Enter")

    def mark_range(self, key: str, start: int, end: int) -> None:
        """Press a label's hotkey and drag over a range of the text without its line ends."""
        before = self.page.locator(".htx-highlight").count()
        self.press(key)
        self.page.evaluate(_TOP, start)
        left, _, top = self.page.evaluate(_NTH, start)
        _, right, bottom = self.page.evaluate(_NTH, end - 1)
        self._drag((left + 1, top), (right - 1, bottom))
        expect(self.page.locator(".htx-highlight")).not_to_have_count(before)

    def select_at(self, nth: int) -> None:
        """Click on the nth character of the text without its line ends."""
        self.page.evaluate(_TOP, nth)
        left, right, middle = self.page.evaluate(_NTH, nth)
        self.page.mouse.click((left + right) / 2, middle)
        expect(self.page.locator(".htx-highlight.__active").first).to_be_visible()

    def press(self, key: str) -> None:
        """Press a key."""
        self.page.keyboard.press(key)

    def mark(self, key: str, quote: str) -> None:
        """Press a label's hotkey and drag over the words."""
        before = self.page.locator(".htx-highlight").count()
        self.press(key)
        left, _, top = self._place(quote, 0)
        _, right, bottom = self._place(quote, -1)
        self._drag((left + 1, top), (right - 1, bottom))
        expect(self.page.locator(".htx-highlight")).not_to_have_count(before)

    def select(self, quote: str) -> None:
        """Click on a marked span."""
        self.page.locator(".htx-highlight", has_text=quote).first.click()
        expect(self.page.locator(".htx-highlight.__active").first).to_be_visible()

    def stretch(self, side: str, to: str) -> str:
        """Drag the selected span's handle to a word's outer end; return what is marked then."""
        box = self.page.locator(f".__resize_{side}").bounding_box()
        assert box
        left, right, middle = self._place(to, 0 if side == "left" else -1)
        handle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self._drag(handle, (left + 1 if side == "left" else right - 1, middle))
        return "".join(self.page.locator(".htx-highlight.__active").all_text_contents())

    def submit(self) -> None:
        """Press the button and wait until the server has taken it."""
        with self.page.expect_response(
            lambda answer: "/annotations" in answer.url and answer.request.method == "POST"
        ) as answered:
            self.page.get_by_test_id("bottombar-submit-button").click()
        assert answered.value.ok

    def _place(self, quote: str, end: int) -> tuple[float, float, float]:
        left, right, middle = self.page.evaluate(_PLACE, [quote, end])
        return left, right, middle

    def _drag(self, start: tuple[float, float], to: tuple[float, float]) -> None:
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*to, steps=10)
        self.page.mouse.up()

    def _note(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self._host:
            self.outward.append(request.url)
