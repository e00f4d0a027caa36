import { stat } from "node:fs/promises";
import { join } from "node:path";
import { LogitsError, type NextTokenModel } from "../core/index.js";

/** A language model by what stands after --model: `builtin`, a .gguf or .onnx file, a folder with an ONNX model, an npz of recorded logits, or SERVER#MODEL. */
export async function openModel(name: string, tokenizer?: string): Promise<NextTokenModel> {
  const models = await import("../models/index.js");
  if (name === "builtin") return models.gguf(models.builtInModel.gguf);
  if (name === "builtin.onnx") return models.onnx(models.builtInModel.onnx);
  if (/^https?:\/\//.test(name)) {
    const [baseURL = "", model] = name.split("#");
    if (!model)
      throw new LogitsError("bad-argument", `Cannot open ${name}: an address must be SERVER#MODEL, got no model`);
    const apiKey = process.env["OPENAI_API_KEY"];
    if (tokenizer === undefined)
      throw new LogitsError(
        "bad-argument",
        `Cannot open ${name}: the tokenizer of a server's model must be given, got none`,
        {
          hint: "Give its tokenizer.json with --tokenizer FILE.",
        },
      );
    return models.openai({ baseURL, model, tokenizer, ...(apiKey && { apiKey }) });
  }
  const found = await stat(name).catch(() => undefined);
  if (!found)
    throw new LogitsError("bad-data", `Cannot open ${name}: there is no such file`, {
      hint: "A model is builtin, a .gguf or .onnx file, a folder with an ONNX model, an npz of recorded logits, or SERVER#MODEL.",
    });
  if (found.isDirectory()) return models.onnx(await onnxIn(name));
  if (name.endsWith(".gguf")) return models.gguf(name);
  if (name.endsWith(".onnx")) return models.onnx(name, tokenizer === undefined ? {} : { tokenizer });
  if (/\.np[yz]$/.test(name)) return models.recorded(name, tokenizer === undefined ? {} : { tokenizer });
  throw new LogitsError(
    "bad-data",
    `Cannot open ${name}: a model must be a .gguf, .onnx, .npz or .npy file, got ${name}`,
  );
}

async function onnxIn(folder: string): Promise<string> {
  for (const path of [join(folder, "onnx", "model.onnx"), join(folder, "model.onnx")])
    if (await stat(path).catch(() => undefined)) return path;
  throw new LogitsError("bad-data", `Cannot open ${folder}: it must hold onnx/model.onnx or model.onnx, got neither`);
}
