// How fast the app is in a browser whose processor is slowed four times: from an empty cache until a page can be used, and
// the longest task while a list of 10,000 promotions is scrolled to its end and filtered.
//
// Prints one line of JSON. `cargo xtask bench app` runs it on a stack of its own.

import { DESKTOP, PIPELINE_MS, STEP_MS, Watch, baseUrl, must, run, unique, until } from "./harness.mjs";

const SLOWED = 4;
const ROUNDS = 5;
const PROMOTIONS = 10_000;
// Promotions that are created at a time.
const AT_ONCE = 8;
// Pixels of a turn of the wheel, and turns between two looks.
const WHEEL_PIXELS = 1_200;
const TURNS = 20;

const account = {
  organization_name: "Ten Thousand", name: "Speed", email: `speed-${unique}@example.com`, password: `password of ${unique}`,
};

async function createPromotions(token) {
  // The last number first, so that the newest promotion, which the list begins with, has the least.
  const numbers = Array.from({ length: PROMOTIONS }, (_, number) => number);
  const create = async () => {
    for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
      await must("POST", "/v1/promotions", token, {
        code: `promotion-${number}`, name: `Promotion ${number}`, kind: "discount", condition: `total >= ${number % 500}`,
        attributes: { total: "number" }, effect: { type: "percentage", percent: "10" }, time_zone: "America/Montevideo",
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, create));
}

/** Keeps what the browser tells of tasks that took long. */
function observeLongTasks() {
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) globalThis.longTasks.push({ startTime, duration });
  }).observe({ type: "longtask", buffered: true });
}

async function open(context, slowed) {
  const page = await context.newPage();
  page.setDefaultTimeout(PIPELINE_MS);
  await page.addInitScript(observeLongTasks);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: slowed });
  return { page, devtools };
}

/** Milliseconds from the navigation until `usable` is on the page and no long task follows before it answers. */
async function load(context, path, usable) {
  const { page, devtools } = await open(context, SLOWED);
  await devtools.send("Network.enable");
  await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
  let files = 0;
  page.on("response", (response) => {
    if (new URL(response.url()).pathname.startsWith("/assets/")) files += 1;
  });
  await page.goto(baseUrl + path, { waitUntil: "commit" });
  const at = await page.evaluate(
    (usable) =>
      new Promise((resolve) => {
        const look = () => {
          if (!document.querySelector(usable)) return requestAnimationFrame(look);
          // A turn of its own: what was queued before it is done, so that a click is answered next.
          setTimeout(() => resolve(performance.now()));
        };
        look();
      }),
    usable,
  );
  await page.close();
  return { at, files };
}

async function loads(context, path, usable) {
  const times = [];
  let files = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const loaded = await load(context, path, usable);
    times.push(loaded.at);
    files = loaded.files;
  }
  times.sort((left, right) => left - right);
  return { median_ms: Math.round(times[(ROUNDS - 1) / 2]), worst_ms: Math.round(times.at(-1)), files };
}

/** The longest task in milliseconds since the last look; 0 when the browser saw none of 50 ms. */
async function longest(page) {
  const tasks = await page.evaluate(() => globalThis.longTasks.splice(0));
  return Math.round(Math.max(0, ...tasks.map(({ duration }) => duration)));
}

/** Scrolls to the end of the list, back, and filters; answers the longest task of each. */
async function list(context, slowed) {
  const { page } = await open(context, slowed);
  await page.goto(`${baseUrl}/promotions`);
  await page.getByRole("row", { name: /Promotion \d+/ }).first().waitFor();
  await longest(page);
  await page.mouse.move(DESKTOP.width / 2, DESKTOP.height / 2);
  // The heading is the first row.
  const last = page.locator(`[aria-rowindex="${PROMOTIONS + 1}"]`);
  await until("the last promotion", 4 * PIPELINE_MS, async () => {
    for (let turn = 0; turn < TURNS; turn += 1) await page.mouse.wheel(0, WHEEL_PIXELS);
    return (await last.count()) > 0;
  });
  const scrolled = await longest(page);
  await page.evaluate(() => globalThis.scrollTo(0, 0));
  await page.getByRole("searchbox").pressSequentially("promotion 77");
  await page.waitForURL((url) => url.searchParams.has("q"));
  await page.getByRole("link", { name: "Promotion 77", exact: true }).waitFor();
  const filtered = await longest(page);
  await page.close();
  return { scrolled_ms: scrolled, filtered_ms: filtered };
}

const watch = new Watch(() => false);
await run("speed.mjs", watch, async (browser) => {
  const context = await browser.newContext({ viewport: DESKTOP, locale: "en-GB", timezoneId: "America/Montevideo" });
  const { access_token: token } = await must("POST", "/v1/auth/register", null, account);
  const signIn = await loads(context, "/sign-in", "#email");
  const page = await context.newPage();
  await page.goto(`${baseUrl}/sign-in`);
  await page.locator("#email").fill(account.email);
  await page.locator("#password").fill(account.password);
  await page.locator("form button[type=submit]").click();
  await page.getByRole("heading", { name: "Home" }).waitFor();
  await page.close();
  const home = await loads(context, "/", "main h1");
  await createPromotions(token);
  const lists = { full: await list(context, 1), slowed: await list(context, SLOWED) };
  console.log(JSON.stringify({ slowed: SLOWED, rounds: ROUNDS, promotions: PROMOTIONS, load: { sign_in: signIn, home }, list: lists }));
});
