import { ROWS, type Panel } from './panels.js';

const WIDTH = 24;
const PANEL = { width: WIDTH / 4, height: 8 };
const SOURCE = { type: 'prometheus', uid: '${source}' };

/** The dashboard as Grafana imports it; it asks for the source of its data. */
export function dashboard(): Record<string, unknown> {
  const panels: Record<string, unknown>[] = [];
  let top = 0;
  for (const row of ROWS) {
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
    uid: 'millrace',
    title: 'Millrace',
    tags: ['millrace'],
    schemaVersion: 39,
    time: { from: 'now-6h', to: 'now' },
    refresh: '30s',
    templating: { list: [{ name: 'source', label: 'Source', type: 'datasource', query: 'prometheus' }] },
    panels,
  };
}

function graph({ title, description, unit, queries }: Panel): Record<string, unknown> {
  return {
    type: 'timeseries',
    title,
    description,
    datasource: SOURCE,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: SOURCE,
      expr,
      legendFormat: legend,
    })),
  };
}
