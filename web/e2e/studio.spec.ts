// Studio's page: the fleet, pairing, one appliance live with its show, its commands, sessions and credentials.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test, type Locator } from '@playwright/test';
import { enterStudio, expectAccessible, openAppliance, watchFaults } from './pages';

/** What a phone held before the QR code reads. */
async function readPicture(picture: Locator): Promise<string> {
  const path = '../build/web-e2e/qr.png';
  await picture.screenshot({ path });
  return execFileSync('zbarimg', ['--nodbus', '--quiet', '--raw', path], { encoding: 'utf8' });
}

test('shows the fleet and an appliance with its events', async ({ page }) => {
  const faults = watchFaults(page);
  await enterStudio(page);
  const device = await openAppliance(page);
  await expect(device.getByText('playing')).toBeVisible();
  await expect(device.getByText('online')).toHaveCount(2);
  await page.screenshot({ path: '../build/web-e2e/studio.png', fullPage: true });
  await expectAccessible(page);
  await openAppliance(page, 'Events');
  const events = page.getByRole('region', { name: 'Events' });
  await expect(events.getByText('timeline.state').first()).toBeVisible();
  await page.screenshot({ path: '../build/web-e2e/studio-events.png', fullPage: true });
  await expectAccessible(page);
  expect(faults).toEqual([]);
});

test('stops the show and runs the timeline again', async ({ page }) => {
  await enterStudio(page);
  const device = await openAppliance(page);
  await device.getByRole('button', { name: 'Stop' }).click();
  await expect(device.getByText('playing')).toHaveCount(0);
  await device.getByRole('button', { name: 'Run the timeline' }).click();
  await expect(device.getByText('playing')).toBeVisible({ timeout: 20_000 });
});

test('follows a command through its messages', async ({ page }) => {
  await enterStudio(page);
  await openAppliance(page, 'Commands');
  await page.getByRole('button', { name: 'Trace TIMELINE_EXECUTE' }).first().click();
  const trace = page.getByRole('region', { name: 'Trace of TIMELINE_EXECUTE' });
  await expect(trace.getByRole('heading')).toBeFocused();
  await expect(trace.getByText('to the appliance').first()).toBeVisible();
  await expect(trace.getByText('from the appliance').first()).toBeVisible();
  await page.screenshot({ path: '../build/web-e2e/studio-trace.png', fullPage: true });
  await expectAccessible(page);
});

test('makes a pairing token and shows all its forms once', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const faults = watchFaults(page);
  await enterStudio(page);
  await page.getByLabel('Serial number', { exact: true }).fill('SANDBOX-0002');
  await page.getByRole('button', { name: 'Make a pairing token' }).click();
  const made = page.getByRole('group', { name: 'The pairing token of SANDBOX-0002' });
  const code = made.getByText(/^[0-9A-Z]{4}-[0-9A-Z*~$=]{4}$/);
  const token = made.getByText(/^[0-9A-Z*~$=]{5}(-[0-9A-Z*~$=]{1,5})+$/);
  await expect(code).toBeVisible();
  await expect(token).toBeVisible();
  for (const [what, text] of [['short code', code], ['long token', token]] as const) {
    await made.getByRole('button', { name: `Copy the ${what}` }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(await text.textContent());
  }
  expect(JSON.parse(await readPicture(made.getByRole('img')))).toEqual({
    token: await token.textContent(),
    studio_url: process.env.VISTTER_STUDIO,
  });
  await page.screenshot({ path: '../build/web-e2e/studio-pairing.png', fullPage: true });
  await expectAccessible(page);
  expect(faults).toEqual([]);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Fleet' })).toBeVisible();
  await expect(made).toHaveCount(0);
});

test('lists the tokens with their states and withdraws one', async ({ page }) => {
  await enterStudio(page);
  await page.getByLabel('Serial number', { exact: true }).fill('SANDBOX-0003');
  await page.getByRole('button', { name: 'Make a pairing token' }).click();
  const tokens = page.getByRole('region', { name: 'Pairing tokens' });
  await expect(tokens.getByRole('row', { name: 'SANDBOX-0001' }).getByText('used')).toBeVisible();
  await expect(tokens.getByRole('row', { name: 'SANDBOX-0003' }).getByText('open')).toBeVisible();
  await tokens.getByRole('button', { name: 'Withdraw the token of SANDBOX-0003' }).click();
  await expect(tokens.getByRole('row', { name: 'SANDBOX-0003' })).toHaveCount(0);
  await expect(tokens.getByRole('heading')).toBeFocused();
});

test('names the wrong lines of an enrolment, and saves the file of the right ones', async ({ page }) => {
  await enterStudio(page);
  const panel = page.getByRole('region', { name: 'Add many appliances' });
  await panel.getByRole('heading', { name: 'Add many appliances' }).click();
  const serials = panel.getByLabel('Serial numbers, one a line');
  await serials.fill('BOX-0001\n\nx\nBOX-0001\n');
  await panel.getByRole('button', { name: 'Make an enrolment file' }).click();
  const wrong = panel.getByRole('alert').getByRole('listitem');
  await expect(wrong).toHaveText([/^Line 3, x: /, /^Line 4, BOX-0001: the same as line 1$/]);
  await page.screenshot({ path: '../build/web-e2e/studio-enrolment.png', fullPage: true });
  await expectAccessible(page);
  await serials.fill('BOX-0001\nBOX-0002\n');
  const saving = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Make an enrolment file' }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe('vistter-enrolment.json');
  const file = JSON.parse(readFileSync(await saved.path(), 'utf8'));
  expect(file.studio_url).toBe(process.env.VISTTER_STUDIO);
  expect(file.tokens.map((one: { serial: string }) => one.serial)).toEqual(['BOX-0001', 'BOX-0002']);
  await expect(wrong).toHaveCount(0);
  await expect(panel.getByRole('status')).toContainText('2 tokens');
});

test('lists the sessions of an appliance', async ({ page }) => {
  await enterStudio(page);
  await openAppliance(page, 'Sessions');
  const newest = page.getByRole('region', { name: 'Sessions' }).getByRole('row').nth(1);
  await expect(newest.getByText('connected')).toBeVisible();
  await expect(newest.getByText('wss')).toBeVisible();
});

test('asks before it revokes an appliance', async ({ page }) => {
  await enterStudio(page);
  await openAppliance(page, 'Credentials');
  const panel = page.getByRole('region', { name: 'Credentials' });
  const button = panel.getByRole('button', { name: 'Revoke this appliance…' });
  await button.click();
  const question = page.getByRole('dialog', { name: 'Revoke Harbour hut?' });
  await expect(question).toBeVisible();
  await expect(question.getByRole('button', { name: 'Keep it' })).toBeFocused();
  await page.screenshot({ path: '../build/web-e2e/studio-revoke.png' });
  await expectAccessible(page);
  await question.getByRole('button', { name: 'Keep it' }).click();
  await expect(question).toBeHidden();
  await expect(button).toBeFocused();
  await expect(panel.getByText('revoked')).toHaveCount(0);
});

test('renews the certificate of an appliance on the air', async ({ page }) => {
  await enterStudio(page);
  await openAppliance(page, 'Credentials');
  const panel = page.getByRole('region', { name: 'Credentials' });
  const certificates = panel.getByRole('row', { name: /^Client certificate/ });
  await expect(certificates).toHaveCount(1);
  const former = await certificates.locator('.id').textContent();
  await panel.getByRole('button', { name: 'Renew: Client certificate' }).click();
  const current = certificates.filter({ hasText: 'current' }).filter({ hasNotText: former! });
  await expect(current).toHaveCount(1, { timeout: 40_000 });
  await expect(certificates.filter({ hasText: former! }).getByText('former')).toBeVisible();
  await expect(panel.getByRole('listitem').filter({ hasText: 'Client certificate' }).getByText('done')).toBeVisible();
  await expect(page.getByRole('region', { name: /Harbour hut/ }).getByText('connected')).toBeVisible();
  await page.screenshot({ path: '../build/web-e2e/studio-credentials.png', fullPage: true });
  await expectAccessible(page);
  await page.setViewportSize({ width: 320, height: 800 });
  await page.screenshot({ path: '../build/web-e2e/studio-narrow.png', fullPage: true });
  await expectAccessible(page);
});
