// Calls the admin and the account API by openapi-fetch, with types that openapi-typescript made from the
// documents that the realm serves: `admin.d.ts` and `account.d.ts` beside this file.
import createClient from "openapi-fetch";
import type { paths as AccountPaths } from "./account.d.ts";
import type { components, paths as AdminPaths } from "./admin.d.ts";

type Organization = components["schemas"]["Organization"];

const [baseUrl = "", adminKey = "", token = ""] = process.argv.slice(2);
const bearer = (secret: string) => ({ headers: { Authorization: `Bearer ${secret}` } });
const admin = createClient<AdminPaths>({ baseUrl, ...bearer(adminKey) });
const account = createClient<AccountPaths>({ baseUrl, ...bearer(token) });

const made = await admin.POST("/admin/v1/organizations", { body: { name: "Analytical Engines" } });
if (!made.data) throw new Error(made.error.error_description);
const organization: Organization = made.data;

const names: string[] = [];
let after: string | undefined;
do {
  const query = after === undefined ? { limit: 1 } : { limit: 1, after };
  const page = await admin.GET("/admin/v1/organizations", { params: { query } });
  if (!page.data) throw new Error(page.error.error_description);
  names.push(...page.data.data.map((it) => it.name));
  after = page.data.next ?? undefined;
} while (after !== undefined);

const changed = await admin.PATCH("/admin/v1/organizations/{id}", {
  params: { path: { id: organization.id } },
  body: { name: "Difference Engines" },
});
const refused = await admin.POST("/admin/v1/organizations", { body: { name: " " } });
const declined = await admin.POST("/admin/v1/access-requests/{id}/decline", {
  params: { path: { id: "nothing" } },
  body: { reason: "No such company" },
});
const me = await account.GET("/account/v1/me");
const tokens = await account.GET("/account/v1/tokens");

console.log(JSON.stringify({
  created: [made.response.status, organization.name],
  organizations: names,
  changed: changed.data?.name,
  refused: [refused.response.status, refused.error?.error],
  declined: [declined.response.status, declined.error?.error],
  me: me.data?.email,
  tokens: tokens.response.status,
}));
