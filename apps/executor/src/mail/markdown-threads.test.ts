import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from '@millrace/contracts';
import { MarkdownThreads } from './markdown-threads.js';

const threads = new MarkdownThreads();
afterAll(() => threads.close());

const never = new AbortController().signal;
const htmlOfMarkdown = (markdown: string): Promise<string> => threads.html('org_1', markdown, never);
const table = (rows: number): string => `|a|b|\n|-|-|\n${'|1|2|\n'.repeat(rows)}`;

it('makes HTML of what Markdown has', async () => {
  const html = await htmlOfMarkdown('# Hi\n\n**Ada**, see https://example.com\n\n| a | b |\n|:-:|---|\n| 1 | 2 |\n');
  expect(html).toContain('<h1>Hi</h1>');
  expect(html).toContain('<strong>Ada</strong>, see <a href="https://example.com">');
  expect(html).toContain('<td style="text-align:center">1</td>');
});

it.each([
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt&colon;alert(1))',
  '[x](data:text/html,<script>alert(1)</script>)',
  '![x](http://example.com/tracker.gif)',
  '![x](//example.com/tracker.gif)',
  '<a href="vbscript:x">x</a>',
  '<style>*{display:none}</style>',
  '<iframe src="https://example.com"></iframe>',
  '[x](https://example.com "onmouseover=\'alert(1)\'")',
])('leaves nothing that runs or loads: %s', async (markdown) => {
  const html = (await htmlOfMarkdown(markdown)).replace(/&lt;.*?&gt;/gs, '').replace(/ title="[^"]*"/g, '');
  expect(html).not.toMatch(
    /<(script|iframe|style|svg|object)|\son\w+=|(javascript|vbscript|data):[^<]*"|src="(http:|\/\/)/i,
  );
});

it.each([
  ['nested lists', Array.from({ length: 2_000 }, (_, depth) => `${'  '.repeat(Math.min(depth, 60))}- x`).join('\n')],
  ['nested quotes', `${'>'.repeat(20_000)} x`],
  ['brackets', '['.repeat(50_000)],
  ['emphasis', '*a _b '.repeat(20_000)],
  ['links', '[a](b '.repeat(20_000)],
  ['addresses', 'http://a.b/'.repeat(10_000)],
])('reads %s of any depth', async (_, markdown) => {
  expect(await htmlOfMarkdown(markdown)).toEqual(expect.any(String));
});

/** Whatever is as large as a text may be, in the densest forms. */
const DENSE = {
  quotes: `${'>'.repeat(20_000)}x\n${'x\n'.repeat(50_000)}`,
  'lists in lists': '- - - - - - - - x\n'.repeat(7_000),
  paragraphs: 'a\n\n'.repeat(40_000),
  brackets: '['.repeat(130_000),
  links: '[a](b) '.repeat(18_000),
  definitions: '[a]: b\n'.repeat(18_000),
  references: `[a]: b\n${'[a] '.repeat(32_000)}`,
  addresses: 'a@b.co '.repeat(18_000),
  emphasis: 'a*'.repeat(32_000) + 'b_'.repeat(32_000),
};

it('holds the process up with no text that may be sent', async () => {
  const held: unknown[] = [];
  await htmlOfMarkdown('A thread.');
  for (const [name, markdown] of Object.entries(DENSE)) {
    expect(markdown.length).toBeLessThanOrEqual(LIMITS.mailMarkdownCharacters);
    const before = performance.eventLoopUtilization();
    await threads.html('org_1', markdown, never).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'EMAIL_INVALID' });
    });
    const { active, idle } = performance.eventLoopUtilization(before);
    // In this process it would be active all the time.
    if (active > idle) held.push([name, active, idle]);
  }
  expect(held).toEqual([]);
}, 120_000);

it('makes HTML of tables with 10,000 cells, and of no more', async () => {
  const rows = LIMITS.mailMarkdownCells / 2 - 1;
  expect(await htmlOfMarkdown(table(rows))).toContain('<td>2</td>');
  const refused = { code: 'EMAIL_INVALID', details: { field: 'config.markdown', limit: LIMITS.mailMarkdownCells } };
  for (const markdown of [
    table(rows + 1),
    // Cells that rows leave out are made all the same.
    `${'|a'.repeat(100)}|\n${'|-'.repeat(100)}|\n${'|\n'.repeat(100)}`,
    // Of several tables together.
    `${table(rows)}\n${table(1)}`,
    table(20_000),
  ])
    await expect(htmlOfMarkdown(markdown)).rejects.toMatchObject(refused);
});

it('makes no more HTML than an e-mail may have', async () => {
  const limit = LIMITS.mailTextBytes;
  await expect(htmlOfMarkdown('- - - - - - - - x\n'.repeat(7_000))).rejects.toMatchObject({
    code: 'EMAIL_INVALID',
    details: { field: 'config.markdown', limit },
  });
});

it('ends a text that takes too long, and makes HTML of the next one', async () => {
  const hasty = new MarkdownThreads({ cells: 10, htmlBytes: 1_000, renderMs: 50 });
  await hasty.html('org_1', 'A thread.', never);
  await expect(hasty.html('org_1', DENSE.brackets, never)).rejects.toMatchObject({
    code: 'EMAIL_INVALID',
    message: 'config.markdown takes too long, or too much memory, to be made HTML: shorten it',
  });
  await expect(hasty.html('org_1', 'x', never)).resolves.toBe('<p>x</p>\n');
  await hasty.close();
});

it('leaves others a thread while one organisation has the longest texts', async () => {
  await Promise.all([htmlOfMarkdown('x'), threads.html('org_2', 'x', never)]);
  const long = Array.from({ length: 4 }, () => htmlOfMarkdown(DENSE.quotes).catch(() => undefined));
  let areLongOnesOver = false;
  void Promise.all(long).then(() => (areLongOnesOver = true));
  await threads.html('org_2', 'x', never);
  expect(areLongOnesOver).toBe(false);
  await Promise.all(long);
});

it('ends what nobody wants any more', async () => {
  const unwanted = new AbortController();
  const started = threads.html('org_1', DENSE.quotes, unwanted.signal);
  await sleep(20);
  unwanted.abort(new Error('enough'));
  await expect(started).rejects.toThrow('enough');
});

it('says that an executor stops, and not that the text is at fault', async () => {
  const closing = new MarkdownThreads();
  await closing.html('org_1', 'x', never);
  const rendered = closing.html('org_1', DENSE.quotes, never);
  await sleep(20);
  await closing.close();
  await expect(rendered).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
});

it('has nothing of the environment of the executor', async () => {
  const source = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', () => parentPort.postMessage({ html: JSON.stringify(process.env) }));
    parentPort.postMessage('ready');`;
  const told = new MarkdownThreads(undefined, new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  expect(await told.html('org_1', 'x', never)).toBe('{}');
  await told.close();
});
