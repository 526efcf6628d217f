import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const root = join(__dirname, '../../..');
const FOLDERS = ['.changeset', 'apps', 'bench', 'deploy', 'docs', 'e2e', 'examples', 'packages'];
const PAGES = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md'];
const WRITTEN = new Set(['.cjs', '.md', '.mjs', '.py', '.ts']);
const NOT_OURS = new Set(['.venv', '__pycache__', 'coverage', 'dist', 'generated', 'node_modules']);

/** Programs, which neither hear nor want anything. */
const PROGRAMS =
  'servers?|services?|gateways?|dispatchers?|executors?|schedulers?|process(?:es)?|consumers?|endpoints?|librar(?:y|ies)|schemes?|APIs?';

/** Servers by their names, and others that are away when they do not respond. */
const AWAY = 'NATS|MongoDB|Redis|databases?|proxy|history';

/** Words that a reader stumbles over, and what to write. */
const STUMBLES: readonly (readonly [RegExp, string])[] = [
  [/\b(?:mends?|mended|mending)\b/i, 'repair, fix'],
  [/\btell(?:s|ing)? of\b|\b(?:is|are|was|were|be|been) told of\b/i, 'report, announce, notify of, name, say about'],
  [/\bis (?:still )?told\b(?! (?:apart|from)\b)/i, 'gets, learns, is published for'],
  [/\bsubscribers (?:are|were) told\b/i, 'are notified, get'],
  [/\bWhat (?:answers|tells(?! (?:it|one \w+) from))\b/, 'the noun: endpoints that …'],
  [
    /\bAnswers (?:false|null|true|undefined|an? |the |at |once |with |calls? |requests? |questions? |reads |what |\d)/,
    'Returns, Serves …',
  ],
  [/\banswer(?:s|ed)(?: with)? \d{3}\b/i, 'returns 503, gets 202'],
  [/(?:\/\*\*|\/\/|"""|^ *\*) (?:Told|To be told|Tells|Hears?)\b/, 'Called when, Called with, Sends, Receives …'],
  [
    /\b(?:it|test)\(['"`](?:answers|hears|tells|wants|is answered|is told) |\]\)\(['"`](?:answers|hears|tells|wants) /,
    'returns, gets, announces …',
  ],
  [/\b(?:hears?|heard) of\b/i, 'get, be announced, arrive, reach'],
  [/\b(?:stands?|stood) in\b(?! for\b)/i, 'be in, come in, take the place of'],
  [
    new RegExp(`\\b(?:${PROGRAMS}) (?:answers|hears?|tells|wants)\\b(?! apart\\b)`, 'i'),
    'return, respond, receive, report, require',
  ],
  [new RegExp(`\\b(?:${PROGRAMS}|${AWAY}) (?:remembers?|forgets?)\\b`, 'i'), 'keep, drop, remove'],
  [
    new RegExp(`\\b(?:${PROGRAMS}|${AWAY})"? (?:that )?(?:did not|does not|do not|never) answers?\\b`, 'i'),
    'does not respond',
  ],
];
/** In pages and comments, where there are many other words for being somewhere; in code it may be a name. */
const STUMBLES_IN_TEXTS: typeof STUMBLES = [
  [/(?<!-)\bstands?\b(?! (?:for|in for|out|still)\b)(?!-)/i, 'be, come, occur'],
];
const COMMENT = /^\s*(?:\/\*\*?|\*|\/\/|#|""")/;

/** A comment about what is below it, with another one below it. Types in JavaScript are comments that are about nothing else. */
const DETACHED = /\/\*\*(?! @typedef)(?:(?!\*\/)[^])*\*\/\n[ \t]*\/\*\*/g;

const itself = 'packages/development/test/wording.test.ts';

function written(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : written(path);
    return entry.isFile() && WRITTEN.has(extname(entry.name)) && path !== itself ? [path] : [];
  });
}

function stumblesIn(path: string): string[] {
  const isPage = extname(path) === '.md';
  return readFileSync(join(root, path), 'utf8')
    .split('\n')
    .flatMap((line, index) =>
      [...STUMBLES, ...(isPage || COMMENT.test(line) ? STUMBLES_IN_TEXTS : [])].flatMap(([word, instead]) => {
        const [found] = word.exec(line) ?? [];
        return found === undefined ? [] : [`${path}:${index + 1}: "${found}": write ${instead}`];
      }),
    );
}

it('texts, comments and pages have no words that are not the English of their readers', () => {
  const paths = [...FOLDERS.flatMap(written), ...PAGES];
  expect(paths.length).toBeGreaterThan(1_000);
  expect(paths.flatMap(stumblesIn)).toEqual([]);
});

it('a comment is above what it is about, and not above another one', () => {
  const paths = FOLDERS.flatMap(written).filter((path) => extname(path) !== '.md');
  const detached = paths.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return [...text.matchAll(DETACHED)].map(({ index }) => `${path}:${text.slice(0, index).split('\n').length}`);
  });
  expect(detached).toEqual([]);
});
