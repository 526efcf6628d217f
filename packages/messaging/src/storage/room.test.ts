import { AppError } from '@millrace/contracts';
import { Room } from './room.js';

describe('Room', () => {
  let now = 0;
  let room: Room;
  beforeEach(() => {
    now = 0;
    room = new Room(() => now);
  });
  const unanswered = (count: number, stream = 'RUNS') => {
    for (let each = 0; each < count; each++) {
      room.unanswered(stream);
      now += 800;
    }
  };

  it('refuses with the reason that the storage guard has set, until it is set otherwise', () => {
    room.refuse(new AppError('STORAGE_FULL'));
    expect(() => room.require('RUNS')).toThrow(expect.objectContaining({ code: 'STORAGE_FULL' }) as Error);
    expect(room.storing).toBe(true);
    room.refuse(null);
    expect(() => room.require('RUNS')).not.toThrow();
  });

  it('lets what was accepted begin, until room is so short that it is for what has begun', () => {
    room.refuse(new AppError('STORAGE_FULL'));
    expect(() => room.requireToBegin()).not.toThrow();
    room.refuse(new AppError('STORAGE_FULL'), true);
    expect(() => room.requireToBegin()).toThrow(expect.objectContaining({ code: 'STORAGE_FULL' }) as Error);
    room.refuse(null);
    expect(() => room.requireToBegin()).not.toThrow();
  });

  it('bears a pause of the server, and refuses after a run of publishes without an answer', () => {
    unanswered(2);
    expect(() => room.require('RUNS')).not.toThrow();
    unanswered(1);
    expect(room.storing).toBe(false);
    expect(() => room.require('RUNS')).toThrow(expect.objectContaining({ code: 'SERVICE_UNAVAILABLE' }) as Error);
  });

  it('takes two that were unanswered for no run, however far apart they were', () => {
    room.unanswered('RUNS');
    now += 5_000;
    room.unanswered('RUNS');
    expect(room.storing).toBe(true);
    room.unanswered('RUNS');
    expect(room.storing).toBe(false);
  });

  it('takes many publishes that were unanswered at once for one pause', () => {
    for (let each = 0; each < 100; each++) room.unanswered('RUNS');
    expect(room.storing).toBe(true);
  });

  it('keeps streams apart', () => {
    unanswered(3, 'JOURNAL_0');
    room.answered('RUNS');
    expect(room.storing).toBe(false);
    expect(() => room.require('RUNS')).not.toThrow();
  });

  it('lets one in a second through, and all again once one has a reply', () => {
    unanswered(3);
    now += 1_000;
    expect(() => room.require('RUNS')).not.toThrow();
    expect(() => room.require('RUNS')).toThrow();
    room.answered('RUNS');
    expect(() => room.require('RUNS')).not.toThrow();
    expect(room.storing).toBe(true);
  });

  it('knows nothing after a reconnection, or when nobody has tried for long', () => {
    unanswered(3);
    room.reconnected();
    expect(room.storing).toBe(true);
    unanswered(3);
    now += 15_000;
    expect(room.storing).toBe(true);
  });
});
