"""A transactional writer before sluice: markers and aborted records are no lag and no gap."""

import time

import pytest
from support.preprocessor import UNIQUE
from support.processes import wait_until

START = b'{"eid":"START","ets":1,"ver":"3.0","mid":"%s","actor":{"id":"u","type":"User"},' \
        b'"context":{"channel":"c","env":"learn","pdata":{"id":"p"},"did":"d"},"edata":{"type":"app"}}'


def write(job, name, count, commit):
    """One transaction with so many events."""
    producer = job.kafka.producer(transactional_id=job.prefix + name)
    producer.init_transactions(30)
    producer.begin_transaction()
    for number in range(count):
        producer.produce(job.input, START % f"{name}-{number}".encode(), partition=0)
    assert producer.flush(30) == 0
    (producer.commit_transaction if commit else producer.abort_transaction)(30)


def wait_without_lag(job, sluice):
    """The group stands at the end of the partition, behind the markers, and the metric says so."""
    def lag():
        return job.kafka.lag(job.group, [job.input]), sluice.metric("sluice_consumer_lag_records")

    wait_until(lambda: lag() == (0, 0), 30, lambda: f"the group has no lag; by offsets and by the metric: {lag()}", interval=0.3)


@pytest.mark.parametrize("ends", [(True,), (True, False), (False,)], ids=["committed", "aborted behind", "aborted alone"])
def test_a_drained_group_has_no_lag(new_job, ends):
    job = new_job()
    sluice = job.start()
    for number, commit in enumerate(ends):
        write(job, f"transaction-{number}", 10, commit)
    wait_without_lag(job, sluice)
    assert len(job.read(values=False)[UNIQUE]) == 10 * sum(ends)


@pytest.mark.parametrize("running", [True, False], ids=["while it runs", "while it is away"])
@pytest.mark.parametrize("commit", [True, False], ids=["committed", "aborted"])
def test_retention_that_leaves_nothing_is_no_gap(new_job, running, commit):
    job = new_job()
    sluice = job.start()
    write(job, "first", 10, True)
    write(job, "last", 3, commit)
    wait_until(lambda: len(job.read(values=False)[UNIQUE]) == (13 if commit else 10), 30, "all events came through")
    if not running:
        assert sluice.terminate() == 0
    job.kafka.delete_records({(job.input, 0): -1})
    if not running:
        sluice.start_ready()
    time.sleep(3)
    wait_without_lag(job, sluice)
    assert sluice.ready()[0] and "deleted" not in sluice.log(), sluice.log_tail()
    write(job, "behind", 5, True)
    wait_without_lag(job, sluice)
    assert len(job.read(values=False)[UNIQUE]) == (18 if commit else 15)
