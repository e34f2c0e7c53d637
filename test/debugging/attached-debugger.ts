import type { Debugger } from 'node:inspector';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openInspector } from './inspector-session.ts';
import { localPath, type PathMapping } from './path-mapping.ts';
import { pauseAt, type Pause } from './pause.ts';
import { scopeNames, type ScopeNames } from './scope-names.ts';
import { loadScriptMap, type ScriptMap, type SourcePlace } from './script-map.ts';

/** What a person does with a debugger that is attached to a process. */
export interface AttachedDebugger extends AsyncDisposable {
  /** Sets a breakpoint on a line of a source file; answers where it really is. Throws where no running script was made of that line. */
  breakAt(place: SourcePlace): Promise<SourcePlace | undefined>;
  /** The next stop, or the last one that nobody has looked at. */
  paused(): Promise<Pause>;
  /** Removes all breakpoints. */
  clear(): Promise<void>;
}

interface DebuggerOptions {
  readonly host: string;
  readonly port: number;
  readonly paths: PathMapping;
  /** How to read a file of the debugged process, for source maps beside their script. By default it is read where the mapping says, on this machine. */
  readonly readRemote?: (path: string) => Promise<string>;
}

/** Attaches to a Node process as VS Code does: by host, port and the mapping of paths, with everything else from the source maps. */
export async function attachDebugger(options: DebuggerOptions): Promise<AttachedDebugger> {
  const { paths, readRemote = (path: string) => readFile(localPath(path, paths), 'utf8') } = options;
  const session = await openInspector(options);
  const scripts = new Map<string, Debugger.ScriptParsedEventDataType>();
  const maps = new Map<string, Promise<ScriptMap>>();
  const breakpoints: string[] = [];
  const stops: Debugger.PausedEventDataType[] = [];
  let onStop: () => void = () => undefined;

  session.on('Debugger.scriptParsed', (event) => {
    const script = event as Debugger.ScriptParsedEventDataType;
    scripts.set(script.scriptId, script);
  });
  session.on('Debugger.paused', (event) => {
    stops.push(event as Debugger.PausedEventDataType);
    onStop();
  });
  await session.send('Runtime.enable');
  await session.send('Debugger.enable');

  function mapOf(script: Debugger.ScriptParsedEventDataType): Promise<ScriptMap> {
    const { scriptId, url: scriptUrl, sourceMapURL: sourceMapUrl = '' } = script;
    const map = maps.get(scriptId) ?? loadScriptMap({ scriptUrl, sourceMapUrl, paths, readRemote });
    maps.set(scriptId, map);
    return map;
  }

  /** The script made of the file, with its map: the one of the same name, or a bundle that has it in it. */
  async function scriptOf(file: string): Promise<[Debugger.ScriptParsedEventDataType, ScriptMap]> {
    const mapped = [...scripts.values()].filter(({ url, sourceMapURL }) => url.startsWith('file:') && sourceMapURL);
    const own = mapped.filter(({ url }) => localPath(fileURLToPath(url), paths) === file);
    const ours = mapped.filter(({ url }) => !url.includes('/node_modules/'));
    for (const script of own.length > 0 ? own : ours) {
      const map = await mapOf(script);
      if (map.files.includes(file)) return [script, map];
    }
    throw new Error(`none of ${ours.length} scripts with source maps was made of ${file}`);
  }

  async function placeOf(location: Debugger.Location): Promise<SourcePlace | undefined> {
    const script = scripts.get(location.scriptId);
    if (!script?.sourceMapURL) return undefined;
    const { lineNumber, columnNumber = 0 } = location;
    return (await mapOf(script)).sourcePlace({ lineNumber, columnNumber });
  }

  async function namesIn({ location: { scriptId }, scopeChain }: Debugger.CallFrame): Promise<ScopeNames> {
    const script = scripts.get(scriptId);
    if (!script?.sourceMapURL) return new Map();
    const params = { scriptId };
    const text = await session.send<Debugger.GetScriptSourceReturnType>('Debugger.getScriptSource', params);
    return scopeNames(text.scriptSource, await mapOf(script), scopeChain[0]);
  }

  return {
    async breakAt(place) {
      const [script, map] = await scriptOf(place.file);
      const inScript = map.scriptPlace(place);
      if (inScript === undefined) throw new Error(`${place.file}:${place.line} left no code in ${script.url}`);
      const set = await session.send<Debugger.SetBreakpointByUrlReturnType>('Debugger.setBreakpointByUrl', {
        url: script.url,
        ...inScript,
      });
      breakpoints.push(set.breakpointId);
      const [location] = set.locations;
      return location && placeOf(location);
    },
    async paused() {
      while (stops.length === 0) await new Promise<void>((resolve) => (onStop = resolve));
      const [frame, ...callers] = stops.shift()?.callFrames ?? [];
      if (frame === undefined) throw new Error('stopped without a call frame');
      const functions = [frame, ...callers].map(({ functionName }) => functionName);
      return pauseAt({ session, frame, functions, place: await placeOf(frame.location), names: await namesIn(frame) });
    },
    async clear() {
      for (const breakpointId of breakpoints.splice(0)) {
        await session.send('Debugger.removeBreakpoint', { breakpointId });
      }
    },
    // The inspector lets a stopped process run when its debugger goes.
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
