// What axe says of a page as it stands, light and dark.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from 'playwright/test';

/**
 * Expects that axe finds nothing on the page in either scheme: what draws it is the same. Without motion, as a colour on its
 * way from one to the other is neither. Only what is wrong comes out of the browser, and no other page is opened to gather it
 * of frames, as there are none. Afterwards the page has the scheme and the motion that it was opened with.
 */
export async function expectAccessible(page: Page, name = new URL(page.url()).pathname): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page })
      .setLegacyMode(true)
      .options({ resultTypes: ['violations'] })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
    expect(found, `${name} ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}
