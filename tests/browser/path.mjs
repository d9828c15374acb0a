// The merchant's path in a real browser, in both languages: sign up, create a promotion, activate it, try it in the
// browser and at the edge, see it in the report; and the service going away and coming back.
//
// Exits 0 when every step was seen; otherwise says which was not. Waits are bounded and on what a person can see.

import { PIPELINE_MS, STEP_MS, Watch, ask, baseUrl, call, run, shot, unique, until } from "./harness.mjs";
import { LANGUAGES, Walk, area, takeAll, textsOf } from "./walk.mjs";

const NAME = "Browser path 10 %";

const TEXTS = {
  signInTitle: ["Sign in to Coupons", "Inicie sesión en Coupons"],
  signUp: ["Create account", "Crear cuenta"],
  signUpTitle: ["Create your account", "Cree su cuenta"],
  home: ["Home", "Inicio"],
  promotions: ["Promotions", "Promociones"],
  developers: ["Developers", "Desarrolladores"],
  none: ["No promotions yet", "Todavía no hay promociones"],
  create: ["Create promotion", "Crear promoción"],
  newTitle: ["New promotion", "Promoción nueva"],
  addAttribute: ["Add attribute", "Agregar atributo"],
  place: ["Line 2, column 1", "Línea 2, columna 1"],
  reads: ["It reads payment_method, total.", "Lee payment_method, total."],
  saveDraft: ["Save as draft", "Guardar borrador"],
  saved: ["The draft is saved.", "El borrador está guardado."],
  notPublished: ["Not published", "Sin publicar"],
  activate: ["Activate", "Activar"],
  pause: ["Pause", "Pausar"],
  live: [/^Live since/, /^Publicada desde/],
  tryIt: ["Try it", "Probar"],
  request: ["The request", "La solicitud"],
  here: ["In this browser", "En este navegador"],
  edge: ["At the edge", "En el borde"],
  createKey: ["Create a test key", "Crear una clave de prueba"],
  evaluate: ["Evaluate at the edge", "Evaluar en el borde"],
  decision: ["Decision", "Decisión"],
  applicable: [/^Applicable[\s\S]*12\.05/, /^Se aplica[\s\S]*12,05/],
  notApplicable: [/^Not applicable/, /^No se aplica/],
  same: ["Both say the same.", "Ambos dicen lo mismo."],
  overview: ["Overview", "Resumen"],
  report: ["Open the report", "Abrir el informe"],
  reportTitle: ["Usage report", "Informe de uso"],
  evaluations: ["Evaluations", "Evaluaciones"],
  applied: ["Applied", "Aplicadas"],
  notApplied: ["Not applied", "No aplicadas"],
  redemptions: ["Redemptions", "Canjes"],
  whyNot: ["Why not applied", "Por qué no se aplicó"],
  notMet: [/Condition not met[\s\S]*50/, /No se cumple la condición[\s\S]*50/],
  given: [/^UYU\s+UYU\s12\.05/, /^UYU\s+(UYU|\$)\s12,05/],
  counted: [/Active[\s\S]*\b2\b[\s\S]*\b1\b/, /Activa[\s\S]*\b2\b[\s\S]*\b1\b/],
  keyName: ["Try-out of", "Prueba de"],
  away: [/^The service cannot be reached at the moment/, /^En este momento no se puede acceder al servicio/],
};

/**
 * Answers that belong to the path: no session before signing up, an edge that has yet to hear of a new key, and a
 * service that is away.
 */
function isExpected(url, status, step) {
  if (step === "outage") return status === 503;
  return status === 401 && (url.pathname === "/v1/auth/refresh" || url.pathname.endsWith("/evaluate"));
}

/** A merchant's path in one language. */
class Path extends Walk {
  constructor(browser, language) {
    super(browser, language, isExpected);
    this.texts = textsOf(language, TEXTS);
    this.code = `path-${language}-${unique}`;
  }

  async take() {
    this.page = await this.newPage();
    await this.takeSteps({
      "sign up": this.signUp,
      "create a promotion": this.createPromotion,
      activate: this.activate,
      "try it": this.tryOut,
      "see the report": this.seeReport,
      "see the list": this.seeList,
      reload: this.reload,
    });
  }

  async signUp() {
    const { page, texts, language } = this;
    await page.goto(baseUrl);
    await page.getByRole("heading", { name: texts.signInTitle }).waitFor();
    await this.shot("sign-in");
    await page.getByRole("link", { name: texts.signUp }).click();
    await page.getByRole("heading", { name: texts.signUpTitle }).waitFor();
    await page.locator("#organization").fill("Browser Path Store");
    await page.locator("#name").fill("Path Merchant");
    await page.locator("#email").fill(`merchant-${language}-${unique}@example.com`);
    await page.locator("#password").fill(`password of ${unique}`);
    const registered = page.waitForResponse(`${baseUrl}/v1/auth/register`);
    await page.getByRole("button", { name: texts.signUp }).click();
    await page.getByRole("heading", { name: texts.home }).waitFor();
    const { organization } = await (await registered).json();
    if (organization.locale !== language) throw new Error(`the mails of the organisation are in ${organization.locale}`);
    await this.shot("first-home");
    await area(page, texts.promotions).click();
    await page.getByText(texts.none).waitFor();
  }

  async createPromotion() {
    const { page, texts } = this;
    await page.getByRole("link", { name: texts.create }).first().click();
    await page.getByRole("heading", { name: texts.newTitle }).waitFor();
    await page.locator("#code").fill(this.code);
    await page.locator("#name").fill(NAME);
    await page.getByRole("button", { name: texts.addAttribute }).click();
    await page.locator("#attribute-2-name").fill("payment_method");
    await page.locator("#attribute-2-type").selectOption("string");

    const condition = page.locator("#condition");
    await condition.fill("total >= 100 and\npayment_methd == 'visa'");
    const place = page.getByRole("button", { name: texts.place });
    await place.waitFor();
    await this.shot("condition-broken");
    await place.click();
    const selected = await condition.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
    if (selected !== "payment_methd") throw new Error(`the error points at "${selected}", not at the unknown name`);

    await condition.fill("total >= 100 and payment_method == 'visa'");
    await page.getByText(texts.reads).waitFor();
    await page.locator("#currency").selectOption("UYU");
    await page.locator("#percent").fill("10");
    await page.locator("#cap").fill("500.00");
    await this.shot("editor");
    await page.getByRole("button", { name: texts.saveDraft }).click();
    await page.getByText(texts.saved).waitFor();
  }

  async activate() {
    const { page, texts } = this;
    await page.goto(`${baseUrl}/promotions/${this.code}`);
    await page.getByRole("heading", { name: NAME }).waitFor();
    await page.getByText(texts.notPublished).waitFor();
    await page.getByRole("button", { name: texts.activate }).click();
    await page.getByText(texts.live).waitFor({ timeout: PIPELINE_MS });
    await page.getByRole("button", { name: texts.pause }).waitFor();
  }

  async tryOut() {
    const { page, texts } = this;
    await page.getByRole("link", { name: texts.tryIt }).click();
    await page.getByRole("button", { name: texts.createKey }).click();
    await until("the new key in its field", STEP_MS, async () => {
      this.key = await page.locator("#app-key").inputValue();
      return this.key.startsWith("ck_test_");
    });
    const request = page.getByRole("region", { name: texts.request });
    await request.getByLabel("total").fill("120.50");
    await request.getByLabel("payment_method").fill("visa");
    await page.locator("#country").fill("UY");
    await page.locator("#city").fill("MVD");
    await page.locator("#amount").fill("120.50");
    const here = page.getByRole("region", { name: texts.here });
    await here.locator(".decision-yes").waitFor();
    await this.decideAtTheEdge(texts.applicable);
    await page.getByText(texts.same).waitFor();
    await this.shot("applicable");

    await request.getByLabel("total").fill("99.99");
    await here.locator(".decision-no").waitFor();
    await this.decideAtTheEdge(texts.notApplicable);
    await this.shot("not-applicable");
  }

  /** Presses until the edge knows the key; every other refusal fails the path. */
  async decideAtTheEdge(expected) {
    const { page, texts } = this;
    const card = page.getByRole("region", { name: texts.edge });
    const decision = card.getByRole("status", { name: texts.decision });
    await until("a decision of the edge", PIPELINE_MS, async () => {
      await card.getByRole("button", { name: texts.evaluate }).click();
      await until("an answer", STEP_MS, async () => {
        return (await decision.innerText()) !== "" || (await card.getByRole("alert").count()) > 0;
      });
      return (await decision.innerText()) !== "";
    });
    const said = await decision.innerText();
    if (!expected.test(said)) throw new Error(`expected ${expected}, saw: ${said}`);
  }

  /** The figures come by themselves, as they are counted. */
  async seeReport() {
    const { page, texts } = this;
    await page.getByRole("link", { name: texts.overview }).click();
    await page.getByRole("link", { name: texts.report }).click();
    await page.getByRole("heading", { name: texts.reportTitle }).waitFor();
    await page.locator(".report-scope", { hasText: this.code }).waitFor();
    const figures = { evaluations: "2", applied: "1", notApplied: "1", redemptions: "1" };
    for (const [name, expected] of Object.entries(figures)) {
      const figure = page.locator(".stat").filter({ has: page.getByText(texts[name], { exact: true }) });
      const value = figure.locator("dd").first();
      await until(`${expected} as "${texts[name]}"`, PIPELINE_MS, async () => (await value.innerText()) === expected);
    }
    await page.getByRole("region", { name: texts.whyNot }).getByText(texts.notMet).first().waitFor();
    await page.getByRole("row", { name: texts.given }).waitFor();
    await this.shot("report");
  }

  async seeList() {
    const { page, texts } = this;
    await area(page, texts.promotions).click();
    await until("the counts in the list", STEP_MS, async () => texts.counted.test(await this.row().innerText()));
    await this.shot("promotions");
  }

  async reload() {
    const { page, texts } = this;
    await page.reload();
    await this.row().waitFor();
    await area(page, texts.developers).click();
    await page.getByRole("row", { name: `${texts.keyName} ${this.code}` }).waitFor();
  }

  /** The service is away: the page says so, and shops go on. */
  async seeAbsence() {
    const { page, texts } = this;
    await area(page, texts.promotions).click();
    await page.getByText(texts.away).waitFor();
    await page.getByRole("alert").waitFor();
    await this.shot("outage");
    const { status, answer } = await call("POST", `/v1/promotions/${this.code}/evaluate`, this.key, {
      attributes: { total: 120.5, payment_method: "visa" },
      amount: { amount: 12_050, currency: "UYU" },
      transaction_id: `during-${this.language}`,
    });
    if (status !== 200 || !answer.applicable) throw new Error(`the edge answers ${status}: ${JSON.stringify(answer)}`);
  }

  /** The service is back: the page goes on without being asked. */
  async seeReturn() {
    await this.row().waitFor({ timeout: PIPELINE_MS });
    await this.page.getByText(this.texts.away).waitFor({ state: "detached" });
  }

  row() {
    return this.page.getByRole("row", { name: NAME });
  }

  async shot(name) {
    await shot(this.page, `path-${name}-${this.language}`);
  }
}

const watch = new Watch(() => false);
await run("path.mjs", watch, async (browser) => {
  const walks = Object.keys(LANGUAGES).map((language) => new Path(browser, language));
  if (!(await takeAll(watch, walks, (walk) => walk.take()))) return;
  // From here on whatever a page asks for by itself may be answered 503.
  for (const seen of [watch, ...walks.map((walk) => walk.watch)]) seen.step = "outage";
  await ask("stop the origin");
  try {
    await takeAll(watch, walks, (walk) => walk.takeSteps({ outage: walk.seeAbsence }));
  } finally {
    await ask("start the origin");
  }
  await takeAll(watch, walks, (walk) => walk.takeSteps({ outage: walk.seeReturn }));
});
console.log("path.mjs: the whole path was seen");
