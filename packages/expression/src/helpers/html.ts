import type { Evaluation } from '../evaluation.js';
import { findAllText } from '../text-search.js';
import { isSpace } from './text-words.js';

/** Elements whose content is no text, with what ends them. */
const HIDDEN: readonly (readonly [name: string, ending: RegExp])[] = [
  ['script', /<\/script/gi],
  ['style', /<\/style/gi],
];

/** Removes tags, comments and the content of scripts and styles in one pass over the text. */
export function stripTags(evaluation: Evaluation, html: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (let open = html.indexOf('<'); open !== -1; open = html.indexOf('<', open)) {
    const end = tagEnd(html, open);
    // Without a closing bracket all that follows is text.
    if (end === -1) break;
    if (end === open) {
      open++;
      continue;
    }
    pieces.push(html.slice(from, open));
    from = end;
    open = end;
  }
  pieces.push(html.slice(from));
  return decodeEntities(evaluation, pieces.join(''));
}

/** Where the markup at `open` ends; `open` itself if it is none; -1 if nothing closes it and all others. */
function tagEnd(html: string, open: number): number {
  if (html.startsWith('<!--', open)) {
    const close = html.indexOf('-->', open + 4);
    return close === -1 ? html.length : close + 3;
  }
  if (!startsTag(html.charCodeAt(open + 1))) return open;
  const close = html.indexOf('>', open);
  if (close === -1) return -1;
  const ending = hiddenEnding(html, open + 1);
  if (ending === undefined || html.charAt(close - 1) === '/') return close + 1;
  ending.lastIndex = close;
  const found = ending.exec(html);
  if (found === null) return html.length;
  const last = html.indexOf('>', found.index);
  return last === -1 ? html.length : last + 1;
}

/** Letters and `/ ! ?`. */
function startsTag(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 47 || code === 33 || code === 63;
}

/** What ends the element whose name is at `start`, if its content is hidden. */
function hiddenEnding(html: string, start: number): RegExp | undefined {
  // Both names begin with the letter s.
  if ((html.charCodeAt(start) | 32) !== 115) return undefined;
  const name = html.slice(start, start + 6).toLowerCase();
  return HIDDEN.find(([hidden]) => name.startsWith(hidden) && isNameEnd(html.charCodeAt(start + hidden.length)))?.[1];
}

const isNameEnd = (code: number): boolean => code === 62 || code === 47 || isSpace(code);

/** What stands for characters in HTML, by the letter after the ampersand. */
const ENTITIES: ReadonlyMap<string, readonly (readonly [entity: string, character: string])[]> = new Map([
  [
    'a',
    [
      ['&amp;', '&'],
      ['&apos;', "'"],
    ],
  ],
  ['l', [['&lt;', '<']]],
  ['g', [['&gt;', '>']]],
  ['q', [['&quot;', '"']]],
  ['#', [['&#39;', "'"]]],
  ['n', [['&nbsp;', ' ']]],
]);

function decodeEntities(evaluation: Evaluation, text: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (const at of findAllText(evaluation, text, '&')) {
    const found = ENTITIES.get(text.charAt(at + 1))?.find(([entity]) => text.startsWith(entity, at));
    if (found === undefined) continue;
    evaluation.charge(1);
    pieces.push(text.slice(from, at), found[1]);
    from = at + found[0].length;
  }
  pieces.push(text.slice(from));
  return pieces.join('');
}

/** Makes a text safe as content or quoted attribute of HTML. */
export function escapeHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}
