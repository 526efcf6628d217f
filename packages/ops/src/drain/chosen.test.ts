import { chosenBy, leftWithout, type Chosen } from './chosen.js';

const up = (service: string, instance: string, node: string): Chosen => ({ service, instance, node, status: 'up' });
const A = up('executor', 'a:1', 'machine-1');
const B = up('executor', 'b:2', 'machine-2');
const C = up('history', 'a:3', 'machine-1');
const ALL = [A, B, C];

test('processes are chosen by instance, service and node, each once', () => {
  expect(chosenBy(['a:1'], ALL)).toEqual([A]);
  expect(chosenBy(['executor'], ALL)).toEqual([A, B]);
  expect(chosenBy(['machine-1'], ALL)).toEqual([A, C]);
  expect(chosenBy(['a:1', 'machine-1', 'executor'], ALL)).toEqual([A, C, B]);
});

test('of a name that nothing has, the nearest are named', () => {
  expect(() => chosenBy(['executer'], ALL)).toThrow(
    'No process, service or node is called executer; there is executor.',
  );
  expect(() => chosenBy(['a:1', 'machine'], ALL)).toThrow('there is machine-1, machine-2.');
  expect(() => chosenBy(['elsewhere'], ALL)).toThrow('called elsewhere. `drain --list`');
});

test('a name of a service and of a node is neither', () => {
  const alike = up('history', 'b:4', 'executor');
  expect(() => chosenBy(['executor'], [...ALL, alike])).toThrow('executor is a service and a node');
});

test('a service whose last ready processes are chosen would have none left', () => {
  expect(leftWithout([A], ALL)).toEqual([]);
  expect(leftWithout([A, B], ALL)).toEqual(['executor']);
  expect(leftWithout([A, C], ALL)).toEqual(['history']);
  for (const status of ['down', 'stopping', 'drained'] as const)
    expect([status, leftWithout([A], [A, { ...B, status }])]).toEqual([status, ['executor']]);
});

test('what is drained already is none that a service would lose', () => {
  const drained: Chosen = { ...A, status: 'drained' };
  expect(leftWithout([drained], [drained, C])).toEqual([]);
});
