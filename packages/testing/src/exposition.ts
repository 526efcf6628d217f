/** One value of a metric, as a process exports it. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads Prometheus' text format: what `/metrics` returns. Values that are no number are left out. */
export function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined || !Number.isFinite(Number(value))) return [];
    return [{ name, labels: labelsOf(labels), value: Number(value) }];
  });
}

/** The sum of a metric's values with these labels; 0 where there is none. */
export function sumOf(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  const found = samples.filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return found.reduce((sum, { value }) => sum + value, 0);
}

function labelsOf(text: string): Record<string, string> {
  const pairs = text.matchAll(/\b(\w+)="((?:\\.|[^"\\])*)"/g);
  return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name, JSON.parse(`"${value}"`) as string]));
}
