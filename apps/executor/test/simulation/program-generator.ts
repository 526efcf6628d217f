import { InvalidWorkflowError, planWorkflow } from '@millrace/schema';
import { SeededRandom } from '@millrace/testing';
import { EPOCH } from './epoch.js';

/** A step as a user writes it. */
export interface SourceStep {
  id: string;
  type: string;
  config: Record<string, unknown>;
  if?: string;
  next?: string | null;
  on_error?: 'continue' | { goto: string };
  retry?: Record<string, unknown>;
}

/** A random workflow that could be saved. */
export interface SourceProgram {
  readonly seed: number;
  readonly document: { name: string; trigger: object; steps: SourceStep[]; output?: unknown };
  readonly input: Record<string, unknown>;
  /** Several steps can fail at the same time: then chance decides which failure the execution ends with. */
  readonly concurrent: boolean;
}

/** Makes the program of a seed. */
export function generateProgram(seed: number): SourceProgram {
  const random = new SeededRandom(seed);
  for (;;) {
    const program = draw(seed, random);
    try {
      planWorkflow(program.document);
      return program;
    } catch (error) {
      // Some branches would run a step twice; such a workflow is refused when it is saved.
      if (!(error instanceof InvalidWorkflowError)) throw error;
    }
  }
}

function draw(seed: number, random: SeededRandom): SourceProgram {
  const generator = new Generator(random);
  const input = { value: random.below(100), yes: true, no: false, flag: random.chance(0.5), items: [3, 1, 4] };
  const steps = generator.block(2 + random.below(5), { depth: 0, inLoop: false, alone: true });
  const document = {
    name: `Simulated ${seed}`,
    trigger: { type: 'webhook', config: {} },
    steps,
    ...(random.chance(0.2) ? { output: { value: '{{input.value}}', first: `{{${steps[0]?.id ?? ''}.status}}` } } : {}),
  };
  return { seed, document, input, concurrent: generator.concurrent };
}

interface Place {
  readonly depth: number;
  readonly inLoop: boolean;
  /** Nothing else runs at the same time: only then is it certain what a `stop` ends. */
  readonly alone: boolean;
}

class Generator {
  concurrent = false;
  #count = 0;

  constructor(private readonly random: SeededRandom) {}

  block(length: number, place: Place): SourceStep[] {
    const steps: SourceStep[] = [];
    for (let index = 0; index < length; index++) steps.push(this.#step(place, steps));
    this.#addRoutes(steps);
    return steps;
  }

  #step(place: Place, earlier: readonly SourceStep[]): SourceStep {
    const { random } = this;
    const id = `s${++this.#count}`;
    const kinds = [
      'transform',
      'transform',
      'http',
      'http',
      'condition',
      'switch',
      'wait',
      'sub_workflow',
      ...(place.depth < 2 ? ['loop', 'parallel'] : []),
    ];
    const type = place.alone && random.chance(0.03) ? 'stop' : random.pick(kinds);
    const step: SourceStep = { id, type, config: this.#config(type, id, place, earlier) };
    if (random.chance(0.15)) step.if = random.pick(['true', 'false', '{{input.flag}}', 'input.value > 50']);
    if ((type === 'http' || type === 'sub_workflow') && random.chance(0.4)) {
      step.retry = {
        max_attempts: 1 + random.below(4),
        backoff: random.pick(['constant', 'linear', 'exponential']),
        initial_delay: '20ms',
      };
    }
    return step;
  }

  #config(type: string, id: string, place: Place, earlier: readonly SourceStep[]): Record<string, unknown> {
    const { random } = this;
    switch (type) {
      case 'http':
        return { method: 'POST', url: `http://simulated.example/${id}`, body: { value: '{{input.value}}' } };
      case 'condition':
        return {
          condition: random.pick(['true', 'false', '{{input.flag}}', ...(place.inLoop ? ['{{index}} == 1'] : [])]),
        };
      case 'switch':
        return { value: '{{input.value}}', cases: [{ equals: 1 }, { when: 'input.flag' }] };
      case 'loop': {
        const items = Array.from({ length: random.below(5) }, () => random.below(10));
        const concurrency = 1 + random.below(3);
        if (concurrency > 1) this.concurrent = true;
        const steps = this.block(1 + random.below(3), {
          depth: place.depth + 1,
          inLoop: true,
          alone: place.alone && concurrency === 1,
        });
        return {
          items: random.chance(0.3) ? '{{input.items}}' : items,
          concurrency,
          continue_on_item_error: random.chance(0.5),
          steps,
        };
      }
      case 'parallel': {
        this.concurrent = true;
        const branches = Array.from({ length: 1 + random.below(3) }, (_, index) => ({
          ...(random.chance(0.5) ? { name: `b${index}` } : {}),
          steps: this.block(1 + random.below(3), { ...place, depth: place.depth + 1, alone: false }),
        }));
        if (random.chance(0.35)) return { branches, mode: 'first_success' };
        return { branches, on_error: random.pick(['fail', 'continue']), tolerated_failures: random.below(3) };
      }
      case 'wait':
        // From the start of the simulated time: past ones, short ones, and such as suspend.
        return {
          until: new Date(EPOCH + random.pick([0, 1_500, 4_000, 60_000, 3_600_000, 5 * 86_400_000])).toISOString(),
        };
      case 'sub_workflow':
        return { workflow_id: 'wf_other', input: { value: '{{input.value}}' } };
      case 'stop':
        return random.pick<Record<string, unknown>>([
          { status: 'completed' },
          { status: 'completed', output: { stopped: '{{input.value}}' } },
          { status: 'failed', message: 'enough' },
        ]);
      default: {
        const seen = earlier.at(-1)?.id;
        const outputs: unknown[] = [{ id, at: '{{input.value}}' }, '{{input.value + 1}}', `text of ${id}`];
        if (place.inLoop) outputs.push('{{item}}', { item: '{{item}}', last: '{{loop.last}}' });
        if (seen !== undefined) outputs.push({ seen: `{{${seen}.status}}` });
        if (random.chance(0.05)) outputs.push('{{input.absent.deeper}}');
        return { output: random.pick(outputs) };
      }
    }
  }

  /** Adds branches, jumps and error routes. */
  #addRoutes(steps: SourceStep[]): void {
    const { random } = this;
    let free = 1;
    steps.forEach((step, index) => {
      free = Math.max(free, index + 1);
      const left = steps.length - free;
      if (step.type === 'condition' && left > 0) {
        const taken = random.below(Math.min(3, left) + 1);
        const ids = steps.slice(free, free + taken).map((one) => one.id);
        if (ids.length > 0) step.config['true_branch'] = ids.length === 1 && random.chance(0.5) ? ids[0] : ids;
        free += taken;
        const other = steps[free];
        if (other !== undefined && random.chance(0.4)) {
          step.config['false_branch'] = other.id;
          free++;
        }
      } else if (step.type === 'switch' && left > 0 && random.chance(0.6)) {
        const cases = step.config['cases'] as Record<string, unknown>[];
        (cases[1] as Record<string, unknown>)['then'] = steps[free]?.id;
        free++;
        const other = steps[free];
        if (other !== undefined && random.chance(0.5)) {
          step.config['default'] = other.id;
          free++;
        }
      }
      const later = steps.slice(index + 1);
      const branching = 'true_branch' in step.config || 'false_branch' in step.config || step.type === 'switch';
      if (!branching && later.length > 0 && random.chance(0.1))
        step.next = random.chance(0.2) ? null : random.pick(later).id;
      if (random.chance(0.3))
        step.on_error = later.length > 0 && random.chance(0.3) ? { goto: random.pick(later).id } : 'continue';
    });
  }
}
