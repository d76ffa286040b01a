"""The client for programs with an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Generic, TypeVar

from onhand.client.answers import Page, answer_of, page_of
from onhand.client.asking import Asked
from onhand.client.operations import AsyncOperations
from onhand.client.retries import Tries
from onhand.client.transport import httpx, options, parts

Row = TypeVar("Row")


class AsyncClient(AsyncOperations):
    """Calls one server from one event loop. Close it, or use it in an `async with`."""

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8080",
        key: str | None = None,
        *,
        timeout: float = 30.0,
        retry_for: float = 30.0,
    ) -> None:
        """`key`: an API key. `timeout`: seconds for one try; `retry_for`: for all of them."""
        self._http = httpx.AsyncClient(**options(base_url, key, timeout))
        self._patience = retry_for

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _ask(self, request: Asked) -> Any:
        return AsyncRows(self, request) if request.is_list else self._answer(request)

    async def _answer(self, request: Asked) -> Any:
        response = await self.send(request)
        return answer_of(response.content, response.headers, request.kind)

    async def send(self, request: Asked) -> httpx.Response:
        """Send a request, again where that is right. Raises `ApiError`, `Unreachable`."""
        tries = Tries(request, self._patience)
        while True:
            try:
                response = await self._http.request(**parts(request))
            except httpx.TransportError as error:
                pause: float | None = tries.lost(error)
            else:
                pause = tries.answered(response)
            if pause is None:
                return response
            await asyncio.sleep(pause)


class AsyncRows(Generic[Row]):
    """A list's rows, read page by page as they are wanted, from the first one at each iteration."""

    def __init__(self, client: AsyncClient, request: Asked) -> None:
        """`request`: for the first page."""
        self._client = client
        self._request = request

    async def __aiter__(self) -> AsyncIterator[Row]:
        async for page in self.pages():
            for row in page.rows:
                yield row

    async def pages(self) -> AsyncIterator[Page[Row]]:
        """The same, a page at a time."""
        request: Asked | None = self._request
        while request is not None:
            response = await self._client.send(request)
            page: Page[Row] = page_of(response.content, request.kind)
            yield page
            request = None if page.following is None else request.turned_to(page.following)

    async def first(self) -> Row | None:
        """The first row, if there is one."""
        return await anext(aiter(self), None)

    async def total(self) -> int | None:
        """How many rows there are, where the list counts them."""
        return (await anext(self.pages())).total
