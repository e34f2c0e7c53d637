import { execFileSync } from 'node:child_process';

/** Whether a tmpfs can be mounted here: that needs root and more, a container may forbid it. */
export const mountable = mayMount();

function mayMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
