import { RESPONSE_SCHEMA_FORMATS } from '@millrace/schema';
import { answerCheck, toolInputCheck } from './answer-check.js';
import { answerFormats } from './answer-formats.js';

type Format = keyof typeof answerFormats;

const TEXTS: Readonly<Record<Format, { readonly fit: readonly string[]; readonly others: readonly string[] }>> = {
  date: {
    fit: ['2026-11-29', '2024-02-29', '2000-02-29', '0001-01-01'],
    others: ['not a date', '2026-02-29', '1900-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '2026-1-1', ' 2026-01-01', '2026-01-01\n', '2026-01-01T00:00:00Z', '٢٠٢٦-٠١-٠١'], // prettier-ignore
  },
  'date-time': {
    fit: ['2026-11-29T18:42:00Z', '2026-11-29t18:42:00.123456z', '2026-11-29T18:42:00+05:30', '2016-12-31T23:59:60Z'],
    others: ['2026-11-29', '2026-11-29 18:42:00Z', '2026-11-29T18:42:00', '2026-02-30T18:42:00Z', '2026-11-29T24:00:00Z', '2026-11-29T18:42Z'], // prettier-ignore
  },
  time: {
    fit: ['18:42:00Z', '00:00:00.5-08:00', '23:59:60Z', '15:59:60-08:00', '00:29:60+00:30'],
    others: ['18:42:00', '18:42Z', '24:00:00Z', '18:60:00Z', '18:42:60Z', '23:59:61Z', '18:42:00+24:00', '18:42:00+0530', '18:42:00.Z'], // prettier-ignore
  },
  email: {
    fit: ['ada@example.com', 'a.b+c@mail.example.com', "o'neil@localhost", `${'a'.repeat(64)}@example.com`],
    others: ['ada', '@example.com', 'ada@', 'a..b@example.com', '.a@example.com', 'a b@example.com', 'ada@-a.example', 'ada@a..example', 'ada@example.com.', 'Ada <ada@example.com>', `${'a'.repeat(65)}@example.com`, `a@${'a.'.repeat(130)}com`], // prettier-ignore
  },
  uri: {
    fit: ['https://example.com/a?b=c#d', 'mailto:ada@example.com', 'urn:isbn:0451450523', 'http://[::1]:8080/%41', 'tel:+49-30-1'], // prettier-ignore
    others: ['example.com', '/a/b', 'http://', 'https://example.com/a b', 'https://example.com/ä', 'https://example.com/%4', ' https://example.com', '1a://b', 'https://exa<mple.com'], // prettier-ignore
  },
  uuid: {
    fit: ['123e4567-e89b-12d3-a456-426614174000', '123E4567-E89B-12D3-A456-426614174000'],
    others: ['123e4567e89b12d3a456426614174000', '123e4567-e89b-12d3-a456-42661417400g', '{123e4567-e89b-12d3-a456-426614174000}'], // prettier-ignore
  },
  ipv4: { fit: ['127.0.0.1', '255.255.255.255'], others: ['256.0.0.1', '127.1', '1.2.3.4/8', '::1', '01.2.3.4'] },
  ipv6: { fit: ['::1', '2001:db8::8a2e:370:7334', '::ffff:1.2.3.4'], others: ['127.0.0.1', 'fe80::1%eth0', '[::1]', '1::2::3', ':1'] }, // prettier-ignore
};

describe.each(RESPONSE_SCHEMA_FORMATS)('the format %s', (format) => {
  const { fit, others } = TEXTS[format];
  const schema = { type: 'object', properties: { a: { format } } };
  const check = answerCheck(schema);

  it.each(fit)('is that of %j', (a) => {
    expect(check(JSON.stringify({ a }))).toEqual({ value: { a } });
  });

  it.each([...others, ''])('is not that of %j', (a) => {
    expect(check(JSON.stringify({ a }))).toEqual({ problem: `/a must match format "${format}"` });
    expect(toolInputCheck(schema)({ a })).toBe(`/a must match format "${format}"`);
  });

  it('says nothing of what is no text', () => {
    expect(check('{"a": 5}')).toEqual({ value: { a: 5 } });
  });

  // What doubles with each character, or only grows with its square, would not end here.
  it.each(['a', '1', '0', '.', ':', '-', '@', '%41', 'a.', 'a-', '1:', 'a@', '::', '[', '#', "'"])(
    'is looked for once in a long text of %j',
    (piece) => {
      const long = piece.repeat(Math.floor(240_000 / piece.length));
      for (const [before, after] of [
        ['', '\n'],
        ['a', ' '],
        ['a:', ' '],
        ['a@', '!'],
        ['00:00:00.', 'x'],
        ['http://', '\t'],
      ])
        // prettier-ignore
        expect(answerFormats[format](`${before}${long}${after}`)).toBe(false);
    },
  );
});

it('a format that nothing checks any more, in a workflow that was saved before, is passed over', () => {
  expect(answerCheck({ type: 'string', format: 'hostname' })('"no host at all"')).toEqual({ value: 'no host at all' });
});
