"""`client.executions` of the synchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from .._events.stream import EventStream
from .._http.page import Page
from .._http.runner import Runner
from ..types import (
    BulkPlan,
    Execution,
    ExecutionAccepted,
    ExecutionCount,
    ExecutionStats,
    ExecutionSummary,
    File,
    JobAccepted,
    JournalEvent,
    LiveEvent,
    LoopSummary,
    ReplayPlan,
    StepRun,
    StepRunDetail,
)
from . import calls
from .waiting import WaitOptions, wait_for_execution

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import (
        BulkRequest,
        CancelRequest,
        CountExecutionsQuery,
        GetExecutionJournalQuery,
        GetExecutionStatsQuery,
        GetReplayPlanQuery,
        ListExecutionsQuery,
        ListFilesQuery,
        ListStepRunsQuery,
        ReplayRequest,
        SignalRequest,
    )


class Executions:
    """`client.executions`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def get(self, execution_id: str, *, steps: Literal["none"] | None = None) -> Execution:
        """With `steps="none"` without step runs: `steps_total` counts them."""
        return self._runner.call(calls.read(execution_id, steps))

    def count(self, **query: Unpack[CountExecutionsQuery]) -> ExecutionCount:
        """How many there are; more than 10,000 are not counted."""
        return self._runner.call(calls.count(query))

    def stats(self, **query: Unpack[GetExecutionStatsQuery]) -> ExecutionStats:
        """How they ended, over time; with `by="workflow"` also those of the busiest workflows."""
        return self._runner.call(calls.stats(query))

    def get_step(self, execution_id: str, step_path: str) -> StepRunDetail:
        """One step run with its attempts; `step_path` is its `path`, such as `loop[3].step`."""
        return self._runner.call(calls.read_step(execution_id, step_path))

    def get_loop(self, execution_id: str, loop_path: str) -> LoopSummary:
        """Counts, failed and slowest iterations of a loop; `loop_path` is the path of its step run."""
        return self._runner.call(calls.read_loop(execution_id, loop_path))

    def list(self, **query: Unpack[ListExecutionsQuery]) -> Page[ExecutionSummary]:
        """Newest first: one page, which goes on with those behind it when it is iterated over."""
        listing = calls.listing("/executions", query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def list_steps(self, execution_id: str, **query: Unpack[ListStepRunsQuery]) -> Page[StepRun]:
        """The step runs in the order of their starts; with `parent` those directly inside of a loop or parallel."""
        listing = calls.listing_of_steps(execution_id, query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def list_journal(self, execution_id: str, **query: Unpack[GetExecutionJournalQuery]) -> Page[JournalEvent]:
        """The recorded events, for support."""
        listing = calls.listing_of_journal(execution_id, query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def events(self, execution_id: str, *, last_event_id: str = "") -> EventStream[LiveEvent]:
        """
        What happens in an execution, from its beginning or behind `last_event_id`; the loop ends with the event that
        ends the execution. Inputs and outputs are not among it: `get` has them.
        """
        return EventStream(self._runner, calls.events(execution_id), last_event_id, calls.is_last_event)

    def wait(self, execution_id: str, **options: Unpack[WaitOptions]) -> Execution:
        """
        The execution once it has ended, however it ended, unless `raise_on_failure`.

        Raises WaitTimeoutError when it has not ended in time.
        """
        return self._runner.run(wait_for_execution(self._runner.transport, execution_id, options))

    def cancel(
        self, execution_id: str, *, idempotency_key: str | None = None, **members: Unpack[CancelRequest]
    ) -> Execution:
        """
        Asks an execution to end as `cancelled`. One that waits has ended in the answer; one that runs is still
        `running` in it, and stops within moments: `wait` returns it then. `cancellation.in_flight` names what had begun
        outside and cannot be undone.

        Raises ConflictError EXECUTION_FINISHED when it has ended.
        """
        return self._runner.call(calls.cancel(execution_id, members, idempotency_key))

    def signal(
        self, execution_id: str, name: str, *, idempotency_key: str | None = None, **members: Unpack[SignalRequest]
    ) -> Execution:
        """
        Sends a signal to an execution: a `wait` step with that `signal` ends with it, now or once it waits. `signal_id`
        tells a repetition from another signal; without one the idempotency key of the call does.

        Raises ConflictError EXECUTION_FINISHED when it has ended, SIGNALS_FULL when it was sent too many that no step
        has had.
        """
        return self._runner.call(calls.signal(execution_id, name, members, idempotency_key))

    def pause(
        self, execution_id: str, *, idempotency_key: str | None = None, **members: Unpack[CancelRequest]
    ) -> Execution:
        """
        From then on an execution begins no step; what is under way ends. It is `waiting` then, until it is resumed or
        cancelled.

        Raises ConflictError EXECUTION_FINISHED when it has ended.
        """
        return self._runner.call(calls.pause(execution_id, members, idempotency_key))

    def resume(self, execution_id: str, *, idempotency_key: str | None = None) -> Execution:
        """Lets a paused execution go on."""
        return self._runner.call(calls.resume(execution_id, idempotency_key))

    def retry(self, execution_id: str, *, idempotency_key: str | None = None) -> ExecutionAccepted:
        """
        Goes on from where a failed or cancelled execution stopped, in a new one: what that had done is not done again.
        Returns when it is accepted.

        Raises ConflictError EXECUTION_NOT_FINISHED while it goes on, EXECUTION_NOT_FAILED when it is completed.
        """
        return self._runner.call(calls.retry(execution_id, idempotency_key))

    def replay(
        self, execution_id: str, *, idempotency_key: str | None = None, **members: Unpack[ReplayRequest]
    ) -> ExecutionAccepted:
        """
        Does an execution again in a new one: from a step, on a version or with an input of your choice. `replay_plan`
        says before what that repeats. Returns when it is accepted.

        Raises ConflictError EXECUTION_NOT_FINISHED while it goes on.
        """
        return self._runner.call(calls.replay(execution_id, members, idempotency_key))

    def replay_plan(self, execution_id: str, **query: Unpack[GetReplayPlanQuery]) -> ReplayPlan:
        """What a replay would take over, what it would run, and which side effects that repeats."""
        return self._runner.call(calls.replay_plan(execution_id, query))

    def bulk(self, *, idempotency_key: str | None = None, **members: Unpack[BulkRequest]) -> JobAccepted | BulkPlan:
        """
        Cancels, retries or replays all executions that match, by a job: `jobs.get` says what became of each. With
        `dry_run` it only says how many there are.
        """
        return self._runner.call(calls.bulk(members, idempotency_key))

    def get_input(self, execution_id: str) -> Any:
        """The input alone, also when it is too large to be in the execution."""
        return self._runner.call(calls.read_input(execution_id))

    def get_output(self, execution_id: str) -> Any:
        """The output alone, also when it is too large to be in the execution."""
        return self._runner.call(calls.read_output(execution_id))

    def get_step_output(self, execution_id: str, step_path: str) -> Any:
        """The output of a step run alone; `step_path` is its `path`, such as `loop[3].step`."""
        return self._runner.call(calls.read_step_output(execution_id, step_path))

    def list_files(self, execution_id: str, **query: Unpack[ListFilesQuery]) -> Page[File]:
        """The files that belong to an execution, in the order in which they were stored."""
        listing = calls.listing_of_files(execution_id, query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def download_file(self, file_id: str) -> bytes:
        """The content of a file; `file_id` is the `id` in a `{file: {id, …}}` of an input or output."""
        return self._runner.call(calls.download_file(file_id))
