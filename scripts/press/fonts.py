"""Fonts of page and print, from the font packages named in requirements.txt.

The serif comes as a variable font; browsers and the print engine get static instances, cut down
to the characters of European languages and, for the sans, Arabic.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from . import places

LATIN = (
    "U+0020-024F,U+0259,U+02B0-02FF,U+0300-036F,U+1E00-1EFF,U+2000-206F,U+20A0-20BF,"
    "U+2100-215F,U+2190-21BB,U+2200-22FF,U+2460-24FF,U+25A0-25FF,U+FB00-FB04"
)
ARABIC_LETTERS = "U+0600-06FF,U+0750-077F,U+FB50-FDFF,U+FE70-FEFF,U+200C-200F,U+2066-2069,U+0020"
ARABIC = ",U+0600-06FF,U+0750-077F,U+FB50-FDFF,U+FE70-FEFF"

#: file name -> (package, file in the package, axes of a variable font, characters)
FACES = {
    "serif-400": (
        "source_serif_4",
        "SourceSerif4[opsz,wght].ttf",
        {"wght": 400, "opsz": 12},
        LATIN,
    ),
    "serif-600": (
        "source_serif_4",
        "SourceSerif4[opsz,wght].ttf",
        {"wght": 600, "opsz": 12},
        LATIN,
    ),
    "serif-400i": (
        "source_serif_4",
        "SourceSerif4-Italic[opsz,wght].ttf",
        {"wght": 400, "opsz": 12},
        LATIN,
    ),
    "sans-400": ("ibm_plex_sans_arabic", "IBMPlexSansArabic-Regular.ttf", None, LATIN + ARABIC),
    "sans-500": ("ibm_plex_sans_arabic", "IBMPlexSansArabic-Medium.ttf", None, LATIN + ARABIC),
    "sans-600": ("ibm_plex_sans_arabic", "IBMPlexSansArabic-SemiBold.ttf", None, LATIN + ARABIC),
    "sans-700": ("ibm_plex_sans_arabic", "IBMPlexSansArabic-Bold.ttf", None, LATIN + ARABIC),
    "naskh-400": ("amiri", "Amiri-Regular.ttf", None, ARABIC_LETTERS),
    "naskh-600": ("amiri", "Amiri-Bold.ttf", None, ARABIC_LETTERS),
    "mono-400": ("ibm_plex_mono", "IBMPlexMono-Regular.ttf", None, LATIN),
}


#: Weights that only figures use: outlines on the web, text in print.
PRINT_ONLY = ("sans-500", "sans-700")


def make() -> Path:
    """Make what is missing and return the folder: web/fonts/*.woff2 and print/*.ttf."""
    versions = "-".join(
        metadata.version(f"fontpkg-{p.replace('_', '-')}")
        for p in sorted({f[0] for f in FACES.values()})
    )
    folder = places.FONTS / versions
    for name, face in FACES.items():
        if not (folder / "print" / f"{name}.ttf").exists():
            _face(folder, name, *face[2:])
    return folder


def original(name: str) -> Path:
    """The file, as the font package brings it, from which the face ``name`` is made."""
    package, file, *_ = FACES[name]
    distribution = metadata.distribution(f"fontpkg-{package.replace('_', '-')}")
    return Path(distribution.locate_file(f"fontpkg_{package}/files/{file}"))


def _face(folder: Path, name: str, axes: dict | None, chars: str) -> None:
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = TTFont(original(name))
    options = subset.Options(layout_features=["*"], notdef_outline=True, recalc_timestamp=False)
    options.drop_tables += ["DSIG", "meta"]
    cut = subset.Subsetter(options)
    cut.populate(unicodes=subset.parse_unicodes(chars))
    cut.subset(font)
    if axes:
        font = instancer.instantiateVariableFont(font, axes, updateFontNames=False)
    font.recalcTimestamp = False
    forms = [(None, f"print/{name}.ttf")]
    if name not in PRINT_ONLY:
        forms.append(("woff2", f"web/fonts/{name}.woff2"))
    for flavour, path in forms:
        font.flavor = flavour
        final = folder / path
        final.parent.mkdir(parents=True, exist_ok=True)
        partial = final.with_suffix(".partial")
        font.save(partial)
        partial.replace(final)
