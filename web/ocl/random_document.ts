// Lawful OCL documents made from a seed: every property, easing, loop, phase and body, at awkward times.
import { at, type CuePoint, type Document, type Ease, type Keyframe, type Layer, type Pair, type Quad, type Scene,
  type Track, type Value } from './document';

/** Numbers in [0, 1) from a seed (mulberry32: public domain, Tommy Ettinger). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const properties = ['opacity', 'position', 'scale', 'rotation', 'size', 'crop', 'fill_color', 'stroke_color',
  'stroke_width', 'corner_radius', 'blur', 'reveal', 'visible'];
const pictures = ['p0', 'p1', 'p2', 'p3', 'p4'];

class Maker {
  private readonly next: () => number;
  constructor(next: () => number) {
    this.next = next;
  }

  private number(low: number, high: number): number {
    const value = low + this.next() * (high - low);
    return this.next() < 0.3 ? Math.round(value) : value;
  }
  private integer(low: number, high: number): number {
    return Math.floor(low + this.next() * (high - low + 1));
  }
  private one<T>(list: readonly T[]): T {
    return at(list, this.integer(0, list.length - 1));
  }
  private color(): string {
    return `#${[0, 0, 0, 0].map(() => this.integer(0, 255).toString(16).padStart(2, '0')).join('')}`;
  }

  private value(property: string): Value {
    switch (property) {
      case 'opacity':
      case 'reveal':
        return this.number(0, 1);
      case 'position':
        return [this.number(-3000, 3000), this.number(-3000, 3000)];
      case 'scale':
        return [this.number(-4, 4), this.number(-4, 4)];
      case 'rotation':
        return this.number(-720, 720);
      case 'size':
        return [this.number(0, 4000), this.number(0, 4000)];
      case 'crop':
        return [this.number(0, 0.49), this.number(0, 0.49), this.number(0, 0.49), this.number(0, 0.49)];
      case 'visible':
        return this.next() < 0.7;
      case 'fill_color':
      case 'stroke_color':
        return this.color();
      case 'font_size':
        return this.number(4, 200);
      case 'content':
        return this.one(['Live', 'Über {} }}', 'a \\{{b}}', '']);
      case 'asset':
        return this.one(pictures);
      default:
        return this.number(0, 60);
    }
  }

  private ease(): Ease {
    switch (this.integer(0, 4)) {
      case 0:
        return this.one(['hold', 'linear', 'ease', 'ease-in', 'ease-out', 'ease-in-out']);
      case 1:
        return { cubic_bezier: [this.next(), this.number(-4, 4), this.next(), this.number(-4, 4)] as Quad };
      case 2: {
        const position = this.one(['jump-end', 'jump-start', 'jump-none', 'jump-both'] as const);
        return { steps: { count: this.integer(2, 60), position } };
      }
      case 3: {
        const inner: Pair[] = [this.next(), this.next(), this.next()].sort((a, b) => a - b)
          .map((at) => [at, this.number(-1, 2)]);
        return { linear: [[0, this.number(-1, 1)], ...inner, [1, this.number(0, 2)]] };
      }
      default:
        return 'linear';
    }
  }

  private track(property: string, phase: 'body' | 'outro'): Track {
    const times = Array.from({ length: this.integer(1, 6) }, () => this.integer(0, 4000))
      .sort((a, b) => a - b)
      .filter((at, i, all) => i < 2 || at !== all[i - 2]);
    const only = property === 'visible' || property === 'content' || property === 'asset';
    const keyframes: Keyframe[] = times.map((t_ms) => ({
      t_ms,
      value: this.value(property),
      ease: only ? 'hold' : this.ease(),
    }));
    const track: Track = { property, phase, keyframes };
    if (phase === 'body' && this.next() < 0.3) track.loop = this.one(['repeat', 'ping_pong'] as const);
    return track;
  }

  /** What a kind has besides its properties. */
  private content(kind: string, id: string, end: number, depth: number): Partial<Layer> {
    switch (kind) {
      case 'shape':
        return { shape: { type: 'rect' } } as Partial<Layer>;
      case 'text':
        return { text: { content: 'Ann Sailor', size_px: this.integer(8, 90) } };
      case 'image':
        return { asset: this.one(pictures) };
      case 'image_sequence': {
        const assets = Array.from({ length: this.integer(1, 7) }, () => this.one(pictures));
        const rates = [[25, 1], [30000, 1001], [7, 3], [240, 1]] as const;
        const [num, den] = this.one(rates);
        const rate = { num, den };
        return { playback: { loop: this.one(['none', 'repeat', 'ping_pong'] as const), assets, rate } };
      }
      case 'group':
        return { layers: [0, 1].map((i) => this.layer(`${id}_${i}`, end, depth + 1)) };
      default:
        return {};
    }
  }

  private layer(id: string, end: number, depth = 0): Layer {
    const kind = this.one(['shape', 'solid', 'text', 'image', 'image_sequence', ...(depth < 2 ? ['group'] : [])]);
    const own = kind === 'text' ? ['content', 'font_size'] : kind === 'image' ? ['asset'] : [];
    const props: Record<string, Value> = {};
    const tracks: Track[] = [];
    for (const property of [...properties, ...own]) {
      if (this.next() < 0.3) props[property] = this.value(property);
      if (this.next() < 0.35 && tracks.length < 15) tracks.push(this.track(property, 'body'));
      if (this.next() < 0.2 && tracks.length < 15) tracks.push(this.track(property, 'outro'));
    }
    const in_ms = this.next() < 0.5 ? 0 : this.integer(0, Math.min(1500, end - 1));
    const out_ms = this.next() < 0.5 ? null : in_ms + this.integer(1, 3000);
    const made: Layer = { layer_id: id, kind, in_ms, out_ms, props, tracks, ...this.content(kind, id, end, depth) };
    if (this.next() < 0.2) (made as object as { clip: object }).clip = { type: 'rect', inset: [0.1, 0, 0.2, 0] };
    return made;
  }

  /** Points the clock does reach, so that the document is lawful. */
  private cuePoints(phases: NonNullable<Scene['phases']>, duration: number | null): CuePoint[] {
    const reach = [duration === null ? 4000 : duration - 1];
    if (phases.body === 'hold') reach.push(phases.intro_ms ?? 0);
    if (phases.body_end_ms !== undefined) reach.push(phases.body_end_ms - 1);
    return Array.from({ length: this.integer(0, 5) }, (_, i) => ({
      cue_point_id: `c${i}`,
      t_ms: this.integer(0, Math.min(...reach)),
      kind: this.one(['emit', 'pause', 'sync'] as const),
    }));
  }

  scene(): Scene {
    const intro_ms = this.integer(0, 900);
    const outro_ms = this.integer(0, 700);
    const body = this.one(['hold', 'loop', 'run'] as const);
    const finite = body === 'run' || this.next() < 0.4;
    const phases: Scene['phases'] = { intro_ms, outro_ms, body };
    if (body === 'loop') phases.body_end_ms = intro_ms + this.integer(1, 1500);
    const duration_ms = finite ? intro_ms + outro_ms + this.integer(100, 4000) : null;
    const layers = [0, 1, 2].map((i) => this.layer(`l${i}`, duration_ms ?? 4000));
    return { scene_id: 'main', duration_ms, phases, cue_points: this.cuePoints(phases, duration_ms), layers };
  }
}

export function randomDocument(seed: number): Document {
  return {
    ocl_version: '1.0', min_reader: '1.0', kind: 'ocl.document', overlay_id: 'ovl_random', revision: 1,
    features_used: ['layer.image_sequence', 'effect.blur'], canvas: { width: 1920, height: 1080 },
    assets: Object.fromEntries(pictures.map((key) => [key, { asset_id: `ast_${key}`, sha256: '0'.repeat(64),
      media_type: 'image/png', width: 64, height: 64 }])),
    scenes: [new Maker(generator(seed)).scene()],
  } as Document;
}
