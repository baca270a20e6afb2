// Cue points and pauses (contract C.11) a second time: the scene's clock is walked frame by frame, and every
// instant it goes over is looked at, where the program computes.
import { type Scene } from './document';
import { frameAt, type Rate } from './evaluate';

export interface Step {
  frame: number;
  paused: boolean;
  fired: string[];
}

/** The times at which a point is passed on a clock that never turns back, up to `end` ms. */
function times(scene: Scene, t: bigint, end: bigint, rate: Rate): bigint[] {
  const { intro_ms = 0, outro_ms = 0, body = 'run', body_end_ms } = scene.phases ?? {};
  if (body === 'hold' && t > BigInt(intro_ms)) return [];
  if (body !== 'loop' || body_end_ms === undefined || t < BigInt(intro_ms)) return [t];
  if (t >= BigInt(body_end_ms)) return [];
  const found: bigint[] = [];
  const period = BigInt(body_end_ms - intro_ms);
  for (let at = t; at <= end; at += period) found.push(at);
  if (scene.duration_ms === null) return found;
  const stands = frameAt(BigInt(scene.duration_ms - outro_ms), rate);
  return found.filter((at) => frameAt(at, rate) <= stands);
}

/** What happens on every output frame from 0 to `last`; `continues`: the frames on which it is told to go on. */
export function walk(scene: Scene, rate: Rate, last: number, continues: number[]): Step[] {
  const frameTime = 1000n * rate.den;
  const end = (BigInt(last + 1) * frameTime) / rate.num + 1n;
  const instants = (scene.cue_points ?? [])
    .flatMap((point) => times(scene, BigInt(point.t_ms), end, rate).map((t) => ({ t, point })))
    .filter(({ t }) => scene.duration_ms === null || frameAt(t, rate) < frameAt(BigInt(scene.duration_ms), rate))
    .sort((a, b) => Number(a.t - b.t));
  const told = [...continues].sort((a, b) => a - b);
  const steps: Step[] = [];
  let frame = -1;
  let pending = 0;
  for (let n = 0; n <= last; n += 1) {
    const fired: string[] = [];
    if (pending === 0) {
      frame += 1;
      const before = BigInt(frame - 1) * frameTime;
      const now = BigInt(frame) * frameTime;
      for (const { t, point } of instants) {
        const at = t * rate.num;
        if (at > now || (at <= before && frame > 0)) continue;
        fired.push(point.cue_point_id);
        if (point.kind === 'pause') pending += 1;
      }
    }
    while (told.length > 0 && (told[0] as number) <= n) {
      if (told[0] === n && pending > 0) pending -= 1;
      told.shift();
    }
    steps.push({ frame, paused: pending > 0, fired });
  }
  return steps;
}
