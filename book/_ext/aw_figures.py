"""Figures on the web page: a form for phones, and what was drawn for download."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.osutil import relative_uri

from afterwashington.words import t

#: Below this width of the window the narrow form is shown.
NARROW = "(max-width: 40rem)"


class FigureForms(SphinxPostTransform):
    """Replace the image of each computed figure by both its forms, and add the downloads."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs) -> None:
        page = self.app.builder.get_target_uri(self.env.docname)
        for figure in list(self.document.findall(nodes.figure)):
            name = next((i for i in figure["ids"] if i.startswith("fig-")), None)
            image = next(iter(figure.findall(nodes.image)), None)
            if not name or image is None:
                continue
            base = relative_uri(page, f"_figures/{name}")
            wide = Path(self.app.outdir, "_figures", f"{name}.svg").read_text(encoding="utf-8")
            width, height = (
                round(float(v))
                for v in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', wide).groups()
            )
            image.replace_self(
                nodes.raw(
                    "",
                    f'<picture><source media="{NARROW}" srcset="{base}.narrow.svg">'
                    f'<img src="{base}.svg" alt="{escape(image["alt"])}" '
                    f'width="{width}" height="{height}" loading="lazy"></picture>',
                    format="html",
                )
            )
            links = " · ".join(
                f'<a href="{base}{suffix}" download>{escape(label)}</a>'
                for suffix, label in ((".svg", "SVG"), (".png", "PNG"), (".csv", t("data, CSV")))
            )
            line = f'<p class="figure-downloads">{escape(t("Download:"))} {links}</p>'
            figure += nodes.raw("", line, format="html")


def setup(app: Sphinx) -> dict:
    app.add_post_transform(FigureForms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
