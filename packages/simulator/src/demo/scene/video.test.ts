import { expect, test } from 'vitest';
import { makeScene } from './scene.ts';
import { drawVideo } from './video.ts';

test('the video is a whole YUV4MPEG2 file with a picture for each frame', () => {
  const scene = makeScene({ seed: 3, fps: 5 });
  const bytes = Buffer.concat([...drawVideo(scene)]);
  const headerEnd = bytes.indexOf('\n') + 1;
  expect(bytes.subarray(0, headerEnd).toString('latin1')).toBe('YUV4MPEG2 W320 H180 F5000:1000 Ip A1:1 C420jpeg\n');
  const frameBytes = 'FRAME\n'.length + 320 * 180 * 1.5;
  expect(bytes.length).toBe(headerEnd + 100 * frameBytes);
  for (let frame = 0; frame < 100; frame += 1) {
    const start = headerEnd + frame * frameBytes;
    expect(bytes.subarray(start, start + 6).toString('latin1')).toBe('FRAME\n');
  }
});

test('the picture shows the parked car where its box is', () => {
  const scene = makeScene({ seed: 3 });
  const [, , luma, u, v] = [...drawVideo(scene)];
  const box = scene.recording.frames[0]?.objects[0]?.box ?? [0, 0, 0, 0];
  const [x, y] = [Math.round((box[0] + box[2]) / 12), Math.round((box[1] + box[3]) / 12)];
  const colour = scene.actors[0]?.colour;
  const chroma = (y >> 1) * 160 + (x >> 1);
  expect([luma?.[y * 320 + x], u?.[chroma], v?.[chroma]]).toEqual(colour);
});
