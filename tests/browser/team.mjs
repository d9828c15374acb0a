// An invitation in both languages: an administrator sends it, its mail arrives, whoever opens the mail accepts it and
// sees what the role allows, and no more.

import { PIPELINE_MS, Watch, baseUrl, must, required, run, shot, unique, until } from "./harness.mjs";
import { PASSWORD, register } from "./shop.mjs";
import { LANGUAGES, Walk, area, signIn, takeAll, textsOf } from "./walk.mjs";

const mailbox = required("MAILBOX_URL");

const NAME = "Verano 10 %";
const GUEST = "Ana Núñez";

const TEXTS = {
  // Every organisation has this role, which may look at promotions and reports.
  role: ["Analyst", "Analista"],
  home: ["Home", "Inicio"],
  promotions: ["Promotions", "Promociones"],
  reports: ["Reports", "Informes"],
  settings: ["Settings", "Configuración"],
  team: ["Team", "Equipo"],
  invite: ["Invite", "Invitar"],
  send: ["Send the invitation", "Enviar la invitación"],
  sent: [/Open until[\s\S]*Sent/, /Abierta hasta[\s\S]*Enviado/],
  subject: ["Marta Silva invites you to", "Marta Silva te invita a"],
  join: ["Join", "Únase a"],
  accept: ["Accept", "Aceptar"],
  tryIt: ["Try it", "Probar"],
  evaluations: ["Evaluations", "Evaluaciones"],
  forbidden: ["Your role does not manage people", "Su rol no administra personas"],
  missing: ["There is nothing here", "Aquí no hay nada"],
  accepted: ["Accepted", "Aceptada"],
  active: ["Active", "Activa"],
};

/** Answers that belong to the walk: no session before signing in. What the role does not allow is not asked for. */
function isExpected(url, status) {
  return status === 401 && url.pathname === "/v1/auth/refresh";
}

/** An invitation in one language. */
class Invitation extends Walk {
  constructor(browser, language) {
    super(browser, language, isExpected);
    this.texts = textsOf(language, TEXTS);
    this.email = `invited-${language}-${unique}@example.com`;
    this.code = `team-${language}`;
  }

  async take() {
    await this.takeSteps({
      "open an organisation": this.openOrganization,
      invite: this.invite,
      "open the mail": this.openMail,
      accept: this.accept,
      "see what the role allows": this.seeAllowed,
      "stay within the role": this.stayWithin,
      "see them in the team": this.seeMember,
    });
  }

  async openOrganization() {
    this.account = await register(this.code, LANGUAGES[this.language]);
    await must("POST", "/v1/promotions", this.account.token, {
      code: this.code, name: NAME, kind: "discount", condition: "amount >= 100", attributes: {},
      effect: { type: "percentage", percent: "10" }, time_zone: "America/Montevideo",
    });
  }

  async invite() {
    const { texts } = this;
    const page = (this.administrator = await this.newPage());
    await signIn(page, this.account);
    await area(page, texts.team).click();
    await page.getByRole("button", { name: texts.invite, exact: true }).click();
    await page.locator("#invite-email").fill(this.email);
    await page.locator("#invite-role").selectOption({ label: texts.role });
    await shot(page, `team-invite-${this.language}`);
    await page.getByRole("button", { name: texts.send }).click();
    const row = page.getByRole("row", { name: this.email });
    await until("a sent invitation", PIPELINE_MS, async () => {
      return (await row.count()) === 1 && texts.sent.test(await row.innerText());
    });
  }

  /** In a session that knows nothing of the administrator's. */
  async openMail() {
    const { texts } = this;
    let mail;
    await until("the mail", PIPELINE_MS, async () => {
      const response = await fetch(`${mailbox}/api/email`);
      const mails = await response.json();
      mail = mails.find(({ to }) => to.some(({ address }) => address === this.email));
      return mail;
    });
    if (!mail.subject.startsWith(texts.subject)) throw new Error(`the mail's subject: ${mail.subject}`);
    const page = (this.guest = await this.newPage());
    await page.setContent(mail.html);
    await page.getByText(texts.role).waitFor();
    await shot(page, `team-mail-${this.language}`);
    await page.locator(`a.button[href^="${baseUrl}/invitation#"]`).click();
  }

  async accept() {
    const { guest: page, texts } = this;
    await page.getByRole("heading", { name: `${texts.join} ${this.account.organization}` }).waitFor();
    await page.getByText(texts.role).waitFor();
    await page.getByText(this.email).waitFor();
    await page.locator("#name").fill(GUEST);
    await page.locator("#password").fill(PASSWORD);
    await shot(page, `team-accept-${this.language}`);
    await page.getByRole("button", { name: texts.accept }).click();
    await page.getByRole("heading", { name: texts.home }).waitFor();
    const who = page.locator("#side .who");
    for (const text of [this.account.organization, GUEST, this.email]) await who.getByText(text).waitFor();
  }

  async seeAllowed() {
    const { guest: page, texts } = this;
    const areas = await page.locator("#side ul").getByRole("link").allInnerTexts();
    const allowed = [texts.home, texts.promotions, texts.reports, texts.settings];
    if (areas.join() !== allowed.join()) throw new Error(`areas of the role: ${areas}`);
    const [theirs, all] = [await this.countChanges(page), await this.countChanges(this.administrator)];
    if (theirs.some((count) => count > 0)) throw new Error(`the role can change ${theirs}`);
    if (all.includes(0)) throw new Error(`the administrator can change ${all}`);
    await area(page, texts.reports).click();
    await page.locator(".stat").getByText(texts.evaluations, { exact: true }).waitFor();
  }

  /** How many controls change promotions, in the list and at one of them. */
  async countChanges(page) {
    const { texts } = this;
    await area(page, texts.promotions).click();
    const name = page.getByRole("link", { name: NAME });
    await name.waitFor();
    const inList = await page.locator("#content").locator("input[type=checkbox], a[href='/new-promotion']").count();
    await name.click();
    await page.getByRole("link", { name: texts.tryIt }).waitFor();
    return [inList, await page.locator(".page-head button:visible, .page-head a:visible").count()];
  }

  /** Addresses that no area leads to. */
  async stayWithin() {
    const { guest: page, texts } = this;
    await page.goto(`${baseUrl}/team`);
    await page.getByText(texts.forbidden).waitFor();
    if ((await page.locator("#content td").count()) > 0) throw new Error("the role shows people");
    await page.goto(`${baseUrl}/no/such/page`);
    await page.getByRole("heading", { name: texts.missing }).waitFor();
    await area(page, texts.home).waitFor();
    await page.close();
  }

  async seeMember() {
    const { administrator: page, texts } = this;
    await area(page, texts.team).click();
    await page.getByRole("row", { name: this.email }).filter({ hasText: texts.accepted }).waitFor();
    const member = page.getByRole("row", { name: `${GUEST} ${this.email}` }).filter({ hasText: texts.active });
    await member.waitFor();
    const role = await member.locator("select option:checked").innerText();
    if (role !== texts.role) throw new Error(`the new person's role: ${role}`);
    await shot(page, `team-people-${this.language}`);
  }
}

const watch = new Watch(() => false);
await run("team.mjs", watch, async (browser) => {
  const walks = Object.keys(LANGUAGES).map((language) => new Invitation(browser, language));
  await takeAll(watch, walks, (walk) => walk.take());
});
console.log("team.mjs: the invitation was seen through");
