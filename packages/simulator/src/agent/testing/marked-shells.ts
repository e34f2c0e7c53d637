import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

interface Listed {
  readonly parent: string;
  /** The words of its command line; none for one that has ended and waits to be collected. */
  readonly words: readonly string[];
}

/**
 * The shells of this machine whose command line holds the text, in containers too.
 * A fork that has not become its program yet still has its parent's command line and is not counted:
 * a shell that runs `sleep` would be two for a moment.
 */
export function countMarkedShells(text: string): number {
  const processes = existsSync('/proc/self/stat') ? processesInProc() : processesOfPs();
  return [...processes.values()].filter(({ parent, words }) => {
    // What starts a container holds its whole command line too, for a moment.
    if (words[0]?.endsWith('sh') !== true || !words.some((word) => word.includes(text))) return false;
    return processes.get(parent)?.words.join(' ') !== words.join(' ');
  }).length;
}

/** By process id, as everything here. */
function processesInProc(): ReadonlyMap<string, Listed> {
  const processes = new Map<string, Listed>();
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      // Its state and its parent stand after its name, which is in brackets and may hold any.
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '';
      processes.set(pid, { parent, words: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0') });
    } catch {
      // It has ended meanwhile.
    }
  }
  return processes;
}

/** Where there is no /proc, as on macOS. */
function processesOfPs(): ReadonlyMap<string, Listed> {
  const { stdout } = spawnSync('ps', ['-Awwo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return new Map(
    stdout.split('\n').flatMap((line) => {
      const [pid, parent, ...words] = line.trim().split(/\s+/);
      return pid === undefined || parent === undefined ? [] : [[pid, { parent, words }]];
    }),
  );
}
