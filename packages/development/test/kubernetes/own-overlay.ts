import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { REPOSITORY } from './repository.js';

/** Writes `mine` beside `production`: a copy with what docs/deploy.md adds to its `kustomization.yaml`, and with another NATS in `settings.env` and `keda.env`. */
export function writeOwnOverlay(overlays: string): void {
  const own = join(overlays, 'mine');
  cpSync(join(overlays, 'production'), own, { recursive: true });
  const page = readFileSync(join(REPOSITORY, 'docs', 'deploy.md'), 'utf8');
  const [, text = ''] = /<!-- additions -->\n\n *```yaml\n([^]*?)```/.exec(page) ?? [];
  const file = join(own, 'kustomization.yaml');
  const kustomization = parse(readFileSync(file, 'utf8')) as Record<string, unknown[]>;
  const additions = parse(text) as Record<string, unknown[]>;
  for (const [name, values] of Object.entries(additions))
    kustomization[name] = [...(kustomization[name] ?? []), ...values];
  writeFileSync(file, stringify(kustomization));
  const replaceIn = (name: string, place: RegExp, by: string) =>
    writeFileSync(join(own, name), readFileSync(join(own, name), 'utf8').replace(place, by));
  replaceIn('settings.env', /(_MONITOR_URL=).*/, '$1http://servers.elsewhere:8222');
  replaceIn('keda.env', /^(NATS_MONITOR=).*/m, '$1nats.elsewhere:8222');
  replaceIn('keda.env', /(_SERVERS_MONITOR=).*/, '$1servers.elsewhere:8222');
}

/** Writes overlays with the components that `production` has no use for: `by consumers`, which is a copy of `mine`, and `ingress`. */
export function writeOtherOverlays(overlays: string): void {
  const byConsumers = join(overlays, 'by consumers');
  cpSync(join(overlays, 'mine'), byConsumers, { recursive: true });
  const file = join(byConsumers, 'kustomization.yaml');
  const own = parse(readFileSync(file, 'utf8')) as { components: string[] };
  own.components.push('../../components/scaled-by-consumers');
  writeFileSync(file, stringify(own));
  const ingress = { resources: ['../production'], components: ['../../components/ingress'], namespace: 'millrace' };
  mkdirSync(join(overlays, 'ingress'));
  writeFileSync(join(overlays, 'ingress/kustomization.yaml'), stringify(ingress));
}
