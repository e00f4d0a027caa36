// The built package; what a build does not have yet is undefined, and its rows say so.
const built = (path) => import(`../../dist/${path}`).catch(() => ({}));

export const kernels = await built("kernels/index.js");
export const math = await built("core/math/index.js");
export const core = await built("core/index.js");
export const measure = await built("measure/index.js");
export const calibrate = await built("calibrate/index.js");
export const conform = await built("conform/index.js");
export const guard = await built("guard/index.js");
export const stats = { ...(await built("stats/isotonicKnots.js")) };
export const formats = await built("formats/index.js");
export const files = await built("formats/file.js");
export const sampling = await built("sample/index.js");
export const models = await built("models/index.js");
export const arena = await built("kernels/arena.js");
export const engines = await built("engines/threads.js");
export const losses = await built("losses/index.js");
export const decide = await built("decide/index.js");
export const learn = await built("learn/index.js");
export const logits = await built("index.js");
