import { LocalWindows } from './local-windows.js';

describe('LocalWindows', () => {
  it('counts each key by itself', () => {
    const windows = new LocalWindows();
    const end = Date.now() + 60_000;
    expect([windows.count('a', end), windows.count('b', end), windows.count('a', end)]).toEqual([1, 1, 2]);
  });

  it('makes room for many callers at once, so that each new one is not a walk over all', () => {
    const windows = new LocalWindows();
    const end = Date.now() + 60_000;
    const before = process.cpuUsage();
    for (let index = 0; index < 120_000; index++) windows.count(`caller${index}`, end);
    const { user, system } = process.cpuUsage(before);
    // With a walk for each it took half a minute.
    expect((user + system) / 1e6).toBeLessThan(10);
    expect(windows.count('caller119999', end)).toBe(2);
    expect(windows.count('caller0', end)).toBe(1);
  });

  it('stays bounded: windows that are over go first', () => {
    const windows = new LocalWindows();
    for (let index = 0; index < 100_000; index++) windows.count(`old${index}`, Date.now() - 1);
    const end = Date.now() + 60_000;
    windows.count('new', end);
    expect(windows.count('new', end)).toBe(2);
    expect(windows.count('old0', end)).toBe(1);
  });
});
