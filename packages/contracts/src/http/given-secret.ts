/** How a document names a secret of the organisation. What is sealed by itself is no document: it would be taken as it is. */
const REFERENCE = /\{\{\s*secrets\s*[.[]/;

/** For credentials that are given as they are: refuses the name of a secret in the place of its value. */
export const NOT_A_REFERENCE: readonly [(value: string) => boolean, { readonly error: string }] = [
  (value) => !REFERENCE.test(value),
  {
    error:
      'is taken as it is here, and {{secrets.…}} stands for nothing: give the value itself, which is sealed and never returned',
  },
];
