import { LogitsError } from "../core/index.js";
import { guardedTable } from "./guard.js";
import { arrayTable } from "./arrayTable.js";
import { nameOf } from "./bytes.js";
import { chooseArrays } from "./chooseArrays.js";
import { maxInflatedBytes, maxInflateRatio, ratioFreeBytes } from "./limits.js";
import { type ArrayReader, type NdArray, shapeText } from "./ndarray.js";
import { type NumberType, sizeOf } from "./numbers.js";
import { reach, stridedArray } from "./strided.js";
import type { Bytes, RawTable, ReadOptions } from "./table.js";
import { type ZipMember, zipMembers } from "./zip.js";

/** The pickle only names tensors, their shapes and storages; 16 MiB are hundreds of thousands of them. */
const maxPickleBytes: number = 16 * 2 ** 20;

/** More lists and dictionaries than this are not looked into. */
const mostContainers = 100_000;

const storageTypes: Record<string, NumberType> = {
  HalfStorage: "f2",
  BFloat16Storage: "bf2",
  FloatStorage: "f4",
  DoubleStorage: "f8",
  CharStorage: "i1",
  ShortStorage: "i2",
  IntStorage: "i4",
  LongStorage: "i8",
  ByteStorage: "u1",
  BoolStorage: "b1",
};

/** What the pickle says of a tensor. Only the resolvers below make one. */
class Tensor {
  readonly storage: { type: NumberType; key: string };
  readonly offset: number;
  readonly shape: number[];
  readonly strides: number[];

  constructor(storage: Tensor["storage"], offset: number, shape: number[], strides: number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/**
 * A table from what `torch.save` wrote: a tensor, or a dictionary or list of them, chosen by name as in an npz.
 * A pickle may name any function of Python to be called. Here three names are known, each builds data; every other name is an error and nothing of the file runs.
 * Source: torch/serialization.py, torch/_utils.py `_rebuild_tensor_v2`.
 */
export async function readPt(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  return guardedTable(bytes, "PyTorch", () => openTable(bytes, options));
}

async function openTable(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  const file = nameOf(bytes);
  const [first] = await bytes.slice(0, Math.min(1, bytes.byteLength));
  if (first === 0x80) {
    const what = "it must be the zip archive that PyTorch writes since 1.6, got an older form";
    throw refusal("unsupported", file, what, "Load it there and save it again with torch.save.");
  }
  const members = await zipMembers(bytes);
  const pickle = members.find(({ name }) => /(^|\/)data\.pkl$/.test(name));
  if (!pickle) throw refusal("bad-data", file, "it must hold data.pkl, got none", "Was it written by torch.save?");
  const folder = pickle.name.slice(0, -"data.pkl".length);
  const byName = new Map(members.map((member) => [member.name, member]));
  if ([...byName.keys()].some((name) => name.startsWith(`${folder}code/`))) {
    throw refusal("unsupported", file, "it may hold only tensors, got a TorchScript program", saveTensors);
  }
  const found = await unpickle(await contents(pickle, maxPickleBytes, file), file);
  const tensors = new Map<string, Tensor>();
  flatten(found, "", tensors);
  const order = byName.get(`${folder}byteorder`);
  const bigEndian = order !== undefined && new TextDecoder().decode(await contents(order, 16, file)).trim() === "big";
  const arrays = [...tensors].map(([name, tensor]) =>
    tensorArray(
      name === "" ? "tensor" : name,
      tensor,
      byName.get(`${folder}data/${tensor.storage.key}`),
      bigEndian,
      file,
    ),
  );
  const { scoresFrom, classes: _, notes, ...chosen } = chooseArrays(file, arrays, options);
  const table = arrayTable("pt", chosen, options, notes);
  return tensors.has("") ? table : { ...table, scoresFrom };
}

const saveTensors = 'Save plain tensors: torch.save({"logits": logits, "labels": labels}, path).';

async function contents(member: ZipMember, limit: number, file: string): Promise<Uint8Array> {
  if (member.byteLength > limit)
    throw refusal(
      "bad-data",
      file,
      `its ${member.name} must be at most ${limit} bytes, got ${member.byteLength}`,
      saveTensors,
    );
  const all = new Uint8Array(member.byteLength);
  const reader = await member.open();
  await reader.read(0, all);
  await reader.close?.();
  return all;
}

async function unpickle(pickle: Uint8Array, file: string): Promise<unknown> {
  const { Parser } = await import("pickleparser");
  const names = new Map<string, unknown>([
    ["collections.OrderedDict", Object.freeze(() => new Map())],
    ["torch._utils._rebuild_tensor_v2", Object.freeze(rebuildTensor)],
    ...Object.keys(storageTypes).map(
      (name) => [`torch.${name}`, Object.freeze({ storage: storageTypes[name]! })] as const,
    ),
  ]);
  const parser = new Parser({
    unpicklingTypeOfDictionary: "Map",
    nameResolver: {
      resolve(module, name) {
        const known = names.get(`${module}.${name}`);
        if (known) return known as () => unknown;
        throw refusal(
          "unsupported",
          file,
          `it may hold only tensors, and dictionaries and lists of them, got ${module}.${name}`,
          `Nothing of it was run. ${saveTensors}`,
        );
      },
    },
    persistentResolver: { resolve: (id: unknown) => resolveStorage(id) },
  });
  try {
    return parser.parse(pickle);
  } catch (cause) {
    if (LogitsError.isInstance(cause)) throw cause;
    throw new LogitsError(
      "bad-data",
      `Cannot read ${file}: its data.pkl must be a pickle of tensors, got one that does not parse`,
      {
        hint: saveTensors,
        cause,
      },
    );
  }
}

function resolveStorage(id: unknown): Tensor["storage"] {
  if (!Array.isArray(id) || id[0] !== "storage" || typeof id[2] !== "string") throw new TypeError("not a storage");
  const type = (id[1] as { storage?: NumberType } | undefined)?.storage;
  if (!type) throw new TypeError("not a storage type");
  return { type, key: id[2] };
}

function rebuildTensor(...args: unknown[]): Tensor {
  const [storage, offset, shape, strides] = args as [Tensor["storage"], number, number[], number[]];
  const counts = [offset, ...shape, ...strides];
  if (
    !numberTypes.has(storage.type) ||
    shape.length !== strides.length ||
    !counts.every((n) => Number.isSafeInteger(n) && n >= 0)
  ) {
    throw new TypeError("not a tensor");
  }
  return new Tensor(storage, offset, shape, strides);
}

const numberTypes = new Set<NumberType>(Object.values(storageTypes));

/** Tensors by their path: `{"val": {"logits": t}}` has `val.logits`. */
function flatten(value: unknown, path: string, into: Map<string, Tensor>, seen: Set<unknown> = new Set()): void {
  if (value instanceof Tensor) into.set(path, value);
  // A pickle may hold a list that holds itself.
  if (seen.has(value) || seen.size > mostContainers) return;
  const entries: Iterable<[unknown, unknown]> = value instanceof Map || Array.isArray(value) ? value.entries() : [];
  if (value instanceof Map || Array.isArray(value)) seen.add(value);
  for (const [key, item] of entries) flatten(item, path === "" ? String(key) : `${path}.${String(key)}`, into, seen);
}

function tensorArray(
  name: string,
  tensor: Tensor,
  member: ZipMember | undefined,
  bigEndian: boolean,
  file: string,
): NdArray {
  const { storage, offset, shape, strides } = tensor;
  const itemSize = sizeOf(storage.type);
  const needed = reach(shape, { offset, strides }) * itemSize;
  if (!member || needed > member.byteLength) {
    const got = member ? `${member.byteLength}` : "none";
    throw refusal(
      "bad-data",
      file,
      `its tensor ${name} (${shapeText(shape)}) must have ${needed} bytes, got ${got}`,
      "It was cut short or altered: copy or save it again.",
    );
  }
  const size = shape.reduce((n, axis) => n * axis, itemSize);
  if (size > ratioFreeBytes && size > maxInflateRatio * member.byteLength) {
    const range = `at most ${maxInflateRatio} times its storage (${member.byteLength} bytes)`;
    throw refusal(
      "bad-data",
      file,
      `its tensor ${name} (${shapeText(shape)}) must be ${range}, got ${size}`,
      "Save what was expanded as it is, or a contiguous copy.",
    );
  }
  const whole: NdArray = {
    name,
    shape: [member.byteLength / itemSize],
    fortran: false,
    type: storage.type,
    dtype: storage.type,
    itemSize,
    bigEndian,
    seekable: true,
    // torch stores; an archive packed again is decompressed as a whole.
    open: async () => (member.seekable ? member.open() : inMemory(await contents(member, maxInflatedBytes, file))),
  };
  return stridedArray(whole, name, shape, { offset, strides });
}

function inMemory(data: Uint8Array): ArrayReader {
  return { read: async (offset, into) => into.set(data.subarray(offset, offset + into.length)) };
}

function refusal(code: "bad-data" | "unsupported", file: string, what: string, hint: string): LogitsError {
  return new LogitsError(code, `Cannot read ${file}: ${what}`, { hint });
}
