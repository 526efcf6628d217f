import { UpkeepLoop, type UpkeepPlan } from './upkeep-loop.js';

class TestUpkeep extends UpkeepLoop {
  readonly lines: string[];

  constructor(private readonly its: UpkeepPlan) {
    const lines: string[] = [];
    super({
      info: (text: string) => void lines.push(text),
      warn: (_fields: object, text: string) => void lines.push(text),
    } as never);
    this.lines = lines;
  }

  protected override plan(): UpkeepPlan {
    return this.its;
  }
}

/** Runs `work` `times` times, then does what comes after that. */
function after(times: number, done: () => void, work: (run: number) => void = () => undefined): () => Promise<void> {
  let run = 0;
  return () => {
    run += 1;
    if (run === times) done();
    work(run);
    return Promise.resolve();
  };
}

const nothing = { name: 'Preparing', run: () => Promise.resolve() };

describe('upkeep', () => {
  it('prepares until that succeeds, then runs each task when it is due, the first ones first', async () => {
    const ran: string[] = [];
    await new Promise<void>((resolve) => {
      const upkeep = new TestUpkeep({
        prepare: {
          name: 'Preparing',
          run: after(
            2,
            () => undefined,
            (attempt) => {
              ran.push(`attempt ${attempt}, prepared: ${upkeep.prepared}`);
              if (attempt === 1) throw new Error('not there yet');
            },
          ),
        },
        tasks: [
          { name: 'Often', everyMs: 1, run: after(3, () => void upkeep.beforeApplicationShutdown().then(resolve), () => void ran.push('often')) }, // prettier-ignore
          { name: 'Seldom', everyMs: 3_600_000, firstAfterMs: 0, run: after(1, () => void ran.push('seldom')) },
        ],
      });
      upkeep.onApplicationBootstrap();
    });
    expect(ran.slice(0, 2)).toEqual(['attempt 1, prepared: false', 'attempt 2, prepared: false']);
    expect(ran.filter((task) => task === 'often')).toHaveLength(3);
    expect(ran.filter((task) => task === 'seldom')).toHaveLength(1);
  });

  it('goes on after failures and reports each outage of a task once', async () => {
    const upkeep = await new Promise<TestUpkeep>((resolve) => {
      const one: TestUpkeep = new TestUpkeep({
        prepare: nothing,
        tasks: [
          {
            name: 'Sweeping',
            everyMs: 1,
            run: after(6, () => void one.beforeApplicationShutdown().then(() => resolve(one)), (run) => { if (run < 3 || run === 4) throw new Error('away'); }), // prettier-ignore
          },
        ],
      });
      one.onApplicationBootstrap();
    });
    const [wait, again] = ['Sweeping has to wait', 'Sweeping works again'];
    expect(upkeep.lines).toEqual([wait, again, wait, again]);
  });

  it('stops in the middle of its preparation, and waits for the piece of work that is under way', async () => {
    let ended = false;
    const upkeep = new TestUpkeep({
      prepare: {
        name: 'Preparing',
        run: async (stopping) => {
          await new Promise((resolve) => stopping.addEventListener('abort', resolve));
          await new Promise((resolve) => setImmediate(resolve));
          ended = true;
          throw new Error('stopped');
        },
      },
      tasks: [],
    });
    upkeep.onApplicationBootstrap();
    await upkeep.beforeApplicationShutdown();
    expect(ended).toBe(true);
    expect(upkeep.lines).toEqual([]);
  });
});
