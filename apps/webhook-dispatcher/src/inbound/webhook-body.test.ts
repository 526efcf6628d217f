import { factsOf, isWithoutFiles, webhookContent } from './webhook-body.js';

const read = (body: string | Buffer, contentType?: string, query = {}): unknown => {
  const { files, input } = webhookContent({ body: Buffer.from(body), contentType, query });
  if (isWithoutFiles(Buffer.from(body), contentType)) expect(files).toEqual([]);
  return input(files.map((file, index) => ({ id: `file_${index}`, ...factsOf(file) })));
};

describe('webhookContent', () => {
  it('reads JSON whatever its type is called', () => {
    for (const type of [
      undefined,
      'application/json',
      'application/json; charset=utf-8',
      'application/vnd.github+json',
      'application/octet-stream',
    ]) {
      expect(read('{"a":[1]}', type)).toEqual({ a: [1] });
    }
  });

  it('takes the query parameters when there is no body', () => {
    expect(read('', undefined, { a: '1' })).toEqual({ a: '1' });
  });

  it('reads forms, repeated fields as lists', () => {
    expect(read('a=1&b=x%20y&a=2', 'application/x-www-form-urlencoded')).toEqual({ a: ['1', '2'], b: 'x y' });
  });

  it('unwraps the JSON that GitHub puts into a form', () => {
    expect(read('payload=%7B%22ref%22%3A%22main%22%7D', 'application/x-www-form-urlencoded')).toEqual({ ref: 'main' });
  });

  it('keeps text as text', () => {
    expect(read('{"a":1}', 'text/plain')).toBe('{"a":1}');
  });

  it.each(['application/json', 'application/vnd.github+json', 'application/x-www-form-urlencoded'])(
    'refuses %s in an encoding that its bounds are not checked in',
    (type) => {
      const deep = Buffer.from('['.repeat(1_000), 'utf16le');
      expect(() => read(deep, `${type}; charset=utf-16le`)).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED_MEDIA_TYPE' }),
      );
    },
  );

  it('says where JSON is broken', () => {
    expect(() => read('{"a":}', 'application/json')).toThrow(expect.objectContaining({ code: 'INVALID_JSON' }));
  });

  it('refuses nesting that would overflow a stack', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    for (const [body, type] of [
      [deep, 'application/json'],
      [`payload=${deep}`, 'application/x-www-form-urlencoded'],
    ] as const) {
      expect(() => read(body, type)).toThrow(expect.objectContaining({ code: 'INVALID_JSON' }));
    }
  });

  it('makes a file of other bytes', () => {
    expect(read(Buffer.from([0, 0x50, 0x4e, 0x47]), 'image/png')).toEqual({
      file: {
        id: 'file_0',
        name: null,
        type: 'image/png',
        size: 4,
        sha256: '6fca4186a1da39a8e40561b81ec674cd8e0c03e9cdc6af2b668774e9b9157eeb',
      },
    });
  });

  it('reads the text of types that do not say so, unless it is in another encoding', () => {
    expect(read('<a/>', 'application/soap+xml; charset=utf-8')).toBe('<a/>');
    expect(read('a: 1', 'application/yaml')).toBe('a: 1');
    expect(read(Buffer.from([0xe4]), 'text/plain; charset=iso-8859-1')).toMatchObject({
      file: { type: 'text/plain; charset=iso-8859-1', size: 1 },
    });
  });

  it('makes a file of what only looks like JSON, of any depth', () => {
    expect(read('{\\rtf1 text}', 'application/rtf')).toMatchObject({ file: { type: 'application/rtf', size: 12 } });
    expect(read('['.repeat(100_000), 'application/octet-stream')).toMatchObject({ file: { size: 100_000 } });
  });

  it('reads the fields of a multipart form, its files by their facts', () => {
    const body = [
      '--b',
      'Content-Disposition: form-data; name="title"',
      '',
      'Grüße',
      '--b',
      'Content-Disposition: form-data; name="report"; filename="../a \\"b\\".pdf"',
      'Content-Type: application/pdf',
      '',
      'PDF',
      '--b',
      'Content-Disposition: form-data; name="title"',
      'Content-Type: application/json',
      '',
      '{"a":[1]}',
      '--b',
      'content-disposition: form-data; name=picture',
      'content-type: image/png',
      '',
      'PNG',
      '--b',
      'Content-Disposition: form-data; name="__proto__"; filename=""',
      'Content-Type: application/octet-stream',
      '',
      '',
      '--b--',
      '',
    ].join('\r\n');
    const input = read(body, 'multipart/form-data; boundary="b"') as object;
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
    expect(Object.entries(input)).toEqual([
      ['title', ['Grüße', { a: [1] }]],
      [
        'report',
        {
          file: expect.objectContaining({
            id: 'file_0',
            name: 'a "b".pdf',
            type: 'application/pdf',
            size: 3,
          }) as unknown,
        },
      ],
      [
        'picture',
        { file: expect.objectContaining({ id: 'file_1', name: null, type: 'image/png', size: 3 }) as unknown },
      ],
      ['__proto__', null],
    ]);
  });

  it('makes an own property of __proto__, not a prototype', () => {
    const input = read('__proto__=x&a=1', 'application/x-www-form-urlencoded') as object;
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
    expect(Object.hasOwn(input, '__proto__')).toBe(true);
  });
});
