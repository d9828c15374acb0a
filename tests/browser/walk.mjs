// Walks through the app, one in each of its languages, side by side.

import path from "node:path";

import { DESKTOP, STEP_MS, Watch, baseUrl, screenshots } from "./harness.mjs";

/** The app's languages, each with the locale of a browser that asks for it. */
export const LANGUAGES = { en: "en-GB", es: "es-UY" };

// A page that does not answer any more has no picture either.
const FAILED_MS = 5_000;

/** The texts of a language, out of a table that has each in the order of `LANGUAGES`. */
export function textsOf(language, table) {
  const column = Object.keys(LANGUAGES).indexOf(language);
  return Object.fromEntries(Object.entries(table).map(([name, texts]) => [name, texts[column]]));
}

/** A walk in one language; whoever it is about has a browser session of their own. */
export class Walk {
  pages = [];

  /** `isExpected` as a `Watch` takes it. */
  constructor(browser, language, isExpected) {
    Object.assign(this, { browser, language, watch: new Watch(isExpected) });
  }

  /** A session as somebody else's, or on another device. */
  newContext() {
    const locale = LANGUAGES[this.language];
    return this.browser.newContext({ viewport: DESKTOP, locale, timezoneId: "America/Montevideo" });
  }

  /** A page of `context`, or else of a new one. */
  async newPage(context) {
    const page = await (context ?? (await this.newContext())).newPage();
    page.setDefaultTimeout(STEP_MS);
    this.watch.on(page);
    this.pages.push(page);
    return page;
  }

  /** Takes steps by their names, in order; each page has its picture taken when one fails. */
  async takeSteps(steps) {
    for (const [name, take] of Object.entries(steps)) {
      this.watch.step = name;
      const start = Date.now();
      try {
        await take.call(this);
      } catch (error) {
        await Promise.all(this.pages.map((page, number) => picture(page, `failed-${this.language}-${number}`)));
        throw error;
      }
      console.log(`${name} (${this.language}): seen after ${Date.now() - start} ms`);
    }
  }
}

/** Leaves a picture of a page that something went wrong on, if it still can be taken. */
export async function picture(page, name) {
  await page.screenshot({ path: path.join(screenshots, `${name}.png`), timeout: FAILED_MS }).catch(() => {});
}

/** Has every walk `take` something, side by side, and tells `watch` what went wrong on each; whether nothing did. */
export async function takeAll(watch, walks, take) {
  const taken = await Promise.allSettled(walks.map(take));
  for (const [index, { reason }] of taken.entries()) {
    const { language, watch: own } = walks[index];
    if (reason) own.add(reason.stack ?? reason);
    watch.faults.push(...own.faults.splice(0).map((fault) => `${language}: ${fault}`));
  }
  return watch.faults.length === 0;
}

/** Signs in as somebody who has an account. */
export async function signIn(page, { email, password }) {
  await page.goto(`${baseUrl}/sign-in`);
  await page.locator("#email").fill(email);
  await page.locator("#password").fill(password);
  await page.locator("form button[type=submit]").click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

/** The link to an area, in the side. */
export function area(page, name) {
  return page.locator("#side").getByRole("link", { name, exact: true });
}
