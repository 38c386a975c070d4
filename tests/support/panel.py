"""A browser at the panel, signed in, that looks for what keeps people from using a page."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from pos_loyalty.node.staff import Role, Staff
from tests.support.chromium import barriers

NARROW, WIDE = 320, 1280
SECRETS = {Role.CASHIER: "2580", **{each: "a long password" for each in Role if each != "cashier"}}
"""What each role's person signs in with; the person is called as the role."""

COUNT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
});
"""


def employ(staff: Staff, *roles: Role) -> None:
    """Let one person of each role in."""
    for role in roles:
        staff.add(role.value, name=role.value.title(), role=role, secret=SECRETS[role])


@contextmanager
def reader(
    chromium: Browser,
    url: str,
    *,
    role: Role | None = Role.MANAGER,
    language: str = "fr",
    theme: str = "light",
    width: int = WIDE,
    strict: bool = False,
) -> Iterator[Page]:
    """Open a browser and sign in; see that it says nothing and asks nobody else for anything.

    `strict` keeps the pages' policy in force, which also keeps axe out.
    """
    context = chromium.new_context(
        base_url=url,
        locale=language,
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
        bypass_csp=not strict,
    )
    context.add_init_script(COUNT_VIOLATIONS)
    page, said, foreign = context.new_page(), list[str](), list[str]()
    page.on("console", lambda message: said.append(message.text) if is_news(message.text) else 0)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: foreign.append(asked.url) if not is_own(asked.url, url) else 0)
    if role is not None:
        sign_in(page, role)
    yield page
    assert said == [], said
    assert foreign == []
    context.close()


def is_news(text: str) -> bool:
    """Tell what a page did wrong from the browser's line for an answer that is a refusal."""
    return "the server responded with a status of 4" not in text


def is_own(address: str, url: str) -> bool:
    return address.startswith((f"{url}/", "data:"))


def sign_in(page: Page, role: Role) -> None:
    """Fill in the sign-in form by keyboard."""
    page.goto("/panel/sign-in")
    page.locator("[name=person]:focus").wait_for()
    page.keyboard.type(role.value)
    page.keyboard.press("Tab")
    page.keyboard.type(SECRETS[role])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "sign-in" not in address)


def troubles(page: Page) -> list[str]:
    """Name what axe finds, and whether the page is wider than its window."""
    wide = overflow(page)
    return [*barriers(page), *([f"{wide} px too wide"] if wide else [])]


def overflow(page: Page) -> int:
    """Tell by how many pixels a page is wider than its window."""
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(wider))
