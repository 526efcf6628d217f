export { redacted, redactionBy, type Redact } from './redaction/redaction.js';
export { TextMask } from './redaction/text-mask.js';
