import type { FileList, WorkflowResource } from '@millrace/contracts';
import { FakeHttpServer } from '@millrace/testing';
import { ApiClient } from './support/api.js';
import { pageOf } from './support/page.js';

/*
 * What docs/files.md shows is what happens.
 */

const page = pageOf('files');
const api = new ApiClient();
const REPORT = `%PDF-1.7 ${'x'.repeat(400_000)}`;
let server: FakeHttpServer;

beforeAll(async () => {
  server = await FakeHttpServer.start();
  const headers = { 'content-type': 'application/pdf', 'content-disposition': 'attachment; filename="report.pdf"' };
  server.on('/report', { headers, body: REPORT }).on('/archive', { body: '' });
});
afterAll(() => server?.stop());

it('has what this test runs', () => {
  expect(page.names).toEqual(['document', 'list', 'download', 'evaluate']);
});

it('has a workflow that passes a file on, and commands that list, download and read it', async () => {
  const headers = { 'content-type': 'application/yaml' };
  const workflow = await api.expect<WorkflowResource>(201, 'POST', '/workflows', {
    raw: page.example('document'),
    headers,
  });
  const [url, archive_url] = [`${server.url}/report`, `${server.url}/archive`];
  const input = { url, archive_url, title: 'Report', to: 'ada@example.com' };
  const { id } = await api.execute(workflow.id, input);
  const ended = await api.ended(id);
  expect([ended.status, ended.error]).toEqual(['completed', null]);
  expect(server.callsTo('/archive').map(({ method, body }) => [method, body])).toEqual([
    ['POST', expect.stringContaining(REPORT)],
  ]);
  const { files } = JSON.parse(await page.run('list', { EXECUTION: id })) as FileList;
  expect(files).toMatchObject([{ name: 'report.pdf', type: 'application/pdf', size: REPORT.length, execution_id: id }]);
  expect(await page.run('download', { FILE: files[0]?.id ?? '' })).toBe(REPORT.slice(0, 10));
  const evaluated = JSON.parse(await page.run('evaluate', { FILE: files[0]?.id ?? '' })) as object;
  expect(evaluated).toEqual({ value: REPORT.length, type: 'number', error: null });
  await api.expect(204, 'DELETE', `/workflows/${workflow.id}`);
});
