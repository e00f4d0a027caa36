"""Imports single files of a large package out of its wheel, without installing it or what it needs.

`only(package, wheel, real, given)`: the modules named in `real` are executed from the wheel; every other module of the package is an empty stand-in whose
attributes are those in `given`, or mocks. A mock that reached a result would fail to become a number, so what is recorded was computed by the real files."""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
import zipimport
from unittest import mock


class StandIn(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = mock.MagicMock(name=f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, package, wheel, real, given):
        self.package, self.wheel, self.real, self.given = package, wheel, real, given

    def find_spec(self, name, path=None, target=None):
        if name != self.package and not name.startswith(self.package + "."):
            return None
        if name in self.real:
            folder, _, leaf = name.replace(".", "/").rpartition("/")
            loader = zipimport.zipimporter(f"{self.wheel}/{folder}")
            found = loader.find_spec(leaf)
            spec = importlib.machinery.ModuleSpec(name, Named(name, loader, leaf), origin=found.origin)
            return spec
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = StandIn(spec.name)
        module.__path__ = []
        for key, value in self.given.get(spec.name, {}).items():
            setattr(module, key, value)
        return module

    def exec_module(self, module):
        pass


class Named(importlib.abc.Loader):
    """zipimport knows a module by its last name only."""

    def __init__(self, name, loader, leaf):
        self.name, self.loader, self.leaf = name, loader, leaf

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(compile(self.loader.get_source(self.leaf), module.__spec__.origin, "exec"), module.__dict__)


def only(package, wheel, real, given):
    sys.meta_path.insert(0, Finder(package, wheel, set(real), given))
