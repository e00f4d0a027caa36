"""Files: written once by these libraries, then read by them and by us."""

import numpy as np
from arrays import array


def numpy_load(path):
    return lambda i: np.load(path)[0, 0]


def write_csv(x, path, digits):
    """Floats under a header: with six digits after the point, or with all that say them."""

    def run(i):
        values = array(x)
        with open(path, "w") as file:
            file.write(",".join(f"c{k}" for k in range(values.shape[1])) + "\n")
            for row in values:
                file.write(",".join(map("{:.6f}".format if digits == 6 else repr, row.tolist())) + "\n")
        return 0

    return run


def pandas_csv(path):
    import pandas

    return lambda i: pandas.read_csv(path, engine="c").to_numpy(dtype=np.float32)[0, 0]


def write_parquet_list(x, path):
    def run(i):
        import pyarrow as pa
        import pyarrow.parquet as pq

        values = array(x)
        column = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), values.shape[1])
        table = pa.table({"logits": column.cast(pa.list_(pa.float32()))})
        pq.write_table(table, path, use_dictionary=False, compression="none")
        return 0

    return run


def write_parquet_columns(x, path, compression="none", dictionary=False):
    def run(i):
        import pyarrow as pa
        import pyarrow.parquet as pq

        values = array(x)
        table = pa.table({f"c{k}": values[:, k] for k in range(values.shape[1])})
        pq.write_table(table, path, use_dictionary=dictionary, compression=compression)
        return 0

    return run


def pyarrow_list(path):
    def run(i):
        import pyarrow.parquet as pq

        column = pq.read_table(path, use_threads=False)["logits"].combine_chunks()
        return column.flatten().to_numpy(zero_copy_only=False)[0]

    return run


def pyarrow_columns(path):
    def run(i):
        import pyarrow.parquet as pq

        table = pq.read_table(path, use_threads=False)
        return np.column_stack([column.to_numpy() for column in table.columns])[0, 0]

    return run


JOBS = {
    f.__name__: f
    for f in [
        numpy_load,
        write_csv,
        pandas_csv,
        write_parquet_list,
        write_parquet_columns,
        pyarrow_list,
        pyarrow_columns,
    ]
}
