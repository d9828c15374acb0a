// The merchant's path in a real browser: sign up, create a promotion, activate it, try it at the edge, see it counted.
//
// Environment: BASE_URL (the edge), SCREENSHOT_DIR (an existing or new folder), CHROME (the browser's executable),
// PLAYWRIGHT_CORE (the folder of that package, where NODE_PATH or the checkout does not lead to it).
// Exits 0 when every step was seen; otherwise says which was not. Waits are bounded and on what a person can see.

import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
const { chromium } = require(process.env.PLAYWRIGHT_CORE ?? "playwright-core");

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };
// What the app shows from its own memory, or after one call to the server.
const STEP_MS = 20_000;
// A change on its way through the outbox, to the edge; a record on its way through the queue, to the report.
const PIPELINE_MS = 90_000;
const POLL_MS = 250;

const baseUrl = required("BASE_URL");
const screenshots = required("SCREENSHOT_DIR");
const unique = `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
const email = `merchant-${unique}@example.com`;
const code = `path-${unique}`;

let step = "start";
const faults = [];

function required(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`path.mjs: set ${name}`);
    process.exit(2);
  }
  return value;
}

/**
 * Answers that belong to the path: no session before signing up, an edge that has yet to hear of a new key, and a service
 * that is made to seem away.
 */
function isExpected(url, status) {
  const { pathname } = new URL(url);
  if (step === "outage") return status === 503;
  return status === 401 && (pathname === "/v1/auth/refresh" || pathname.endsWith("/evaluate"));
}

function watch(page) {
  const expected = new Set();
  page.on("response", (response) => {
    if (response.status() >= 400) {
      if (isExpected(response.url(), response.status())) expected.add(response.url());
      else faults.push(`${step}: ${response.request().method()} ${response.url()} answered ${response.status()}`);
    }
  });
  page.on("requestfailed", (request) => {
    // A reload ends what was under way.
    const isEnded = request.failure()?.errorText === "net::ERR_ABORTED";
    if (!isEnded) faults.push(`${step}: ${request.method()} ${request.url()} failed: ${request.failure()?.errorText}`);
  });
  page.on("pageerror", (error) => faults.push(`${step}: unhandled ${error.stack ?? error}`));
  page.on("console", (message) => {
    const isAnswer = message.text().startsWith("Failed to load resource") && expected.has(message.location().url);
    if (message.type() === "error" && !isAnswer) faults.push(`${step}: console: ${message.text()}`);
  });
}

async function until(what, limitMs, look) {
  const end = Date.now() + limitMs;
  for (;;) {
    if (await look()) return;
    if (Date.now() > end) throw new Error(`not seen within ${limitMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function shot(page, name) {
  for (const [device, size] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    await page.setViewportSize(size);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    await page.screenshot({ path: path.join(screenshots, `${name}-${device}.png`), fullPage: true });
    if (width > size.width) throw new Error(`${name} is ${width} px wide on a ${device} of ${size.width} px`);
  }
  await page.setViewportSize(DESKTOP);
}

async function signUp(page) {
  await page.goto(baseUrl);
  await page.getByRole("heading", { name: "Sign in to Coupons" }).waitFor();
  await shot(page, "sign-in");
  await page.getByRole("link", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Create your account" }).waitFor();
  await page.getByLabel("Organisation").fill("Browser Path Store");
  await page.getByLabel("Your name").fill("Path Merchant");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(`password of ${unique}`);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("No promotions yet").waitFor();
  await shot(page, "promotions-empty");
}

async function createPromotion(page) {
  await page.getByRole("link", { name: "Create promotion" }).first().click();
  await page.getByRole("heading", { name: "New promotion" }).waitFor();
  await page.getByLabel("Code").fill(code);
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Browser path 10 %");
  await page.getByRole("button", { name: "Add attribute" }).click();
  await page.getByLabel("Attribute 2", { exact: true }).fill("payment_method");
  await page.getByLabel("Type 2", { exact: true }).selectOption({ label: "Text" });

  const condition = page.getByLabel("Applies when");
  await condition.fill("total >= 100 and\npayment_methd == 'visa'");
  const place = page.getByRole("button", { name: "Line 2, column 1" });
  await place.waitFor();
  await shot(page, "condition-broken");
  await place.click();
  const selected = await condition.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
  if (selected !== "payment_methd") throw new Error(`the error points at "${selected}", not at the unknown name`);

  await condition.fill("total >= 100 and payment_method == 'visa'");
  await page.getByText("It reads payment_method, total.").waitFor();
  await page.getByRole("textbox", { name: /^At most/ }).fill("500.00");
  await page.getByLabel("Currency").selectOption("UYU");
  await shot(page, "promotion-form");
  await page.getByRole("button", { name: "Create promotion" }).click();
  await page.getByRole("heading", { name: "Browser path 10 %" }).waitFor();
  await page.getByText("Not published").waitFor();
}

async function activate(page) {
  await page.getByRole("button", { name: "Activate" }).click();
  await page.getByText(/^Live since/).waitFor({ timeout: PIPELINE_MS });
  await page.getByRole("button", { name: "Pause" }).waitFor();
}

/** Presses until the edge knows the key; every other refusal fails the path. */
async function evaluate(page) {
  const card = page.getByRole("region", { name: "Try it" });
  const decision = card.getByRole("status", { name: "Decision" });
  const button = card.getByRole("button", { name: "Evaluate" });
  await until("a decision of the edge", PIPELINE_MS, async () => {
    await button.click();
    await until("an answer", STEP_MS, async () => {
      return (await decision.innerText()) !== "" || (await card.getByRole("alert").count()) > 0;
    });
    return (await decision.innerText()) !== "";
  });
  return decision.innerText();
}

async function tryOut(page) {
  const card = page.getByRole("region", { name: "Try it" });
  await card.getByRole("button", { name: "Create a test key" }).click();
  await until("the new key in its field", STEP_MS, async () => {
    return (await card.getByLabel("App key").inputValue()).startsWith("ck_test_");
  });
  await card.getByLabel("total").fill("120.50");
  await card.getByLabel("payment_method").fill("visa");
  await card.getByRole("textbox", { name: /^Country/ }).fill("UY");
  await card.getByRole("textbox", { name: /^City/ }).fill("MVD");
  await card.getByRole("textbox", { name: /^Amount/ }).fill("120.50");
  const yes = await evaluate(page);
  if (!yes.startsWith("Applicable") || !yes.includes("12.05 UYU")) {
    throw new Error(`expected 12.05 UYU off, saw: ${yes}`);
  }
  await shot(page, "applicable");

  await card.getByLabel("total").fill("99.99");
  const no = await evaluate(page);
  if (!no.startsWith("Not applicable")) throw new Error(`expected a refusal by the rule, saw: ${no}`);
}

function count(page, label) {
  const rows = page.getByRole("region", { name: "Usage" }).locator("dl > div");
  const row = rows.filter({ has: page.getByText(label, { exact: true }) });
  return row.getByRole("definition").innerText();
}

async function seeCounts(page) {
  const expected = { Evaluations: "2", Applicable: "1", "Not applicable": "1" };
  for (const [label, value] of Object.entries(expected)) {
    await until(`${label}: ${value}`, PIPELINE_MS, async () => (await count(page, label)) === value);
  }
  await page.getByText(/^Updated /).waitFor();
  await shot(page, "promotion");
}

async function reload(page) {
  await page.reload();
  await page.getByRole("heading", { name: "Browser path 10 %" }).waitFor();
  await page.getByRole("link", { name: "Promotions", exact: true }).click();
  await page.getByRole("row", { name: /Browser path 10 %.*Active.*\b2\b.*\b1$/s }).waitFor();
  await shot(page, "promotions");
  await page.getByRole("link", { name: "App keys" }).click();
  await page.getByRole("row", { name: new RegExp(`Try-out of ${code}`) }).waitFor();
  await shot(page, "app-keys");
}

/** The service goes away and comes back: the page says so, and goes on without being asked. */
async function outage(page) {
  const calls = /\/(v1|\.well-known)\//;
  const problem = {
    type: "about:blank", title: "Temporarily unavailable", status: 503, code: "unavailable",
    detail: "A part of the service does not answer. Send the request again later.", request_id: "req_1",
  };
  await page.route(calls, (route) =>
    route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) }),
  );
  await page.getByRole("link", { name: "Promotions", exact: true }).click();
  const banner = page.getByText("The service cannot be reached at the moment");
  await banner.waitFor();
  await shot(page, "outage");
  await page.unroute(calls);
  await page.getByRole("row", { name: /Browser path 10 %/ }).waitFor();
  await banner.waitFor({ state: "detached" });
}

async function walk(page) {
  const steps = {
    "sign up": signUp,
    "create a promotion": createPromotion,
    activate,
    "try it": tryOut,
    "see the counts": seeCounts,
    reload,
    outage,
  };
  for (const [name, run] of Object.entries(steps)) {
    step = name;
    const start = Date.now();
    await run(page);
    console.log(`path.mjs: ${name}: seen after ${Date.now() - start} ms`);
    if (faults.length > 0) return;
  }
}

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
  const page = await browser.newPage({ viewport: DESKTOP, locale: "en-GB" });
  page.setDefaultTimeout(STEP_MS);
  watch(page);
  try {
    await walk(page);
  } catch (error) {
    await page.screenshot({ path: path.join(screenshots, "failed.png"), fullPage: true }).catch(() => {});
    faults.push(`${step}: ${error.message}`);
  }
} finally {
  await browser.close();
}
for (const fault of faults) console.error(`path.mjs: ${fault}`);
if (faults.length > 0) process.exit(1);
console.log("path.mjs: the whole path was seen");
