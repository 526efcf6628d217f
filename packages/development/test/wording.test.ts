import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const root = join(__dirname, '../../..');
const FOLDERS = ['apps', 'bench', 'deploy', 'docs', 'e2e', 'examples', 'packages'];
const PAGES = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md'];
const WRITTEN = new Set(['.cjs', '.md', '.mjs', '.py', '.ts']);
const NOT_OURS = new Set(['.venv', '__pycache__', 'coverage', 'dist', 'generated', 'node_modules']);

/** Words that a reader stumbles over, and what to write. */
const STUMBLES: readonly (readonly [RegExp, string])[] = [
  [/\b(?:mends?|mended|mending)\b/i, 'repair, fix'],
  [/\btell(?:s|ing)? of\b/i, 'report, announce, name, say about'],
  [/\bWhat (?:answers|tells(?! (?:it|one \w+) from))\b/, 'the noun: endpoints that …'],
  [/\bAnswers (?:false|null|true|undefined)\b/, 'Returns …'],
];
/** In pages, where there are many other words for being somewhere. */
const STUMBLES_IN_PAGES = [
  [/(?<!-)\bstands?\b(?! (?:for|in for|in the place|out|still)\b)(?!-)/i, 'be, come, occur'],
] as const;

const itself = 'packages/development/test/wording.test.ts';

function written(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : written(path);
    return entry.isFile() && WRITTEN.has(extname(entry.name)) && path !== itself ? [path] : [];
  });
}

function stumblesIn(path: string): string[] {
  const words = extname(path) === '.md' ? [...STUMBLES, ...STUMBLES_IN_PAGES] : STUMBLES;
  return readFileSync(join(root, path), 'utf8')
    .split('\n')
    .flatMap((line, index) =>
      words.flatMap(([word, instead]) => {
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
