// Before anything is loaded, which takes a moment: deepstream-test5-app obeys SIGINT and not SIGTERM.
const interrupted = new AbortController();
process.on('SIGINT', () => {
  interrupted.abort();
});
process.on('SIGTERM', () => undefined);

void (async () => {
  const { runCommand } = await import('./command.ts');
  const exitCode = await runCommand({
    argv: process.argv.slice(2),
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    signal: interrupted.signal,
    crash: () => process.kill(process.pid, 'SIGSEGV'),
  });
  // The hub's library can leave timers behind; whatever was to be written is.
  process.exit(exitCode);
})();
