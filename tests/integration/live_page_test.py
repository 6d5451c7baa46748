"""The live page in a headless Chromium. SLUICE_SCREENSHOTS=docs/images has its pictures written there."""

import itertools
import json
import os
import pathlib
import re
import socket
import time

import pytest

from support.browser import Browser, program
from support.chain import FUSED, INPUT, Chain
from support.generate_batches import CLOCK_MS, Batches
from support.generate_telemetry import Telemetry
from support.own_redis import RedisServer
from support.preprocessor import PreprocessorJob
from support.processes import REPOSITORY, lasting_port

CONNECTED = "document.querySelector('#connection').dataset.state === 'connected'"
NO_SIDEWAYS = "document.documentElement.scrollWidth <= innerWidth"
STAGES = ["validate_telemetry", "correct_telemetry", "route", "deduplicate", "set_hub", "route_2", "flatten_share", "route_3"]
MOST_PAGES = 32

pytestmark = pytest.mark.skipif(program() is None, reason="no Chromium: scripts/install-dependencies test installs it")


@pytest.fixture(scope="module")
def browser():
    with Browser() as running:
        yield running


@pytest.fixture
def page(browser):
    """A tab of 1280 x 900; at the end the console must not have complained."""
    opened = browser.new_page()
    opened.set_size(1280, 900)
    opened.set_media(prefers_color_scheme="light", prefers_reduced_motion="reduce")
    opened.allowed = []
    yield opened
    unexpected = [error for error in opened.errors if not any(word in error for word in opened.allowed)]
    opened.open("about:blank")
    assert not unexpected, unexpected


def url(sluice, path="/"):
    return f"http://127.0.0.1:{sluice.admin_port}{path}"


def show(page, sluice, path="/"):
    page.open(url(sluice, path))
    page.wait_for(CONNECTED)


def picture(page, name, height=None):
    """Where pictures are asked for."""
    folder = os.environ.get("SLUICE_SCREENSHOTS")
    if folder:
        (REPOSITORY / folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(REPOSITORY / folder / name, height)


def wait_for_rates(page):
    page.wait_for("/\\d\\/s · /.test(document.querySelector('#graphs .number').textContent)")


def cell(page, row, column, table="ledger-rows"):
    """The number in a cell."""
    text = page.evaluate(f"document.querySelector('#{table}').rows[{row}].cells[{column}].textContent")
    return int(text.replace(",", ""))


def lines_of(seed, count, **options):
    return [line for line, _ in zip(Telemetry(seed=seed, **options), range(count))]


@pytest.fixture
def busy(kafka, redis):
    """A job that has done 2,000 events, some of them invalid, and its daemon."""
    lines = lines_of(51, 2000, duplicates=0.02, invalid=0.03)
    with PreprocessorJob(kafka, redis, "live", partitions=2) as job:
        job.produce([line.value for line in lines[:1000]], 0)
        job.produce([line.value for line in lines[1000:]], 1)
        sluice = job.start()
        job.wait_done()
        yield job, sluice, lines


def test_it_shows_the_pipeline_what_it_did_and_asks_nobody_else(page, busy):
    job, sluice, lines = busy
    show(page, sluice)
    assert page.evaluate("document.querySelector('h1').textContent") == "pipeline-preprocessor"
    shown = page.evaluate("[...document.querySelectorAll('#graphs a')].map((stage) => stage.getAttribute('aria-label'))")
    assert shown == [f"Stage {stage}" for stage in STAGES]
    page.wait_for("document.querySelector('#ledger-rows').rows[0].cells[1].textContent === '2,000'")
    received, created, emitted, diverted, dropped = (cell(page, 0, column) for column in range(1, 6))
    assert received == len(lines) and received + created == emitted + diverted + dropped
    assert "balances" in page.evaluate("document.querySelector('#ledger-rows').rows[0].textContent")
    partitions = page.evaluate("[...document.querySelector('#partition-rows').rows].map((row) => row.cells[0].textContent)")
    assert partitions == [f"{job.input}[0]", f"{job.input}[1]"]
    page.wait_for("[...document.querySelector('#partition-rows').rows].every((row) => row.cells[2].textContent === '0')")
    assert page.evaluate("document.querySelector('#store-rows').rows[0].cells[1].textContent") == "redis"
    assert all(request.startswith(url(sluice)) for request in page.requests), page.requests


def test_failures_are_ranked_with_a_sample_that_shows_no_value(page, busy):
    _, sluice, lines = busy
    show(page, sluice)
    page.wait_for("document.querySelector('#failure-rows').rows.length > 3")
    counts = [cell(page, row, 0, "failure-rows") for row in range(4)]
    assert counts == sorted(counts, reverse=True) and counts[0] > 1
    text = page.evaluate("[...document.querySelectorAll('#failure-rows pre')].map((one) => one.textContent).join('\\n')")
    samples = [json.loads(line) for line in text.splitlines()]
    assert samples and all(isinstance(sample, dict) for sample in samples)
    values = set(re.findall(r'"(?:mid|did|uid|sid|channel)": ?"([^"]{8,})"', "".join(line.value.decode("utf-8", "replace") for line in lines)))
    assert values and not [value for value in values if value in text]


def test_a_click_on_a_stage_shows_why_its_events_left(page, busy):
    _, sluice, lines = busy
    show(page, sluice)
    page.wait_for("document.querySelector('#ledger-rows').rows[0].cells[1].textContent === '2,000'")
    page.click('#graphs a[aria-label="Stage validate_telemetry"]')
    page.wait_for("document.querySelector('#stage-title')?.textContent === 'validate_telemetry of pipeline-preprocessor'")
    assert page.evaluate("document.activeElement.id") == "stage-title", "a screen reader goes on there"
    rows = page.evaluate("[...document.querySelector('#stage-outputs').rows].map((row) => [...row.cells].map((one) => one.textContent))")
    invalid = sum(line.kind not in ("valid", "duplicate") for line in lines)
    assert {row[1] for row in rows} >= {"schema_violation", "schema_not_found"}
    assert sum(int(row[3].replace(",", "")) for row in rows) == invalid
    wait_for_rates(page)
    picture(page, "live-page-stage.png")
    page.click("#stage p a")
    page.wait_for("document.querySelector('#stage').hidden")


def test_it_can_be_used_by_keyboard_alone(page, busy):
    _, sluice, _ = busy
    show(page, sluice)
    page.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = []
    for _ in range(40):
        page.press("Tab")
        seen.append(page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()"))
        if seen[-1] == "Stage deduplicate":
            break
    assert seen[:7] == ["Pipelines", "Workers", "Partitions", "Stores", "Failures", "Ledger", "Configuration"]
    outline = page.evaluate("getComputedStyle(document.querySelector('#graphs a:focus-visible rect')).strokeWidth")
    assert outline.startswith("3") or page.wait_for(
        "getComputedStyle(document.querySelector('#graphs a:focus-visible rect')).strokeWidth.startsWith('3')", 5)
    page.press("Enter")
    page.wait_for("document.querySelector('#stage-title').textContent.startsWith('deduplicate')")


def test_a_screen_reader_finds_landmarks_headings_and_the_graph_in_words(page, busy):
    _, sluice, _ = busy
    show(page, sluice)
    page.evaluate("document.querySelector('#graph-as-table').open = true")
    page.wait_for("document.querySelector('#graph-rows').rows.length > 20")
    nodes = page.accessibility()
    assert {"banner", "navigation", "main", "contentinfo", "status", "table"} <= {role for role, _ in nodes}
    headings = [name for role, name in nodes if role == "heading"]
    assert headings[0] == "pipeline-preprocessor" and {"Overview", "Workers", "Ledger", "worker 0"} <= set(headings)
    assert not [role for role, name in nodes if role in ("link", "button", "textbox", "region") and not name], "each has a name"
    words = page.evaluate("document.querySelector('#graph-rows').textContent")
    assert all(word in words for word in (*STAGES, "schema_violation", "telemetry.unique.secondary"))


def test_it_follows_what_happens_without_being_loaded_again(page, busy):
    job, sluice, lines = busy
    show(page, sluice)
    page.wait_for("document.querySelector('#ledger-rows').rows[0].cells[1].textContent === '2,000'")
    page.evaluate("window.stillHere = document.querySelector('#graphs svg')")
    job.produce([line.value for line in lines_of(52, 500, duplicates=0, invalid=0)])
    page.wait_for("document.querySelector('#ledger-rows').rows[0].cells[1].textContent === '2,500'")
    page.wait_for("/[1-9]/.test(document.querySelector('#overview').children[1].children[1].textContent)")
    assert page.evaluate("window.stillHere === document.querySelector('#graphs svg')"), "no element was replaced"
    page.wait_for("/now/.test(document.querySelector('.plot .values').textContent)")
    picture(page, "live-page.png", 1200)


def luminance(color):
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(page, selector, attribute="color"):
    front = luminance(page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).{attribute}"))
    back = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    return (max(front, back) + 0.05) / (min(front, back) + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_can_be_read(page, busy, scheme):
    _, sluice, _ = busy
    page.set_media(prefers_color_scheme=scheme)
    show(page, sluice)
    back = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert back > 0.8 if scheme == "light" else back < 0.05
    for selector in ("body", ".hint", "nav a", "#connection", ".facts dt"):
        assert contrast(page, selector) >= 4.5, selector
    for selector in ("#graphs text", "#graphs .number", "#graphs .side .number"):
        assert contrast(page, selector, "fill") >= 4.5, selector
    if scheme == "dark":
        wait_for_rates(page)
        picture(page, "live-page-dark.png")


def test_on_a_phone_nothing_is_wider_than_the_screen(page, busy):
    _, sluice, _ = busy
    page.set_size(360, 740, mobile=True)
    show(page, sluice, "/#stage/pipeline-preprocessor/validate_telemetry")
    page.wait_for("document.querySelector('#failure-rows').rows.length > 3 && !document.querySelector('#stage').hidden")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.wait_for("document.querySelector('#config').textContent.includes('deduplicate')")
    assert page.evaluate("innerWidth") == 360 and page.evaluate(NO_SIDEWAYS)
    heights = page.evaluate("[...document.querySelectorAll('#graphs text')].map((one) => one.getBoundingClientRect().height)")
    least = min(height for height in heights if height > 0)
    assert least >= 9, "pixels of the smallest text of the graph"
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = false; }); location.hash = ''; scrollTo(0, 0)")
    picture(page, "live-page-phone.png", 1100)


def test_nothing_moves_for_who_wants_it_so(page, busy):
    _, sluice, _ = busy
    page.set_media(prefers_reduced_motion="reduce")
    show(page, sluice)
    moving = page.evaluate("""[...document.querySelectorAll('*')].filter((one) => {
        const style = getComputedStyle(one);
        return style.transitionDuration !== '0s' || style.animationName !== 'none' || style.scrollBehavior === 'smooth';
    }).length""")
    assert moving == 0


def test_a_lost_connection_is_said_and_made_again(page, new_job):
    job = new_job()
    job.produce([line.value for line in lines_of(53, 100, duplicates=0, invalid=0)])
    port = lasting_port()
    sluice = job.start(admin__listen=f"127.0.0.1:{port}")
    page.allowed = ["ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET"]
    show(page, sluice)
    sluice.kill()
    page.wait_for("document.querySelector('#connection').dataset.state === 'lost'")
    assert "What you see is old" in page.text() and page.evaluate("document.querySelector('#content').classList.contains('stale')")
    sluice.start_ready()
    page.wait_for(CONNECTED, 40)
    assert not page.evaluate("document.querySelector('#content').classList.contains('stale')")


def test_what_a_worker_waits_for_stands_on_top(page, new_job):
    with RedisServer() as own:
        sluice = new_job(redis_url=own.url).start()
        show(page, sluice)
        own.stop()
        sluice.wait_unready("redis")
        page.wait_for("document.querySelector('#problems').textContent.includes('redis')")
        page.wait_for("document.querySelector('#worker-list article').dataset.state === 'waiting'")
        assert page.evaluate("document.title").startswith("⚠")
        assert "waiting, for" in page.evaluate("document.querySelector('#worker-list dl').textContent")


def test_the_token_is_asked_for_once_and_stands_in_no_address(page, new_job):
    sluice = new_job().start(admin__token="s3cret-word")
    page.allowed = ["401"]
    page.open(url(sluice))
    page.wait_for("!document.querySelector('#token-form').hidden")
    assert page.evaluate("document.activeElement.id") == "token" and page.evaluate("document.querySelector('#content').hidden")
    for word in ("wrong", "s3cret-word"):
        page.type(word)
        page.press("Enter")
        if word == "wrong":
            page.wait_for("document.querySelector('#token-error').textContent.includes('not the right one')")
    page.wait_for(CONNECTED)
    assert page.evaluate("document.querySelector('#content').hidden") is False
    page.open(url(sluice, "/?again"))
    page.wait_for(CONNECTED)
    assert not [request for request in page.requests if "s3cret" in request]
    assert "s3cret-word" not in page.evaluate("document.documentElement.outerHTML")


def test_one_page_too_many_is_told_so(page, new_job):
    sluice = new_job().start()
    listeners = []
    try:
        for _ in range(MOST_PAGES):
            client = socket.create_connection(("127.0.0.1", sluice.admin_port))
            client.send(b"GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200")
            listeners.append(client)
        page.allowed = ["503"]
        page.open(url(sluice))
        page.wait_for("document.querySelector('#connection').textContent.includes('close one of them')")
        assert sluice.get("/livez")[0] == 200 and sluice.get("/status")[0] == 200
        listeners.pop().close()
        page.wait_for(CONNECTED)
    finally:
        for client in listeners:
            client.close()


def test_every_pipeline_of_a_process_is_drawn(page, kafka, redis):
    with RedisServer() as lookups, Chain(kafka, redis, lookups, FUSED, f"live-{os.getpid()}.", clock=CLOCK_MS) as chain:
        redis.client().flushall()
        chain.create_topics()
        kafka.produce(f"live-{os.getpid()}." + INPUT, list(itertools.islice(Batches(seed=6, events=1500), 100)))
        chain.start()
        (sluice,) = chain.daemons().values()
        show(page, sluice)
        names = page.evaluate("[...document.querySelectorAll('#graphs h3')].map((one) => one.textContent)")
        assert len(names) == 9 and names[1] == "telemetry-extractor"
        page.wait_for("[...document.querySelector('#ledger-rows').rows].every((row) => row.textContent.includes('balances'))")
        page.wait_for("Number(document.querySelector('#ledger-rows').rows[1].cells[1].textContent.replace(',', '')) > 100")
        picture(page, "live-page-fused.png", 1250)
        page.set_size(360, 740, mobile=True)
        page.wait_for("innerWidth === 360")
        assert page.evaluate(NO_SIDEWAYS)


def test_an_open_page_hears_at_most_once_a_second(page, busy):
    _, sluice, _ = busy
    show(page, sluice)
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", sluice.admin_port), timeout=10) as client:
        client.send(b"GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
        text = b""
        while time.monotonic() - begun < 4:
            text += client.recv(1 << 16)
    assert 2 <= text.count(b"\ndata: ") <= (time.monotonic() - begun) + 2


def test_screenshots_in_the_docs_are_small():
    folder = pathlib.Path(REPOSITORY / "docs/images")
    pictures = list(folder.glob("live-page*.png"))
    assert pictures and all(path.stat().st_size < 250_000 for path in pictures)
