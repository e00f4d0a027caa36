"""Reads the files of test/corpus/written with other people's libraries and checks what is in them.

Run:  UPDATE_WRITTEN=1 npx vitest run src/formats/writeTable.test.ts     (writes the files)
      python test/golden/formats_written.py                              (checks them)
With: numpy 2.4.6, pandas 3.0.6, pyarrow 26.0.1
"""

import pathlib

import numpy as np
import pandas as pd
import pyarrow.feather
import pyarrow.parquet as pq

folder = pathlib.Path(__file__).resolve().parent.parent / "corpus" / "written"
inf = float("inf")
scores = np.array([8.25, 1.5, -inf, 0.1, -2.75, 3e-8, 1e20, -0.1, 7, 5, 5, 5, -1.5, 0.3333333, 2, 0, -0.0, 1]).reshape(6, 3)
names = ["cat", "dog, or not", 'b"ird']
labels = [0, 1, 2, 2, 1, 0]
ids = ["a", "b", "ç 語", "d", "", 'f"\n,']
site = ["x", "y"] * 3
f4 = scores.astype("f4")


def same(array, expected):
    array = np.asarray(array)
    assert array.dtype == expected.dtype, (array.dtype, expected.dtype)
    assert np.array_equal(array, expected) and np.array_equal(np.signbit(array), np.signbit(expected)), array


def same_frame(frame, exact=True):
    assert list(frame.columns) == ["id", *names, "label", "site"], frame.columns
    assert frame["id"].fillna("").tolist() == ids
    assert frame["label"].tolist() == [names[k] for k in labels]
    assert frame["site"].tolist() == site
    same(frame[names].to_numpy().astype("f4"), f4)


same(np.load(folder / "f4.npy"), f4)
same(np.load(folder / "f8-lists.npy"), scores)
with np.load(folder / "f4.npz") as z:
    assert sorted(z.files) == ["classes", "ids", "labels", "logits", "site"], z.files
    same(z["logits"], f4)
    assert z["labels"].tolist() == labels and z["ids"].tolist() == ids and z["site"].tolist() == site and z["classes"].tolist() == names
with np.load(folder / "f8-lists.npz") as z:
    same(z["probs"], scores)
same_frame(pd.read_csv(folder / "f4.csv"))
same_frame(pd.read_csv(folder / "f4.tsv", sep="\t"))
same_frame(pq.read_table(folder / "f4.parquet").to_pandas())
same_frame(pyarrow.feather.read_table(folder / "f4.arrow").to_pandas())
for table in pq.read_table(folder / "f8-lists.parquet"), pyarrow.feather.read_table(folder / "f8-lists.arrow"):
    assert table.column_names == ["probs"]
    same(np.array(table["probs"].to_pylist()), scores)
lines = pd.read_json(folder / "f4.jsonl", lines=True)
assert list(lines.columns) == ["id", "logits", "label", "site"] and lines["id"].tolist() == ids
assert lines["logits"][0] == {"cat": 8.25, "dog, or not": 1.5, 'b"ird': "-Infinity"}
print("every file holds what was written")
