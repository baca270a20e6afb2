// The parts of an OCL 1.0 document that evaluation reads (contract C.1 to C.6), as JSON holds them.

export type Pair = [number, number];
export type Quad = [number, number, number, number];
export type Value = number | boolean | string | number[];

export type Ease =
  | string
  | { cubic_bezier: Quad }
  | { steps: { count: number; position: 'jump-end' | 'jump-start' | 'jump-none' | 'jump-both' } }
  | { linear: Pair[] };

export interface Keyframe {
  t_ms: number;
  value: Value;
  ease?: Ease;
}

export interface Track {
  property: string;
  phase?: 'body' | 'outro';
  loop?: 'none' | 'repeat' | 'ping_pong';
  keyframes: Keyframe[];
}

export interface Layer {
  layer_id: string;
  kind: string;
  in_ms?: number;
  out_ms?: number | null;
  props?: Record<string, Value>;
  tracks?: Track[];
  layers?: Layer[];
  text?: { content: string; size_px: number };
  asset?: string;
  playback?: { loop?: 'none' | 'repeat' | 'ping_pong'; assets?: string[]; rate?: { num: number; den: number } };
}

export interface CuePoint {
  cue_point_id: string;
  t_ms: number;
  kind?: 'emit' | 'pause' | 'sync';
}

export interface Scene {
  scene_id: string;
  duration_ms: number | null;
  phases?: { intro_ms?: number; outro_ms?: number; body?: 'hold' | 'loop' | 'run'; body_end_ms?: number };
  cue_points?: CuePoint[];
  layers: Layer[];
}

export interface Document {
  scenes: Scene[];
}

/** The entry that is there by construction; its absence is a fault of the caller. */
export function at<T>(list: readonly T[], index: number): T {
  const entry = list[index];
  if (entry === undefined) throw new RangeError(`no entry ${index} of ${list.length}`);
  return entry;
}
