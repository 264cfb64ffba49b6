import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  /** peak resident memory in MB: of this process, and of each one it started */
  main: number;
  processes: number[];
  /** seconds of processor time of all of them since the watch began */
  cpu: number;
}

/** Watches this process and those it starts, as Linux keeps count; of the latter nothing is known elsewhere. */
export function watchUsage(): { stop(): Usage } {
  const before = process.cpuUsage();
  const cpu = new Map<number, number>();
  const peaks = new Map<number, number>();
  const look = () => {
    for (const pid of childrenOf(process.pid)) {
      const peak = peakOf(pid);
      if (peak !== null) peaks.set(pid, Math.max(peak, peaks.get(pid) ?? 0));
      cpu.set(pid, cpuOf(pid) ?? cpu.get(pid) ?? 0);
    }
  };
  const timer = setInterval(look, 250);
  return {
    stop() {
      clearInterval(timer);
      const { user, system } = process.cpuUsage(before);
      const others = [...cpu.values()].reduce((a, b) => a + b, 0);
      return {
        main: process.resourceUsage().maxRSS / 1024,
        processes: [...peaks.values()],
        cpu: (user + system) / 1e6 + others,
      };
    },
  };
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function peakOf(pid: number): number | null {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

/** Linux counts in hundredths of a second. */
function cpuOf(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return null;
  }
}
