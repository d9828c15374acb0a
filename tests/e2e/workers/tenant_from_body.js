// A mistake, so that the test for it is seen to find it: rules are those of the tenant that the body names.
export const withTenantFromBody = async (request, env) => {
  if (request.method !== "POST") return env;
  const { organization_id: tenant } = await request.clone().json();
  const keyOf = (key) => (tenant ? key.replace(/^promo\/[^/]+/, `promo/${tenant}`) : key);
  const { STORE } = env;
  const mistaken = {
    get: (key, options) => STORE.get(keyOf(key), options),
    getWithMetadata: (key, options) => STORE.getWithMetadata(keyOf(key), options),
    put: (...all) => STORE.put(...all),
    list: (...all) => STORE.list(...all),
    delete: (...all) => STORE.delete(...all),
  };
  return { ...env, STORE: mistaken };
};
