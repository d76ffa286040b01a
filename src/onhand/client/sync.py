"""The client for programs without an event loop."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from onhand.client.answers import Page, answer_of, page_of
from onhand.client.asking import Asked
from onhand.client.operations import Operations
from onhand.client.retries import Tries
from onhand.client.transport import httpx, options, parts

Row = TypeVar("Row")


class Client(Operations):
    """Calls one server. Threads may share it; close it, or use it in a `with`."""

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8080",
        key: str | None = None,
        *,
        timeout: float = 30.0,
        retry_for: float = 30.0,
    ) -> None:
        """`key`: an API key. `timeout`: seconds for one try; `retry_for`: for all of them."""
        self._http = httpx.Client(**options(base_url, key, timeout))
        self._patience = retry_for

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: Asked) -> Any:
        if request.is_list:
            return Rows(self, request)
        response = self.send(request)
        return answer_of(response.content, response.headers, request.kind)

    def send(self, request: Asked) -> httpx.Response:
        """Send a request, again where that is right. Raises `ApiError`, `Unreachable`."""
        tries = Tries(request, self._patience)
        while True:
            try:
                response = self._http.request(**parts(request))
            except httpx.TransportError as error:
                pause: float | None = tries.lost(error)
            else:
                pause = tries.answered(response)
            if pause is None:
                return response
            time.sleep(pause)


class Rows(Generic[Row]):
    """A list's rows, read page by page as they are wanted, from the first one at each iteration."""

    def __init__(self, client: Client, request: Asked) -> None:
        """`request`: for the first page."""
        self._client = client
        self._request = request

    def __iter__(self) -> Iterator[Row]:
        for page in self.pages():
            yield from page.rows

    def pages(self) -> Iterator[Page[Row]]:
        """The same, a page at a time."""
        request: Asked | None = self._request
        while request is not None:
            page = page_of(self._client.send(request).content, request.kind)
            yield page
            request = None if page.following is None else request.turned_to(page.following)

    def first(self) -> Row | None:
        """The first row, if there is one."""
        return next(iter(self), None)

    def total(self) -> int | None:
        """How many rows there are, where the list counts them."""
        return next(self.pages()).total
