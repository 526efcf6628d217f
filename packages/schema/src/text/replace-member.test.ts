import { replaceMember } from './replace-member.js';

it.each([
  ['a: 1 # one\nstatus: active # live\nsteps: []\n', 'a: 1 # one\nstatus: paused # live\nsteps: []\n'],
  ['{"status": "active", "a": 1}', '{"status": "paused", "a": 1}'],
  ["status: 'active'\n", 'status: "paused"\n'],
  ['status: |-\n  active\na: 1\n', 'status: "paused"\na: 1\n'],
  ['# status\na: {status: active}\n', '# status\na: {status: active}\n'],
  ['x: &s active\nstatus: *s # alias\n', 'x: &s active\nstatus: "paused" # alias\n'],
  ["status: 'paused'\n", "status: 'paused'\n"],
  ['- status\n', '- status\n'],
])('changes the member of the top level, and nothing else: %j', (text, changed) => {
  expect(replaceMember(text, 'status', 'paused')).toBe(changed);
});

it('writes whatever a text may be', () => {
  expect(replaceMember('name: A # a\nb: 1\n', 'name', 'A: "b"\n# c')).toBe('name: "A: \\"b\\"\\n# c" # a\nb: 1\n');
  expect(replaceMember('{name: A, b: 1}', 'name', 'yes')).toBe('{name: "yes", b: 1}');
  expect(replaceMember('name: A\n', 'name', 'A (copy)')).toBe('name: "A (copy)"\n');
});
