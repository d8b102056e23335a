"""``python -m drills [NAME …]``: run drills, print their tables, keep them in docs/evidence.md.

``--small`` tries those that know it on few rows, which is evidence of nothing and kept nowhere.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import time
from pathlib import Path
from types import ModuleType

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DEBUG", "1")

import django

django.setup()

from drills import SMALL, evidence  # noqa: E402


def known() -> dict[str, ModuleType]:
    """Every drill by name: the modules beside this one that can be run."""
    names = [each.name for each in pkgutil.iter_modules([str(Path(__file__).parent)]) if each.name != "__main__"]
    found = [importlib.import_module(f"drills.{name}") for name in names]
    return {module.__name__.rpartition(".")[2]: module for module in found if hasattr(module, "run")}


def title(drill: ModuleType) -> str:
    return (drill.__doc__ or "").strip().splitlines()[0]


def play(name: str, drill: ModuleType) -> bool:
    """Run one drill, print its table and keep it."""
    print(f"{name}: {title(drill)}", flush=True)
    begin = time.monotonic()
    found = drill.run()
    print("\n".join([found.table(), *found.remarks]), flush=True)
    if SMALL not in sys.argv:
        evidence.store(name, evidence.section(name, title(drill), found, time.monotonic() - begin))
    print("It holds.\n" if found.holds else "It does NOT hold.\n", flush=True)
    return bool(found.holds)


def main(words: list[str]) -> int:
    drills = known()
    words = [word for word in words if word != SMALL]
    if words == ["--list"]:
        print("\n".join(f"{name:12} {title(drill)}" for name, drill in drills.items()))
        return 0
    if strange := [word for word in words if word not in drills]:
        print(f"There is no drill named {', '.join(strange)}. There are: {', '.join(drills)}.", file=sys.stderr)
        return 2
    held = [play(name, drills[name]) for name in words or drills]  # the rest is worth knowing after a failure, too
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
