import type { ModuleSpec } from '@companion/deployment';

/** How a module ended: by a code, by a signal, or (both null) nobody can tell. 127 stands for one that could not be started. */
export interface ModuleExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** One run of a module, with all that it started. */
export interface ModuleRun {
  /** What it is, for people: `process 4711`, `container 3f2a9c11d0b4`. */
  readonly label: string;
  /** Of its first process, as this machine knows it; undefined where that can't be told. */
  readonly pid: number | undefined;
  /** Where its `/metrics` can be read from here; undefined for a module that serves none. */
  readonly metricsUrl: string | undefined;
  /** How it differs from what a device would run, a sentence each: those that no run of the module has said before. */
  readonly notes: readonly string[];
  /** Settles when everything of it is gone and its last line has been handed over. Never rejects. */
  readonly exit: Promise<ModuleExit>;
  /** SIGTERM to its first process (or the signal that its image names); what is left after `graceMs` is killed. */
  terminate(graceMs: number): void;
}

/**
 * Where an agent's modules run: as processes of this machine, or in containers. Restarts are the agent's business. Should
 * this process be killed, an engine's watchdog ends what runs.
 */
export interface Engine {
  /** Throws an `AgentError` for a module that can't be run here. Asked for all modules before `open`. */
  check(spec: ModuleSpec): Promise<void> | void;
  /** Makes ready what all modules need. May be called again after `close`, and twice. */
  open(): Promise<void> | void;
  /** Starts a module that does not run. Rejects where that fails. */
  run(spec: ModuleSpec, onLine: (line: string) => void): Promise<ModuleRun>;
  /** Where the source of a bind or the name of a volume lies on this machine. */
  volumePath(source: string): Promise<string> | string;
  /** Reads a file as the module would: a path in its container, links followed. Rejects where there is none. */
  readFile(spec: ModuleSpec, path: string): Promise<Buffer>;
  /** When every run has ended: nothing is left but volumes. May be called twice. */
  close(): Promise<void>;
}
