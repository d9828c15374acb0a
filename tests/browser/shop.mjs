// An organisation with something of everything, made through the API as any client would.

import { PIPELINE_MS, call, must, unique, until } from "./harness.mjs";

export const PASSWORD = `password of ${unique}`;

/** An organisation with nothing in it, and its administrator; they speak what `locale` says, if it does. */
export async function register(name, locale) {
  const email = `${name}-${unique}@example.com`;
  const organization = `Almacén ${name}`;
  const account = { organization_name: organization, name: "Marta Silva", email, password: PASSWORD, locale };
  // An address may register once a minute in the long run, and all tests have the same.
  let made;
  await until("a registration", PIPELINE_MS, async () => {
    made = await call("POST", "/v1/auth/register", null, account);
    return made.status !== 429;
  });
  if (made.status !== 201) throw new Error(`the registration answered ${made.status}: ${JSON.stringify(made.answer)}`);
  const { access_token: token } = made.answer;
  return { organization, email, password: PASSWORD, token };
}

/** Answers what the tests need to know of it: who signs in, and the names of things. */
export async function openShop(name) {
  const account = await register(name);
  const { token } = account;
  await must("PATCH", "/v1/me", token, { notices: { promotion_expiry: true } });
  const discount = `summer-${name}`;
  await must("POST", "/v1/promotions", token, {
    code: discount, name: "Verano 10 %", kind: "discount",
    condition: "total >= 100 and quantity > 2 and payment_method in ['visa', 'oca']",
    attributes: { total: "number", quantity: "integer", payment_method: "string" },
    effect: { type: "percentage", percent: "10", max_amount: { amount: 50_000, currency: "UYU" } },
    time_zone: "America/Montevideo", limits: { total: 500, per_customer: 3, budget: null },
  });
  await must("POST", `/v1/promotions/${discount}/activate`, token);
  const coupon = `club-${name}`;
  await must("POST", "/v1/promotions", token, {
    code: coupon, name: "Club de la casa", kind: "coupon", condition: "country == 'UY'", attributes: {},
    effect: { type: "fixed_amount", amount: { amount: 15_000, currency: "UYU" } }, time_zone: "America/Montevideo",
  });
  await must("POST", `/v1/promotions/${coupon}/activate`, token);
  await must("POST", `/v1/promotions/${coupon}/coupon-batches`, token, { count: 500, max_uses: 1 });
  const draft = `draft-${name}`;
  await must("POST", "/v1/promotions", token, {
    code: draft, name: "Otoño, por decidir", kind: "discount", condition: "age >= 60 or not (city in ['MVD', 'PDU'])",
    attributes: {}, effect: { type: "percentage", percent: "5" }, time_zone: "America/Montevideo",
  });
  const { key } = await must("POST", "/v1/app-keys", token, { name: "Caja", mode: "live", promotions: "all" });
  await must("POST", "/v1/invitations", token, await invitation(token, `guest-${name}-${unique}@example.com`));
  await evaluate(discount, key);
  return { ...account, key, discount, coupon, draft };
}

async function invitation(token, email) {
  const { items } = await must("GET", "/v1/roles", token);
  const [role] = items.filter((role) => role.built_in === "analyst");
  return { email, role_id: role.id };
}

/** Some evaluations of each kind, once the edge knows promotion and key. */
async function evaluate(code, key) {
  const body = (number, total) => ({
    country: "UY", city: "MVD", birth_date: "1990-04-05",
    attributes: { total, quantity: 3, payment_method: "visa" },
    amount: { amount: Math.round(total * 100), currency: "UYU" },
    transaction_id: `order-${number}`, customer_id: `c-${number}`,
  });
  await until("the first evaluation", PIPELINE_MS, async () => {
    const { status } = await call("POST", `/v1/promotions/${code}/evaluate`, key, body(1, 120.5));
    return status === 200;
  });
  for (let number = 2; number <= 12; number += 1) {
    await must("POST", `/v1/promotions/${code}/evaluate`, key, body(number, number % 3 === 0 ? 40 : 150));
  }
}
