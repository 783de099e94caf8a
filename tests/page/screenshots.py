"""Takes the pictures in docs/: wide and phone, light and dark, mid-answer with the log open.

python -m tests.page.screenshots
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.model_server import model_server
from tests.page import answers
from tests.page.chromium import ARGS, chromium
from tests.page.serving import Server
from tests.page.visitor import Visitor

DOCS = Path(__file__).parents[2] / "docs"
SIZES = {"wide": (1440, 900, 1), "phone": (390, 844, 2)}
assert answers.page


async def main(folder: Path) -> None:
    """All of them."""
    folder.mkdir(exist_ok=True)
    async with model_server() as model, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(ARGS))
        with tempfile.TemporaryDirectory() as data:
            settings = {
                "OPENAI_BASE_URL": model.url,
                "OPENAI_API_KEY": "sk-page",
                "OPENAI_MODEL": "page",
                "RATE_LIMIT_PER_IP": "100000",
            }
            server = Server(Path(data), **settings)
            try:
                await asyncio.to_thread(server.start)
                for size in SIZES:
                    for theme in ("light", "dark"):
                        await take(browser, server.page, size, theme, folder)
            finally:
                await asyncio.to_thread(server.kill)
        await browser.close()


async def take(browser: Browser, url: str, size: str, theme: str, folder: Path) -> None:
    """A question in the middle of its answer, beneath an earlier one."""
    width, height, scale = SIZES[size]
    visitor = await Visitor.open(
        browser,
        url,
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme=theme,
    )
    page: Page = visitor.page
    await visitor.connected()
    await visitor.ask("Can I get a refund on an annual subscription?")
    await visitor.over()
    await visitor.ask("How do I verify a webhook's signature, step by step?")
    if size == "phone":
        await page.click("#toggle-panel")
    await visitor.writing(260)
    if size == "wide":
        await visitor.rows.nth(1).locator("summary").click()
    await visitor.writing(470)
    if size == "phone":
        await page.locator("retrieval-log .filter").evaluate("each => each.scrollIntoView({block: 'start'})")
    await page.screenshot(path=folder / f"page-{size}-{theme}.png")
    await page.context.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS))
