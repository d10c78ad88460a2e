"""A real OpenID Connect provider, started for tests."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx2 as httpx

from scripts.cluster import free_port
from server.settings import Provider
from tests.node import node

CLIENT = "fugai"
SECRET = "a secret that the provider knows too"


@dataclass(frozen=True)
class Started:
    """The provider as we know it, and how people get through its pages."""

    settings: Provider

    def answer_for(self, name: str, address: str) -> str:
        """Log in there as somebody; return the address that the browser is sent back to."""
        with httpx.Client(follow_redirects=True) as browser:
            page = browser.get(address)
            for _ in range(2):  # who it is, and that we may know it
                action = re.search(r'action="([^"]+)"', page.text)
                assert action, page.text
                prompt = re.search(r'name="prompt" value="(\w+)"', page.text)
                assert prompt, page.text
                form = {"prompt": prompt[1], "login": name, "password": "anything"}
                page = self._post(browser, action[1], form)
                if page.is_redirect:
                    return page.headers["location"]
        raise AssertionError(page.text)

    def leave(self, address: str) -> str:
        """Agree there to be logged out; return where the browser is sent then."""
        with httpx.Client() as browser:
            page = browser.get(address)
            action = re.search(r'action="([^"]+)"', page.text)
            token = re.search(r'name="xsrf" value="(\w+)"', page.text)
            assert action, page.text
            assert token, page.text
            return self._post(browser, action[1], {"xsrf": token[1], "logout": "yes"}).headers[
                "location"
            ]

    def _post(self, browser: httpx.Client, path: str, form: dict[str, str]) -> httpx.Response:
        """Send a form and follow where it leads, until that is not the provider any more."""
        here = self.settings.issuer
        page = browser.post(urljoin(here, path), data=form, follow_redirects=False)
        while page.is_redirect:
            leads_to = urljoin(here, page.headers["location"])
            if not leads_to.startswith(here):
                break
            page = browser.get(leads_to, follow_redirects=False)
        return page


@contextmanager
def provider(back: str, after_logout: str) -> Iterator[Started]:
    """Yield a provider that knows us and believes any name.

    Args:
        back: Our address that it sends browsers to.
        after_logout: Likewise, after they have left.
    """
    port = free_port()
    script = Path(__file__).with_name("provider.mjs")
    command = [node(), str(script), str(port), CLIENT, SECRET, back, after_logout]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Started(
            Provider(issuer=f"http://127.0.0.1:{port}", client_id=CLIENT, client_secret=SECRET)
        )
        process.terminate()
