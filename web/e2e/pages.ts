// Signing in to the two pages, and the checks every screen must pass.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';

export async function enterAppliance(page: Page): Promise<void> {
  await page.goto(process.env.VISTTER_APPLIANCE!);
  await page.getByLabel('Password').fill(process.env.VISTTER_APPLIANCE_PASSWORD!);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Studio link' })).toBeVisible();
}

export async function enterStudio(page: Page): Promise<void> {
  await page.goto(process.env.VISTTER_STUDIO!);
  await page.getByLabel('User name').fill('producer');
  await page.getByLabel('Password').fill(process.env.VISTTER_STUDIO_PASSWORD!);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Fleet' })).toBeVisible();
}

/** The sandbox's appliance on Studio's page, with one of its tabs open. */
export async function openAppliance(page: Page, tab = 'Show'): Promise<Locator> {
  const fleet = page.getByRole('region', { name: 'Fleet' });
  await fleet.getByRole('button', { name: 'Harbour hut' }).click();
  await page.getByRole('tab', { name: tab }).click();
  return page.getByRole('region', { name: /^Harbour hut/ });
}

/** No accessibility violation, and nothing wider than a phone at 320 CSS pixels (WCAG 1.4.10). */
export async function expectAccessible(page: Page): Promise<void> {
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' ')}`)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 800 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(320);
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** Collects what the strict content policy refused and what the page threw. */
export function watchFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && message.text().includes('Content Security Policy')) faults.push(message.text());
  });
  return faults;
}
