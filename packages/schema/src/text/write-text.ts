import { ExactNumber } from '@millrace/expression/exact';
import { Document, visit, type ScalarTag } from 'yaml';
import { DOCUMENT_LIMITS } from '../limits.js';

/** The library knows doubles, and would write the nearest one. */
const EXACT_NUMBER: ScalarTag = {
  identify: (value) => value instanceof ExactNumber,
  default: true,
  tag: 'tag:yaml.org,2002:float',
  resolve: (text) => text,
  stringify: ({ value }) => (value as ExactNumber).text,
};

const BYTE_ORDER_MARK = '\ufeff';

/**
 * A document as YAML that `readDocumentText` reads as the same document, and so do readers of YAML 1.1: what means something else
 * there (`no`, `012`, a date) is in quotes. Null when the text would be longer than that of a document may be, as for one that nests deep.
 */
export function writeDocumentText(document: unknown): string | null {
  const most = DOCUMENT_LIMITS.documentLength;
  if (leastLength(document, 0, most) > most) return null;
  const yaml = new Document(document, {
    compat: 'yaml-1.1',
    customTags: [EXACT_NUMBER],
    aliasDuplicateObjects: false,
  });
  visit(yaml, {
    Scalar: (_key, scalar) => {
      if (typeof scalar.value === 'string' && isBlankLines(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  const text = yaml.toString({ lineWidth: 0, blockQuote: 'literal' });
  // At the beginning of a text it is no part of it.
  const whole = text.startsWith(BYTE_ORDER_MARK) ? `---\n${text}` : text;
  return whole.length > most ? null : whole;
}

/** Lines of nothing but spaces: the library writes them as a block whose indentation nobody can distinguish from them. */
function isBlankLines(text: string): boolean {
  return text.includes('\n') && text.trim() === '' && /[^\n]/.test(text);
}

/** Characters that a value takes at least, indented by two for each level; beyond `most` no more than that is worked out. */
function leastLength(value: unknown, depth: number, most: number): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof ExactNumber) return value.text.length;
  if (typeof value !== 'object' || value === null) return 1;
  let length = 0;
  for (const [name, inner] of Object.entries(value)) {
    length += 2 * depth + (Array.isArray(value) ? 2 : name.length + 2);
    length += leastLength(inner, depth + 1, most - length);
    if (length > most) break;
  }
  return length;
}
