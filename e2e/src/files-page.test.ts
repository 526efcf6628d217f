import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { FileList, WorkflowResource } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { pageOf } from './support/page.js';

/*
 * What docs/files.md shows is what happens.
 */

const page = pageOf('files');
const api = new ApiClient();
const REPORT = `%PDF-1.7 ${'x'.repeat(400_000)}`;
const uploads: string[] = [];
let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      if (request.method === 'POST') uploads.push(body);
      const headers = { 'content-type': 'application/pdf', 'content-disposition': 'attachment; filename="report.pdf"' };
      response.writeHead(200, request.method === 'POST' ? {} : headers).end(request.method === 'POST' ? '' : REPORT);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('has what this test runs', () => {
  expect(page.names).toEqual(['document', 'list', 'download', 'evaluate']);
});

it('has a workflow that passes a file on, and commands that list, download and read it', async () => {
  const headers = { 'content-type': 'application/yaml' };
  const workflow = await api.expect<WorkflowResource>(201, 'POST', '/workflows', {
    raw: page.example('document'),
    headers,
  });
  const input = { url: `${base}/report`, archive_url: `${base}/archive`, title: 'Report', to: 'ada@example.com' };
  const { id } = await api.execute(workflow.id, input);
  const ended = await api.ended(id);
  expect([ended.status, ended.error]).toEqual(['completed', null]);
  expect(uploads).toEqual([expect.stringContaining(REPORT)]);
  const { files } = JSON.parse(await page.run('list', { EXECUTION: id })) as FileList;
  expect(files).toMatchObject([{ name: 'report.pdf', type: 'application/pdf', size: REPORT.length, execution_id: id }]);
  expect(await page.run('download', { FILE: files[0]?.id ?? '' })).toBe(REPORT.slice(0, 10));
  const evaluated = JSON.parse(await page.run('evaluate', { FILE: files[0]?.id ?? '' })) as object;
  expect(evaluated).toEqual({ value: REPORT.length, type: 'number', error: null });
  await api.expect(204, 'DELETE', `/workflows/${workflow.id}`);
});
