export { ExactNumber } from './exact/exact-number.js';
export { parseJson, stringifyJson } from './exact/json.js';
