// What the local API says, as far as this page shows it.

export interface Link {
  state: string;
  since: string | null;
  last_error: string;
  next_retry_at: string | null;
  rtt_ms: number | null;
  outbox: number;
  journal: number;
  reconnects: number;
  transport: string | null;
  channel_url: string | null;
  /** While on a fallback: which port the preferred channel could not be reached at, and why. */
  blocked: string | null;
  gap: { start: string; end: string | null; cause: string | null } | null;
  device_id: string;
  tenant: string;
  studio_url: string;
  certificate_expires_at: string | null;
}

export interface PairingStep {
  name: string;
  state: 'ok' | 'failed' | 'skipped' | 'unreached';
  ms: number;
  cause: string | null;
  next: string | null;
}

/** One attempt to reach Studio. */
export interface PairingReport {
  at: string;
  studio_url: string | null;
  form: string;
  steps: PairingStep[];
}

export interface Run {
  run_id: string;
  timeline_id: string;
  state: string;
  position_ms: number;
  cue_id?: string;
}

export interface Camera {
  camera_id: string;
  name: string;
  state: string;
  fps: number;
  last_frame_age_ms: number | null;
  error?: string;
}

export interface Destination {
  destination_id: string;
  state: string;
  bytes: number;
  frames: number;
  reconnects: number;
  uptime_s: number;
  error?: string;
}

export interface Status {
  link: Link;
  program: { state: string; frame: number; fps: number; missed_frames: number; on_air: boolean; run: Run | null };
  cameras: Camera[];
  streams: { stream_id: string; state: string; destinations: Destination[] }[];
  timelines: { timeline_id: string; name: string; revision: number; state: string }[];
  overlays: { overlay_id: string; slot: string; state: string }[];
}
