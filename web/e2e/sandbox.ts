// Starts one sandbox for all browser tests and stops it afterwards; tests read its addresses from the environment.
// VISTTER_BIN names another `vistter` than the release build's.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Addresses {
  studio: string;
  appliance: string;
}

export default async function start(): Promise<() => Promise<void>> {
  const bin = process.env.VISTTER_BIN ?? fileURLToPath(new URL('../../build/release/bin/vistter', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'vistter-web-'));
  const state = join(folder, 'state');
  const sandbox = spawn(bin, ['sandbox', 'up', '--json', '--width', '640', '--state', state], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => sandbox.on('exit', resolve));
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    sandbox.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text);
    });
    ended.then((code) => reject(new Error(`the sandbox ended with ${code}: ${text}`)));
  });
  const addresses = JSON.parse(line) as Addresses;
  process.env.VISTTER_STUDIO = addresses.studio;
  process.env.VISTTER_APPLIANCE = addresses.appliance;
  process.env.VISTTER_STUDIO_PASSWORD = readFileSync(join(state, 'studio-password'), 'utf8').trim();
  process.env.VISTTER_APPLIANCE_PASSWORD = readFileSync(join(state, 'appliance-password'), 'utf8').trim();
  return async () => {
    sandbox.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
}
