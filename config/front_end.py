"""Front-end files that packages bring: exactly those that pages use, under names that stay."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import django_htmx
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

PACKAGES = Path(settings.BASE_DIR) / "node_modules"

HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx"
FONT = PACKAGES / "@fontsource-variable" / "instrument-sans"
TABLER = PACKAGES / "@tabler" / "core" / "dist" / "css"

# collectstatic follows every name inside a file, so a stylesheet's source map comes along.
FILES = {
    "vendor/htmx/htmx.min.js": HTMX / "htmx-2.min.js",
    "vendor/tabler/tabler.min.css": TABLER / "tabler.min.css",
    "vendor/tabler/tabler.min.css.map": TABLER / "tabler.min.css.map",
    "vendor/font/index.css": FONT / "index.css",
    "vendor/sortable/sortable.esm.js": PACKAGES / "sortablejs" / "modular" / "sortable.esm.js",
    **{
        f"vendor/font/files/{name}": FONT / "files" / name
        for name in ("instrument-sans-latin-wght-normal.woff2", "instrument-sans-latin-ext-wght-normal.woff2")
    },
}


class PackageStorage(FileSystemStorage):
    """Reads a file of ours from where its package keeps it."""

    def path(self, name: str) -> str:
        return str(FILES[name])


class PackageFinder(BaseFinder):
    """Finds a static file of ours in the package that brings it."""

    storage = PackageStorage()

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in FILES or not FILES[path].is_file():
            return []
        return [self.storage.path(path)] if find_all else self.storage.path(path)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        return ((path, self.storage) for path in FILES)


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Names with a fingerprint, also inside ``import`` lines, so that browsers may keep files for ever."""

    support_js_module_import_aggregation = True
