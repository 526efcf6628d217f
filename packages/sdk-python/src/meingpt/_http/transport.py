"""Turns calls into requests, repeats what may be repeated, and turns answers into results and errors."""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from .._clock import TimeSource
from .._config import Settings
from .._errors import APIConnectionError, APIError, Refusal, UsageError, api_error
from .._json import read
from .._model import Model, NotAnObjectError
from .._version import VERSION
from .call import Call
from .flow import Flow, send, sleep
from .message import EVENT_STREAM, Answer, Request
from .response import answers
from .retry import retry_after_of, retry_delay

T = TypeVar("T")

_YAML = "application/yaml"

# Never a key, a header or a body.
_log = logging.getLogger("meingpt")


class Opened(Protocol):
    """A stream that was asked for."""

    request: Request
    answer: Answer


class Transport:
    """What is the same for both clients."""

    def __init__(self, settings: Settings, clock: TimeSource) -> None:
        self.settings = settings
        self.clock = clock

    def parse(self, text: str | bytes) -> Any:
        """JSON as the client reads it; raises ValueError and RecursionError."""
        return read(text, self.settings.parse_float)

    def call(self, call: Call[T]) -> Flow[T]:
        """The result of a call; raises APIError, APIConnectionError, UsageError."""
        result, _ = yield from self.answered(call)
        return result

    def answered(self, call: Call[T]) -> Flow[tuple[T, Answer]]:
        """The result of a call with the answer it came with; raises as `call` does."""
        request = self._request(call)
        repeatable = self.settings.repeat_writes or call.keyed or call.method == "GET"
        made = 0
        while True:
            try:
                answer = yield from send(request)
                _log.debug("%s: %d", request.name, answer.status)
                return self._result(call, request, answer), answer
            except (APIError, APIConnectionError) as error:
                delay = retry_delay(error, made, repeatable=repeatable) if made < self.settings.max_retries else None
                if delay is None:
                    raise
                _log.warning("%s; again in %.3g s", error, delay)
            yield from sleep(delay)
            made += 1

    def stream_request(self, call: Call[Any], last_event_id: str) -> Request:
        """The request for a stream behind the last event. Raises UsageError."""
        request = self._request(call)
        resumes = {"last-event-id": last_event_id} if last_event_id else {}
        return replace(request, headers={**request.headers, "accept": EVENT_STREAM, **resumes})

    def is_stream(self, opened: Opened) -> bool:
        """Whether events come; not when nothing comes behind the last one. Raises APIError."""
        answer = opened.answer
        if answer.is_event_stream:
            return True
        if answer.status == 204:
            return False
        try:
            body = self._json_of(answer)
        except (ValueError, RecursionError):
            body = None
        raise self._refusal(opened.request, answer, body)

    def _request(self, call: Call[Any]) -> Request:
        settings = self.settings
        if not call.anonymous and not settings.api_key:
            raise UsageError("There is no API key: give the option api_key or set MEINGPT_API_KEY.")
        body = call.encoded_body()
        accept = _YAML if call.as_yaml else "*/*" if call.as_bytes else "application/json"
        headers = {"accept": accept, "user-agent": f"meingpt-workflows-python/{VERSION}"}
        if body is not None:
            headers["content-type"] = "application/json" if call.yaml is None else _YAML
        if call.method != "GET":
            headers["idempotency-key"] = call.idempotency_key or str(uuid.uuid4())
        if call.wait is not None:
            headers["prefer"] = f"wait={call.wait}"
        for more in (settings.headers, call.headers):
            headers.update((name.lower(), value) for name, value in more.items())
        if not call.anonymous:
            headers["authorization"] = f"Bearer {settings.api_key}"
        return Request(
            method=call.method,
            base_url=settings.base_url,
            target=call.target,
            headers=headers,
            body=body,
            timeout=settings.timeout + (call.wait or 0),
            ssl_context=settings.ssl_context,
        )

    def _result(self, call: Call[T], request: Request, answer: Answer) -> T:
        try:
            is_ok = 200 <= answer.status < 300
            body = self._body_of(answer, call) if is_ok else self._json_of(answer)
            if is_ok:
                result = call.parse(body)
                if isinstance(result, Model) and not result._is_of_the_api():
                    raise NotAnObjectError
                kept = answers.get()
                if kept is not None:
                    kept.append(answer)
                return result
        except (NotAnObjectError, ValueError, RecursionError):
            body = None  # Not JSON, or not that of the API.
        raise self._refusal(request, answer, body)

    def _body_of(self, answer: Answer, call: Call[Any]) -> Any:
        if call.as_bytes:
            return answer.body
        return _yaml_of(answer) if call.as_yaml else self._json_of(answer)

    def _json_of(self, answer: Answer) -> Any:
        return self.parse(answer.body) if answer.body else None

    def _refusal(self, request: Request, answer: Answer, body: Any) -> APIError:
        said = body.get("error") if isinstance(body, dict) else None
        error = said if isinstance(said, dict) else {}
        details = error.get("details")
        return api_error(
            Refusal(
                status=answer.status,
                headers=answer.headers,
                code=_text(error.get("code")),
                message=_text(error.get("message")) or _foreign_answer(request, answer.status),
                details=details if isinstance(details, dict) else {},
                request_id=answer.headers.get("x-request-id") or _text(error.get("request_id")),
                retry_after=retry_after_of(answer.headers, self.clock.now()),
            )
        )


def _yaml_of(answer: Answer) -> str:
    """Raises ValueError for JSON, which an API of before YAML returns: it says more than the document."""
    if not (answer.headers.get("content-type") or "").startswith(_YAML):
        raise ValueError
    return answer.body.decode()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _foreign_answer(request: Request, status: int) -> str:
    # The server does not read further to see what is called, and says no more: the address may well be right.
    if status == 431:
        return f"{request.name} was refused with the status 431: the headers of the request are too large."
    cure = "The option base_url or MEINGPT_BASE_URL is its address, with /v1."
    return f"{request.name} got an answer that is not the API's. {cure}"
