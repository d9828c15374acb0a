// Coupons in both languages: a batch is generated, its file downloaded, a code of it used until no use is left, and
// found as used up.

import { readFile } from "node:fs/promises";

import { PIPELINE_MS, STEP_MS, Watch, baseUrl, call, must, run, shot, until } from "./harness.mjs";
import { register } from "./shop.mjs";
import { LANGUAGES, Walk, signIn, takeAll, textsOf } from "./walk.mjs";

const COUNT = 3;
const MAX_USES = 2;

const TEXTS = {
  newBatch: ["New batch", "Lote nuevo"],
  examples: ["Examples, which are no coupons", "Ejemplos, que no son cupones"],
  generate: ["Generate", "Generar"],
  generated: ["3 coupons of", "Se generaron 3 cupones de"],
  ready: ["Ready", "Listo"],
  download: ["Download CLUB-", "Descargar CLUB-"],
  downloaded: ["3 coupons are in", "3 cupones están en"],
  find: ["Find", "Buscar"],
  fresh: [/Active[\s\S]*0 of 2/, /Activo[\s\S]*0 de 2/],
  usedUp: [/Used up[\s\S]*2 of 2/, /Agotado[\s\S]*2 de 2/],
  noneLeft: ["It has no uses left.", "No le quedan usos."],
};

/** Answers that belong to the walk: no session before signing in. */
const isExpected = (url, status) => status === 401 && url.pathname === "/v1/auth/refresh";

/** Coupons of a promotion in one language. */
class Coupons extends Walk {
  constructor(browser, language, account) {
    super(browser, language, isExpected);
    this.account = account;
    this.texts = textsOf(language, TEXTS);
    this.code = `club-${language}`;
  }

  async take() {
    await this.takeSteps({
      "make a promotion": this.makePromotion,
      "generate a batch": this.generate,
      "download it": this.download,
      "use a coupon up": this.useUp,
      "find it used up": this.findUsedUp,
    });
  }

  async makePromotion() {
    const { token } = this.account;
    await must("POST", "/v1/promotions", token, {
      code: this.code, name: "Club de la casa", kind: "coupon", condition: "country == 'UY'", attributes: {},
      effect: { type: "fixed_amount", amount: { amount: 15_000, currency: "UYU" } }, time_zone: "America/Montevideo",
    });
    await must("POST", `/v1/promotions/${this.code}/activate`, token);
    const { key } = await must("POST", "/v1/app-keys", token, { name: "Caja", mode: "live", promotions: "all" });
    this.key = key;
  }

  async generate() {
    const { texts } = this;
    const page = (this.page = await this.newPage());
    await signIn(page, this.account);
    await page.goto(`${baseUrl}/promotions/${this.code}/coupons`);
    await page.getByRole("button", { name: texts.newBatch }).click();
    await page.locator("#batch-count").fill(String(COUNT));
    await page.locator("#batch-prefix").fill("CLUB-");
    await page.locator("#batch-uses").fill(String(MAX_USES));
    const example = page.getByRole("list", { name: texts.examples }).getByRole("listitem").first();
    await until("an example with the prefix", STEP_MS, async () => (await example.innerText()).startsWith("CLUB-"));
    await shot(page, `coupons-batch-${this.language}`);
    await page.getByRole("button", { name: texts.generate }).click();
    await page.getByText(texts.generated).waitFor();
    const row = page.getByRole("row", { name: "CLUB-" });
    await row.getByText(texts.ready, { exact: true }).waitFor({ timeout: PIPELINE_MS });
  }

  async download() {
    const { page, texts } = this;
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: texts.download }).click();
    const file = await saved;
    if (!/^coupons-.+\.csv$/.test(file.suggestedFilename())) throw new Error(`the file is ${file.suggestedFilename()}`);
    await page.getByText(texts.downloaded).waitFor();
    const text = await readFile(await file.path(), "utf8");
    const [columns, ...lines] = text.trimEnd().split("\r\n").map((line) => line.split(","));
    const rows = lines.map((line) => Object.fromEntries(line.map((cell, index) => [columns[index], cell])));
    const isNew = (row) => row.code.startsWith("CLUB-") && row.uses === "0" && row.max_uses === String(MAX_USES);
    if (rows.length !== COUNT || !rows.every(isNew)) throw new Error(`the file says ${text}`);
    [this.used, this.unused] = rows.map(({ code }) => code);
  }

  /** As a shop does, by one order after the other. */
  async useUp() {
    const use = (order) => call("POST", `/v1/promotions/${this.code}/evaluate`, this.key, {
      country: "UY", amount: { amount: 90_000, currency: "UYU" },
      transaction_id: `order-${order}`, coupon_code: this.used,
    });
    // An order counts once, however often it is sent: until the edge knows key, promotion and batch.
    await until("the first use", PIPELINE_MS, async () => (await use(1)).answer.applicable);
    for (let order = 2; order <= MAX_USES; order += 1) requireReason(await use(order), undefined);
    requireReason(await use(MAX_USES + 1), "coupon_exhausted");
  }

  /** Uses are counted some seconds after they happen. */
  async findUsedUp() {
    const { page, texts, used, unused } = this;
    await until("the coupon used up", PIPELINE_MS, async () => texts.usedUp.test(await this.find(used)));
    await page.getByRole("link", { name: used }).click();
    const dialog = page.getByRole("dialog").filter({ hasText: texts.noneLeft });
    await dialog.waitFor();
    const said = await dialog.innerText();
    if (!texts.usedUp.test(said)) throw new Error(`the coupon's details: ${said}`);
    await shot(page, `coupons-used-up-${this.language}`);
    await page.keyboard.press("Escape");
    // The address names the coupon as long as its details are open: loaded again with it, the page opens them.
    await page.waitForURL((url) => !url.searchParams.has("coupon"));
    const other = await this.find(unused);
    if (!texts.fresh.test(other)) throw new Error(`a coupon that nobody used: ${other}`);
  }

  /** The row of a coupon that the search found. */
  async find(coupon) {
    const { page, texts } = this;
    await page.reload();
    await page.locator("#coupon-search").fill(coupon);
    await page.getByRole("button", { name: texts.find, exact: true }).click();
    const row = page.getByRole("row", { name: coupon });
    await row.waitFor();
    return row.innerText();
  }
}

/** Fails unless an evaluation was refused for this reason, or for none. */
function requireReason({ status, answer }, expected) {
  if (status === 200 && answer.reason?.code === expected) return;
  throw new Error(`expected ${expected ?? "a discount"}, got ${status}: ${JSON.stringify(answer)}`);
}

const watch = new Watch(() => false);
await run("coupons.mjs", watch, async (browser) => {
  watch.step = "open a shop";
  const account = await register("coupons");
  const walks = Object.keys(LANGUAGES).map((language) => new Coupons(browser, language, account));
  await takeAll(watch, walks, (walk) => walk.take());
});
console.log("coupons.mjs: the coupon was seen used up");
