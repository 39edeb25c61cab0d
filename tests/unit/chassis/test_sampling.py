"""Which spans are sent: a share of traces, whole journeys of those, and all of what fails or is slow."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer

from chassis.decider import Refused
from chassis.sampling import MOST_SPANS, KeepTrouble, ShareOfTraces
from chassis.telemetry import Cause, current_traceparent, span, trace_with

SLOW_SECONDS = 30.0
KEPT = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
NOT_KEPT = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-00"


class Sent:
    """What a process with this share of traces has sent."""

    def __init__(self, share: float) -> None:
        self._exporter = InMemorySpanExporter()
        self.processor = KeepTrouble(self._exporter, SLOW_SECONDS)
        self.provider = TracerProvider(ShareOfTraces(share), shutdown_on_exit=False)
        self.provider.add_span_processor(self.processor)

    @property
    def tracer(self) -> Tracer:
        """What spans are given to."""
        return self.provider.get_tracer("test")

    @property
    def names(self) -> list[str]:
        """The names of the spans that were sent, in the order of their end."""
        self.processor.force_flush()
        return [each.name for each in self._exporter.get_finished_spans()]

    @property
    def all_sampled(self) -> bool:
        """Whether each is marked as one that is kept."""
        return all(each.context.trace_flags.sampled for each in self._exporter.get_finished_spans() if each.context)


@pytest.fixture
def none_by_itself() -> Iterator[Sent]:
    """A process that keeps no trace that begins in it, unless there is trouble."""
    sent = Sent(0)
    trace_with(sent.tracer)
    yield sent
    trace_with(None)
    sent.provider.shutdown()


@pytest.fixture
def every_one() -> Iterator[Sent]:
    """A process that keeps every trace."""
    sent = Sent(1)
    trace_with(sent.tracer)
    yield sent
    trace_with(None)
    sent.provider.shutdown()


def work(*, fails: bool = False, started: int | None = None, parent: str | None = None) -> None:
    """A span with one in it."""
    with span("request", parent=parent, started=started):
        with span("command"):
            pass
        if fails:
            raise LookupError


def long_work() -> None:
    """A span that fails, with more in it than waits for its end."""
    with span("request"):
        for _ in range(MOST_SPANS + 10):
            with span("command"):
                pass
        raise LookupError


def test_what_goes_well_and_fast_is_not_sent_beyond_its_share(none_by_itself: Sent) -> None:
    work()
    work(parent=NOT_KEPT)
    assert none_by_itself.names == []


def test_what_fails_is_sent_whole_and_marked_as_kept(none_by_itself: Sent) -> None:
    with pytest.raises(LookupError):
        work(fails=True)
    assert none_by_itself.names == ["command", "request"]
    assert none_by_itself.all_sampled


def test_what_is_slow_is_sent_whole(none_by_itself: Sent) -> None:
    work(started=1)
    assert none_by_itself.names == ["command", "request"]


def test_what_fails_in_another_process_s_trace_is_sent_too(none_by_itself: Sent) -> None:
    with pytest.raises(LookupError):
        work(fails=True, parent=NOT_KEPT)
    assert none_by_itself.names == ["command", "request"]


def test_a_refusal_is_an_outcome_and_no_trouble(none_by_itself: Sent) -> None:
    with pytest.raises(Refused), span("request"):
        raise Refused("too-young")
    assert none_by_itself.names == []


def test_trouble_within_that_was_overcome_is_no_trouble(none_by_itself: Sent) -> None:
    with span("request"), pytest.raises(LookupError), span("command"):
        raise LookupError
    assert none_by_itself.names == []


def test_what_one_trace_waits_with_is_bounded_and_goes_away(none_by_itself: Sent) -> None:
    with pytest.raises(LookupError):
        long_work()
    assert len(none_by_itself.names) == MOST_SPANS + 1
    assert not none_by_itself.processor._open


def test_the_decision_made_where_a_trace_began_holds(none_by_itself: Sent) -> None:
    with span("request", parent=KEPT):
        assert (current_traceparent() or "").endswith("-01")
    assert none_by_itself.names == ["request"]


def test_a_batch_is_kept_if_any_of_its_causes_is(none_by_itself: Sent) -> None:
    with span("batch", links=[Cause(NOT_KEPT), Cause(KEPT)]):
        pass
    with span("another", links=[Cause(NOT_KEPT), Cause(None)]):
        pass
    assert none_by_itself.names == ["batch"]


def test_a_trace_that_is_not_kept_is_not_kept_further_on(every_one: Sent) -> None:
    with span("request", parent=NOT_KEPT):
        assert (current_traceparent() or "").endswith("-00")
    assert every_one.names == []


def test_the_share_of_traces_is_kept() -> None:
    sent = Sent(0.25)
    for _ in range(2_000):
        sent.tracer.start_span("request").end()
    assert 400 < len(sent.names) < 600
    sent.provider.shutdown()


def test_an_attribute_that_is_not_on_the_list_is_refused(every_one: Sent) -> None:
    with pytest.raises(ValueError, match=r"outside the allow-list: \['user\.name'\]"), span("x", {"user.name": "Kim"}):
        pass
    assert every_one.names == []


def test_where_nothing_is_traced_the_caller_s_trace_goes_on_to_logs_and_events() -> None:
    trace_with(None)
    with span("request", {"not": "looked at"}, parent=KEPT) as current:
        assert not current.is_recording()
        assert current_traceparent() == KEPT
        with span("command"):
            assert current_traceparent() == KEPT
    assert current_traceparent() is None
