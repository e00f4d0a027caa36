import { stat } from "node:fs/promises";
import { join } from "node:path";
import { LogitsError, type NextTokenModel } from "../core/index.js";

/** A language model by what stands after --model: what `openModel` of logits/models knows, a folder with an ONNX model, or SERVER#MODEL. */
export async function modelNamed(name: string, tokenizer?: string): Promise<NextTokenModel> {
  const models = await import("../models/index.js");
  const options = tokenizer === undefined ? {} : { tokenizer };
  if (/^https?:\/\//.test(name)) return serverModel(name, tokenizer);
  const found = await stat(name).catch(() => undefined);
  if (found?.isDirectory()) return models.onnx(await onnxIn(name), options);
  if (!found && /\.(gguf|onnx|np[yz])$/i.test(name))
    throw new LogitsError("bad-data", `Cannot open ${name}: there is no such file`, {
      hint: "Is the path right? It is looked up from the current folder.",
    });
  return models.openModel(name, options);
}

async function serverModel(address: string, tokenizer: string | undefined): Promise<NextTokenModel> {
  const { openai } = await import("../models/index.js");
  const [baseURL = "", model] = address.split("#");
  if (!model)
    throw new LogitsError("bad-argument", `Cannot open ${address}: an address must be SERVER#MODEL, got no model`);
  if (tokenizer === undefined)
    throw new LogitsError("bad-argument", `Cannot open ${address}: its tokenizer must be given, got none`, {
      hint: "Give the tokenizer.json of the server's model with --tokenizer FILE.",
    });
  const apiKey = process.env["OPENAI_API_KEY"];
  return openai({ baseURL, model, tokenizer, ...(apiKey && { apiKey }) });
}

async function onnxIn(folder: string): Promise<string> {
  for (const path of [join(folder, "onnx", "model.onnx"), join(folder, "model.onnx")])
    if (await stat(path).catch(() => undefined)) return path;
  throw new LogitsError("bad-data", `Cannot open ${folder}: it must hold onnx/model.onnx or model.onnx, got neither`);
}
