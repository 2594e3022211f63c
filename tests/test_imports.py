"""Every module of the package can be imported by itself."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import policyengine

MODULES = sorted(one.name for one in pkgutil.walk_packages(policyengine.__path__, "policyengine."))


def test_the_package_has_modules() -> None:
    assert "policyengine.semantics.findings" in MODULES


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_imported(name: str) -> None:
    assert importlib.import_module(name).__doc__
