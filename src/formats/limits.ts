/**
 * What a header may claim before it is believed. Files come from strangers: nothing is allocated on the word of a few bytes.
 */

/** Longest header (npy, safetensors, zip directory, Arrow message) that is read. */
export const maxHeaderBytes: number = 64 * 2 ** 20;
/** Most bytes of decompressed data that are held in memory at once. */
export const maxInflatedBytes: number = 2 ** 30;
/** Highest ratio of decompression that is believed, once the output is larger than `ratioFreeBytes`. */
export const maxInflateRatio = 200;
export const ratioFreeBytes: number = 64 * 2 ** 20;
/** Bytes read at a time. */
export const chunkBytes: number = 2 ** 20;
/** Largest page of a Parquet file, compressed or not, and most values in one. */
export const maxPageBytes: number = 2 ** 28;
/** Values of a table that are held in memory to turn columns into rows. */
export const windowValues: number = 2 ** 26;
