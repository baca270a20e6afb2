// The witness against the published vectors, and the program against the witness on documents nobody chose.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { walk } from './cue_points';
import { at } from './document';
import { eased } from './ease';
import { evaluate, frameAt, msOf, type LayerState, type Rate } from './evaluate';
import { generator, randomDocument } from './random_document';

const root = join(import.meta.dirname, '../..');
const program = join(process.env.VISTTER_BIN ?? join(root, 'build/release/bin'), 'vistter');
const vectors = (name: string) => JSON.parse(readFileSync(join(root, 'contract/vectors', name), 'utf8'));

function rateOf(text: string): Rate {
  const parts = text.split('/').map(BigInt);
  return { num: at(parts, 0), den: at(parts, 1) };
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'number' ? value + 0 : value;
}

/** What the witness says of a layer is what the other says, bit for bit; -0 and 0 count as the same. */
function expectSame(ours: LayerState, theirs: Record<string, unknown>, where: string) {
  for (const [name, value] of Object.entries(ours)) {
    if (name === 'layers') {
      const others = theirs.layers as Record<string, unknown>[];
      (value as LayerState[]).forEach((child, i) => expectSame(child, at(others, i), where));
      continue;
    }
    expect(plain(theirs[name]), `${where}: ${ours.layer_id}.${name}`).toEqual(plain(value));
  }
}

describe('published vectors', () => {
  it('easing', () => {
    for (const { ease, p, q, value } of vectors('easing.json').easing)
      expect(eased(ease, BigInt(p), BigInt(q)) + 0, `${JSON.stringify(ease)} ${p}/${q}`).toBe(value + 0);
  });

  it('easing against exact arithmetic', () => {
    for (const { cubic_bezier, p, q, value, level } of vectors('ocl_easing_exact.json').easing) {
      const error = Math.abs(eased({ cubic_bezier }, BigInt(p), BigInt(q)) - value);
      expect(error, `${cubic_bezier} ${p}/${q}`).toBeLessThanOrEqual(level ? 3e-6 : 1e-6);
    }
  });

  it('frames and milliseconds', () => {
    const map = vectors('frame_map.json');
    for (const { rate, t_ms, frame } of map.frame_at)
      expect(frameAt(BigInt(t_ms), rateOf(rate)), `${rate} ${t_ms} ms`).toBe(BigInt(frame));
    for (const { rate, frame, ms } of map.ms_of)
      expect(msOf(BigInt(frame), rateOf(rate)), `${rate} frame ${frame}`).toBe(BigInt(ms));
  });

  it('documents', () => {
    for (const one of vectors('ocl_eval.json').cases) {
      for (const expected of one.frames) {
        const hidden = one.hide_at !== undefined && expected.frame >= one.hide_at;
        const ours = evaluate(one.document, one.scene, hidden ? one.hide_at : expected.frame,
          hidden ? expected.frame - one.hide_at : null, rateOf(one.rate));
        const where = `${one.id} frame ${expected.frame}`;
        expect(ours.finished, where).toBe(expected.finished);
        // The published rows hold no blur.
        ours.layers.forEach(({ blur: _, ...layer }, i) => expectSame(layer as LayerState, expected.layers[i], where));
      }
    }
  });
});

describe('random documents', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ocl-witness-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const rates = ['24000/1001', '25/1', '30000/1001', '30/1', '50/1', '60000/1001', '60/1'];
  const first = Number(process.env.VISTTER_SEED ?? 1);

  it('the program says what the witness says', () => {
    expect(existsSync(program), `${program} is built`).toBe(true);
    for (let seed = first; seed < first + 40; seed += 1) {
      const document = randomDocument(seed);
      const file = join(folder, 'document.json');
      writeFileSync(file, JSON.stringify(document));
      const next = generator(seed ^ 0x5eed);
      const rate = at(rates, Math.floor(next() * rates.length));
      const hideAt = next() < 0.5 ? Math.floor(next() * 150) : null;
      const hide = hideAt === null ? [] : ['--hide-at', String(hideAt)];
      const continues = Array.from({ length: Math.floor(next() * 6) }, () => Math.floor(next() * 200));
      const told = continues.flatMap((frame) => ['--continue-at', String(frame)]);
      const steps = walk(at(document.scenes, 0), rateOf(rate), 260, continues);
      const run = spawnSync(program, ['ocl', 'eval', file, '--scene', 'main', '--rate', rate,
        '--frames', '0..260', '--json', ...hide, ...told], { encoding: 'utf8', maxBuffer: 1 << 26 });
      expect(run.status, `seed ${seed}: ${run.stdout.slice(0, 2000)}`).toBe(0);
      const said = JSON.parse(run.stdout);
      for (const theirs of said.frames) {
        const where = `seed ${seed}, ${rate}, frame ${theirs.frame}, hidden at ${hideAt}`;
        const hidden = hideAt !== null && theirs.frame >= hideAt;
        const step = at(steps, hidden ? hideAt : theirs.frame);
        const late = hidden && theirs.frame > hideAt;
        expect(theirs.scene_frame, where).toBe(step.frame);
        expect(theirs.paused, where).toBe(step.paused && !hidden);
        expect(theirs.cue_points, where).toEqual(late ? [] : step.fired);
        const ours = evaluate(document, 'main', step.frame, hidden ? theirs.frame - hideAt : null, rateOf(rate));
        expect(theirs.finished, where).toBe(ours.finished);
        ours.layers.forEach((layer, i) => expectSame(layer, theirs.layers[i], where));
      }
    }
  }, 60_000);
});
