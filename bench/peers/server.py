"""Times named jobs of Python libraries. One JSON request a line on stdin, one JSON answer a line on stdout.

A job is a function that prepares and returns what is timed: run(i), i counting up. Arrays are given as paths of .npy files.
"""

import gc
import importlib
import importlib.util
import json
import os
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
JOB_FILES = ["rows", "batches", "fit", "tables", "kernels", "sampling", "learn", "decide", "conform", "guard"]
LIBRARIES = ["numpy", "scipy", "sklearn", "torch", "torchmetrics", "pandas", "pyarrow", "transformers", "llama_cpp", "torchcp", "mapie"]


def libraries():
    found = {}
    for name in LIBRARIES:
        if importlib.util.find_spec(name):
            # Jobs are named after their library, up to the first underscore.
            found[name.replace("_", "")] = importlib.import_module(name).__version__
    if "torch" in found:
        import torch

        torch.set_num_threads(1)
        torch.set_grad_enabled(False)
    if "pyarrow" in found:
        import pyarrow

        pyarrow.set_cpu_count(1)
        pyarrow.set_io_thread_count(1)
    return found


def jobs():
    found = {}
    for name in JOB_FILES:
        if not os.path.exists(os.path.join(HERE, name + ".py")):
            continue
        try:
            found.update(getattr(importlib.import_module(name), "JOBS", {}))
        except ImportError as missing:
            sys.stderr.write(f"{name}.py: {missing}\n")
    return found


def time_of(run, budget, average):
    """Median or mean milliseconds of a call over `budget` milliseconds of calls, short ones some at a time."""
    start = time.perf_counter()
    value = run(0)
    once = (time.perf_counter() - start) * 1e3
    together = max(1, int(0.5 / max(once, 1e-4)) + 1)
    times = [] if once < budget else [once]
    calls = 1
    end = start + budget / 1e3
    while time.perf_counter() < end:
        begin = time.perf_counter()
        for _ in range(together):
            run(calls)
            calls += 1
        times.append((time.perf_counter() - begin) * 1e3 / together)
    return (getattr(statistics, average)(times) if times else once), value


def plain(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def main():
    versions = libraries()
    known = jobs()
    prepared = {}

    def prepare(request):
        key = json.dumps([request["job"], request["args"]], sort_keys=True)
        if key not in prepared:
            prepared[key] = known[request["job"]](**request["args"])
        return prepared[key]

    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["op"] == "known":
                answer = {"versions": versions, "jobs": list(known)}
            elif request["op"] == "forget":
                prepared.clear()
                sys.modules["arrays"].forget()
                gc.collect()
                answer = {}
            elif request["op"] == "seconds":
                answer = {"value": time.process_time()}
            elif request["op"] == "once":
                answer = {"value": plain(prepare(request)(0))}
            else:
                ms, value = time_of(prepare(request), request["budget"], request["average"])
                answer = {"ms": ms, "value": plain(value)}
        except Exception as error:  # one job that fails does not end the others
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
