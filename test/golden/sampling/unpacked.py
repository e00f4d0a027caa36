"""Imports single files of a large package out of its wheel or source folder, without installing it or what it needs.

`only(package, source, real, given)`: the modules named in `real` are executed from `source`; every other module of the package is an empty stand-in whose
attributes are those in `given`, or mocks. A mock that reached a result would fail to become a number, so what is recorded was computed by the real files."""

import importlib.abc
import importlib.machinery
import pathlib
import sys
import types
import zipfile
from unittest import mock


class StandIn(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = mock.MagicMock(name=f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, package, source, real, given):
        self.package, self.source, self.real, self.given = package, source, real, given

    def find_spec(self, name, path=None, target=None):
        if name == self.package or name.startswith(self.package + "."):
            return importlib.machinery.ModuleSpec(name, self, is_package=name not in self.real or self.holds(name))
        return None

    def holds(self, name):
        return any(other.startswith(name + ".") for other in self.real)

    def create_module(self, spec):
        if spec.name in self.real:
            return None
        module = StandIn(spec.name)
        for key, value in self.given.get(spec.name, {}).items():
            setattr(module, key, value)
        return module

    def exec_module(self, module):
        if module.__name__ in self.real:
            file = module.__name__.replace(".", "/") + ("/__init__.py" if self.holds(module.__name__) else ".py")
            exec(compile(self.text(file), file, "exec"), module.__dict__)

    def text(self, file):
        if pathlib.Path(self.source).is_dir():
            return (pathlib.Path(self.source) / file).read_text()
        with zipfile.ZipFile(self.source) as archive:
            return archive.read(file).decode()


def only(package, source, real, given):
    sys.meta_path.insert(0, Finder(package, source, set(real), given))
