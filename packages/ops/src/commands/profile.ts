import { createWriteStream } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Command } from '../command.js';
import { ConfigError, type OpsConfig } from '../config.js';
import { RefusedError, UnavailableError } from '../operator-api.js';

/** Longer than a profile and its transfer take. */
const TIMEOUT_MS = 180_000;

const profileCommand: Command = {
  name: 'profile',
  parameters: 'SERVICE',
  summary: 'write a profile of one process of a service to a file: what it spends its time on, or all of its memory',
  words: [1, 1],
  options: {
    kind: { type: 'string', description: 'cpu (default), or heap, which has secrets in it' },
    seconds: { type: 'string', description: 'how long to look, for cpu: 10 by default, 30 at most' },
    url: { type: 'string', description: 'operations port of the process, as in http://127.0.0.1:8080' },
    file: { type: 'string', description: 'where to write it; must not exist' },
  },
  settings: ['MILLRACE_PROFILE_TOKEN', 'MILLRACE_HEALTH_URLS'],
  async run({ words: [service = ''], options, config }) {
    const { kind = 'cpu', seconds = '10', url } = options;
    const address = addressOf(config, service, url);
    address.search = new URLSearchParams({ kind: String(kind), seconds: String(seconds) }).toString();
    const response = await ask(address, config);
    const extension = response.headers.get('x-profile-extension') ?? 'profile';
    const file = typeof options['file'] === 'string' ? options['file'] : nameOf(service, extension);
    await write(response, file);
    const lines = [`${file} is written: open it in the developer tools of a browser (Performance, or Memory).`];
    if (kind === 'heap')
      lines.push('It has the secrets in it that were in memory: delete it when it has been looked at.');
    return { json: { service, kind, file }, lines };
  },
};

function addressOf({ healthUrls }: OpsConfig, service: string, url: string | boolean | undefined): URL {
  const base = typeof url === 'string' ? url : healthUrls[service];
  if (base === undefined || !URL.canParse('/profile', base))
    throw new ConfigError(`Where ${service} has its operations port is not known: name it by --url`);
  return new URL('/profile', base);
}

async function ask(address: URL, { profileToken }: OpsConfig): Promise<Response> {
  if (profileToken === undefined)
    throw new ConfigError('MILLRACE_PROFILE_TOKEN is not set: the token that the services have under that name');
  const headers = { authorization: `Bearer ${profileToken}` };
  let response: Response;
  try {
    response = await fetch(address, { method: 'POST', headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new UnavailableError(`${address.origin} cannot be reached`);
  }
  if (response.ok) return response;
  const { error } = (await response.json().catch(() => ({}))) as { error?: { code?: string; message?: string } };
  const { code = `HTTP ${response.status}`, message = 'the process has no profile token: set it there too' } =
    error ?? {};
  if (response.status >= 500) throw new UnavailableError(`${code}: ${message}`);
  throw new RefusedError(code, message, undefined);
}

function nameOf(service: string, extension: string): string {
  return `millrace-${service}-${new Date().toISOString().replace(/[:.]/g, '-')}.${extension}`;
}

/** For its owner alone. Throws ConfigError for a file that cannot be made, UnavailableError for a transfer that breaks. */
async function write(response: Response, file: string): Promise<void> {
  const target = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  try {
    await pipeline(Readable.fromWeb(response.body as ReadableStream), target);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOENT' || code === 'EACCES') throw new ConfigError(message);
    await unlink(file).catch(() => undefined);
    throw new UnavailableError(`The profile could not be taken over: ${message}`);
  }
}

export const PROFILE_COMMANDS: readonly Command[] = [profileCommand];
