/** What a check found; `detail` says in one line why. */
export interface CheckResult {
  readonly ok: boolean;
  readonly detail?: string;
}

/** All checks at one time. */
export interface HealthReport {
  readonly healthy: boolean;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

/** The checks that `/healthz` answers with; without any: healthy. */
export class Health {
  readonly #checks = new Map<string, () => CheckResult>();

  /** Adds a check, or replaces the one of that name; the returned function takes it away again. A check that throws counts as failed. */
  add(name: string, check: () => CheckResult): () => void {
    this.#checks.set(name, check);
    return () => {
      if (this.#checks.get(name) === check) this.#checks.delete(name);
    };
  }

  report(): HealthReport {
    const results = [...this.#checks].map(([name, check]) => [name, outcome(check)] as const);
    return { healthy: results.every(([, result]) => result.ok), checks: Object.fromEntries(results) };
  }
}

function outcome(check: () => CheckResult): CheckResult {
  try {
    return check();
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
