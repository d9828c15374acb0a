// The merchant's path in a real browser: sign up, create a promotion, activate it, try it in the browser and at the edge,
// see it counted; and the service going away and coming back.
//
// Exits 0 when every step was seen; otherwise says which was not. Waits are bounded and on what a person can see.

import { DESKTOP, PIPELINE_MS, STEP_MS, Watch, baseUrl, run, shot, unique, until } from "./harness.mjs";

const email = `merchant-${unique}@example.com`;
const code = `path-${unique}`;

/**
 * Answers that belong to the path: no session before signing up, an edge that has yet to hear of a new key, and a service
 * that is made to seem away.
 */
const watch = new Watch((url, status, step) => {
  if (step === "outage") return status === 503;
  return status === 401 && (url.pathname === "/v1/auth/refresh" || url.pathname.endsWith("/evaluate"));
});

async function signUp(page) {
  await page.goto(baseUrl);
  await page.getByRole("heading", { name: "Sign in to Coupons" }).waitFor();
  await shot(page, "path-sign-in");
  await page.getByRole("link", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Create your account" }).waitFor();
  await page.getByLabel("Organisation").fill("Browser Path Store");
  await page.getByLabel("Your name").fill("Path Merchant");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(`password of ${unique}`);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Home" }).waitFor();
  await shot(page, "path-first-home");
  await area(page, "Promotions").click();
  await page.getByText("No promotions yet").waitFor();
}

/** The link to an area, in the side. */
function area(page, name) {
  return page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true });
}

async function createPromotion(page) {
  await page.getByRole("link", { name: "Create promotion" }).first().click();
  await page.getByRole("heading", { name: "New promotion" }).waitFor();
  await page.getByLabel("Code").fill(code);
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Browser path 10 %");
  await page.getByRole("button", { name: "Add attribute" }).click();
  await page.getByRole("textbox", { name: "Attribute 2", exact: true }).fill("payment_method");
  await page.getByRole("combobox", { name: "Type 2", exact: true }).selectOption({ label: "Text" });

  const condition = page.locator("#condition");
  await condition.fill("total >= 100 and\npayment_methd == 'visa'");
  const place = page.getByRole("button", { name: "Line 2, column 1" });
  await place.waitFor();
  await shot(page, "path-condition-broken");
  await place.click();
  const selected = await condition.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
  if (selected !== "payment_methd") throw new Error(`the error points at "${selected}", not at the unknown name`);

  await condition.fill("total >= 100 and payment_method == 'visa'");
  await page.getByText("It reads payment_method, total.").waitFor();
  await page.locator("#currency").selectOption("UYU");
  await page.locator("#percent").fill("10");
  await page.locator("#cap").fill("500.00");
  await shot(page, "path-editor");
  await page.getByRole("button", { name: "Save as draft" }).click();
  await page.getByText("The draft is saved.").waitFor();
}

async function activate(page) {
  await page.goto(`${baseUrl}/promotions/${code}`);
  await page.getByRole("heading", { name: "Browser path 10 %" }).waitFor();
  await page.getByText("Not published").waitFor();
  await page.getByRole("button", { name: "Activate" }).click();
  await page.getByText(/^Live since/).waitFor({ timeout: PIPELINE_MS });
  await page.getByRole("button", { name: "Pause" }).waitFor();
}

/** Presses until the edge knows the key; every other refusal fails the path. */
async function evaluate(page) {
  const card = page.getByRole("region", { name: "At the edge" });
  const decision = card.getByRole("status", { name: "Decision" });
  const button = card.getByRole("button", { name: "Evaluate at the edge" });
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
  await page.getByRole("link", { name: "Try it" }).click();
  const edge = page.getByRole("region", { name: "At the edge" });
  await edge.getByRole("button", { name: "Create a test key" }).click();
  await until("the new key in its field", STEP_MS, async () => {
    return (await page.locator("#app-key").inputValue()).startsWith("ck_test_");
  });
  const request = page.getByRole("region", { name: "The request" });
  await request.getByLabel("total").fill("120.50");
  await request.getByLabel("payment_method").fill("visa");
  await page.locator("#country").fill("UY");
  await page.locator("#city").fill("MVD");
  await page.locator("#amount").fill("120.50");
  const here = page.getByRole("region", { name: "In this browser" });
  await here.locator(".decision-yes").waitFor();
  const yes = await evaluate(page);
  if (!yes.startsWith("Applicable") || !/12\.05/.test(yes)) throw new Error(`expected 12.05 UYU off, saw: ${yes}`);
  await edge.getByText("Both say the same.").waitFor();
  await shot(page, "path-applicable");

  await request.getByLabel("total").fill("99.99");
  await here.locator(".decision-no").waitFor();
  const no = await evaluate(page);
  if (!no.startsWith("Not applicable")) throw new Error(`expected a refusal by the rule, saw: ${no}`);
  await shot(page, "path-not-applicable");
}

async function seeCounts(page) {
  await area(page, "Promotions").click();
  await until("two evaluations in the list, one of them applied", PIPELINE_MS, async () => {
    await page.reload();
    const row = page.getByRole("row", { name: /Browser path 10 %/ });
    await row.waitFor();
    await page.waitForLoadState("networkidle");
    return /Active[\s\S]*\b2\b[\s\S]*\b1\b/.test(await row.innerText());
  });
  await shot(page, "path-promotions");
}

async function reload(page) {
  await page.reload();
  await page.getByRole("row", { name: /Browser path 10 %/ }).waitFor();
  await area(page, "Developers").click();
  await page.getByRole("row", { name: new RegExp(`Try-out of ${code}`) }).waitFor();
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
  await area(page, "Promotions").click();
  const banner = page.getByText("The service cannot be reached at the moment");
  await banner.waitFor();
  await shot(page, "path-outage");
  await page.unroute(calls);
  await page.getByRole("row", { name: /Browser path 10 %/ }).waitFor();
  await banner.waitFor({ state: "detached" });
}

await run("path.mjs", watch, async (browser) => {
  const page = await browser.newPage({ viewport: DESKTOP, locale: "en-GB" });
  page.setDefaultTimeout(STEP_MS);
  watch.on(page);
  const steps = {
    "sign up": signUp,
    "create a promotion": createPromotion,
    activate,
    "try it": tryOut,
    "see the counts": seeCounts,
    reload,
    outage,
  };
  for (const [name, take] of Object.entries(steps)) {
    watch.step = name;
    const start = Date.now();
    try {
      await take(page);
    } catch (error) {
      await shot(page, "path-failed").catch(() => {});
      throw error;
    }
    console.log(`path.mjs: ${name}: seen after ${Date.now() - start} ms`);
    if (watch.faults.length > 0) return;
  }
});
console.log("path.mjs: the whole path was seen");
