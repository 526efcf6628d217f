export { asBytes, maskedBytes } from './redaction/byte-mask.js';
export { redacted, redactionBy, type Redact } from './redaction/redaction.js';
export { isLargeToRedact, redactedInTurns } from './redaction/redaction-in-turns.js';
export { LONGEST_PIECE, TextMask } from './redaction/text-mask.js';
