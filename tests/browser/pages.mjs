// Every page of the app by its address, for checks and pictures of all of them.

/** What anybody reaches. */
export const OPEN = [
  { name: "sign-in", path: () => "/sign-in" },
  { name: "sign-up", path: () => "/sign-up" },
  { name: "forgot-password", path: () => "/forgot-password" },
  { name: "reset-password", path: () => "/reset-password" },
  { name: "invitation", path: () => "/invitation" },
];

// A development build has it.
if (process.env.COUPONS_KIT) OPEN.push({ name: "kit", path: () => "/kit" });

/** What a signed-in administrator reaches; `shop` is what `openShop` answers. */
export const SIGNED_IN = [
  { name: "home", path: () => "/" },
  { name: "promotions", path: () => "/promotions" },
  { name: "promotions-none", path: () => "/promotions?q=nothing-of-this-name" },
  { name: "new-promotion", path: () => "/new-promotion" },
  { name: "promotion", path: (shop) => `/promotions/${shop.discount}` },
  { name: "edit-promotion", path: (shop) => `/promotions/${shop.discount}/edit` },
  { name: "edit-draft", path: (shop) => `/promotions/${shop.draft}/edit` },
  { name: "try", path: (shop) => `/promotions/${shop.discount}/try` },
  { name: "coupons", path: (shop) => `/promotions/${shop.coupon}/coupons` },
  { name: "coupons-none", path: (shop) => `/promotions/${shop.discount}/coupons` },
  { name: "versions", path: (shop) => `/promotions/${shop.discount}/versions` },
  { name: "missing-promotion", path: () => "/promotions/no-such-code", expects: [404] },
  { name: "reports", path: (shop) => `/reports?promotion=${shop.discount}` },
  { name: "demographics", path: () => "/reports/demographics" },
  { name: "developers", path: () => "/developers" },
  { name: "reference", path: () => "/developers/reference" },
  { name: "team", path: () => "/team" },
  { name: "roles", path: () => "/team/roles" },
  { name: "audit", path: () => "/audit" },
  { name: "settings", path: () => "/settings" },
  { name: "organization", path: () => "/settings/organization" },
  { name: "not-found", path: () => "/no/such/page" },
];
