export { ExactNumber } from './exact/exact-number.js';
export { JsonText } from './exact/json-text.js';
export { parseJson, stringifyJson, TooManyExactNumbersError } from './exact/json.js';
