#!/usr/bin/env python3
"""Make the pictures of the README from the built book.

    .venv/bin/python scripts/pictures.py

Needs Chromium and pdftoppm (Debian: chromium, poppler-utils). The pictures go to .github/pictures.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pypdf
from PIL import Image
from playwright.sync_api import sync_playwright

from press import build, places

TARGET = places.ROOT / ".github" / "pictures"
CHAPTER, FIGURE = "chapters/what-moscow-did", "fig-strikes-monthly"
#: Colours that a picture keeps; pages and charts use few, and the files stay small.
COLOURS = 96


def save(image: Image.Image, name: str, width: int) -> None:
    height = round(image.height * width / image.width)
    small = image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    small.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(
        TARGET / f"{name}.png", optimize=True
    )


def main() -> None:
    build.build("en")
    build.build("ar")
    site, pdf = (path for path in build.outputs("en").values())
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 860})
        page.goto((site.parent / f"{CHAPTER}.html").as_uri())
        page.screenshot(path=f"{folder}/chapter.png")
        page.goto((site.parent / "ar" / f"{CHAPTER}.html").as_uri())
        page.screenshot(path=f"{folder}/arabic.png")
        browser.close()
        save(Image.open(f"{folder}/chapter.png"), "chapter", 1100)
        save(Image.open(f"{folder}/arabic.png"), "arabic", 1100)
        save(Image.open(site.parent / "_figures" / f"{FIGURE}.png"), "figure", 900)

        reader = pypdf.PdfReader(pdf)
        place = reader.named_destinations[f"{CHAPTER.rsplit('/', 1)[-1]}--{FIGURE}"]
        left = reader.get_destination_page_number(place) + 1
        pages = ["-f", str(left), "-l", str(left + 1)]
        command = ["pdftoppm", "-r", "80", "-png", *pages, pdf, f"{folder}/p"]
        subprocess.run(command, check=True)
        one, two = (Image.open(p) for p in sorted(Path(folder).glob("p-*.png")))
        spread = Image.new("RGB", (one.width + two.width + 12, one.height), "#c7cdd4")
        spread.paste(one, (0, 0))
        spread.paste(two, (one.width + 12, 0))
        save(spread, "spread", 1100)


if __name__ == "__main__":
    main()
