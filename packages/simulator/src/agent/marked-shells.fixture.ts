import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** A process of this machine, by its kernel's table. */
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
  const look = existsSync('/proc/self/stat') ? lookInProc : lookInTable(processTable());
  return look.pids().filter((pid) => {
    const listed = look.at(pid);
    // What starts a container holds its whole command line too, for a moment.
    if (listed?.words[0]?.endsWith('sh') !== true) return false;
    if (!listed.words.some((word) => word.includes(text))) return false;
    return look.at(listed.parent)?.words.join(' ') !== listed.words.join(' ');
  }).length;
}

interface Look {
  pids(): readonly string[];
  at(pid: string): Listed | undefined;
}

const lookInProc: Look = {
  pids: () => readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)),
  at(pid) {
    try {
      // Its state and its parent stand after its name, which is in brackets and may hold any.
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '';
      return { parent, words: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0') };
    } catch {
      return undefined;
    }
  },
};

function lookInTable(table: ReadonlyMap<string, Listed>): Look {
  return { pids: () => [...table.keys()], at: (pid) => table.get(pid) };
}

/** Where there is no /proc, as on macOS. */
function processTable(): ReadonlyMap<string, Listed> {
  const { stdout } = spawnSync('ps', ['-Awwo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return new Map(
    stdout.split('\n').flatMap((line) => {
      const [pid, parent, ...words] = line.trim().split(/\s+/);
      return pid === undefined || parent === undefined ? [] : [[pid, { parent, words }]];
    }),
  );
}
