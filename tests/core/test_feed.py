"""The change feed: ordered, without holes, append-only, true to its chain; with two writers at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from cmq.core import feed
from cmq.core.models import AppendOnlyError, Change, FeedHead, Source


def a_source(title: str) -> Source:
    with feed.change_set():
        source = Source.objects.create(title=title)
        feed.record(source, "tests.add", f"Source ajoutée : {title}.")
    return source


@pytest.mark.django_db
def test_positions_follow_each_other_and_the_head_moves() -> None:
    start = feed.position()
    a_source("un")
    a_source("deux")
    positions = list(Change.objects.after(start).values_list("position", flat=True))
    assert positions == [start + 1, start + 2]
    assert feed.position() == start + 2


@pytest.mark.django_db
def test_a_private_line_leaves_the_public_part_where_it_was() -> None:
    a_source("publique")
    before = feed.public_version()
    assert before[0] == feed.position()
    with feed.change_set():
        source = Source.objects.create(title="interne")
        feed.record(source, "tests.add", "Interne.", is_private=True)
    assert feed.public_version() == before
    assert feed.position() == before[0] + 1
    assert not Change.objects.public().about(source).exists()
    a_source("publique encore")
    assert feed.public_position() == before[0] + 2


@pytest.mark.django_db
def test_a_failed_set_leaves_nothing() -> None:
    start = feed.position()
    with pytest.raises(ZeroDivisionError), feed.change_set():
        feed.record(Source.objects.create(title="perdue"), "tests.add", "Perdue.")
        1 / 0  # noqa: B018
    assert feed.position() == start
    assert not Source.objects.filter(title="perdue").exists()


@pytest.mark.django_db
def test_an_inner_set_that_fails_takes_its_own_lines_with_it() -> None:
    start = feed.position()
    with feed.change_set(by=7):
        a_source("gardée")
        with pytest.raises(ZeroDivisionError), feed.change_set():
            feed.record(Source.objects.create(title="perdue"), "tests.add", "Perdue.")
            1 / 0  # noqa: B018
        a_source("gardée aussi")
    lines = Change.objects.after(start)
    assert [line.summary for line in lines] == ["Source ajoutée : gardée.", "Source ajoutée : gardée aussi."]
    assert {line.by for line in lines} == {7}


@pytest.mark.django_db
def test_recording_needs_a_change_set() -> None:
    with pytest.raises(RuntimeError):
        feed.record(Source(pk=1, title="x"), "tests.add", "Sans transaction.")


@pytest.mark.django_db
def test_a_bulk_load_is_one_line() -> None:
    start = feed.position()
    with feed.change_set():
        feed.record_bulk(model=Source, count=1_000_000, first=1, last=1_000_000, summary="Un million de sources.")
    (line,) = Change.objects.after(start)
    assert (line.count, line.first_key, line.last_key, line.key) == (1_000_000, "1", "1000000", "")


@pytest.mark.django_db
def test_the_feed_cannot_be_rewritten() -> None:
    a_source("intouchable")
    line = Change.objects.latest("position")
    with pytest.raises(AppendOnlyError):
        line.save()
    with pytest.raises(AppendOnlyError):
        line.delete()
    with pytest.raises(AppendOnlyError):
        Change.objects.all().update(summary="autre")
    with pytest.raises(AppendOnlyError):
        Change.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE core_change SET summary = 'autre' WHERE position = (SELECT MAX(position) - 1 FROM core_change)",
        "DELETE FROM core_change WHERE position = (SELECT MAX(position) - 1 FROM core_change)",
        "DELETE FROM core_change WHERE position = (SELECT MAX(position) FROM core_change)",
    ],
)
def test_tampering_with_the_table_shows(tampering: str) -> None:
    for title in ("a", "b", "c"):
        a_source(title)
    assert feed.first_broken_position() is None
    with connection.cursor() as cursor:
        cursor.execute(tampering)
    assert feed.first_broken_position() is not None


@pytest.mark.usefixtures("committed_db")
def test_two_writers_at_once_leave_no_hole_and_a_true_chain() -> None:
    """A reader that follows the feed while writers commit sees every line, in order, none appearing behind its back."""
    start = feed.position()
    writers, lines_each = 4, 15
    finished = threading.Event()

    def write(number: int) -> None:
        for line in range(lines_each):
            a_source(f"écrivain {number}, ligne {line}")
        connection.close()

    def read() -> list[int]:
        seen: list[int] = []
        while not finished.is_set() or Change.objects.after(max(seen, default=start)).exists():
            seen += Change.objects.after(max(seen, default=start)).values_list("position", flat=True)
            # A reader that never pauses hardly lets the writers have the interpreter, nor the lock that they hold go.
            finished.wait(0.001)
        connection.close()
        return seen

    with ThreadPoolExecutor(writers + 1) as pool:
        reader = pool.submit(read)
        try:
            list(pool.map(write, range(writers)))
        finally:
            finished.set()
        seen = reader.result()
    assert seen == list(range(start + 1, start + 1 + writers * lines_each))
    assert feed.first_broken_position() is None


@pytest.mark.usefixtures("committed_db")
def test_two_actions_that_lock_in_opposite_order_of_their_lines_do_not_block_each_other() -> None:
    """The head is the last lock taken, so a writer that holds a row never waits for one that waits for the head."""
    sources = [a_source("première"), a_source("seconde")]
    barrier = threading.Barrier(2)
    errors: list[BaseException] = []

    def write(mine: Source) -> None:
        try:
            with feed.change_set():
                feed.record(mine, "tests.touch", "Touchée.")
                barrier_wait(barrier)
                Source.objects.filter(pk=mine.pk).update(title=f"{mine.title} bis")
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert Source.objects.filter(title__endswith="bis").count() == 2


def barrier_wait(barrier: threading.Barrier) -> None:
    """Meet the other writer; on SQLite only one can be inside at a time, so nobody comes."""
    if connection.vendor == "postgresql":
        barrier.wait(timeout=60)


@pytest.mark.django_db
def test_there_is_one_head() -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError), transaction.atomic():
        FeedHead.objects.create(pk=2)
