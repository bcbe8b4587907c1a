import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { releaseNoon } from '../../shared/engine/acts/hold.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import { scheduled } from '../support/engine.ts';
import { axeViolations, launch, screenshot, skipReason } from './browser.ts';
import { failingNoon, green, openLocally, playChain, redFinalCheck, violating } from './days.ts';
import { serve } from './serve.ts';
import { at, DATE, type Operator } from './support.ts';

const PHONE: BrowserContextOptions = { viewport: { width: 360, height: 740 } };
const DARK_DESK: BrowserContextOptions = { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' };
const NO_SCRIPT: BrowserContextOptions = { ...PHONE, javaScriptEnabled: false };

/** The state that a person may find, and what the page must say of it. */
const STATES: readonly {
  readonly name: string;
  readonly says: RegExp;
  readonly play: (operator: Operator) => Promise<void>;
}[] = [
  { name: 'empty first day', says: /Nothing has run yet/, play: async () => {} },
  { name: 'green day', says: /Noon is done\./, play: (operator) => playChain(operator, green()) },
  {
    name: 'red T-30',
    says: /It can be released once T-30 has passed.*T-30 is red: two checks failed/s,
    play: async (operator) => {
      operator.setPhases(redFinalCheck());
      await operator.run('t-90-prep', '10:30');
      await operator.run('t-30-final-check', '11:30');
      operator.clock.advanceTo(at('11:32'));
    },
  },
  {
    name: 'hold released',
    says: /The hold was released by ana/,
    play: async (operator) => {
      operator.setPhases(redFinalCheck());
      await operator.run('t-90-prep', '10:30');
      await operator.run('t-30-final-check', '11:30');
      operator.setPhases(green());
      operator.clock.advanceTo(at('11:45'));
      await runPhase(
        operator.engine,
        scheduled('t-30-final-check', at('11:45'), { kind: 'manual', rerun: true, slotDueAt: at('11:30') }),
      );
      await releaseNoon(operator.engine, { name: 'ana' }, { date: DATE, reason: 'mended' });
    },
  },
  { name: 'rollback', says: /Noon ended rolled-back/, play: (operator) => playChain(operator, failingNoon()) },
  { name: 'lockdown', says: /LOCKDOWN, epoch 1/, play: (operator) => playChain(operator, violating()) },
];

describe('the page in a real browser', { skip: skipReason() }, () => {
  let browser: Browser;

  before(async () => {
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
  });

  /** Opens the page of this operator, and fails on anything that the browser complains of. */
  async function visit(
    operator: Operator,
    options: BrowserContextOptions,
    look: (page: Page) => Promise<void>,
  ): Promise<void> {
    const server = await serve(() => operator.context);
    const context = await browser.newContext(options);
    const complaints: string[] = [];
    try {
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.goto(server.address);
      await look(page);
      assert.deepEqual(complaints, []);
    } finally {
      await context.close();
      await server.close();
    }
  }

  for (const { name, says, play } of STATES) {
    it(`shows a person: ${name}`, async () => {
      using operator = await openLocally();
      await play(operator);
      for (const [kind, options] of [
        ['phone', PHONE],
        ['dark', DARK_DESK],
      ] as const) {
        await visit(operator, options, async (page) => {
          assert.match((await page.textContent('main')) ?? '', says);
          await page.evaluate(() => {
            for (const details of document.querySelectorAll('details')) details.open = true;
          });
          assert.deepEqual(await axeViolations(page), []);
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(width <= (options.viewport?.width ?? 0), `${width} px wide`);
          await screenshot(page, `${name.replaceAll(' ', '-')}-${kind}`);
        });
      }
      await visit(operator, NO_SCRIPT, async (page) => {
        assert.match((await page.textContent('main')) ?? '', says);
      });
    });
  }

  it('lets a person act with a phone and without scripts', async () => {
    using operator = await openLocally();
    await visit(operator, NO_SCRIPT, async (page) => {
      await page.click('summary:has-text("Hold noon")');
      await page.fill('form[action="/acts/hold"] input[name=reason]', 'supplier');
      await page.click('button:has-text("Hold noon")');
      assert.match((await page.textContent('#said')) ?? '', /noon of 2026-11-24 is held/);
      assert.match((await page.textContent('#banner')) ?? '', /supplier; set by local:ana/);
      await page.fill('form[action="/acts/release"] input[name=reason]', 'it is back');
      await page.click('button:has-text("Release the hold")');
      assert.match((await page.textContent('#banner')) ?? '', /released by local:ana/);
    });
  });

  it('shows a dry-run to whoever asks, on a phone and without scripts', async () => {
    using operator = await openLocally('11:31');
    operator.setPhases(redFinalCheck());
    for (const [kind, options] of [
      ['phone', NO_SCRIPT],
      ['dark', DARK_DESK],
    ] as const) {
      await visit(operator, options, async (page) => {
        await page.click('summary:has-text("Dry-run a phase")');
        await page.selectOption('select[name=phase]', 't-30-final-check');
        await page.click('button:has-text("Dry-run")');
        assert.match((await page.textContent('main')) ?? '', /failed.*services\/age-gate answered 503/s);
        if (options.javaScriptEnabled !== false) assert.deepEqual(await axeViolations(page), []);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= (options.viewport?.width ?? 0), `${width} px wide`);
        await screenshot(page, `dry-run-${kind}`);
      });
    }
  });

  it('can be worked with the keyboard alone, with the focus to be seen', async () => {
    using operator = await openLocally();
    await playChain(operator, redFinalCheck());
    await visit(operator, PHONE, async (page) => {
      const reached = new Set<string>();
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab');
        const focus = await page.evaluate(() => {
          const element = document.activeElement;
          if (element === null || element === document.body) return { what: 'body', outline: 'x' };
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          const what = element instanceof HTMLInputElement ? element.name : (element.textContent ?? '').trim();
          return { what: what.slice(0, 30), outline: `${outlineStyle} ${outlineWidth}` };
        });
        assert.notEqual(focus.outline, 'none 0px', focus.what);
        reached.add(focus.what);
      }
      for (const wanted of ['reason', 'Release the hold', 'Rerun T-30', 'The exact lines'])
        assert.ok(reached.has(wanted), `${wanted} is not reached: ${[...reached].join(', ')}`);
    });
  });

  it('changes by itself when something happens, and leaves alone what a person types', async () => {
    using operator = await openLocally();
    await visit(operator, DARK_DESK, async (page) => {
      await page.click('summary:has-text("Hold noon")');
      await page.fill('form[action="/acts/hold"] input[name=reason]', 'half a rea');
      await operator.run('t-90-prep', '10:30');
      await page.waitForFunction(() => document.querySelector('#findings')?.textContent?.includes('T-90'));
      assert.equal(await page.inputValue('form[action="/acts/hold"] input[name=reason]'), 'half a rea');
      assert.match((await page.textContent('#timeline')) ?? '', /T-90: passed/);
    });
  });

  it('counts down by the time of the server', async () => {
    using operator = await openLocally('11:32');
    await visit(operator, PHONE, async (page) => {
      await page.waitForFunction(() => /^00:2[78]:\d\d$/.test(document.querySelector('.count')?.textContent ?? ''));
    });
  });

  it('stays one screen of the same size after 400 days', async () => {
    using operator = await openLocally('00:00');
    operator.setPhases(green());
    const first = Date.parse('2026-11-24T00:00:00Z');
    for (let day = 0; day < 400; day++) {
      const date = new Date(first + day * 86_400_000).toISOString().slice(0, 10);
      for (const [phase, time] of [
        ['snapshot-orchestration', '06:00'],
        ['t-90-prep', '10:30'],
        ['t-30-final-check', '11:30'],
        ['high-noon-sync', '12:00'],
      ] as const) {
        operator.clock.advanceTo(`${date}T${time}:00.000Z`);
        await runPhase(operator.engine, scheduled(phase, `${date}T${time}:00.000Z`));
      }
    }
    operator.reads();
    await visit(operator, PHONE, async (page) => {
      assert.equal(await page.locator('.days a').count(), 30);
      assert.match((await page.textContent('#days')) ?? '', /30 of 30 noons ended well/);
      assert.ok((await page.content()).length < 60_000);
      assert.deepEqual(await axeViolations(page), []);
      await screenshot(page, '400-days-phone');
    });
  });
});
