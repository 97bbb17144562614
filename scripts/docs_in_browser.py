"""Tests the API reference in a browser: that it renders, and that "Try it out" works with the prefilled examples.

Executes every operation with the values that the page fills in, on a fresh demo community.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from playwright.sync_api import Page, expect, sync_playwright

KEY = "sky_demo-key-for-local-use-only"
FLYER = "pilot123"

METHODS = {"get", "put", "post", "delete", "patch"}


class Server:
    """A `skysquad serve` with the demo community. Can be restarted with fresh data at the same address."""

    def __init__(self, binary: str, home: str):
        self.binary = binary
        self.env = {"SKYSQUAD_HOME": home}
        self.port = self.dynamodb_port = "0"
        self.start()

    def start(self):
        ports = ["--port", self.port, "--dynamodb-port", self.dynamodb_port]
        self.process = subprocess.Popen(
            [self.binary, "serve", *ports],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        words = self.process.stdout.readline().split()
        assert words[:1] == ["ready"], "the server did not start"
        self.url, dynamodb = words[1], words[3]
        self.port, self.dynamodb_port = (str(urlsplit(url).port) for url in (self.url, dynamodb))

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def anew(self):
        self.stop()
        self.start()

    def session(self) -> str:
        """Returns a session token of the demo community's superuser."""
        command = [self.binary, "session", "--user-id", "demo-admin"]
        return subprocess.run(command, env=self.env, check=True, capture_output=True, text=True).stdout.strip()


class Watch:
    """Records browser errors and requests to other hosts while the page is used."""

    def __init__(self, page: Page, url: str):
        self.wrong = []
        self.host = urlsplit(url).netloc
        page.on("console", self.on_console)
        page.on("pageerror", lambda error: self.wrong.append(f"uncaught: {error}"))
        page.on("requestfailed", self.on_failure)
        page.on("request", self.on_request)

    def on_console(self, message):
        # The browser logs this for every response of 400 or above, which the API may return.
        is_answer = message.text.startswith("Failed to load resource: the server responded with a status")
        url = message.location["url"]
        is_meant = is_answer and "/docs" not in url or self.is_icon_in_between(message.text, url)
        if message.type == "error" and not is_meant:
            self.wrong.append(f"console: {message.text}")

    def on_failure(self, request):
        if not self.is_icon_in_between(request.failure, request.url):
            self.wrong.append(f"failed: {request.url}: {request.failure}")

    @staticmethod
    def is_icon_in_between(failure: str, url: str) -> bool:
        """Tells whether a fetch of the page's icon failed. The browser may start one at any time, even during a restart."""
        return "net::ERR_CONNECTION" in failure and "/docs/favicon" in url

    def on_request(self, request):
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self.host:
            self.wrong.append(f"a request to another host: {request.url}")


class Reference:
    """The page of the API reference."""

    def __init__(self, page: Page, url: str):
        self.page = page
        page.goto(f"{url}/docs", wait_until="networkidle")
        page.locator(".opblock").first.wait_for()

    def operations(self) -> set[tuple[str, str]]:
        """Returns the method and path of every operation on the page."""
        shown = self.page.locator(".opblock").evaluate_all(
            """blocks => blocks.map(block => [
                block.querySelector('.opblock-summary-method').innerText.toLowerCase(),
                block.querySelector('.opblock-summary-path').dataset.path,
            ])"""
        )
        return {(method, path) for method, path in shown}

    def authorize(self, scheme: str, credential: str):
        """Enters a credential under "Authorize", replacing any existing one."""
        self.page.locator(".auth-wrapper .authorize").first.click()
        name = self.page.locator("h4 code", has_text=scheme)
        form = self.page.locator(".auth-container form", has=name)
        logout = form.get_by_role("button", name="Remove authorization")
        if logout.count():
            logout.click()
        form.locator("input").fill(credential)
        form.get_by_role("button", name="Apply credentials").click()
        form.get_by_role("button", name="Close").click()

    def operation(self, method: str, path: str):
        at = self.page.locator(f'.opblock-summary-path[data-path="{path}"]')
        return self.page.locator(f".opblock-{method}", has=at)

    def execute(self, method: str, path: str) -> tuple[int, str]:
        """Clicks Execute with the prefilled values. Returns the response's status and body as the page shows them."""
        block = self.operation(method, path)
        if "is-open" not in block.get_attribute("class"):
            block.locator(".opblock-summary-control").click()
        if block.locator("button.try-out__btn:not(.cancel):not(.reset)").count():
            block.locator("button.try-out__btn").first.click()
        clear = block.locator("button.btn-clear")
        if clear.count():
            clear.click()
        block.locator("button.execute").click()
        answer = block.locator(".live-responses-table tbody .response")
        answer.wait_for()
        status = answer.locator(".response-col_status").inner_text().split()[0]
        return int(status) if status.isdigit() else 0, answer.locator(".response-col_description").inner_text()

    def close(self, method: str, path: str):
        self.operation(method, path).locator(".opblock-summary-control").click()


def documented(url: str) -> dict[str, tuple[str, str]]:
    """Returns the method and path of every operation in the OpenAPI document, by operation ID."""
    with urlopen(f"{url}/openapi.json") as answer:
        paths = json.load(answer)["paths"]
    return {
        operation["operationId"]: (method, path)
        for path, item in paths.items()
        for method, operation in item.items()
        if method in METHODS
    }


def log_in(browser, url: str, screenshot) -> list[str]:
    """Logs in as a demo member on the server's own page, and signs out. Returns what went wrong."""
    wrong = []
    page = browser.new_context(viewport={"width": 640, "height": 720}).new_page()
    page.goto(f"{url}/auth/github/login")
    expect(page.get_by_role("heading")).to_have_text("Log in")
    screenshot("log-in.png", page)
    page.locator("button[value=demo-admin]").click()
    page.wait_for_url(f"{url}/users/self")
    if '"id":"demo-admin"' not in page.content().replace(" ", ""):
        wrong.append(f"not logged in: {page.content()}")
    cookies = page.context.cookies()
    if not any(cookie["name"] == "rds-session" and cookie["httpOnly"] for cookie in cookies):
        wrong.append(f"the session is in no cookie: {cookies}")
    page.goto(f"{url}/auth/signout")
    status = page.goto(f"{url}/users/self").status
    if status != 401 or page.context.cookies():
        wrong.append(f"still logged in after signing out: {status}")
    page.context.close()
    return wrong


def try_all(reference: Reference, server: Server, operations: dict[str, tuple[str, str]]) -> list[str]:
    """Executes every operation. Returns those that did not succeed."""
    wrong = []
    is_touched = False
    for name, operation in operations.items():
        # Navigations, which a page's script cannot follow. `log_in` tests them.
        if operation[1].startswith("/auth/github/"):
            continue
        if is_touched:
            server.anew()
        is_touched = operation[0] != "get"
        status, body = reference.execute(*operation)
        print(f"{status} {operation[0].upper()} {operation[1]}")
        if status not in range(200, 300):
            wrong.append(f"{name}: {status} {body}")
        reference.close(*operation)
    return wrong


def main():
    options = argparse.ArgumentParser(prog="docs-in-browser", description=__doc__)
    options.add_argument("--chromium", required=True, help=argparse.SUPPRESS)
    options.add_argument("--skysquad", required=True, help=argparse.SUPPRESS)
    options.add_argument("--screenshots", type=Path, metavar="DIR", help="directory for screenshots of the test")
    options.add_argument("--picture", type=Path, metavar="FILE", help="file for the screenshot in the README")
    options = options.parse_args()

    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        server = Server(options.skysquad, home)
        try:
            # Only 127.0.0.1 can be resolved, so that a request to any other host fails and is noticed.
            browser = playwright.chromium.launch(
                executable_path=options.chromium,
                args=["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
            )
            wrong = use(browser, server, options)
            browser.close()
        finally:
            server.stop()
    for problem in wrong:
        print(problem, file=sys.stderr)
    if wrong:
        sys.exit(1)
    print("the API reference works in a browser")


def use(browser, server: Server, options) -> list[str]:
    def screenshot(name: str, of=None):
        if options.screenshots:
            options.screenshots.mkdir(parents=True, exist_ok=True)
            (of or page).screenshot(path=options.screenshots / name)

    page = browser.new_page(viewport={"width": 1280, "height": 960})
    watch = Watch(page, server.url)
    wrong = watch.wrong
    reference = Reference(page, server.url)
    operations = documented(server.url)
    expect(page.locator(".info .title")).to_contain_text("Skysquad")
    if options.picture:
        flights = page.locator(".opblock-tag-section", has=page.locator('[data-tag="Flights"]')).bounding_box()
        height = flights["y"] + flights["height"]
        page.screenshot(path=options.picture, full_page=True, clip={"x": 0, "y": 0, "width": 1280, "height": height})
    if reference.operations() != set(operations.values()):
        wrong.append(f"the page and openapi.json differ: {reference.operations() ^ set(operations.values())}")
    screenshot("reference.png")

    reference.authorize("apiKey", KEY)
    fetch = operations["fetch_users_data"]
    status, body = reference.execute(*fetch)
    if status != 200 or FLYER not in body:
        wrong.append(f"the demo API key could not fetch the demo flyer: {status} {body}")
    screenshot("answered.png", reference.operation(*fetch))
    reference.close(*fetch)

    reference.authorize("sessionToken", server.session())
    wrong += try_all(reference, server, operations)
    wrong += log_in(browser, server.url, screenshot)

    reference.authorize("apiKey", "sky_wrong-key")
    status, body = reference.execute(*fetch)
    if status != 401 or "Invalid API key" not in body:
        wrong.append(f"expected 401 for a wrong API key, but got {status} {body}")
    screenshot("wrong-key.png", reference.operation(*fetch))
    return wrong


if __name__ == "__main__":
    main()
