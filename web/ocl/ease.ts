// Easing of contract C.6: how far a segment has gone at P of Q. Every operation is one IEEE-754 binary64
// operation in the written order, as the contract asks; JavaScript has no other numbers and no contraction.
import { at, type Ease, type Pair, type Quad } from './document';

const named = {
  ease: [0.25, 0.1, 0.25, 1],
  'ease-in': [0.42, 0, 1, 1],
  'ease-out': [0, 0, 0.58, 1],
  'ease-in-out': [0.42, 0, 0.58, 1],
} as const satisfies Record<string, Quad>;

function bezier(p: number, [x1, y1, x2, y2]: Readonly<Quad>): number {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  const cx = 3 * x1;
  const bx = 3 * (x2 - x1) - cx;
  const ax = 1 - cx - bx;
  const cy = 3 * y1;
  const by = 3 * (y2 - y1) - cy;
  const ay = 1 - cy - by;
  let lo = 0;
  let hi = 1;
  for (let i = 0; i < 48; i += 1) {
    const m = 0.5 * (lo + hi);
    if (((ax * m + bx) * m + cx) * m < p) lo = m;
    else hi = m;
  }
  const t = 0.5 * (lo + hi);
  return ((ay * t + by) * t + cy) * t;
}

function stairs(p: bigint, q: bigint, count: number, position: string): number {
  let c = (p * BigInt(count)) / q;
  if (position === 'jump-start' || position === 'jump-both') c += 1n;
  let jumps = BigInt(count);
  if (position === 'jump-none') jumps -= 1n;
  if (position === 'jump-both') jumps += 1n;
  if (c < 0n) c = 0n;
  if (c > jumps) c = jumps;
  return Number(c) / Number(jumps);
}

function polyline(p: number, points: Pair[]): number {
  let j = 0;
  points.forEach(([x], i) => {
    if (x <= p) j = i;
  });
  if (j === points.length - 1) j -= 1;
  const [in0, out0] = at(points, j);
  const [in1, out1] = at(points, j + 1);
  if (in1 === in0) return out1;
  return out0 + ((p - in0) / (in1 - in0)) * (out1 - out0);
}

/** 0 <= p < q. A hold never gets further than 0. */
export function eased(ease: Ease, p: bigint, q: bigint): number {
  if (ease === 'hold') return 0;
  if (typeof ease === 'object' && 'steps' in ease) return stairs(p, q, ease.steps.count, ease.steps.position);
  const share = Number(p) / Number(q);
  if (ease === 'linear') return share;
  if (typeof ease === 'string') return bezier(share, named[ease as keyof typeof named]);
  if ('cubic_bezier' in ease) return bezier(share, ease.cubic_bezier);
  return polyline(share, ease.linear);
}
