// Every page in both languages and both schemes: no violation of WCAG 2.2 AA that axe-core finds, nothing wider than its
// screen, nothing in the console; then rapid navigation through all of them.
//
// SHOTS=all leaves a picture of every page in each scheme and width; without it, of each page once.

import path from "node:path";

import { AXE, DESKTOP, PHONE, Watch, baseUrl, requireWidth, run, screenshots } from "./harness.mjs";
import { OPEN, SIGNED_IN } from "./pages.mjs";
import { openShop } from "./shop.mjs";
import { LANGUAGES, Walk, picture, signIn, takeAll } from "./walk.mjs";

const SCHEMES = ["light", "dark"];
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
// How often all pages are run through without waiting for any.
const RUSHES = 3;
const all = process.env.SHOTS === "all";

/** A walk through all pages in one language. */
class Tour extends Walk {
  isSignedIn = false;
  expects = [];

  constructor(browser, language, shop) {
    super(browser, language, (url, status) => {
      const isNobody = !this.isSignedIn && status === 401 && url.pathname === "/v1/auth/refresh";
      return isNobody || this.expects.includes(status);
    });
    this.shop = shop;
  }

  async take() {
    this.context = await this.newContext();
    await this.context.addInitScript({ content: AXE() });
    this.page = await this.newPage(this.context);
    await this.look(OPEN);
    await this.signIn();
    await this.look(SIGNED_IN);
    await this.rush();
    await this.context.close();
  }

  /** Looks at each of `pages`; one that fails is told, and the next one is looked at in a tab of its own. */
  async look(pages) {
    for (const one of pages) {
      this.watch.step = one.name;
      this.expects = one.expects ?? [];
      try {
        await this.page.goto(baseUrl + one.path(this.shop));
        await this.settle();
        await this.check(one.name);
      } catch (error) {
        this.watch.add(error.message);
        await picture(this.page, `failed-${one.name}-${this.language}`);
        await this.page.close();
        this.page = await this.newPage(this.context);
      }
    }
  }

  /** A page is settled when it has its heading and nothing says that it is loading; the kit shows that as well. */
  async settle() {
    await this.page.locator("h1").first().waitFor();
    await this.page.waitForFunction(() => !document.querySelector(".loading:not(.kit *)"));
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
    this.watch.step = "sign in";
    await signIn(page, shop);
    this.isSignedIn = true;
    await this.settle();
  }

  /** Through all pages without waiting for any: nothing may panic, and the last one is there in the end. */
  async rush() {
    const { page } = this;
    this.watch.step = "rapid navigation";
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
  const walks = Object.keys(LANGUAGES).map((language) => new Tour(browser, language, shop));
  await takeAll(watch, walks, (walk) => walk.take());
});
console.log("areas.mjs: every page was seen");
