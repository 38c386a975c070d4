"""The panel in a real browser: every page in both languages and themes, narrow and wide."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from flask import Response, render_template_string
from playwright.sync_api import Browser

from pos_loyalty.node.staff import Role
from tests.support.house import lively_house
from tests.support.panel import NARROW, WIDE, employ, overflow, reader, troubles
from tests.web.registers import Caller, Register
from web.panel.charts import Chart, Drawing, Series
from web.panel.frame import around, secure
from web.services import EXTENSION, Services, attach

ADDRESSES = (
    "/panel/audit",
    "/panel/me",
    "/panel/users",
    "/panel/users/new",
    "/panel/users/cashier",
    "/panel/screens",
    "/panel/devices",
    "/panel/sync",
    "/panel/settings",
    "/panel/alerts",
    "/panel/backup",
    "/panel/replace-till",
    "/pair/",
    "/sample-of-a-chart",
)
LOOKS = list(product(("fr", "en"), ("light", "dark")))


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    with Register.opened(tmp_path_factory.mktemp("panel"), quick=True) as opened:
        found: Services = opened.app.extensions[EXTENSION]
        employ(found.staff, Role.CASHIER, Role.MANAGER)
        attach(opened.app, replace(found, house=lively_house()))
        opened.app.add_url_rule("/sample-of-a-chart", view_func=sample_of_a_chart)
        yield opened


def sample_of_a_chart() -> Response:
    """Draw a chart as pages do: figure, sentence, table."""
    chart = Chart(
        id="sample",
        title="Points",
        sentence="Points given rose from 10 to 30 in three days.",
        drawing=Drawing.LINE,
        category="Day",
        categories=("Mon", "Tue", "Wed"),
        series=(
            Series(title="Given", values=(10, None, 30)),
            Series(title="Used", values=(1, 2, 3)),
        ),
    )
    template = """{% extends "panel/base.html" %}{% block title %}Sample{% endblock %}
    {% block scripts %}{% import "panel/macros.html" as ui with context %}
    {{ ui.chart_scripts() }}{% endblock %}
    {% block content %}{{ ui.chart(chart) }}{% endblock %}"""
    return secure(Response(render_template_string(template, chart=chart, **around())))


@pytest.fixture(scope="module")
def caller(register: Register) -> Iterator[Caller]:
    with register.served() as served:
        yield served


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_every_page_is_read_by_everybody_in_both_languages_and_themes(
    chromium: Browser, caller: Caller, language: str, theme: str
) -> None:
    found = {}
    with reader(chromium, caller.url, language=language, theme=theme) as page:
        for address in ADDRESSES:
            page.goto(address)
            assert page.locator("html").get_attribute("data-bs-theme") == theme
            found[address] = troubles(page)
    assert {address: told for address, told in found.items() if told} == {}


def test_every_page_fits_a_small_phone(chromium: Browser, caller: Caller) -> None:
    with reader(chromium, caller.url, width=NARROW) as page:
        found = {address: page.goto(address) and overflow(page) for address in ADDRESSES}
    assert {address: wide for address, wide in found.items() if wide} == {}


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_sign_in_page_has_no_barrier(chromium: Browser, caller: Caller, width: int) -> None:
    with reader(chromium, caller.url, role=None, width=width) as page:
        page.goto("/panel/sign-in")
        assert troubles(page) == []


def test_every_page_keeps_to_the_policy(chromium: Browser, caller: Caller) -> None:
    with reader(chromium, caller.url, strict=True) as page:
        for address in ADDRESSES:
            page.goto(address)
            page.get_by_role("heading", level=1).wait_for()


def test_a_table_is_filtered_in_place_and_the_keyboard_reaches_everything(
    chromium: Browser, caller: Caller
) -> None:
    with reader(chromium, caller.url, language="en", strict=True) as page:
        page.goto("/panel/audit")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.get_by_label("Who").fill("nobody")
        page.get_by_label("Who").press("Enter")
        page.get_by_text("Nothing matches these filters.").wait_for()
        page.get_by_role("link", name="Show all").press("Enter")
        page.get_by_role("table").wait_for()


def test_a_chart_is_drawn_and_said_and_written_out(chromium: Browser, caller: Caller) -> None:
    with reader(chromium, caller.url, language="en", strict=True) as page:
        page.goto("/sample-of-a-chart")
        page.locator("[data-chart] canvas").wait_for()
        page.get_by_text("Figures as a table").click()
        assert page.get_by_role("row").all_inner_texts()[2] == "Tue\t–\t2"


def test_a_destructive_step_asks_first_and_can_be_undone(chromium: Browser, caller: Caller) -> None:
    with reader(chromium, caller.url, language="en", strict=True) as page:
        page.goto("/panel/users")
        asking = page.locator("details.confirm summary").first
        asking.press("Enter")
        page.keyboard.press("Escape")
        assert page.locator("details.confirm[open]").count() == 0
        asking.press("Enter")
        page.get_by_role("button", name="Shut out").last.press("Enter")
        page.get_by_text("cashier cannot sign in any more.").wait_for()
        page.get_by_role("button", name="Undo").press("Enter")
        page.get_by_text("cashier can sign in now.").wait_for()


def test_what_was_typed_stays_and_the_fault_stands_at_its_field(
    chromium: Browser, caller: Caller
) -> None:
    with reader(chromium, caller.url, language="en", strict=True) as page:
        page.goto("/panel/users/new")
        page.get_by_label("Name", exact=False).first.fill("Zoé")
        page.locator("[name=person]").fill("zoe")
        page.locator("[name=secret]").fill("12")
        page.get_by_role("button", name="Add").click()
        secret = page.locator("[name=secret]")
        assert secret.get_attribute("aria-invalid") == "true"
        assert "secret-fault" in (secret.get_attribute("aria-describedby") or "")
        assert page.locator("#secret-fault").inner_text() == "A PIN is 4 to 12 digits."
        assert page.locator("[name=person]").input_value() == "zoe"


def test_a_tablet_is_paired_by_the_code_once(chromium: Browser, caller: Caller) -> None:
    with reader(chromium, caller.url, language="en", strict=True) as page:
        page.goto("/panel/screens")
        page.locator("[name=name]").last.fill("tablet-1")
        page.get_by_role("button", name="Make a code").press("Enter")
        code = page.locator(".code").inner_text()
    for name, path in (("tablet", "/till/"), ("a second tablet", "/pair/")):
        with reader(chromium, caller.url, role=None, language="en") as page:
            page.goto("/pair/")
            page.locator("[name=code]:focus").wait_for()
            page.keyboard.type(code)
            with page.expect_navigation():
                page.keyboard.press("Enter")
            assert page.url.endswith(path), name


def test_language_and_theme_stay_as_the_reader_chose_them(
    chromium: Browser, caller: Caller
) -> None:
    with reader(chromium, caller.url, strict=True) as page:
        page.goto("/panel/audit")
        page.get_by_role("button", name="English").click()
        page.get_by_role("heading", name="Audit").wait_for()
        page.get_by_role("button", name="Dark").click()
        page.goto("/panel/me")
        assert page.locator("html").get_attribute("data-bs-theme") == "dark"
        assert page.locator("html").get_attribute("lang") == "en"
