// What every browser test needs: the browser, an eye on what goes wrong, bounded waits, an organisation to look at.
//
// Environment: BASE_URL (the edge), SCREENSHOT_DIR (an existing or new folder), CHROME (the browser's executable),
// MAILBOX_URL (where sent mails are read), PLAYWRIGHT_CORE (the folder of that package, where NODE_PATH or the checkout
// does not lead to it). What a script asks for is done by whoever started it: tests/e2e/browser.rs, or a person.

import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);

export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 360, height: 740 };
// What the app shows from its own memory, or after one call to the server.
export const STEP_MS = 20_000;
// A change on its way through the outbox, to the edge; a record on its way through the queue, to the report.
export const PIPELINE_MS = 90_000;
const POLL_MS = 250;

export const baseUrl = required("BASE_URL");
export const screenshots = required("SCREENSHOT_DIR");
export const unique = `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

/** The value of an environment variable; without it the process ends. */
export function required(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`set ${name}`);
    process.exit(2);
  }
  return value;
}

/** The browser's library, and the accessibility checker's source to run in a page. */
export const { chromium } = require(process.env.PLAYWRIGHT_CORE ?? "playwright-core");
export const AXE = () => require(process.env.AXE_CORE ?? "axe-core").source;

export async function until(what, limitMs, look) {
  const end = Date.now() + limitMs;
  for (;;) {
    if (await look()) return;
    if (Date.now() > end) throw new Error(`not seen within ${limitMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Has whoever started the script do `request`, by a line of output; the line that answers is "done", or why not. */
export async function ask(request) {
  const lines = createInterface({ input: process.stdin });
  try {
    const answer = new Promise((resolve) => {
      lines.once("line", resolve);
      lines.once("close", () => resolve("nobody answered"));
    });
    console.log(`please ${request}`);
    if ((await answer) !== "done") throw new Error(`${request}: ${await answer}`);
  } finally {
    lines.close();
  }
}

/** Collects what went wrong on a page: unexpected answers, failed requests, errors, reports of the content policy. */
export class Watch {
  faults = [];
  step = "start";

  /** `isExpected(url, status, step)` tells answers that belong to the test. */
  constructor(isExpected) {
    this.isExpected = isExpected;
  }

  add(fault) {
    this.faults.push(`${this.step}: ${fault}`);
  }

  on(page) {
    const expected = new Set();
    page.on("response", (response) => {
      if (response.status() < 400) return;
      if (this.isExpected(new URL(response.url()), response.status(), this.step)) expected.add(response.url());
      else this.add(`${response.request().method()} ${response.url()} answered ${response.status()}`);
    });
    page.on("requestfailed", (request) => {
      // A reload or a page that is left ends what was under way.
      const isEnded = request.failure()?.errorText === "net::ERR_ABORTED";
      if (!isEnded) this.add(`${request.method()} ${request.url()} failed: ${request.failure()?.errorText}`);
    });
    page.on("pageerror", (error) => this.add(`unhandled ${error.stack ?? error}`));
    // The content policy's reports are among the console's errors.
    page.on("console", (message) => {
      const isAnswer = message.text().startsWith("Failed to load resource") && expected.has(message.location().url);
      if (message.type() === "error" && !isAnswer) this.add(`console: ${message.text()}`);
    });
  }
}

/** Takes a picture on a desktop and on a phone, and fails where the page is wider than its screen. */
export async function shot(page, name) {
  for (const [device, size] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    await page.setViewportSize(size);
    await page.screenshot({ path: path.join(screenshots, `${name}-${device}.png`), fullPage: true });
    await requireWidth(page, `${name} on a ${device}`, size);
  }
  await page.setViewportSize(DESKTOP);
}

/** Fails where the page is wider than its screen, and names what sticks out. */
export async function requireWidth(page, name, size) {
  const [width, wide] = await page.evaluate((most) => {
    const sticksOut = (element) => element.getBoundingClientRect().right > most;
    const named = (element) => [element.tagName.toLowerCase(), element.id && `#${element.id}`, ...element.classList].join(" ");
    const wide = [...document.querySelectorAll("main *")].filter(sticksOut).map(named);
    return [document.documentElement.scrollWidth, wide.slice(-5).join(", ")];
  }, size.width);
  if (width > size.width) throw new Error(`${name} is ${width} px wide on a screen of ${size.width} px: ${wide}`);
}

/** Runs `work` with a browser, then tells what went wrong and ends the process with 1 if anything did. */
export async function run(name, watch, work) {
  mkdirSync(screenshots, { recursive: true });
  const browser = await chromium.launch({
    executablePath: required("CHROME"),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    await work(browser);
  } catch (error) {
    watch.add(error.stack ?? error);
  } finally {
    await browser.close();
  }
  for (const fault of watch.faults) console.error(`${name}: ${fault}`);
  if (watch.faults.length > 0) process.exit(1);
}

/** A call of the API; `credential` is a user's token or an application key. */
export async function call(method, address, credential, body) {
  const response = await fetch(baseUrl + address, {
    method,
    headers: {
      ...(credential && { Authorization: `Bearer ${credential}` }),
      ...(body && { "Content-Type": "application/json" }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  const answer = text && response.headers.get("Content-Type")?.includes("json") ? JSON.parse(text) : text;
  return { status: response.status, answer };
}

/** The same, for a call that has to work. */
export async function must(method, address, credential, body) {
  const { status, answer } = await call(method, address, credential, body);
  if (status >= 300) throw new Error(`${method} ${address} answered ${status}: ${JSON.stringify(answer)}`);
  return answer;
}
