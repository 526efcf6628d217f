import * as contracts from '@millrace/contracts';
import { code } from './source-code.js';

/** The source, and the words in it. */
const files = code.map(({ path, text }) => ({ path, text, words: new Set(text.match(/\w+/g)) }));

/** The files that a question has. */
interface QuestionFiles {
  readonly name: string;
  /** Where it is defined. */
  readonly defines: readonly string[];
  /** The controllers that reply to it. */
  readonly replies: readonly string[];
  /** Those that ask it, and those of its owner that deal with it: what it is for. */
  readonly uses: readonly string[];
  /** Whatever else has to name it. */
  readonly lists: readonly string[];
}

/** The files of each question that services ask each other. */
export const questionFiles: readonly QuestionFiles[] = Object.entries(contracts)
  .filter(([, value]) => typeof value === 'object' && value !== null && 'question' in value)
  .map(([name]) => filesOf(name));

function filesOf(name: string): QuestionFiles {
  const naming = files.filter(({ words }) => words.has(name));
  const pathsOf = (pattern: RegExp) => naming.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
  const defines = pathsOf(new RegExp(`\\bconst ${name} = defineRequest\\(`));
  const replies = pathsOf(new RegExp(`@OnRequest\\(${name}\\b`));
  const others = naming.map(({ path }) => path).filter((path) => ![...defines, ...replies].includes(path));
  // The definition of another question may take parts of this one.
  const isUse = (path: string) => /^(?:apps|packages\/service-kit|packages\/contracts\/src\/messages)\//.test(path);
  return { name, defines, replies, uses: others.filter(isUse), lists: others.filter((path) => !isUse(path)) };
}
