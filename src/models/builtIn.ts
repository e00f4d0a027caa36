const folder = new URL("../../data/model/", import.meta.url);

/** The language model in this package: a Llama of 1.7 million weights over GPT-2's 50,257 tokens, trained on Jane Austen's novels. Same weights in both files. */
export const builtInModel: { readonly gguf: string; readonly onnx: string } = {
  gguf: pathOf(new URL("model.gguf", folder)),
  onnx: pathOf(new URL("onnx/model.onnx", folder)),
};

/** Of a file: URL; written out, so that this module loads in a browser too. */
function pathOf(url: URL): string {
  return decodeURIComponent(url.pathname).replace(/^\/(?=[A-Za-z]:)/, "");
}
