import { join } from 'node:path';
import { SmallDisk } from '../faults/small-disk.js';
import { ApiClient } from '../support/api.js';
import { readEndpoints } from '../support/platform.js';
import type { Replica } from '../support/replicas.js';
import type { Film } from './film.js';
import { inFolder, onMachine } from './machines.js';
import { sumAt, untilMeasured } from '../support/measured.js';

const DISK_MEBIBYTES = 16;
/** Less than the reserve of a tenth. */
const FREE_MEBIBYTES = 1;

/** The disk that a gateway watches is filled, and freed. */
export async function dataDiskFull(): Promise<Film> {
  return onSmallDisk((disk) => {
    const refusing = (replica: Replica) => () => sumAt(replica.healthUrl, 'millrace_storage_refusing');
    return onMachine({
      service: 'gateway',
      settings: { MILLRACE_DATA_DIRS: disk.folder },
      fail: async (replica) => {
        disk.fillTo(FREE_MEBIBYTES);
        await untilMeasured('starts are refused', refusing(replica), (now) => now === 1);
      },
      recover: async (replica) => {
        disk.free();
        await untilMeasured('starts are accepted', refusing(replica), (now) => now === 0);
      },
    });
  });
}

/** The disk of a gateway's log is filled while it writes, and freed. */
export async function logDiskFull(): Promise<Film> {
  const steps = [{ id: 'one', type: 'transform', config: { output: 1 } }];
  const { id } = await new ApiClient().create({ name: 'Has lines in logs', steps });
  return onSmallDisk((disk) =>
    onMachine({
      service: 'gateway',
      // A line for each start.
      settings: { MILLRACE_LOG_LEVEL: 'debug' },
      log: join(disk.folder, 'gateway.log'),
      fail: async ({ apiUrl, healthUrl }) => {
        disk.fillTo(0);
        const lost = async () => {
          await new ApiClient(readEndpoints().token, apiUrl).execute(id);
          return sumAt(healthUrl, 'millrace_log_lines_lost_total');
        };
        await untilMeasured('log lines are lost', lost, (lines) => lines > 0);
      },
      recover: async () => disk.free(),
    }),
  );
}

function onSmallDisk(work: (disk: SmallDisk) => Promise<Film>): Promise<Film> {
  return inFolder(async (folder) => {
    const disk = SmallDisk.mount(join(folder, 'disk'), DISK_MEBIBYTES);
    try {
      return await work(disk);
    } finally {
      disk.unmount();
    }
  });
}
