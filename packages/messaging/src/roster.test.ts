import { Roster } from './roster.js';

describe('Roster', () => {
  it('lists who is in, whoever has left before', () => {
    const roster = new Roster<string>();
    const places = ['a', 'b', 'c'].map((member) => roster.add(member));
    roster.remove(places[1] as number);
    expect([...roster].sort()).toStrictEqual(['a', 'c']);
    roster.add('d');
    expect([...roster].sort()).toStrictEqual(['a', 'c', 'd']);
    expect(roster.size).toBe(3);
  });

  it('uses places again, so that it is never larger than the most members it had at a time', () => {
    const roster = new Roster<number>();
    for (let round = 0; round < 1_000; round++) {
      const places = [round, round + 1].map((member) => roster.add(member));
      expect(Math.max(...places)).toBeLessThan(2);
      places.forEach((place) => roster.remove(place));
    }
    expect(roster.size).toBe(0);
  });
});
