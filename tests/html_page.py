"""What a browser would make of a page, for tests that read it."""

from functools import lru_cache
from html.parser import HTMLParser

INLINE = {"a", "b", "code", "i", "html", "head", "style", "title", "sup"}
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Page(HTMLParser):
    """What a browser would make of the text: every element with its attributes and its own text."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.open = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag not in INLINE:
            self.handle_data(" ")
        element = {"tag": tag, "attrs": dict(attrs), "text": "", "inside": [one["tag"] for one in self.open]}
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop()["tag"] == tag

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def all(self, tag, **attrs):
        return [
            one
            for one in self.elements
            if one["tag"] == tag and all(one["attrs"].get(name.strip("_")) == value for name, value in attrs.items())
        ]

    def by_class(self, name):
        return [one for one in self.elements if name in (one["attrs"].get("class") or "").split()]

    def by_id(self, name):
        return next((one for one in self.elements if one["attrs"].get("id") == name), None)


@lru_cache(maxsize=16)
def parsed(html):
    page = Page(html)
    assert page.open == []
    return page


def plain(text):
    """Text as a test may compare it: without the joiners that keep numbers on one line."""
    return " ".join(text.replace("\N{WORD JOINER}", "").replace("\N{NO-BREAK SPACE}", " ").split())


def labels(page):
    """The sentences that stand for charts."""
    return [plain(one["attrs"]["aria-label"]) for one in page.all("div", role="img")]
