import { inParallel } from '../../support/eventually.js';
import type { Attack, Attacker, Extent, Family } from '../attack.js';
import { HostileService } from '../hostile-service.js';

/** Workflows that hold memory, slots or the journal, and reads of what they left. */
export const executions: Family = {
  name: 'executions',
  attacks: (extent, attacker) => [
    loopBomb(attacker),
    nestedLoops(attacker),
    compressedAnswers(extent, attacker),
    tinyPieces(extent, attacker),
    largeReads(attacker),
    sleepers(extent, attacker),
  ],
};

function loopBomb(attacker: Attacker): Attack {
  const inner = { id: 'fat', type: 'transform', config: { output: "{{'x'.repeat(1000000) + 'x'.repeat(48000)}}" } };
  const nine = Array.from({ length: 9 }, (_, index) => ({ ...inner, id: `fat_${index}` }));
  return {
    name: 'a loop that keeps the output of each iteration',
    run: async () => {
      const last = { id: 'all', type: 'transform', config: { output: nine.map(({ id }) => `{{${id}.output}}`) } };
      const each = { id: 'each', type: 'loop', config: { items: '{{range(0, 900)}}', steps: [...nine, last] } };
      await attacker.saveAndRun({ name: 'Bomb', trigger: { type: 'webhook' }, steps: [each] });
    },
  };
}

function nestedLoops(attacker: Attacker): Attack {
  return {
    name: 'loops within loops',
    run: async () => {
      const innermost = { id: 'one', type: 'transform', config: { output: '{{index}}' } };
      const middle = { id: 'two', type: 'loop', config: { items: '{{range(0, 1000)}}', steps: [innermost] } };
      const outer = { id: 'three', type: 'loop', config: { items: '{{range(0, 100)}}', steps: [middle] } };
      await attacker.saveAndRun({ name: 'Nested', trigger: { type: 'webhook' }, steps: [outer] });
    },
  };
}

function compressedAnswers(extent: Extent, attacker: Attacker): Attack {
  return {
    name: 'HTTP services that return compressed bombs',
    run: async () => {
      const paths = attacker.service.paths;
      const steps = (extent === 'short' ? paths.slice(0, 2) : paths).map((path, index) => ({
        id: `call_${index}`,
        type: 'http',
        retry: { max_attempts: 1 },
        on_error: 'continue',
        config: { method: 'GET', url: `${attacker.service.url}${path}` },
      }));
      await attacker.saveAndRun({ name: 'Caller', trigger: { type: 'webhook' }, steps });
    },
  };
}

function tinyPieces(extent: Extent, attacker: Attacker): Attack {
  const config = { url: `${attacker.service.url}${HostileService.piecesPath}`, response: 'text' };
  const call = { id: 'call', type: 'http', retry: { max_attempts: 1 }, on_error: 'continue', config };
  const items = `{{range(0, ${extent === 'whole' ? 300 : 60})}}`;
  const each = { id: 'each', type: 'loop', config: { items, concurrency: 60, steps: [call] } };
  return {
    name: 'an HTTP service that returns each byte by itself, called sixty times at once',
    run: async () => {
      const document = { name: 'Pieces', trigger: { type: 'webhook' }, steps: [each] };
      const id = await attacker.saveAndRun(document);
      if (id === null) attacker.defects.push('the workflow that reads pieces was refused');
    },
  };
}

function largeReads(attacker: Attacker): Attack {
  return {
    name: 'an execution as large as one may be, read by four at a time',
    run: async () => {
      const parts = ['a', 'b', 'c', 'd', 'e'];
      const steps = parts.map((id) => ({
        id,
        type: 'transform',
        config: { output: Array.from({ length: 9 }, () => `{{'${id}'.repeat(1000000)}}`) },
      }));
      const id = await attacker.saveAndRun({ name: 'Large', trigger: { type: 'webhook' }, steps, output: 1 });
      if (id === null) return;
      // On a busy machine some of them are told to try again: it is the time of whoever asks for so much.
      const read = () => attacker.send(attacker.tenant, 'GET', `/executions/${id}`, { busyStatus: 503 });
      await inParallel(Array.from({ length: 12 }), 4, read);
    },
  };
}

/** More than there are slots. They are not awaited: that they sleep while others work is the attack. */
function sleepers(extent: Extent, attacker: Attacker): Attack {
  return {
    name: 'waits that would take every slot',
    run: async () => {
      // Each so short that the execution keeps its slot.
      const items = `{{range(0, ${extent === 'short' ? 3 : 20})}}`;
      const sleep = { id: 'sleep', type: 'wait', config: { duration: '2s' } };
      const steps = [{ id: 'nap', type: 'loop', config: { items, steps: [sleep] } }];
      const workflow = await attacker.tenant.create({ name: 'Sleeps', trigger: { type: 'webhook' }, steps });
      await inParallel(Array.from({ length: 90 }), 8, () => attacker.tenant.execute(workflow.id));
      await new Promise((resolve) => setTimeout(resolve, extent === 'short' ? 5_000 : 30_000));
    },
  };
}
