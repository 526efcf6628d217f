export { ExactNumber } from './exact/exact-number.js';
export { parseJson, stringifyJson, TooManyExactNumbersError } from './exact/json.js';
