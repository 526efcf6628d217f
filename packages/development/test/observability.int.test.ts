import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeFailure } from '@millrace/local/failure';
import { ensurePromtool, isPromtoolWithinReach } from '@millrace/local/promtool';
import { stringify } from 'yaml';
import { DASHBOARDS } from '../src/observability/dashboards.js';
import { REPOSITORY } from './kubernetes/repository.js';

const FOLDER = join(REPOSITORY, 'deploy', 'observability');

/** CI has to have it. */
const withPromtool = process.env['CI'] || isPromtoolWithinReach(process.env) ? test : test.skip;

let promtool: string | null = null;

beforeAll(async () => {
  if (withPromtool === test.skip) return;
  const runtimeDir = process.env['MILLRACE_RUNTIME_DIR'] ?? join(REPOSITORY, '.millrace', 'runtime');
  try {
    promtool = await ensurePromtool({ runtimeDir, env: process.env });
  } catch (error) {
    throw new Error(describeFailure(error), { cause: error });
  }
}, 180_000);

/** What it prints; throws what it printed when it is not content. */
function run(...args: string[]): string {
  if (promtool === null) throw new Error('There is neither promtool nor Debian’s apt-get on PATH');
  try {
    return execFileSync(promtool, args, { cwd: FOLDER, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(stdout + stderr, { cause: error });
  }
}

function inFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-observability-'));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

withPromtool('each alert fires on its fault, and not without it', () => {
  expect(run('test', 'rules', 'alerts.test.yaml')).toContain('SUCCESS');
});

withPromtool('Prometheus takes the configuration by which it finds pods', () => {
  const text = readFileSync(join(FOLDER, 'prometheus.yaml'), 'utf8');
  // Debian's promtool is built without Kubernetes, so the members of that one discovery are not looked at.
  const known = text.replace(/kubernetes_sd_configs:\n +- role: pod\n/, 'static_configs: []\n');
  expect(known).not.toBe(text);
  inFolder((folder) => {
    cpSync(join(FOLDER, 'alerts.yaml'), join(folder, 'alerts.yaml'));
    writeFileSync(join(folder, 'prometheus.yaml'), known);
    expect(run('check', 'config', join(folder, 'prometheus.yaml'))).toContain('SUCCESS');
  });
});

withPromtool('Prometheus understands every query of the dashboards', () => {
  const panels = DASHBOARDS.flatMap(({ rows }) => rows).flatMap((row) => row.panels);
  const queries = panels.flatMap((panel) => panel.queries.map(({ expr }) => expr));
  const rules = queries.map((expr, index) => ({ record: `panel:${index}`, expr }));
  inFolder((folder) => {
    const file = join(folder, 'rules.yaml');
    writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
    expect(run('check', 'rules', file)).toContain('SUCCESS');
  });
});
