import type { Debugger, Runtime } from 'node:inspector';
import type { InspectorSession } from './inspector-session.ts';
import type { ScopeNames } from './scope-names.ts';
import type { SourcePlace } from './script-map.ts';

/** Where a process was stopped, and what can be seen there. */
export interface Pause {
  /** Undefined in code that no source map covers. */
  readonly place: SourcePlace | undefined;
  /** What the call stack shows, innermost first. */
  readonly functions: readonly string[];
  /** The function's own variables and parameters, as the variables view shows them: by their names in the source. */
  localNames(): Promise<readonly string[]>;
  /** The value of an expression there, as JSON: what a watch shows. Throws what the expression throws. */
  evaluate(expression: string): Promise<unknown>;
  resume(): Promise<void>;
}

/** What a stop is made of. */
interface PauseOptions {
  readonly session: InspectorSession;
  readonly frame: Debugger.CallFrame;
  readonly functions: readonly string[];
  readonly place: SourcePlace | undefined;
  readonly names: ScopeNames;
}

/** A stop at a call frame; it is good until it is resumed. */
export function pauseAt({ session, frame, functions, place, names }: PauseOptions): Pause {
  /** As the script has them. */
  async function variables(): Promise<readonly string[]> {
    const outer = frame.scopeChain.findIndex(({ type }) => type !== 'local' && type !== 'block');
    const scopes = frame.scopeChain.slice(0, outer === -1 ? undefined : outer);
    const properties = scopes.map(async ({ object: { objectId } }) => {
      const params = { objectId, ownProperties: true };
      return (await session.send<Runtime.GetPropertiesReturnType>('Runtime.getProperties', params)).result;
    });
    return (await Promise.all(properties)).flat().map(({ name }) => name);
  }

  return {
    place,
    functions,
    localNames: async () => (await variables()).map((name) => names.get(name) ?? name),
    async evaluate(expression) {
      // As parameters the variables have the names that they have in the source.
      const inScript = (await variables()).filter((name) => names.has(name));
      const inSource = inScript.map((name) => names.get(name));
      const named = `((${inSource.join()}) => (${expression}))(${inScript.join()})`;
      const { result, exceptionDetails } = await session.send<Debugger.EvaluateOnCallFrameReturnType>(
        'Debugger.evaluateOnCallFrame',
        { callFrameId: frame.callFrameId, expression: named, returnByValue: true },
      );
      if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? 'failed'}`);
      return result.value as unknown;
    },
    resume: () => session.send('Debugger.resume'),
  };
}
