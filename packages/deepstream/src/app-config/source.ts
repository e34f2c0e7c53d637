/** Where a section of the app config stands. */
export interface Section {
  readonly group: string;
  /** Of the group's header, counted from 1. */
  readonly line: number;
  readonly enabled: boolean;
}

/** `[sourceN]`, a line of a source CSV file, or an item of `[source-list] list`. */
export interface Source extends Section {
  /** The camera's id: the N of `[sourceN]`, the place in the list, the column `camera-id`. `[sensorN]` describes it. */
  readonly number: number;
  /** 1 V4L2 camera, 2 URI, 3 several URIs, 4 RTSP, 5 CSI camera. */
  readonly type: number | undefined;
  readonly uri: string | undefined;
  /** How many streams it opens: type 3 may open several. */
  readonly streams: number;
  /** What a camera of type 1 or 5 is set to; unknown for a URI. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
}
