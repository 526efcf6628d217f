import { htmlOfMarkdown } from './markdown.js';

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
