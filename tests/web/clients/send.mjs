// What @segment/analytics-node sends: node send.mjs URL KEY
import { Analytics } from "@segment/analytics-node";

const [host, writeKey] = process.argv.slice(2);
const analytics = new Analytics({ host, writeKey, flushAt: 5, flushInterval: 50 });
analytics.on("error", (error) => {
  console.error(error);
  process.exitCode = 1;
});
for (let number = 0; number < 20; number += 1) {
  analytics.track({
    userId: "ann",
    event: "Page Scrolled",
    properties: { number },
    timestamp: new Date("2026-03-01T10:00:00Z"),
  });
}
analytics.identify({ userId: "ann", traits: { email: "ann@acme.example" } });
analytics.group({ userId: "ann", groupId: "acme", traits: { name: "Acme" } });
analytics.page({ anonymousId: "a1", name: "Pricing" });
analytics.alias({ userId: "ann", previousId: "a1" });
await analytics.closeAndFlush();
