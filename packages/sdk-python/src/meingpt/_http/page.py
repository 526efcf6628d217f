"""Lists that come in pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Generic, TypeVar

from .._model import Model, NotAnObjectError
from .call import Call
from .runner import AsyncRunner, Runner

T = TypeVar("T", bound=Model)
Body = dict[str, Any]


@dataclass(frozen=True)
class Listing(Generic[T]):
    """How a list is read."""

    first: Call[Body]
    member: str
    """Which member of a page has the items."""
    item: Callable[[Body], T]
    following: Callable[[Body], dict[str, Any] | None]
    """What the query of the page behind a page differs in; None when it is the last."""


def behind_cursor(page: dict[str, Any]) -> dict[str, Any] | None:
    """The query of the page behind one of a list by cursor; None when it is the last."""
    cursor = page.get("next_cursor")
    return {"starting_after": cursor} if page.get("has_more") and cursor is not None else None


def page_of(member: str) -> Callable[[Any], Body]:
    """What parses a page with its items in that member; it raises NotAnObjectError when it is none."""

    def parse(body: Any) -> Body:
        if not isinstance(body, dict) or not isinstance(body.get(member), list):
            raise NotAnObjectError(f"A page is a JSON object with {member}")
        return body

    return parse


class _PageOf(Generic[T]):
    """One page: what is the same in both clients."""

    def __init__(self, body: Body, listing: Listing[T]) -> None:
        self.body = body
        self._listing = listing

    @property
    def items(self) -> Sequence[T]:
        """What is on this page."""
        return [self._listing.item(entry) for entry in self.body.get(self._listing.member, [])]

    def has_next_page(self) -> bool:
        return self._listing.following(self.body) is not None

    def _next_call(self) -> Call[Body] | None:
        changes = self._listing.following(self.body)
        return None if changes is None else self._listing.first.with_query(**changes)


class Page(_PageOf[T]):
    """
    One page of a list; iterating over it goes on with the pages behind it, each asked for when it is needed.

    `body` is the page as the API returned it.
    """

    def __init__(self, body: Body, listing: Listing[T], runner: Runner) -> None:
        super().__init__(body, listing)
        self._runner = runner

    def get_next_page(self) -> Page[T] | None:
        """The page behind this one; None when this is the last."""
        call = self._next_call()
        return None if call is None else Page(self._runner.call(call), self._listing, self._runner)

    def __iter__(self) -> Iterator[T]:
        page: Page[T] | None = self
        while page is not None:
            yield from page.items
            page = page.get_next_page()


class AsyncPage(_PageOf[T]):
    """
    One page of a list; `async for` over it goes on with the pages behind it, each asked for when it is needed.

    `body` is the page as the API returned it.
    """

    def __init__(self, body: Body, listing: Listing[T], runner: AsyncRunner) -> None:
        super().__init__(body, listing)
        self._runner = runner

    async def get_next_page(self) -> AsyncPage[T] | None:
        """The page behind this one; None when this is the last."""
        call = self._next_call()
        return None if call is None else AsyncPage(await self._runner.call(call), self._listing, self._runner)

    async def __aiter__(self) -> AsyncIterator[T]:
        page: AsyncPage[T] | None = self
        while page is not None:
            for item in page.items:
                yield item
            page = await page.get_next_page()


class AsyncList(Generic[T]):
    """A list that is not asked for yet: `await` it for its first page, or `async for` over all its items."""

    def __init__(self, listing: Listing[T], runner: AsyncRunner) -> None:
        self._listing = listing
        self._runner = runner

    async def _first_page(self) -> AsyncPage[T]:
        return AsyncPage(await self._runner.call(self._listing.first), self._listing, self._runner)

    def __await__(self) -> Generator[Any, Any, AsyncPage[T]]:
        return self._first_page().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        async for item in await self._first_page():
            yield item
