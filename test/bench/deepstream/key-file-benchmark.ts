import { parseKeyFile } from '@companion/deepstream/keyfile';
import { measurement } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
import { measureInterleaved } from './interleaved.ts';
import { sampleKeyFile } from './sample-data.ts';

/** Parse, set one key and print 1 MB, in milliseconds, beside splitting the same text into lines and joining them. */
export const keyFile: Benchmark = {
  name: 'deepstream/keyfile',
  run: () => {
    const text = sampleKeyFile(1e6);
    const megabytes = text.length / 1e6;
    const ms = measureInterleaved(
      () => {
        const parsed = parseKeyFile(text);
        if (!parsed.ok) throw new Error(parsed.error.message);
        parsed.file.set('source7', 'uri', 'file:///a.mp4');
        return parsed.file.toString().length;
      },
      () => text.split('\n').join('\n').length,
    );
    const name = 'key file: parse, set, print; beside split and join';
    return Promise.resolve([measurement(name, 'ms/MB', ms.work / megabytes, ms.baseline / megabytes)]);
  },
};
