import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { REPOSITORY } from '../support/platform.js';

const FOLDER = join(REPOSITORY, 'deploy', 'observability');

/** The rules, as Prometheus reads them. */
export const ALERTS_FILE = join(FOLDER, 'alerts.yaml');

const rules = readFileSync(ALERTS_FILE, 'utf8');

/** All alerts. */
export const ALERTS = (parse(rules) as { groups: { rules: { alert: string }[] }[] }).groups.flatMap((group) =>
  group.rules.map(({ alert }) => alert),
);

/** Metrics that the rules look at. */
export const WATCHED: ReadonlySet<string> = new Set(rules.match(/\b(?:millrace|nodejs|process)_\w+/g));

/** One step of what Prometheus does with the labels of what it has found. */
export interface Relabelling {
  readonly source_labels: readonly string[];
  readonly regex?: string;
  readonly action?: 'keep' | 'drop';
  readonly target_label?: string;
}

/** How Prometheus asks Millrace. */
export const SCRAPE_CONFIG = (
  parse(readFileSync(join(FOLDER, 'prometheus.yaml'), 'utf8')) as {
    scrape_configs: [{ job_name: string; honor_labels: boolean; relabel_configs: Relabelling[] }];
  }
).scrape_configs[0];
