import type { Panel, Row } from './panel.js';
import { EXECUTIONS, OVERVIEW } from './rows-of-executions.js';
import { CALLERS, CREDITS } from './rows-of-organisations.js';
import { PROCESSES } from './rows-of-processes.js';
import { RECORDS, STORAGE } from './rows-of-storage.js';
import { MAILBOXES, SCHEDULES, WEBHOOKS } from './rows-of-triggers.js';

/** A dashboard, from top to bottom. */
interface Dashboard {
  /** Its name in `deploy/observability`. */
  readonly file: string;
  /** By which Grafana knows it, and replaces it when it is imported again. */
  readonly uid: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

export const DASHBOARDS: readonly Dashboard[] = [
  {
    file: 'dashboard.json',
    uid: 'millrace',
    title: 'Millrace: platform',
    rows: [OVERVIEW, EXECUTIONS, RECORDS, STORAGE, PROCESSES],
  },
  {
    file: 'dashboard-triggers.json',
    uid: 'millrace-triggers',
    title: 'Millrace: triggers and organisations',
    rows: [WEBHOOKS, SCHEDULES, MAILBOXES, CALLERS, CREDITS],
  },
];

const TAG = 'millrace';
const WIDTH = 24;
const PANEL = { width: WIDTH / 4, height: 8 };
/** A link to each other dashboard, of the same source and time. */
const OTHERS = {
  type: 'dashboards',
  title: 'Millrace',
  tooltip: '',
  icon: 'dashboard',
  url: '',
  tags: [TAG],
  asDropdown: false,
  targetBlank: false,
  includeVars: true,
  keepTime: true,
};
const SOURCE = { type: 'prometheus', uid: '${source}' };

/** The dashboard as Grafana imports it; it asks for the source of its data. */
export function importable({ uid, title, rows }: Dashboard): Record<string, unknown> {
  const panels: Record<string, unknown>[] = [];
  let top = 0;
  for (const row of rows) {
    panels.push({ id: panels.length + 1, type: 'row', title: row.title, gridPos: { x: 0, y: top, w: WIDTH, h: 1 } });
    top += 1;
    row.panels.forEach((panel, index) => {
      const x = (index * PANEL.width) % WIDTH;
      const y = top + Math.floor((index * PANEL.width) / WIDTH) * PANEL.height;
      panels.push({ id: panels.length + 1, ...graph(panel), gridPos: { x, y, w: PANEL.width, h: PANEL.height } });
    });
    top += Math.ceil((row.panels.length * PANEL.width) / WIDTH) * PANEL.height;
  }
  return {
    uid,
    title,
    tags: [TAG],
    links: [OTHERS],
    schemaVersion: 39,
    time: { from: 'now-6h', to: 'now' },
    refresh: '30s',
    templating: { list: [{ name: 'source', label: 'Source', type: 'datasource', query: 'prometheus' }] },
    panels,
  };
}

function graph({ title, description, unit, limit, isSigned, queries }: Panel): Record<string, unknown> {
  return {
    type: 'timeseries',
    title,
    description: limit ? `${description} The dashed line is the limit of the alert ${limit.alert}.` : description,
    datasource: SOURCE,
    fieldConfig: {
      defaults: { unit, ...(isSigned ? {} : { min: 0 }), ...(limit ? lines(limit.above, isSigned) : {}) },
      overrides: [],
    },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: SOURCE,
      expr,
      legendFormat: legend,
    })),
  };
}

/** Grafana colours from each step's value on, from the first one's without an end, and draws a line at the others. */
function lines(above: number, isSigned = false): Record<string, unknown> {
  const below = isSigned ? [{ color: 'red', value: null }] : [];
  const steps = [...below, { color: 'green', value: isSigned ? -above : null }, { color: 'red', value: above }];
  return {
    custom: { thresholdsStyle: { mode: 'dashed' } },
    thresholds: { mode: 'absolute', steps },
  };
}
