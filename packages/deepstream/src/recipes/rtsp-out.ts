import { numberedGroups, readGroup } from '../app-config/group-reader.ts';
import type { ConfigFile } from '../editing/config-file.ts';
import { findSink, nextSink } from './numbered-sink.ts';
import { checkNumber, setNumber } from './set-number.ts';
import { requireAppConfig } from './require-app-config.ts';

/** What is left out stays as the config has it, or becomes the default where it has nothing. */
export interface RtspOutOptions {
  /** Where viewers connect: `rtsp://<device>:<rtspPort>/ds-test`. 8554 by default. */
  readonly rtspPort?: number;
  /** Between DeepStream's encoder and its RTSP server; each sink needs its own. 5400 by default. */
  readonly udpPort?: number;
  readonly codec?: 'h264' | 'h265';
  /** Bits a second; 4,000,000 by default. */
  readonly bitrate?: number;
}

/** 1 fake, 2 EGL window, 5 overlay or DRM: what a device without a screen runs or fails on for nothing. */
const shownLocally = [1, 2, 5];

/**
 * Turns the processed video into an RTSP stream: the sink of type 4 is switched on, or added, and sinks that show the
 * video on the device itself are switched off. Returns the sink's group.
 */
export function rtspOut(config: ConfigFile, options: RtspOutOptions = {}): string {
  requireAppConfig(config);
  const { rtspPort, udpPort, codec, bitrate } = options;
  if (rtspPort !== undefined) checkNumber('the RTSP port', rtspPort, 1, 65_535);
  if (udpPort !== undefined) checkNumber('the UDP port', udpPort, 1, 65_535);
  if (bitrate !== undefined) checkNumber('the bitrate', bitrate, 1, 2 ** 31 - 1);

  const group = findSink(config, 4, () => true) ?? nextSink(config);
  for (const { group: other } of numberedGroups(config, 'sink')) {
    const sink = readGroup(config, other);
    if (sink.flag('enable') && shownLocally.includes(sink.integer('type') ?? 0)) setNumber(config, other, 'enable', 0);
  }
  setNumber(config, group, 'enable', 1);
  setNumber(config, group, 'type', 4);
  const keep = (key: string, wanted: number | undefined, fallback: number) => {
    if (wanted !== undefined || config.get(group, key) === undefined) setNumber(config, group, key, wanted ?? fallback);
  };
  keep('codec', codec === undefined ? undefined : codec === 'h264' ? 1 : 2, 1);
  keep('sync', undefined, 0);
  keep('bitrate', bitrate, 4_000_000);
  keep('rtsp-port', rtspPort, 8554);
  keep('udp-port', udpPort, 5400);
  return group;
}
