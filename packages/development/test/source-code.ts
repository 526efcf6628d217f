import { sources } from './endpoint-files.js';

/** The platform's source without comments, which may name anything. */
export const code: readonly { readonly path: string; readonly text: string }[] = sources.map(({ path, text }) => ({
  path,
  text: text
    .split('\n')
    .filter((line) => !/^\s*(?:\/?\*|\/\/)/.test(line))
    .join('\n'),
}));
