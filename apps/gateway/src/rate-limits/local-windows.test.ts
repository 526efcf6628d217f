import { LocalWindows } from './local-windows.js';

describe('LocalWindows', () => {
  it('counts each key by itself', () => {
    const windows = new LocalWindows();
    const end = Date.now() + 60_000;
    expect([windows.count('a', end), windows.count('b', end), windows.count('a', end)]).toEqual([1, 1, 2]);
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
