import type { FileReference } from '@millrace/contracts';
import { apiBase, type ApiClient } from './api.js';

/** The id of a file of the organisation: what an HTTP step has read. */
export async function aFile(api: ApiClient): Promise<string> {
  const config = { url: new URL('/docs', apiBase()).href, response: 'file' };
  const { id } = await api.create({
    name: 'Reads a file',
    trigger: { type: 'webhook' },
    steps: [{ id: 'read', type: 'http', config }],
  });
  const [step] = (await api.run(id)).steps;
  return (step?.output as { readonly body: FileReference }).body.file.id;
}
