import { PlaceIds } from './place-ids.js';

const KEY = Buffer.alloc(32, 7);
const OWNER = { organisationId: 'org_a', executionId: 'exec_1' };
const ids = new PlaceIds(KEY, OWNER);
const PLACES = [0, 1, 41, 2 ** 32, Number.MAX_SAFE_INTEGER].flatMap((sequence) =>
  [0, 1, 999_999_999].map((position) => ({ sequence, position })),
);

it('gives each place an id of one form, always the same, from which it alone finds the place', () => {
  const given = PLACES.map((place) => ids.idOf(place));
  expect(given).toEqual(PLACES.map((place) => new PlaceIds(Buffer.from(KEY), OWNER).idOf(place)));
  for (const id of given) expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(given).size).toBe(PLACES.length);
  expect(given.map((id) => ids.placeOf(id))).toEqual(PLACES);
  // Another organisation, another execution, the organisation itself, another installation.
  const others = [
    new PlaceIds(KEY, { ...OWNER, organisationId: 'org_b' }),
    new PlaceIds(KEY, { ...OWNER, executionId: 'exec_2' }),
    new PlaceIds(KEY, { organisationId: 'org_a' }),
    new PlaceIds(Buffer.alloc(32, 8), OWNER),
  ];
  for (const other of others) expect(given.map((id) => other.placeOf(id))).toEqual(PLACES.map(() => null));
});

it('knows no other text, and says nothing of how far places are from each other', () => {
  for (const id of ['', '41-0', '0'.repeat(32), 'F'.repeat(32), `${ids.idOf({ sequence: 1, position: 0 })}0`])
    expect(ids.placeOf(id)).toBeNull();
  const [one = '', next = ''] = [41, 42].map((sequence) => ids.idOf({ sequence, position: 0 }));
  const equal = [...one].filter((digit, at) => digit === next[at]);
  expect(equal.length).toBeLessThan(16);
});
