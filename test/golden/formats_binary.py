"""Small files of every binary format, written by the libraries people use, and what is in them.

Run:  python test/golden/formats_binary.py      (writes test/corpus/binary/ and test/corpus/binary/golden.json)
With: numpy 2.4.6, pyarrow 26.0.1, torch 2.15.0, safetensors 0.8.0 (golden.json records the versions of the last run)

The same table everywhere: 7 rows × 3 classes whose values are exact in half precision, labels, ids, one slice.
"""

import gzip
import io
import json
import pathlib
import pickle
import shutil
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import safetensors
import safetensors.torch
import torch

here = pathlib.Path(__file__).resolve().parent
out = here.parent / "corpus" / "binary"
shutil.rmtree(out, ignore_errors=True)
out.mkdir(parents=True)

rng = np.random.default_rng(7)
torch.manual_seed(7)
scores = (rng.integers(-64, 64, (7, 3)) / 4).astype("f8")
whole = np.floor(scores)
labels = np.array([0, 2, 1, 1, 0, 2, 2])
ids = np.array(["a", "b", "c", "d é", "e", "f", "g"])
site = np.array(["x", "y", "x", "y", "x", "y", "x"])
replicates = np.stack([scores, scores + 1, scores - 4], axis=1)  # rows, replicates, classes

cases = []


def case(file, format, *, options=None, values=scores, dtype="f4", **known):
    """What a reader must find in `file`. `known`: labels, labelsFrom, labelWidth, ids, slices, columnNames, scoresFrom."""
    known = {k: (v.tolist() if isinstance(v, np.ndarray) else v) for k, v in known.items()}
    cases.append(
        {
            "file": file,
            "format": format,
            "options": options or {},
            "dtype": dtype,
            "rows": int(values.shape[0]),
            "columns": int(values.shape[1]) if values.ndim > 1 else 1,
            "values": np.asarray(values, "f8").ravel().tolist(),
            **known,
        }
    )


# ---- npy ------------------------------------------------------------------------------------------------------------
def npy(name, array, version=None, **kw):
    with open(out / name, "wb") as f:
        np.lib.format.write_array(f, array, version=version)
    case(name, "npy", **kw)


for dtype in ["f2", "f4", "f8", "i1", "i2", "i4", "i8"]:
    values = scores if dtype[0] == "f" else whole
    npy(f"{dtype}.npy", values.astype("<" + dtype), values=values, dtype=dtype)
for dtype in ["u1", "u2", "u4", "u8"]:
    npy(f"{dtype}.npy", (whole + 16).astype("<" + dtype), values=whole + 16, dtype=dtype)
npy("bool.npy", scores > 0, values=scores > 0, dtype="b1")
for dtype in ["f2", "f4", "f8", "i2", "i8"]:
    values = scores if dtype[0] == "f" else whole
    npy(f"{dtype}-big-endian.npy", values.astype(">" + dtype), values=values, dtype=dtype)
npy("f4-fortran.npy", np.asfortranarray(scores.astype("<f4")))
npy("f8-fortran-big-endian.npy", np.asfortranarray(scores.astype(">f8")), dtype="f8")
npy("version-2.npy", scores.astype("f4"), version=(2, 0))
npy("version-3.npy", scores.astype("f4"), version=(3, 0))
npy("one-axis.npy", scores[:, 0].astype("f4"), values=scores[:, 0])
npy("one-column.npy", scores[:, :1].astype("f4"), values=scores[:, :1])
npy("one-row.npy", scores[:1].astype("f4"), values=scores[:1])
npy("i8-large.npy", np.array([[2**52 + 1, -(2**52) - 1]]), values=np.array([[2.0**52 + 1, -(2.0**52) - 1]]), dtype="i8")
for order in "C", "F":
    data = np.asarray(replicates.astype("f4"), order=order)
    where = {"axes": ["rows", "replicates", "classes"]}
    npy(f"replicates-{order}.npy", data, options={**where, "replicate": 1}, values=scores + 1)
    case(f"replicates-{order}.npy", "npy", options={**where, "replicate": "mean"}, values=scores - 1)
turned = np.ascontiguousarray(replicates.transpose(1, 0, 2)).astype("f8")
npy("replicates-first.npy", turned, options={"axes": ["replicates", "rows", "classes"], "replicate": 2}, values=scores - 4, dtype="f8")
case("replicates-first.npy", "npy", options={"axes": ["replicates", "rows", "classes"], "replicate": "mean"}, values=scores - 1, dtype="f8")
last = np.ascontiguousarray(replicates.transpose(2, 0, 1)).astype("f4")
npy("replicates-last.npy", last, options={"axes": ["classes", "rows", "replicates"], "replicate": 0}, values=scores)

# ---- npz ------------------------------------------------------------------------------------------------------------
f4 = scores.astype("f4")
named = {"labels": labels, "labelsFrom": "labels", "labelWidth": 1}
np.savez(out / "stored.npz", logits=f4, labels=labels)
case("stored.npz", "npz", scoresFrom="logits", **named)
np.savez_compressed(out / "deflated.npz", logits=f4, labels=labels, ids=ids, site=site)
case("deflated.npz", "npz", scoresFrom="logits", ids=ids, slices={"site": site.tolist()}, **named)
np.savez_compressed(out / "deflated-fortran.npz", logits=np.asfortranarray(f4), labels=labels)
case("deflated-fortran.npz", "npz", scoresFrom="logits", **named)
np.savez(out / "only-float.npz", out=f4, y=labels[:, None], count=np.int64(7))
case("only-float.npz", "npz", scoresFrom="out", labels=labels, labelsFrom="y", labelWidth=1)
np.savez(out / "one-hot.npz", probs=f4, targets=np.eye(3, dtype="f4")[labels])
case("one-hot.npz", "npz", scoresFrom="probs", labels=np.eye(3)[labels].ravel(), labelsFrom="targets", labelWidth=3)
np.savez(out / "names.npz", logits=f4, label=np.array(["cat", "dog", "bird"])[labels], id=np.arange(7), bytes_=site.astype("S"))
case("names.npz", "npz", scoresFrom="logits", labels=np.array(["cat", "dog", "bird"])[labels], labelsFrom="label", labelWidth=1,
     ids=[str(i) for i in range(7)], slices={"bytes_": site.tolist()})
np.savez(out / "keys.npz", a=f4, b=f4 + 1, truth=labels == 1)
case("keys.npz", "npz", options={"logitsKey": "b", "labelsKey": "truth"}, values=scores + 1, scoresFrom="b", labels=(labels == 1),
     labelsFrom="truth", labelWidth=1)
with zipfile.ZipFile(out / "zip64.npz", "w") as z:
    for key, array in {"logits": f4, "labels": labels}.items():
        buffer = io.BytesIO()
        np.save(buffer, array)
        with z.open(key + ".npy", "w", force_zip64=True) as f:
            f.write(buffer.getvalue())
case("zip64.npz", "npz", scoresFrom="logits", **named)

# ---- gzip -----------------------------------------------------------------------------------------------------------
for name in ["f4.npy", "stored.npz"]:
    (out / f"{name}.gz").write_bytes(gzip.compress((out / name).read_bytes(), mtime=0))
case("f4.npy.gz", "npy")
case("stored.npz.gz", "npz", scoresFrom="logits", **named)

# ---- safetensors ----------------------------------------------------------------------------------------------------
t = torch.tensor(scores)
for dtype, name in [(torch.float16, "f2"), (torch.bfloat16, "bf2"), (torch.float32, "f4"), (torch.float64, "f8")]:
    file = f"{name}.safetensors"
    values = t.to(dtype).to(torch.float64).numpy()
    safetensors.torch.save_file({"logits": t.to(dtype).contiguous(), "labels": torch.tensor(labels)}, out / file, metadata={"model": "m"})
    case(file, "safetensors", values=values, dtype=name, scoresFrom="logits", **named)

# ---- torch.save -----------------------------------------------------------------------------------------------------
for dtype, name in [(torch.float16, "f2"), (torch.bfloat16, "bf2"), (torch.float32, "f4"), (torch.float64, "f8"), (torch.int32, "i4")]:
    values = t.to(dtype).to(torch.float64).numpy()
    torch.save(t.to(dtype), out / f"{name}.pt")
    case(f"{name}.pt", "pt", values=values, dtype=name)
f = t.float()
torch.save({"logits": f, "labels": torch.tensor(labels), "epoch": 3}, out / "dict.pt")
case("dict.pt", "pt", scoresFrom="logits", **named)
torch.save({"val": {"z": f}, "y": torch.tensor(labels)}, out / "nested.pt")
case("nested.pt", "pt", scoresFrom="val.z", labels=labels, labelsFrom="y", labelWidth=1)
torch.save((f, torch.tensor(labels)), out / "tuple.pt")
case("tuple.pt", "pt", options={"labelsKey": "1"}, scoresFrom="0", labels=labels, labelsFrom="1", labelWidth=1)
torch.save(f.T.contiguous().T, out / "transposed.pt")
case("transposed.pt", "pt")
wide = torch.zeros(9, 8)
wide[1:8, 2:8:2] = f
torch.save(wide[1:8, 2:8:2], out / "sliced.pt")
case("sliced.pt", "pt")
torch.save(f[2].expand(7, 3), out / "expanded.pt")
case("expanded.pt", "pt", values=np.tile(scores[2], (7, 1)))
module = torch.nn.Linear(3, 7, bias=False)
module.weight.data = f
torch.save(module.state_dict(), out / "state.pt")
case("state.pt", "pt", scoresFrom="weight")


class Dangerous:
    def __reduce__(self):
        import os

        return os.system, ("echo this must never run > PWNED",)


torch.save({"logits": f, "extra": Dangerous()}, out / "broken-malicious.pt")
torch.save(torch.nn.Linear(3, 3), out / "broken-module.pt")
torch.save({"logits": f}, out / "broken-legacy.pt", _use_new_zipfile_serialization=False)
(out / "broken-plain.pkl").write_bytes(pickle.dumps({"logits": [1.0]}))

# ---- Parquet --------------------------------------------------------------------------------------------------------
wide_columns = {name: f4[:, i] for i, name in enumerate(["cat", "dog", "bird"])}
beside = {"id": ids, "label": labels, "site": site}
table = pa.table({**wide_columns, **beside})
about = {"columnNames": ["cat", "dog", "bird"], "labels": labels, "labelsFrom": "column label", "labelWidth": 1, "ids": ids, "slices": {"site": site.tolist()}}
for name, how in {
    "snappy": {},
    "zstd": {"compression": "zstd"},
    "gzip": {"compression": "gzip"},
    "plain": {"compression": "none", "use_dictionary": False},
    "plain-v2": {"compression": "zstd", "use_dictionary": False, "data_page_version": "2.0"},
    "split": {"use_dictionary": False, "use_byte_stream_split": ["cat", "dog", "bird"]},
    "groups": {"row_group_size": 3, "compression": "none"},
}.items():
    pq.write_table(table, out / f"columns-{name}.parquet", **how)
    case(f"columns-{name}.parquet", "parquet", options={"sliceColumns": ["site"]}, **about)
lists = pa.array(f4.tolist(), pa.list_(pa.float32()))
fixed = pa.FixedSizeListArray.from_arrays(pa.array(f4.ravel()), 3)
about_list = {"labels": labels, "labelsFrom": "column label", "labelWidth": 1, "scoresFrom": "logits"}
for name, column in {"list": lists, "fixed": fixed}.items():
    for codec in ["none", "snappy", "zstd"]:
        file = f"{name}-{codec}.parquet"
        pq.write_table(pa.table({"logits": column, "label": labels}), out / file, compression=codec)
        case(file, "parquet", **about_list)
    pq.write_table(pa.table({"logits": column, "label": labels}), out / f"{name}-plain-groups.parquet", use_dictionary=False, row_group_size=2, data_page_version="2.0")
    case(f"{name}-plain-groups.parquet", "parquet", **about_list)
f8_lists = pa.array(scores.tolist(), pa.list_(pa.float64()))
pq.write_table(pa.table({"logits": f8_lists, "label": labels}), out / "list-f8.parquet")
case("list-f8.parquet", "parquet", dtype="f8", **about_list)
pq.write_table(pa.table({"a": whole[:, 0].astype("i8"), "b": whole[:, 1].astype("i4"), "c": f4[:, 2]}), out / "mixed-integers.parquet")
case("mixed-integers.parquet", "parquet", values=np.stack([whole[:, 0], whole[:, 1], scores[:, 2]], 1), dtype="f8", columnNames=["a", "b", "c"])
pq.write_table(pa.table({"a": f4[:, 0].astype("f2"), "b": f4[:, 1].astype("f2"), "truth": np.array(["n", "y"])[labels % 2]}), out / "halves-names.parquet")
case("halves-names.parquet", "parquet", values=scores[:, :2], dtype="f2", columnNames=["a", "b"], labels=np.array(["n", "y"])[labels % 2],
     labelsFrom="column truth", labelWidth=1)

# broken or unclear Parquet
pq.write_table(pa.table({"a": pa.array([1.0, None, 3.0]), "b": [1.0, 2.0, 3.0]}), out / "broken-null.parquet")
pq.write_table(pa.table({"logits": pa.array([[1.0, 2.0], [1.0]])}), out / "broken-ragged.parquet")
pq.write_table(pa.table({"logits": pa.array([[1.0, 2.0], None])}), out / "broken-null-list.parquet")
pq.write_table(pa.table({"a": [1.0], "b": [2.0], "note": ["text"]}), out / "broken-text-column.parquet")
pq.write_table(pa.table({"a": [1.0], "b": [2.0], "label": [1], "y": [1]}), out / "broken-two-labels.parquet")
pq.write_table(pa.table({"a": pa.array([], pa.float32()), "b": pa.array([], pa.float32())}), out / "broken-no-rows.parquet")
pq.write_table(pa.table({"x": [[1.0, 2.0]], "z": [[1.0, 2.0]]}), out / "broken-two-lists.parquet")

# ---- Arrow ----------------------------------------------------------------------------------------------------------
beside_dictionary = {**beside, "site": pa.array(site).dictionary_encode()}
tables = {
    "columns": (pa.table({**wide_columns, **beside_dictionary}), {**about}, {"sliceColumns": ["site"]}),
    "fixed": (pa.table({"logits": fixed, "label": labels}), about_list, {}),
    "list": (pa.table({"logits": lists, "label": labels}), about_list, {}),
    "halves": (
        pa.table({"logits": pa.FixedSizeListArray.from_arrays(pa.array(scores.astype("f2").ravel()), 3), "label": labels}),
        {**about_list, "dtype": "f2"},
        {},
    ),
}
for name, (data, known, options) in tables.items():
    for suffix, opener in {"arrow": pa.ipc.new_file, "arrows": pa.ipc.new_stream}.items():
        with opener(str(out / f"{name}.{suffix}"), data.schema) as writer:
            writer.write_table(data, max_chunksize=4)
        case(f"{name}.{suffix}", "arrow", options=options, **known)
pa.feather.write_feather(tables["fixed"][0], out / "compressed.feather", compression="zstd")
case("compressed.feather", "arrow", **about_list)
long = np.tile(f4, (60, 1))
for codec in "lz4", "zstd":
    long_table = pa.table({**{name: long[:, i] for i, name in enumerate(["cat", "dog", "bird"])}, "label": np.tile(labels, 60)})
    pa.feather.write_feather(long_table, out / f"long-{codec}.feather", compression=codec)
    case(f"long-{codec}.feather", "arrow", values=long, columnNames=["cat", "dog", "bird"], labels=np.tile(labels, 60), labelsFrom="column label", labelWidth=1)
with pa.ipc.new_file(str(out / "broken-null.arrow"), pa.schema([("a", pa.float32()), ("b", pa.float32())])) as writer:
    writer.write_table(pa.table({"a": pa.array([1.0, None], pa.float32()), "b": pa.array([1.0, 2.0], pa.float32())}))

# ---- broken numpy ---------------------------------------------------------------------------------------------------
np.save(out / "broken-objects.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
np.save(out / "broken-record.npy", np.zeros(3, dtype=[("a", "f4"), ("b", "f4")]))
np.save(out / "broken-complex.npy", np.zeros((2, 2), "c8"))
np.save(out / "broken-text.npy", ids)
np.save(out / "broken-no-rows.npy", np.zeros((0, 3), "f4"))
np.save(out / "broken-4-axes.npy", np.zeros((2, 2, 2, 2), "f4"))
np.savez(out / "broken-two-floats.npz", a=f4, b=f4)
np.savez(out / "broken-two-labels.npz", logits=f4, labels=labels, target=labels)
np.savez(out / "broken-no-scores.npz", labels=labels, n=np.int64(3))
np.savez(out / "broken-label-rows.npz", logits=f4, labels=labels[:5])
np.savez_compressed(out / "broken-bomb.npz", logits=np.zeros((2**18 + 2**14, 64), "f4"))

versions = {m.__name__: m.__version__ for m in (np, pa, torch, safetensors)}
lines = ",\n".join(json.dumps(c, ensure_ascii=False) for c in cases)
(out / "golden.json").write_text(f'{{"versions": {json.dumps(versions)}, "cases": [\n{lines}\n]}}\n')
print(len(cases), "cases,", sum(p.stat().st_size for p in out.iterdir()), "bytes", versions)
