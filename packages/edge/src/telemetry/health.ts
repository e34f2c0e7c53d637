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

/** The checks that `/healthz` answers with. */
export interface Health {
  /** Adds a check, or replaces the one of that name; the returned function takes it away again. A check that throws counts as failed. */
  add(name: string, check: () => CheckResult): () => void;
  report(): HealthReport;
}

/** No checks yet: healthy. */
export function createHealth(): Health {
  const checks = new Map<string, () => CheckResult>();
  return {
    add(name, check) {
      checks.set(name, check);
      return () => {
        if (checks.get(name) === check) checks.delete(name);
      };
    },
    report() {
      const results = [...checks].map(([name, check]) => [name, outcome(check)] as const);
      return { healthy: results.every(([, result]) => result.ok), checks: Object.fromEntries(results) };
    },
  };
}

function outcome(check: () => CheckResult): CheckResult {
  try {
    return check();
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
