// Studio's page for those who look after it: tabs by keyboard, settings, ledger, keys, audit trail, roles, passwords.
import { readFileSync } from 'node:fs';
import { expect, request, test, type Page } from '@playwright/test';
import { enterStudio, expectAccessible, openAppliance, watchFaults } from './pages';

/** A person of the home organisation with that role, made once. */
async function hire(name: string, role: string): Promise<void> {
  const studio = await request.newContext({ baseURL: process.env.VISTTER_STUDIO, ignoreHTTPSErrors: true });
  const entered = await studio.post('/v1/auth/session', {
    data: { username: 'producer', password: process.env.VISTTER_STUDIO_PASSWORD },
  });
  const { token, user } = await entered.json();
  await studio.post(`/v1/orgs/${user.org_id}/members`, {
    headers: { authorization: `Bearer ${token}` },
    data: { username: name, password: 'correct horse battery', role },
  });
  await studio.dispose();
}

async function enterAs(page: Page, name: string, password: string): Promise<void> {
  await page.goto(process.env.VISTTER_STUDIO!);
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('moves through the tabs of an appliance by keyboard', async ({ page }) => {
  await enterStudio(page);
  await openAppliance(page, 'Show');
  const tab = (name: string) => page.getByRole('tab', { name });
  await tab('Show').focus();
  await page.keyboard.press('ArrowRight');
  await expect(tab('Commands')).toBeFocused();
  await expect(tab('Commands')).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('region', { name: 'Commands' })).toBeVisible();
  await page.keyboard.press('End');
  await expect(tab('Events')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(tab('Show')).toBeFocused();
  await expect(page.getByRole('tabpanel', { name: 'Show' })).toBeVisible();
});

test('renames an appliance and sees the setting in effect', async ({ page }) => {
  const faults = watchFaults(page);
  await enterStudio(page);
  await openAppliance(page, 'Settings');
  const panel = page.getByRole('region', { name: /^Settings/ });
  for (const name of ['Harbour hut east', 'Harbour hut']) {
    await panel.getByLabel('New name').fill(name);
    await panel.getByRole('button', { name: 'Rename the appliance' }).click();
    const heading = page.getByRole('heading', { name: `${name} connected`, exact: true });
    await expect(heading).toBeVisible({ timeout: 20_000 });
    await expect(panel.getByText('in effect')).toBeVisible();
  }
  await page.screenshot({ path: '../build/web-e2e/studio-settings.png', fullPage: true });
  await expectAccessible(page);
  expect(faults).toEqual([]);
});

test('saves the ledger of an appliance', async ({ page }) => {
  await enterStudio(page);
  await openAppliance(page, 'Ledger');
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the ledger' }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe('SANDBOX-0001-ledger.jsonl');
  const rows = readFileSync(await saved.path(), 'utf8').trim().split('\n');
  expect(rows.length).toBeGreaterThan(3);
  expect(JSON.parse(rows[0]!).n).toBe(1);
});

test('makes an API key once and ends it', async ({ page }) => {
  const faults = watchFaults(page);
  await enterStudio(page);
  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByLabel('What uses the key').fill('nightly import');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const made = page.getByRole('group', { name: 'The key of nightly import' });
  await expect(made.getByText(/^vst_[A-Za-z0-9_-]{43}$/)).toBeVisible();
  await page.screenshot({ path: '../build/web-e2e/studio-keys.png', fullPage: true });
  await expectAccessible(page);
  await page.getByRole('button', { name: 'End the key of nightly import' }).click();
  await expect(page.getByRole('row', { name: /nightly import/ }).getByText('revoked')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'API keys' })).toBeFocused();
  expect(faults).toEqual([]);
});

test('reads the audit trail and narrows it', async ({ page }) => {
  await enterStudio(page);
  await page.getByRole('link', { name: 'Audit trail' }).click();
  const trail = page.getByRole('region', { name: 'Audit trail' });
  await expect(trail.getByRole('row').nth(1).getByText('sign_in')).toBeVisible();
  await page.screenshot({ path: '../build/web-e2e/studio-audit.png', fullPage: true });
  await expectAccessible(page);
  await trail.getByLabel('What').selectOption('Commands');
  await trail.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(trail.getByText('sign_in')).toHaveCount(0);
  await expect(trail.getByText('command.TIMELINE_EXECUTE').first()).toBeVisible();
});

test('says where this Studio is reached and that it has no broker', async ({ page }) => {
  await enterStudio(page);
  await page.getByRole('link', { name: 'This Studio' }).click();
  const panel = page.getByRole('region', { name: 'This Studio' });
  await expect(panel.getByText(process.env.VISTTER_STUDIO!)).toBeVisible();
  await expect(panel.getByText(/^None\./)).toBeVisible();
  await page.screenshot({ path: '../build/web-e2e/studio-itself.png', fullPage: true });
  await expectAccessible(page);
});

test('offers a viewer nothing a viewer may not do', async ({ page }) => {
  await hire('vera', 'viewer');
  await enterAs(page, 'vera', 'correct horse battery');
  await openAppliance(page, 'Credentials');
  const panel = page.getByRole('region', { name: 'Credentials' });
  await expect(panel.getByText('Client certificate').first()).toBeVisible();
  await expect(page.getByRole('button', { name: /Renew|Revoke|Rename/ })).toHaveCount(0);
  await expect(page.getByRole('tab', { name: 'Ledger' })).toHaveCount(0);
  await expect(page.getByRole('navigation')).toHaveCount(0);
  await expect(page.getByText('Your role does not add appliances.')).toBeVisible();
  await openAppliance(page, 'Show');
  await expect(page.getByText('Your role looks on.')).toBeVisible();
  await expectAccessible(page);
});

test('changes a password and signs in with the new one', async ({ page }) => {
  await hire('otto', 'operator');
  await enterAs(page, 'otto', 'correct horse battery');
  const dialog = page.getByRole('dialog', { name: 'Change your password' });
  const change = async (current: string) => {
    await dialog.getByLabel('Current password').fill(current);
    await dialog.getByLabel(/^New password/).fill('another battery staple');
    await dialog.getByRole('button', { name: 'Change it' }).click();
  };
  await page.getByRole('button', { name: 'Change password…' }).click();
  await change('not the password');
  await expect(dialog.getByRole('alert')).toContainText('API_FORBIDDEN');
  await expectAccessible(page);
  await change('correct horse battery');
  await expect(dialog).toBeHidden();
  await expect(page.getByText('Password changed')).toBeVisible();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await enterAs(page, 'otto', 'another battery staple');
  await expect(page.getByRole('heading', { name: 'Fleet' })).toBeVisible();
});
