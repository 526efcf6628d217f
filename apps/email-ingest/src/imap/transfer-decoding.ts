/** Content of a part in pieces of any size. */
type Pieces = AsyncIterable<Buffer>;

/** A line of more characters is decoded in several pieces: whoever sends one without an end must not have it held. */
const LONGEST_LINE = 64 * 1024;

/** Texts of this size are gone when memory is collected next; of larger ones many would be there at once. */
const SLICE = 16 * 1024;

/** Decodes the content of a part piece by piece, as the parser of messages does it in one: what is no base64 is left out, what is no quoted-printable is kept. */
export function decoded(encoding: string, pieces: Pieces): Pieces {
  if (encoding === 'base64') return decodedBase64(pieces);
  return encoding === 'quoted-printable' ? decodedQuotedPrintable(pieces) : pieces;
}

async function* decodedBase64(pieces: Pieces): AsyncGenerator<Buffer> {
  let rest = '';
  for await (const piece of pieces) {
    const bytes = Buffer.allocUnsafe(rest.length + piece.length);
    let filled = 0;
    for (let from = 0; from < piece.length; from += SLICE) {
      const text = rest + piece.toString('latin1', from, from + SLICE).replace(/[^a-zA-Z0-9+/=]/g, '');
      // What comes behind a padding begins anew with its own four characters.
      const runs = text.split(/=+/);
      const last = runs.pop() ?? '';
      const whole = last.length - (last.length % 4);
      rest = last.slice(whole);
      for (const run of [...runs, last.slice(0, whole)]) filled += bytes.write(run, filled, 'base64');
    }
    yield bytes.subarray(0, filled);
  }
  if (rest !== '') yield Buffer.from(rest, 'base64');
}

async function* decodedQuotedPrintable(pieces: Pieces): AsyncGenerator<Buffer> {
  let rest = '';
  for await (const piece of pieces) {
    const text = rest + piece.toString('latin1');
    const end = endOfWhole(text);
    rest = text.slice(end);
    yield unquoted(withoutBreaks(text.slice(0, end)));
  }
  // The end of the content ends a line too.
  yield unquoted(withoutBreaks(`${rest}\n`).replace(/\n$/, ''));
}

/** Up to where a text can be decoded whatever follows: to the end of its last whole line, unless an escape goes on behind that. */
function endOfWhole(text: string): number {
  const end = text.lastIndexOf('\n') + 1;
  const [split = ''] = /=[0-9a-f]?=\r?\n$/i.exec(text.slice(Math.max(0, end - 5), end)) ?? [];
  if (text.length - end <= LONGEST_LINE) return end - split.length;
  const escape = text.indexOf('=', text.length - 2);
  return escape === -1 ? text.length : escape;
}

/** Without blanks at the end of lines, and without breaks that are there for the transport only. */
function withoutBreaks(text: string): string {
  return text.replace(/(^|[^ \t])[ \t]+(?=[\n\r])/g, '$1').replace(/=\r?\n/g, '');
}

function unquoted(text: string): Buffer {
  return Buffer.from(
    text.replace(/=([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  );
}
