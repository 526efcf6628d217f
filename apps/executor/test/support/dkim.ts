import { createHash, createVerify, type KeyObject } from 'node:crypto';

/** What a signature says of itself, and whether it is right. */
export interface CheckedSignature {
  readonly domain: string | undefined;
  readonly selector: string | undefined;
  readonly signedHeaders: readonly string[];
  readonly isRight: boolean;
}

/** Checks the DKIM signature (RFC 6376, relaxed/relaxed, rsa-sha256) of an e-mail as it came. */
export function checkedSignature(raw: string, publicKey: KeyObject): CheckedSignature {
  const end = raw.indexOf('\r\n\r\n');
  const headers = raw
    .slice(0, end)
    .split(/\r\n(?![ \t])/)
    .map((line) => ({
      name: line.slice(0, line.indexOf(':')).toLowerCase(),
      value: line.slice(line.indexOf(':') + 1),
    }));
  const signature = headers.find(({ name }) => name === 'dkim-signature');
  const tags = Object.fromEntries(
    relaxed(signature?.value ?? '')
      .split(';')
      .map((tag) => [tag.slice(0, tag.indexOf('=')).trim(), tag.slice(tag.indexOf('=') + 1).replaceAll(' ', '')]),
  ) as Record<string, string | undefined>;
  const signedHeaders = (tags['h'] ?? '').toLowerCase().split(':');
  const lines = signedHeaders.flatMap((name) => {
    const header = headers.findLast((one) => one.name === name);
    return header === undefined ? [] : [`${name}:${relaxed(header.value)}\r\n`];
  });
  const own = `dkim-signature:${relaxed((signature?.value ?? '').replace(/(;\s*b=)[^;]*/, '$1'))}`;
  const isSigned = createVerify('sha256')
    .update(lines.join('') + own)
    .verify(publicKey, tags['b'] ?? '', 'base64');
  const bodyHash = createHash('sha256')
    .update(relaxedBody(raw.slice(end + 4)))
    .digest('base64');
  return { domain: tags['d'], selector: tags['s'], signedHeaders, isRight: isSigned && bodyHash === tags['bh'] };
}

function relaxed(value: string): string {
  return value
    .replaceAll('\r\n', '')
    .replaceAll(/[ \t]+/g, ' ')
    .trim();
}

function relaxedBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replaceAll(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${line}\r\n`).join('');
}
