// Takes the pictures of docs/console.md: WEBCHAT_SIMULATOR=target/debug/webchat-simulator node tests/console/screenshots.mjs

import { fileURLToPath } from "node:url";
import { Customer, Simulator, Subscriber, Visitor, answerChat, browser, fillDialog, openConsole, say } from "./harness.mjs";

const docs = name => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
const [chromium, simulator] = await Promise.all([browser(), Simulator.start()]);
try {
  const page = await openConsole(chromium, simulator, { viewport: { width: 1280, height: 760 } });
  const bubble = text => page.locator("#log .bubble", { hasText: text }).waitFor();
  const mia = await Customer.start(simulator, { nickname: "Mia Lund", subject: "Order 1001", emailAddress: "mia@example.com" });
  await (await Visitor.start(simulator, "Nora")).say("Is anybody there?");
  await Subscriber.start(simulator, "Cleo");
  await answerChat(page, "Mia");
  await mia.say("Hello, my parcel has not arrived.");
  await bubble("not arrived");
  await say(page, "Hello Mia, I am looking into it.");
  await bubble("looking into it");
  await page.locator("#actions").getByRole("button", { name: "Add…" }).click();
  await fillDialog(page, { nickname: "Robin", kind: "Bot" });
  await page.locator("#people button", { hasText: "Robin (Bot)" }).waitFor();
  await page.locator("#rich").click();
  await fillDialog(page, { text: "When may we come again?", options: "Tomorrow\nFriday\nSaturday" });
  await page.locator("#log .choices").waitFor();
  await page.getByLabel("Which requests").selectOption("send");
  await page.locator("#faults").getByRole("button", { name: "HTTP 503" }).click();
  await page.locator("#stored", { hasText: "503" }).waitFor();
  await mia.ask("send", { message: "Saturday" });
  await page.locator("#faults").getByRole("button", { name: "Delay" }).click();
  await page.locator("#stored", { hasText: "latency" }).waitFor();
  await mia.types("Saturday would be fi");
  await page.locator("#typing", { hasText: "Saturday" }).waitFor();
  await page.locator("#requests", { hasText: "startTyping" }).waitFor();
  await page.screenshot({ path: docs("console.png") });
  await page.setViewportSize({ width: 390, height: 720 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.screenshot({ path: docs("console-phone.png") });
} finally {
  await Promise.all([chromium.close(), simulator.stop()]);
}
