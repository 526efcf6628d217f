/** What bounds a workflow document. Each may be lowered or raised per validation through `ValidationContext.limits`. */
export const DOCUMENT_LIMITS = {
  /** UTF-16 code units of the document as JSON, or of the YAML or JSON text. */
  documentLength: 1_048_576,
  /** Nesting of objects and arrays in the document. */
  documentDepth: 100,
  /** Steps in the document, nested ones included. */
  steps: 1_000,
  /** Loops and parallels inside each other. */
  nesting: 5,
  /** Problems reported; a document with more gets these and one that says so. */
  problems: 500,
} as const;

/** The limits one validation applies. */
export type DocumentLimits = { readonly [K in keyof typeof DOCUMENT_LIMITS]: number };
