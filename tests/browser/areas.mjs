// Every page in both languages and both schemes: no violation of WCAG 2.2 AA that axe-core finds, nothing wider than its
// screen, nothing in the console; then rapid navigation through all of them.
//
// SHOTS=all leaves a picture of every page in each scheme and width; without it, of each page once.

import path from "node:path";

import { AXE, DESKTOP, PHONE, STEP_MS, Watch, baseUrl, requireWidth, run, screenshots } from "./harness.mjs";
import { OPEN, SIGNED_IN } from "./pages.mjs";
import { openShop } from "./shop.mjs";

const LANGUAGES = { en: "en-GB", es: "es-UY" };
const SCHEMES = ["light", "dark"];
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
// A page that does not answer any more has no picture either.
const FAILED_MS = 5_000;
// How often all pages are run through without waiting for any.
const RUSHES = 3;
const all = process.env.SHOTS === "all";

/** A walk through all pages in one language. */
class Walk {
  isSignedIn = false;
  expects = [];

  constructor(browser, language, locale, shop) {
    Object.assign(this, { browser, language, locale, shop });
    this.watch = new Watch((url, status) => {
      const isNobody = !this.isSignedIn && status === 401 && url.pathname === "/v1/auth/refresh";
      return isNobody || this.expects.includes(status);
    });
  }

  async take() {
    const { locale } = this;
    this.context = await this.browser.newContext({ viewport: DESKTOP, locale, timezoneId: "America/Montevideo" });
    await this.context.addInitScript({ content: AXE() });
    await this.newPage();
    await this.look(OPEN);
    await this.signIn();
    await this.look(SIGNED_IN);
    await this.rush();
    await this.context.close();
  }

  async newPage() {
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(STEP_MS);
    this.watch.on(this.page);
  }

  /** Looks at each of `pages`; one that fails is told, and the next one is looked at in a tab of its own. */
  async look(pages) {
    for (const one of pages) {
      this.watch.step = `${one.name} (${this.language})`;
      this.expects = one.expects ?? [];
      try {
        await this.page.goto(baseUrl + one.path(this.shop));
        await this.settle();
        await this.check(one.name);
      } catch (error) {
        this.watch.add(error.message);
        const file = path.join(screenshots, `failed-${one.name}-${this.language}.png`);
        await this.page.screenshot({ path: file, timeout: FAILED_MS }).catch(() => {});
        await this.page.close();
        await this.newPage();
      }
    }
  }

  /** A page is settled when it has its heading and nothing says that it is loading. */
  async settle() {
    await this.page.locator("h1").first().waitFor();
    await this.page.waitForFunction(() => !document.querySelector(".loading"));
  }

  async check(name) {
    const { page, watch } = this;
    for (const scheme of SCHEMES) {
      await page.emulateMedia({ colorScheme: scheme });
      const run = (tags) => globalThis.axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
      const { violations } = await page.evaluate(run, RULES);
      for (const { id, help, nodes } of violations) {
        const where = nodes.slice(0, 3).map((node) => `${node.target.join(" ")}: ${node.html.slice(0, 160)}`);
        watch.add(`${scheme}: ${id}, ${help}: ${where.join(" | ")}`);
      }
      for (const [device, size] of Object.entries({ wide: DESKTOP, narrow: PHONE })) {
        await page.setViewportSize(size);
        await requireWidth(page, name, size);
        if (all || (scheme === "light" && device === "wide")) {
          const file = `${name}-${this.language}-${scheme}-${device}.png`;
          await page.screenshot({ path: path.join(screenshots, file), fullPage: true });
        }
      }
      await page.setViewportSize(DESKTOP);
    }
    const said = await page.evaluate(() => document.documentElement.lang);
    if (said !== this.language) watch.add(`the page says that its language is ${said}`);
  }

  async signIn() {
    const { page, shop } = this;
    this.watch.step = `sign in (${this.language})`;
    await page.goto(`${baseUrl}/sign-in`);
    await page.locator("#email").fill(shop.email);
    await page.locator("#password").fill(shop.password);
    await page.locator("form button[type=submit]").click();
    await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
    this.isSignedIn = true;
    await this.settle();
  }

  /** Through all pages without waiting for any: nothing may panic, and the last one is there in the end. */
  async rush() {
    const { page } = this;
    this.watch.step = `rapid navigation (${this.language})`;
    this.expects = [404];
    const paths = SIGNED_IN.map((one) => one.path(this.shop));
    for (let round = 0; round < RUSHES; round += 1) {
      for (const address of paths) {
        await page.evaluate((address) => {
          const link = document.createElement("a");
          link.href = address;
          document.body.append(link);
          link.click();
          link.remove();
        }, address);
      }
    }
    for (let back = 0; back < paths.length; back += 1) await page.evaluate(() => history.back());
    await page.goto(`${baseUrl}/promotions`);
    await this.settle();
  }
}

const watch = new Watch(() => false);
await run("areas.mjs", watch, async (browser) => {
  watch.step = "open a shop";
  const shop = await openShop("areas");
  const walks = Object.entries(LANGUAGES).map(([language, locale]) => new Walk(browser, language, locale, shop));
  const taken = await Promise.allSettled(walks.map((walk) => walk.take()));
  for (const [index, { reason }] of taken.entries()) {
    const { faults, step } = walks[index].watch;
    watch.faults.push(...faults);
    if (reason) watch.faults.push(`${step}: ${reason.stack ?? reason}`);
  }
});
console.log("areas.mjs: every page was seen");
