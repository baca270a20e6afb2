// OCL 1.0 evaluation (contract C.3 to C.6) a second time, from the text of the contract alone: the witness
// that the programs' own evaluator is held against, bit for bit. Times are exact integers in 1/num ms.
import { at as entry, type Document, type Keyframe, type Layer, type Quad, type Scene, type Track,
  type Value } from './document';
import { eased } from './ease';

export interface Rate {
  num: bigint;
  den: bigint;
}

export interface LayerState {
  layer_id: string;
  visible: boolean;
  [property: string]: unknown;
}

interface Place {
  num: bigint;
  body: bigint;
  outro: bigint | null;
  outroShare: number;
  finished: boolean;
}

export function frameAt(t: bigint, rate: Rate): bigint {
  const q = 1000n * rate.den;
  return (t * rate.num + q - 1n) / q;
}

export function msOf(frame: bigint, rate: Rate): bigint {
  return (frame * 1000n * rate.den) / rate.num;
}

function repeat(n: bigint, a: bigint, b: bigint, num: bigint): bigint {
  const u = n - a * num;
  const length = (b - a) * num;
  return u < 0n || length <= 0n ? n : a * num + (u % length);
}

function pingPong(n: bigint, a: bigint, b: bigint, num: bigint): bigint {
  const u = n - a * num;
  const length = (b - a) * num;
  if (u < 0n || length <= 0n) return n;
  const v = u % (2n * length);
  return a * num + (v < length ? v : 2n * length - v);
}

function place(scene: Scene, frameNumber: number, sinceHide: number | null, rate: Rate): Place {
  const intro = BigInt(scene.phases?.intro_ms ?? 0);
  const outro = BigInt(scene.phases?.outro_ms ?? 0);
  const frameTime = 1000n * rate.den;
  let frame = BigInt(frameNumber);
  let outroFrame: bigint | null = sinceHide === null ? null : BigInt(sinceHide);
  let byItself = false;
  if (scene.duration_ms !== null) {
    let start = frameAt(BigInt(scene.duration_ms) - outro, rate);
    if (start < 0n) start = 0n;
    if (frame >= start) {
      byItself = true;
      outroFrame = frame - start + (outroFrame ?? 0n);
      frame = start;
    }
  }
  let body = frame * frameTime;
  const kind = scene.phases?.body ?? 'run';
  if (kind === 'hold' && body > intro * rate.num) body = intro * rate.num;
  if (kind === 'loop' && scene.phases?.body_end_ms !== undefined)
    body = repeat(body, intro, BigInt(scene.phases.body_end_ms), rate.num);
  const at: Place = { num: rate.num, body, outro: null, outroShare: 1, finished: false };
  if (outroFrame === null) return at;
  at.outro = outroFrame * frameTime;
  at.finished = byItself
    ? (frame + outroFrame) * frameTime >= BigInt(scene.duration_ms as number) * rate.num
    : at.outro >= outro * rate.num;
  const blend = (outro < 150n ? outro : 150n) * rate.num;
  if (!byItself && frame * frameTime < intro * rate.num && at.outro < blend)
    at.outroShare = Number(at.outro) / Number(blend);
  return at;
}

// ---- values ---------------------------------------------------------------------------------------------

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

function nearestEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest > 0.5 || (rest === 0.5 && below % 2 === 1)) return below + 1;
  return below;
}

const channel = (color: string, i: number) => parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16);
const channels = (color: string): Quad => [channel(color, 0), channel(color, 1), channel(color, 2), channel(color, 3)];
const hex = (bytes: number[]) => `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;

/** In encoded sRGB, premultiplied, then back to straight 8 bits. */
function mixColors(from: string, to: string, share: number): string {
  if (share === 0) return from;
  if (share === 1) return to;
  const a = channels(from);
  const b = channels(to);
  const alpha = clamp((1 - share) * a[3] + share * b[3], 0, 255);
  if (alpha <= 0) return '#00000000';
  const mixed = [0, 1, 2].map((i) => {
    const premultiplied = (1 - share) * ((entry(a, i) * a[3]) / 255) + share * ((entry(b, i) * b[3]) / 255);
    return nearestEven(clamp((clamp(premultiplied, 0, 255) * 255) / alpha, 0, 255));
  });
  return hex([...mixed, nearestEven(alpha)]);
}

function mix(from: Value, to: Value, share: number): Value {
  if (typeof from === 'number') return (1 - share) * from + share * (to as number);
  if (Array.isArray(from)) return from.map((value, i) => (1 - share) * value + share * entry(to as number[], i));
  return mixColors(from as string, to as string, share);
}

function inForce(track: Track, n: bigint, num: bigint): { from: Keyframe; to: Keyframe; share: number } {
  const keys = track.keyframes;
  const first = BigInt(entry(keys, 0).t_ms);
  const last = BigInt(entry(keys, keys.length - 1).t_ms);
  let at = n;
  if (track.loop === 'repeat') at = repeat(n, first, last, num);
  if (track.loop === 'ping_pong') at = pingPong(n, first, last, num);
  let k = -1;
  keys.forEach((key, i) => {
    if (BigInt(key.t_ms) * num <= at) k = i;
  });
  const from = entry(keys, Math.max(k, 0));
  if (k < 0 || k === keys.length - 1 || from.ease === 'hold') return { from, to: from, share: 0 };
  const to = entry(keys, k + 1);
  const start = BigInt(from.t_ms) * num;
  return { from, to, share: eased(from.ease ?? 'linear', at - start, BigInt(to.t_ms) * num - start) };
}

const discrete = new Set(['visible', 'content', 'asset']);

function onTrack(
  layer: Layer, property: string, phase: 'body' | 'outro', n: bigint, num: bigint,
): Value | undefined {
  const tracks = layer.tracks ?? [];
  const track = tracks.find((one) => one.property === property && (one.phase ?? 'body') === phase);
  if (!track) return undefined;
  const { from, to, share } = inForce(track, n, num);
  return from === to || discrete.has(property) ? from.value : mix(from.value, to.value, share);
}

function read(layer: Layer, property: string, at: Place): Value | undefined {
  const value = onTrack(layer, property, 'body', at.body, at.num) ?? layer.props?.[property];
  if (at.outro === null) return value;
  const outro = onTrack(layer, property, 'outro', at.outro, at.num);
  if (outro === undefined) return value;
  if (value === undefined || at.outroShare >= 1 || discrete.has(property)) return outro;
  return mix(value, outro, at.outroShare);
}

const limits: Record<string, [Value, number, number]> = {
  opacity: [1, 0, 1],
  position: [[0, 0], -32768, 32768],
  scale: [[1, 1], -64, 64],
  rotation: [0, -36000, 36000],
  crop: [[0, 0, 0, 0], 0, 1],
  stroke_width: [0, 0, Number.MAX_VALUE],
  corner_radius: [0, 0, Number.MAX_VALUE],
  blur: [0, 0, Number.MAX_VALUE],
  reveal: [1, 0, 1],
};

function bounded(value: Value, low: number, high: number): Value {
  return Array.isArray(value) ? value.map((one) => clamp(one, low, high)) : clamp(value as number, low, high);
}

/** Which picture of a sequence: whole pictures since the layer's in_ms, then its loop. */
function pictureOf(layer: Layer, at: Place): bigint {
  const { loop = 'none', assets = [], rate = { num: 25, den: 1 } } = layer.playback ?? {};
  const since = at.body - BigInt(layer.in_ms ?? 0) * at.num;
  const passed = since < 0n ? 0n : (since * BigInt(rate.num)) / (1000n * BigInt(rate.den) * at.num);
  const last = BigInt(assets.length) - 1n;
  if (last <= 0n) return 0n;
  if (loop === 'none') return passed < last ? passed : last;
  if (loop === 'repeat') return passed % (last + 1n);
  const turn = passed % (2n * last);
  return turn < last ? turn : 2n * last - turn;
}

function stateOf(layer: Layer, at: Place): LayerState {
  const entered = BigInt(layer.in_ms ?? 0) * at.num <= at.body;
  const out = layer.out_ms ?? null;
  const left = out !== null && at.body >= BigInt(out) * at.num;
  const shown = (read(layer, 'visible', at) as boolean | undefined) ?? true;
  const state: LayerState = { layer_id: layer.layer_id, visible: shown && entered && !left && !at.finished };
  for (const [property, [otherwise, low, high]] of Object.entries(limits))
    state[property] = bounded(read(layer, property, at) ?? otherwise, low, high);
  const size = read(layer, 'size', at);
  state.size = size === undefined ? null : bounded(size, 0, 16384);
  state.fill_color = read(layer, 'fill_color', at) ?? '#ffffffff';
  state.stroke_color = read(layer, 'stroke_color', at) ?? null;
  if (layer.text) state.font_size = bounded(read(layer, 'font_size', at) ?? layer.text.size_px, 4, 1024);
  if (layer.kind === 'image') state.asset = read(layer, 'asset', at) ?? layer.asset;
  if (layer.kind === 'image_sequence') {
    const picture = Number(pictureOf(layer, at));
    state.media_frame = picture;
    state.asset = layer.playback?.assets?.[picture];
  }
  if (layer.kind === 'text' || layer.kind === 'clock')
    state.content = String(read(layer, 'content', at) ?? layer.text?.content).replaceAll('\\{{', '{{');
  if (layer.layers) state.layers = layer.layers.map((child) => stateOf(child, at));
  return state;
}

export interface SceneState {
  frame: number;
  finished: boolean;
  layers: LayerState[];
}

/** Every layer with the scene's clock at `frame`, where it stands once the scene is told to hide; `sinceHide`: frames
 * from then on. */
export function evaluate(
  document: Document, sceneId: string, frame: number, sinceHide: number | null, rate: Rate,
): SceneState {
  const scene = document.scenes.find((one) => one.scene_id === sceneId);
  if (!scene) throw new Error(`no scene ${sceneId}`);
  const at = place(scene, frame, sinceHide, rate);
  return { frame, finished: at.finished, layers: scene.layers.map((layer) => stateOf(layer, at)) };
}
