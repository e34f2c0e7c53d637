/** A source as a config asks for it, before anybody has looked for its file. */
export interface AskedSource {
  /** The group or the row that asks, for example `source0`. */
  readonly group: string;
  /** The number that finds `[sensorN]` of the message converter's config: N of `[sourceN]`, the place in a list. */
  readonly camera: number;
  /** The sensor's id by name, where nvmultiurisrcbin passes one on. */
  readonly sensorId?: string | undefined;
  /** 1 V4L2, 2 URI, 3 several URIs, 4 RTSP, 5 CSI. */
  readonly type: number;
  readonly uri: string | undefined;
  readonly count: number;
}
