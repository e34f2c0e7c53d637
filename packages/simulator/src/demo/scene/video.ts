import { frameSize, spots, spotPolygon } from './layout.ts';
import { boxAt } from './script.ts';
import type { Scene } from './scene.ts';

const width = 320;
const height = 180;
const scale = width / frameSize.width;

type Colour = readonly [y: number, u: number, v: number];
type Planes = Readonly<Record<'y' | 'u' | 'v', Uint8Array>>;

const asphalt: Colour = [70, 128, 128];
const line: Colour = [220, 128, 128];
const shadow = 30;

/**
 * Draws a scene as an uncompressed video that ordinary players show: YUV4MPEG2, 320 × 180, 4:2:0, one chunk a frame
 * after the header. Boxes are cars and people, lines are spots. Format: the yuv4mpeg(5) manual page of mjpegtools.
 */
export function* drawVideo(scene: Scene): Generator<Uint8Array> {
  const { fps, frameCount } = scene.recording;
  // The rate is a fraction; thousandths hold every rate that a camera has.
  yield ascii(`YUV4MPEG2 W${width} H${height} F${Math.round(fps * 1000)}:1000 Ip A1:1 C420jpeg\n`);
  const marker = ascii('FRAME\n');
  for (let frame = 0; frame < frameCount; frame += 1) {
    const picture = drawFrame(scene, (frame * 1000) / fps);
    yield marker;
    yield picture.y;
    yield picture.u;
    yield picture.v;
  }
}

function drawFrame(scene: Scene, atMs: number): Planes {
  const planes: Planes = {
    y: new Uint8Array(width * height).fill(asphalt[0]),
    u: new Uint8Array((width * height) / 4).fill(asphalt[1]),
    v: new Uint8Array((width * height) / 4).fill(asphalt[2]),
  };
  for (const spot of spots) outline(planes, spotPolygon(spot));
  for (const actor of scene.actors) {
    const box = boxAt(actor, atMs);
    if (box === undefined) continue;
    const [left, top, right, bottom] = box.map((edge) => Math.round(edge * scale)) as [number, number, number, number];
    fill(planes, { left, top, right, bottom, colour: actor.colour });
    fill(planes, { left, top: bottom - 1, right, bottom, colour: [shadow, 128, 128] });
  }
  return planes;
}

interface Fill {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly colour: Colour;
}

function fill(planes: Planes, { left, top, right, bottom, colour }: Fill): void {
  for (let y = top; y < bottom; y += 1) {
    planes.y.fill(colour[0], y * width + left, y * width + right);
    const row = (y >> 1) * (width / 2);
    planes.u.fill(colour[1], row + (left >> 1), row + (right >> 1));
    planes.v.fill(colour[2], row + (left >> 1), row + (right >> 1));
  }
}

/** Draws the edges of a polygon, one dot a pixel of the longer axis. */
function outline(planes: Planes, polygon: readonly number[]): void {
  const corners = polygon.length / 2;
  const coordinate = (corner: number, axis: 0 | 1): number => (polygon[(corner % corners) * 2 + axis] ?? 0) * scale;
  for (let corner = 0; corner < corners; corner += 1) {
    const [x0, y0, x1, y1] = [
      coordinate(corner, 0),
      coordinate(corner, 1),
      coordinate(corner + 1, 0),
      coordinate(corner + 1, 1),
    ] as const;
    const dots = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
    for (let dot = 0; dot <= dots; dot += 1) {
      const x = Math.round(x0 + ((x1 - x0) * dot) / dots);
      const y = Math.round(y0 + ((y1 - y0) * dot) / dots);
      planes.y[y * width + x] = line[0];
    }
  }
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
