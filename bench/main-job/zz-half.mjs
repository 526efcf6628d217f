import { Agent, request } from 'undici';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callApi, readEndpoints } from '../lib/platform.mjs';
import { BODY, pureWorkflow } from './workflows.mjs';
import { readFileSync } from 'node:fs';
const endpoints = readEndpoints(join(dirname(fileURLToPath(import.meta.url)), '../..'));
const procs = [...Object.entries(endpoints.services), ...Object.entries(endpoints.servers)].map(([n, { pid }]) => ({ n, pid }));
const cpu = () => procs.map(({ pid }) => { try { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' '); return (Number(f[11]) + Number(f[12])) * 10; } catch { return 0; } });
const wf = await callApi(endpoints, 'POST', '/workflows', pureWorkflow());
const url = wf.trigger.config.url;
const agent = new Agent({ connections: 64, pipelining: 1 });
const rows = [];
const send = async (due) => { const r = await request(url, { method: 'POST', body: BODY, headers: { 'content-type': 'application/json' }, dispatcher: agent }); await r.body.dump(); rows.push([due, performance.now() - due]); };
const rate = Number(process.argv[2] ?? 450), secs = Number(process.argv[3] ?? 12);
const start = performance.now(); const calls = rate * secs; let sent = 0; const all = [];
const samples = []; let last = start, prev = cpu();
let selfLate = [];
while (sent < calls) {
  const now = performance.now();
  if (now - last > 100) { const c = cpu(); samples.push([last, now, c.map((v, i) => v - prev[i])]); prev = c; last = now; }
  for (; sent < calls && start + sent * 1000 / rate <= performance.now(); sent++) all.push(send(start + sent * 1000 / rate));
  const t = performance.now(); await new Promise((r) => setTimeout(r, 1)); const l = performance.now() - t; if (l > 15) selfLate.push([Math.round(t - start), Math.round(l)]);
}
await Promise.all(all);
const lat = rows.map((r) => r[1]).sort((a, b) => a - b);
console.log('p50', lat[lat.length >> 1].toFixed(1), 'p90', lat[Math.floor(lat.length * .9)].toFixed(1), 'p99', lat[Math.floor(lat.length * .99)].toFixed(1), 'self late', selfLate.length, JSON.stringify(selfLate.slice(0, 20)));
console.log(procs.map((p) => p.n).join(' '));
for (const [a, b, c] of samples) {
  const inw = rows.filter((r) => r[0] >= a && r[0] < b).map((r) => r[1]);
  const mx = Math.max(...inw);
  console.log(Math.round(a - start), 'max', mx.toFixed(0), mx > 60 ? '***' : '', c.join(' '));
}
await callApi(endpoints, 'DELETE', `/workflows/${wf.id}`);
await agent.close();
