"""Routes whose function reads the body and gives the bytes of the answer, with no framework in between."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from serving import metrics
from serving.accounts import roles
from serving.accounts.keys import require
from serving.errors import UNFORESEEN, problem_of

check_key = require(roles.Scope.SCORE)
JSON = (b"content-type", b"application/json")


class BodyRoute(APIRoute):
    """Asks for a key, calls the endpoint with the request alone, sends what it gives, and takes the time.

    The framework only writes it into the OpenAPI document (docs/decisions/0042-raw-body-routes.md).
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, endpoint, **more | {"response_model": None})
        self._endpoint: Callable[[Request], Awaitable[bytes]] = endpoint
        self._seconds = metrics.request_seconds.labels(self.name)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer where the framework's own routing has led here, under another root path perhaps."""
        if scope["method"] in (self.methods or ()):
            await self.answer(scope, receive, send)
        else:
            await super().handle(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as an ASGI application."""
        start = time.perf_counter()
        request = Request(scope, receive)
        try:
            await check_key(request)
            body = await self._endpoint(request)
        except ClientDisconnect:
            return
        except Exception as error:
            response = problem_of(error)
            await response(scope, receive, send)
            if response.status_code == UNFORESEEN:
                raise  # the server logs it
            return
        finally:
            self._seconds.observe(time.perf_counter() - start)
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": 200, "headers": [length, JSON]})
        await send({"type": "http.response.body", "body": body})


class BodyRoutesFirst(FastAPI):
    """An application that looks for its body routes before it lets middlewares and routing look.

    Those cost a request more than the judging does; a body route needs neither.
    """

    def __init__(self, body_routes: Sequence[Any], **more: Any) -> None:
        super().__init__(**more)
        self._body_routes = {
            (method, route.path): route.answer
            for route in body_routes
            if isinstance(route, BodyRoute)
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a body route at once, all else by the framework."""
        answer = scope["type"] == "http" and self._body_routes.get((scope["method"], scope["path"]))
        if answer:
            scope["app"] = self
            await answer(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
