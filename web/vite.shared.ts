// One build setting for both pages: hashed assets, no inlining, so that a strict content policy holds.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import type { UserConfig } from 'vite';

/** The Vite settings of the page in `folder` ("studio" or "appliance"). */
export function page(folder: string): UserConfig {
  const root = fileURLToPath(new URL(`./${folder}`, import.meta.url));
  const outDir = fileURLToPath(new URL(`../build/release/share/vistter/web/${folder}`, import.meta.url));
  return {
    root,
    base: '/',
    plugins: [svelte()],
    resolve: { alias: { $shared: fileURLToPath(new URL('./shared', import.meta.url)) } },
    build: { outDir, emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  };
}
