import {
  deepStreamVersions,
  features,
  findVersions,
  hasFeature,
  type DeepStreamVersion,
} from '@companion/deepstream/versions';
import { defineCommand } from '../command/command.ts';
import { CliError } from '../command/cli-error.ts';

/** `companion versions`. */
export const command = defineCommand({
  operands: '[WHAT]',
  notes: `WHAT is a version of DeepStream, "JetPack 5.1.2", R35.4.1, the first line of /etc/nv_tegra_release, or an image.
Exit code 1 where no version of DeepStream is known for it.`,
  examples: [
    'companion versions',
    'companion versions "JetPack 5.1.2"',
    'companion versions "$(head -n 1 /etc/nv_tegra_release)"',
  ],
  options: { json: { type: 'flag', help: 'print JSON: the versions with what each of them can do' } },
  run: ({ operands: [what], options }, terminal) => {
    const found = what === undefined ? deepStreamVersions : findVersions(what, deepStreamVersions);
    if (found === undefined) {
      throw new CliError(
        'usage',
        `companion: versions: ${JSON.stringify(what)} is neither a version of DeepStream or JetPack nor a release of Jetson Linux`,
      );
    }
    if (options.json) terminal.out(`${JSON.stringify(found.map(withFeatures), null, 2)}\n`);
    else terminal.out(found.map(asText).join('\n'));
    if (found.length > 0) return Promise.resolve(0);
    terminal.err(`companion: no DeepStream is known for ${String(what)}; see NVIDIA's compatibility table\n`);
    return Promise.resolve(1);
  },
});

function withFeatures(one: DeepStreamVersion): object {
  return { ...one, features: featuresOf(one) };
}

function featuresOf(one: DeepStreamVersion): readonly string[] {
  return features.filter((feature) => hasFeature(one, feature)).map(({ name }) => name);
}

function asText(one: DeepStreamVersion): string {
  const { jetPack, jetsonLinux, jetsonImage, x86Image, x86Driver } = one;
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['JetPack', jetPack.length === 0 ? undefined : `${jetPack.join(', ')} (${jetsonLinux.join(', ')}): ${one.modules}`],
    ['image for Jetson', jetsonImage],
    ['image for x86', x86Image],
    ['driver on x86', x86Driver === undefined ? undefined : `${x86Driver} or newer`],
    ['can do', featuresOf(one).join(', ')],
    ['note', one.note],
    ['source', one.sourceRead ? undefined : 'not read for this version; the features are taken from its neighbours'],
  ];
  const shown = lines.flatMap(([name, text]) => (text === undefined ? [] : [`  ${name}: ${text}\n`]));
  return `DeepStream ${one.version}\n${shown.join('')}`;
}
