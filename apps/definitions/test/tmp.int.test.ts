import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { waitUntil, aWorkflow } from '@millrace/testing';
import { CreateWorkflow, GetWorkflow } from '@millrace/contracts';
import { openFixture } from './definitions.fixture.js';
it('x', async () => {
  const f = await openFixture();
  const out: string[] = [];
  for (let i = 0; i < 2; i++) {
    const t = Date.now();
    const child = spawn(process.execPath, ['dist/main.js'], { env: { ...f.environment, MILLRACE_HEALTH_PORT: '34567', PATH: process.env.PATH, MILLRACE_LOG_LEVEL: 'info' }, stdio: 'inherit' });
    await waitUntil('live', async () => (await fetch('http://127.0.0.1:34567/health/live')).ok, 30000);
    out.push('live ' + (Date.now() - t));
    await waitUntil('ready', async () => (await fetch('http://127.0.0.1:34567/health/ready')).status === 200, 30000);
    out.push('ready ' + (Date.now() - t));
    const c = Date.now();
    let id = '';
    for (let n = 0; n < 100; n++) id = (await f.client.request(CreateWorkflow, { organisation_id: 'org_x', document: aWorkflow() })).id;
    out.push('create ms ' + (Date.now() - c) / 100);
    const p = Date.now();
    await Promise.all(Array.from({ length: 300 }, () => f.client.request(CreateWorkflow, { organisation_id: 'org_x', document: aWorkflow() })));
    out.push('parallel creates/s ' + 300_000 / (Date.now() - p));
    const g = Date.now();
    for (let n = 0; n < 200; n++) await f.client.request(GetWorkflow, { organisation_id: 'org_x', workflow_id: id });
    out.push('get ms ' + (Date.now() - g) / 200);
    out.push(readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/VmRSS.*/)?.[0] ?? '');
    child.kill('SIGTERM');
    await new Promise((r) => child.on('exit', r));
  }
  console.log(out.join('\n'));
  await f.stop();
}, 90000);
