// A person holds chats on the agent's console, in a browser.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, test } from "node:test";
import { Customer, Guest, Simulator, Subscriber, Visitor, answerChat, browser, fillDialog, openConsole, say } from "./harness.mjs";

let chromium, simulator, page;
const bubble = text => page.locator("#log .bubble", { hasText: text });

before(async () => { [chromium, simulator] = await Promise.all([browser(), Simulator.start()]); });
after(async () => { await Promise.all([chromium?.close(), simulator?.stop()]); });
afterEach(async () => {
  const { wrong } = page;
  await page.context().close();
  assert.deepEqual(wrong, [], "the page made no errors, and asked nobody but its server");
});

test("chats of every API are answered, with typing both ways", async () => {
  page = await openConsole(chromium, simulator);
  await Customer.start(simulator, { nickname: "before" });
  for (const [Kind, api, name] of [[Customer, "gms-rest", "Mia"], [Visitor, "nexus-rest", "Nora"], [Subscriber, "gms-cometd", "Cleo"], [Guest, "web-messaging", "Gus"]]) {
    const customer = await Kind.start(simulator);
    const item = page.locator("#list button", { hasText: name });
    assert.equal(await item.locator(".api").textContent(), api);
    await customer.say(`hello from ${name}`);
    await item.locator(".badge", { hasText: "1" }).waitFor();
    await answerChat(page, name);
    await bubble(`hello from ${name}`).waitFor();
    await customer.types();
    await page.locator("#typing", { hasText: `${name} types` }).waitFor();
    const { id } = await simulator.control("GET", "/chats/latest");
    await page.locator("#text").pressSequentially("Hel");
    await page.locator("#typing", { hasText: "Kim" }).waitFor();
    await say(page, `Hello ${name}`);
    await bubble(`Hello ${name}`).waitFor();
    const told = (await simulator.entries(id)).filter(entry => entry.from.kind === "Agent").map(entry => `${entry.type} ${entry.text ?? ""}`.trim());
    assert.deepEqual(told, ["ParticipantJoined", "TypingStarted", `Message Hello ${name}`], api);
    assert.equal(await item.locator(".badge").textContent(), "");
  }
});

test("what customers write is shown as text", async () => {
  page = await openConsole(chromium, simulator);
  const markup = `<script>alert(1)</script><img src=x onerror="alert(2)"><b>bold</b> &amp;`;
  const customer = await Customer.start(simulator, { nickname: `<i>Eve</i>${markup}`, subject: markup });
  await customer.say(markup);
  await customer.say("javascript:alert(3) and https://example.com/?a=<b>&c=1");
  await customer.sendFile(`<b>a</b>.txt`, markup, "text/html");
  await customer.call("pushUrl", { pushUrl: "javascript:alert(4)" });
  const rich = { "structured-content": { "genesys-chat": { content: { contentType: markup, text: markup, content: [{ text: markup, title: markup, image: "https://example.com/x.png", components: [{ text: markup, url: "javascript:alert(5)" }] }] } } } };
  await customer.call("customNotice", { message: markup, eventAttributes: JSON.stringify({ x: markup }) });
  await answerChat(page, "Eve");
  await simulator.control("POST", `/chats/${customer.id}/say`, { text: markup, eventAttributes: rich });
  await page.locator("#log .card").waitFor();
  assert.equal(await page.locator("#log .bubble").first().textContent(), markup);
  assert.match(await page.locator("#who").textContent(), /^<i>Eve<\/i><script>/);
  const links = await page.locator("#chat a").evaluateAll(all => all.map(link => [link.protocol, link.rel]));
  assert.deepEqual(links, [["https:", "noopener noreferrer"], ["http:", ""]], "one of the web, and the file's");
  assert.equal(await page.locator("#chat :is(script, i, img), #log .bubble b:not(.card > b), #list i").count(), 0);
});

test("files go both ways", async () => {
  page = await openConsole(chromium, simulator);
  const customer = await Customer.start(simulator, { nickname: "Fay" });
  await answerChat(page, "Fay");
  await customer.sendFile("order.txt", "from the customer", "text/plain");
  const download = page.waitForEvent("download");
  await page.locator("#log a", { hasText: "order.txt" }).click();
  const file = await download;
  assert.equal(file.suggestedFilename(), "order.txt");
  assert.equal(await readFile(await file.path(), "utf8"), "from the customer");

  await page.locator("#file").setInputFiles({ name: "invoice.txt", mimeType: "text/plain", buffer: Buffer.from("from the agent") });
  await bubble("invoice.txt").waitFor();
  const upload = (await customer.messages()).find(message => message.userData?.["file-name"] === "invoice.txt");
  assert.equal(await customer.fetchFile(upload.userData["file-id"]), "from the agent");

  const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  await customer.sendFile("dot.png", picture, "image/png");
  await page.waitForFunction(() => document.querySelector("#log img")?.naturalWidth === 1);
  await simulator.control("POST", `/chats/${customer.id}/delete-file`, { fileId: upload.userData["file-id"] });
  await bubble("invoice.txt (deleted)").waitFor();
});

test("a customer of Web Messaging gets the agent's files and prompts, and is told of the end", async () => {
  page = await openConsole(chromium, simulator);
  const guest = await Guest.start(simulator, "Gwen");
  await answerChat(page, "Gwen");
  await guest.sendFile("order.txt", "from the guest", "text/plain");
  const download = page.waitForEvent("download");
  await page.locator("#log a", { hasText: "order.txt" }).click();
  assert.equal(await readFile(await (await download).path(), "utf8"), "from the guest");
  await page.locator("#file").setInputFiles({ name: "invoice.txt", mimeType: "text/plain", buffer: Buffer.from("from the agent") });
  const told = await guest.hears(frame => frame.body.direction === "Outbound" && frame.body.content?.[0].attachment?.filename === "invoice.txt");
  assert.equal(await (await fetch(told.body.content[0].attachment.url)).text(), "from the agent");
  await page.locator("#rich").click();
  await fillDialog(page, { text: "When?", options: "Today\nTomorrow" });
  const prompt = await guest.hears(frame => frame.body.content?.[0].contentType === "QuickReply");
  assert.deepEqual(prompt.body.content.map(item => item.quickReply.text), ["Today", "Tomorrow"]);
  await guest.say("Tomorrow");
  await bubble("Tomorrow").waitFor();
  await page.getByRole("button", { name: "End chat" }).click();
  const end = await guest.hears(frame => frame.body.events?.[0].presence?.type === "Disconnect");
  assert.equal(end.body.metadata.readOnly, "true");
  guest.socket.close();
});

test("what an API lacks is said, and nothing that was written is lost", async () => {
  page = await openConsole(chromium, simulator);
  const visitor = await Visitor.start(simulator, "Noah");
  await answerChat(page, "Noah");
  await page.locator("#file").setInputFiles({ name: "a.pdf", mimeType: "application/pdf", buffer: Buffer.from("x") });
  await page.locator("#notes", { hasText: "files other than images" }).waitFor();
  await page.locator("#text").fill("a draft");
  await Customer.start(simulator, { nickname: "Otto" });
  await page.locator("#list button", { hasText: "Otto" }).click();
  await page.locator("#who", { hasText: "Otto" }).waitFor();
  assert.equal(await page.locator("#text").inputValue(), "");
  await page.locator("#list button", { hasText: "Noah" }).click();
  assert.equal(await page.locator("#text").inputValue(), "a draft");
  await simulator.control("POST", `/chats/${visitor.id}/leave`, {});
  await page.locator("#text:disabled").waitFor();
});

test("quick replies and cards reach the customer, and the answer is seen", async () => {
  page = await openConsole(chromium, simulator);
  const customer = await Customer.start(simulator, { nickname: "Rita" });
  await answerChat(page, "Rita");
  await page.locator("#rich").click();
  await fillDialog(page, { text: "When?", options: "Today\nTomorrow" });
  await page.locator("#log .choices li", { hasText: "Tomorrow" }).waitFor();
  await page.locator("#rich").click();
  await fillDialog(page, { kind: "generic", text: "A parcel", title: "Parcel 7", options: "Open -> https://example.com/7" });
  await page.locator("#log .card", { hasText: "Parcel 7" }).waitFor();
  const sent = (await customer.messages()).filter(message => message.eventAttributes).map(message => message.eventAttributes["structured-content"]["genesys-chat"].content);
  assert.deepEqual(sent.map(content => [content.contentType, content.text]), [["quick-replies", "When?"], ["generic", "A parcel"]]);
  assert.deepEqual(sent[0].content.map(({ type, action, text }) => [type, action, text]), [["quick-reply", "message", "Today"], ["quick-reply", "message", "Tomorrow"]]);
  assert.equal(sent[1].content[0].components[0].url, "https://example.com/7");
  await customer.call("send", { message: "Tomorrow", eventAttributes: JSON.stringify({ "general-properties": { "related-event-id": sent[0].id } }) });
  await page.locator("#log .related", { hasText: sent[0].id }).waitFor();
});

test("others come, take over, leave, and the agent ends the chat", async () => {
  page = await openConsole(chromium, simulator);
  const customer = await Customer.start(simulator, { nickname: "Tom" });
  await answerChat(page, "Tom");
  const press = name => page.locator("#actions").getByRole("button", { name }).click();
  await press("Add…");
  await fillDialog(page, { nickname: "Sue", kind: "Supervisor" });
  await page.locator('#people button[aria-pressed="true"]', { hasText: "Sue (Supervisor)" }).waitFor();
  await say(page, "I listen in");
  await bubble("I listen in").waitFor();
  await page.locator("#people button", { hasText: "Kim" }).click();
  await press("Transfer…");
  await fillDialog(page, { nickname: "Bo", kind: "Bot" });
  await page.locator("#people button", { hasText: "Bo (Bot)" }).waitFor();
  await say(page, "beep");
  await bubble("beep").waitFor();
  await page.locator("#people button", { hasText: "Sue" }).click();
  await press("Leave");
  await page.locator("#log .notice", { hasText: "Sue (supervisor) has left" }).waitFor();
  await press("More…");
  await fillDialog(page, { what: "push-url", text: "https://example.com/help" });
  await bubble("https://example.com/help").waitFor();
  await press("Take over");
  await page.locator("#people button", { hasText: "Kim (Agent)" }).waitFor();
  await press("End chat");
  await page.locator("#list h2", { hasText: "Ended" }).waitFor();
  await page.locator("#about", { hasText: "ended (agent)" }).waitFor();
  assert.ok(await page.locator("#text").isDisabled());
  const happened = (await simulator.entries(customer.id)).filter(entry => !entry.type.startsWith("Typing"));
  const who = happened.map(entry => `${entry.type} ${entry.from.nickname} ${entry.from.kind}`);
  assert.deepEqual(who.slice(1), ["ParticipantJoined Kim Agent", "ParticipantJoined Sue Supervisor", "Message Sue Supervisor", "ParticipantJoined Bo Bot",
    "ParticipantLeft Kim Agent", "Message Bo Bot", "ParticipantLeft Sue Supervisor", "PushUrl Bo Bot", "ParticipantJoined Kim Agent", "ParticipantLeft Bo Bot",
    "ParticipantLeft Kim Agent"]);
  assert.equal((await customer.call("refresh", {})).chatEnded, true);
});
